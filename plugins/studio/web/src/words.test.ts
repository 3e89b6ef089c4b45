import { expect, test } from "vitest";
import { clock, level, signed } from "./words";

test("levels have a real minus and fixed digits", () => {
  expect(level(-14)).toBe("−14.0");
  expect(level(null)).toBe("–");
  expect(level(-Infinity)).toBe("–");
  expect(signed(0.711)).toBe("+0.71");
});

test("times are said to the tenth", () => {
  expect(clock(74.25)).toBe("1:14.2");
  expect(clock(59.99)).toBe("0:59.9");
  expect(clock(0, false)).toBe("0:00");
});
