import { expect, it } from "vitest";
import { Pace, timeLeft } from "./pace";

it.each([
  [2, "a few seconds left"],
  [12, "about 15 s left"],
  [58, "about 1 min left"],
  [700, "about 12 min left"],
  [9000, "about 2.5 h left"],
])("%d s is %s", (seconds, words) => {
  expect(timeLeft(seconds)).toBe(words);
});

it("knows the rate of the last seconds alone", () => {
  const pace = new Pace();
  expect([pace.rate, pace.secondsLeft(100)]).toEqual([0, undefined]);
  for (let second = 0; second <= 20; second++) pace.note(second * 100, second * 1000);
  for (let second = 21; second <= 40; second++) pace.note(2000 + (second - 20) * 1000, second * 1000);
  expect(pace.rate).toBe(1000);
  expect(pace.secondsLeft(32_000)).toBe(10);
});

it("forgets what it knew when bytes are sent again, and after a pause", () => {
  const pace = new Pace();
  pace.note(0, 0);
  pace.note(5000, 1000);
  pace.note(2000, 1500);
  expect(pace.rate).toBe(0);
  pace.note(3000, 2500);
  expect(pace.rate).toBe(1000);
  pace.begin();
  expect(pace.rate).toBe(0);
});
