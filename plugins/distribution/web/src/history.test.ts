import { expect, test } from "vitest";
import { ALL, dayOf, fits, isAll, withStage } from "./history";
import type { Delivery } from "./api";

const stage = (state: Delivery["state"], at: string) => ({ state, at, note: null });
const noon = new Date(2026, 8, 30, 12).toISOString();
const late = new Date(2026, 8, 30, 23, 59).toISOString();

test("a stage is looked for by its state and by days where the reader is", () => {
  expect(dayOf(late)).toBe("2026-09-30");
  expect(fits(stage("live", late), { state: "live", from: "2026-09-30", to: "2026-09-30" })).toBe(true);
  expect(fits(stage("live", noon), { ...ALL, from: "2026-10-01" })).toBe(false);
  expect(fits(stage("live", noon), { ...ALL, to: "2026-09-29" })).toBe(false);
  expect(fits(stage("sent", noon), { ...ALL, state: "live" })).toBe(false);
});

test("a store is shown for any of its deliveries, and all are while nothing is looked for", () => {
  const sent = [{ outlet: "a", stages: [stage("sent", noon)] }, { outlet: "a", stages: [stage("down", noon)] }, { outlet: "b", stages: [stage("live", noon)] }] as unknown as Delivery[];
  expect([...withStage(sent, { ...ALL, state: "down" })]).toEqual(["a"]);
  expect(withStage(sent, ALL).size).toBe(2);
  expect(isAll(ALL)).toBe(true);
});
