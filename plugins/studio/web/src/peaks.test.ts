import { expect, test } from "vitest";
import { bars, decoded } from "./peaks";

function packed(values: number[], channels: number) {
  const bytes = new Uint8Array(new Int16Array(values).buffer);
  return { bins: values.length / (2 * channels), channels, peaks: btoa(String.fromCharCode(...bytes)) };
}

test("a bin is as high as its loudest channel", () => {
  const { bins } = decoded(packed([-32767, 100, 0, 50, -10, 20, -16384, 5], 2));
  expect([...bins].map((each) => Math.round(each * 100))).toEqual([100, 50]);
});

test("bars keep the peak, and the mean of what is inside", () => {
  const [first, second] = bars({ bins: Float32Array.of(0.2, 1, 0.4, 0.4) }, 2);
  expect(first!.peak).toBe(1);
  expect(first!.mean).toBeCloseTo(0.6);
  expect(second!.peak).toBeCloseTo(0.4);
});

test("a short sound fills the whole width", () => {
  expect(bars({ bins: Float32Array.of(0.5, 1) }, 4).map(({ peak }) => peak)).toEqual([0.5, 0.5, 1, 1]);
});
