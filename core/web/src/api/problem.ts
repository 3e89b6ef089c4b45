import { withMoney } from "../ui/format";
import type { Unsent } from "../kept/drafts";
import type { components } from "./schema";

/** An answer that is an error, as the server words it (RFC 9457). */
export type ProblemDetails = components["schemas"]["ProblemDetails"] & { [more: string]: unknown };

export class Problem extends Error {
  /** @param unsent the request, where it never reached the server */
  constructor(
    readonly details: ProblemDetails,
    readonly unsent?: Unsent,
  ) {
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

/** What the page itself objects to, before anything is sent. */
export const refusal = (text: string, field?: string): Problem => new Problem({ type: "about:blank", title: "Not sent", status: 0, detail: text, ...(field ? { field } : {}) });

export const OFFLINE: ProblemDetails = {
  type: "urn:maxbooster:problem:offline",
  title: "No connection",
  status: 0,
  detail: "The server can’t be reached, and this needs a connection. Try again when you’re back online; what you type is kept on this device.",
};
