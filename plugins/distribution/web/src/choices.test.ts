import { expect, test } from "vitest";
import { COUNTRIES, countryCode, USES, withSet } from "./choices";
import { streaming, where } from "./deals";

test("a country is known by its name and by its code", () => {
  expect(countryCode(" germany ")).toBe("DE");
  expect(countryCode("jp")).toBe("JP");
  expect(countryCode("Atlantis")).toBeUndefined();
  expect(new Set(COUNTRIES).size).toBe(COUNTRIES.length);
});

test("what is set already is offered too, in its own words", () => {
  expect(withSet(USES, ["UseAsKaraoke"]).at(-1)).toEqual(["UseAsKaraoke", "UseAsKaraoke"]);
  expect(withSet(USES, ["OnDemandStream"])).toHaveLength(USES.length);
});

test("a deal says where it counts", () => {
  expect(where(streaming())).toBe("everywhere");
  expect(where({ ...streaming(), excluded: ["FR"] })).toBe("except");
  expect(where({ ...streaming(), territories: ["JP"] })).toBe("only");
});
