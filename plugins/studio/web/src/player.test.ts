import { expect, test } from "vitest";
import { matched } from "./player";

test("a louder master is turned down to the mix", () => {
  const gains = matched({ before_lufs: -20, after_lufs: -14 });
  expect(gains.mix).toBe(1);
  expect(20 * Math.log10(gains.master)).toBeCloseTo(-6);
});

test("a quieter master leaves the mix to be turned down", () => {
  const gains = matched({ before_lufs: -8, after_lufs: -14 });
  expect(20 * Math.log10(gains.mix)).toBeCloseTo(-6);
  expect(gains.master).toBe(1);
});
