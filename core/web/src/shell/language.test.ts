import { describe, expect, it } from "vitest";
import { chosen, direction } from "./language";

describe("the language of the page", () => {
  it("is the first that is wanted and spoken, by its nearest relative", () => {
    expect(chosen(["de-AT", "en"], ["en", "de"])).toBe("de");
    expect(chosen(["pt-BR"], ["en", "pt-BR", "pt"])).toBe("pt-BR");
    expect(chosen(["fr", "ar-EG"], ["en", "ar"])).toBe("ar");
  });

  it("is English where nothing fits", () => {
    expect(chosen(["fi"], ["en", "de"])).toBe("en");
    expect(chosen([], [])).toBe("en");
  });

  it("runs from the right where its script does", () => {
    expect([direction("ar-EG"), direction("he"), direction("de")]).toEqual(["rtl", "rtl", "ltr"]);
  });
});
