/** What of a release's delivery history is looked for: a state, and days in the reader's own time zone. */
import type { Delivery } from "./api";

export interface Wanted {
  state: string;
  /** Days as `2026-09-30`, both included; empty: from the start, until now. */
  from: string;
  to: string;
}
type Stage = Delivery["stages"][number];

export const ALL: Wanted = { state: "", from: "", to: "" };

/** `2026-09-30`, where the reader is. */
export function dayOf(iso: string): string {
  const moment = new Date(iso);
  return [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()].map((part) => String(part).padStart(2, "0")).join("-");
}

export function fits({ state, at }: Pick<Stage, "state" | "at">, wanted: Wanted): boolean {
  const day = dayOf(at);
  return (!wanted.state || state === wanted.state) && (!wanted.from || day >= wanted.from) && (!wanted.to || day <= wanted.to);
}

export const isAll = ({ state, from, to }: Wanted): boolean => !state && !from && !to;

/** The stores with a stage that is looked for, in any of their deliveries. */
export const withStage = (deliveries: Delivery[], wanted: Wanted): Set<string> =>
  new Set(deliveries.filter(({ stages }) => stages.some((stage) => fits(stage, wanted))).map(({ outlet }) => outlet));
