import { describe, expect, it } from "vitest";
import { asParts, total } from "./royalties-shares";

const draft = (...percents: string[]) => percents.map((percent, place) => ({ payee: `p${place}`, percent }));
const parts = (...percents: string[]) => {
  const made = asParts(draft(...percents));
  return made && [made.shares.map((each) => each.parts), made.whole];
};

describe("shares", () => {
  it("are exact parts of a whole", () => {
    expect(parts("100")).toEqual([[1], 1]);
    expect(parts("50", "50 %")).toEqual([[1, 1], 2]);
    expect(parts("33.33", "66,67")).toEqual([[3333, 6667], 10_000]);
    expect(parts("1/3", "1/3", "1/3")).toEqual([[1, 1, 1], 3]);
    expect(parts("0.0001", "99.9999")).toEqual([[1, 999_999], 1_000_000]);
    expect(parts("50", "1/3", "1/6")).toEqual([[3, 2, 1], 6]);
  });

  it("are refused where they don't come to all of it", () => {
    for (const wrong of [["99.9999"], ["33.33", "33.33", "33.33"], ["50", ""], ["0", "100"], ["-10", "110"], ["1e2"], ["50", "50", "0.00001"]]) {
      expect(asParts(draft(...wrong))).toBeUndefined();
    }
    expect(asParts([{ payee: "a", percent: "50" }, { payee: "a", percent: "50" }])).toBeUndefined();
    expect(asParts([{ payee: "", percent: "100" }])).toBeUndefined();
    expect(asParts([])).toBeUndefined();
  });

  it("say what they come to", () => {
    expect(total(draft("40", "1/2"))).toBeCloseTo(0.9);
    expect(total(draft("x"))).toBeNaN();
  });
});
