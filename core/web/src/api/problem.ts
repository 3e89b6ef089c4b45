import { withMoney } from "../ui/format";
import type { components } from "./schema";

/** An answer that is an error, as the server words it (RFC 9457). */
export type ProblemDetails = components["schemas"]["ProblemDetails"] & { [more: string]: unknown };

export class Problem extends Error {
  constructor(readonly details: ProblemDetails) {
    super(withMoney(details.detail || details.title));
    this.name = "Problem";
  }

  /** The same, by the name that panels know it under. */
  get problem(): ProblemDetails {
    return this.details;
  }

  get status(): number {
    return this.details.status;
  }

  /** The short name: `step-up-required`, `not-found`, … */
  get kind(): string {
    return this.details.type.split(":").at(-1) ?? "";
  }

  get field(): string | undefined {
    return this.details.field ?? undefined;
  }
}

export const OFFLINE: ProblemDetails = {
  type: "urn:maxbooster:problem:offline",
  title: "No connection",
  status: 0,
  detail: "The server cannot be reached. What you typed is still here; try again in a moment.",
};
