/** What the platform's API says of royalties, and how it is asked. */
import { exactMoney, number, t, type Growing } from "@maxbooster/ui";
import type { Host, Schemas } from "./api";

export type Breakdown = Schemas["Breakdown"];
export type EarnedMonth = Schemas["EarnedMonth"];
export type Group = Schemas["SuspenseGroup"];
export type Import = Schemas["StatementIn"];
export type Item = Schemas["WaitingOut"];
export type Line = Schemas["PreviewLine"];
export type Payee = Schemas["PayeeOut"];
export type PayeeAmount = Schemas["PayeeAmount"];
export type PayeeShare = Schemas["PayeeShare"];
export type Preview = Schemas["PreviewOut"];
export type Queue = Schemas["SuspenseQueue"];
export type Question = Schemas["Question"];
export type Share = Schemas["Share"];
/** A split for sales from a month on (none: from the start) until the next begins. */
export type SplitPeriod = Schemas["SplitPeriod"];
export type SplitWanted = Schemas["SplitIn"];
export type Statement = Schemas["StatementOut"];
export type Suggestion = Schemas["Suggestion"];
export type TrackSplit = Schemas["TrackSplit"];
export type Dimension = "store" | "territory" | "track";
export type MonthOf = "sale" | "booking";
export type Target = { track: string } | { release: string };

/** Items of the suspense queue at most. */
const MOST = 500;

export class RoyaltiesApi {
  constructor(private readonly host: Host) {}

  private get api(): Host["api"] {
    return this.host.api;
  }

  statements = () => this.api.list("/api/distribution/statements");
  statement = (id: string) => this.api.get("/api/distribution/statements/{statement_id}", { statement_id: id });
  lines = (id: string, after = 0, payee?: string) => this.api.get("/api/distribution/statements/{statement_id}/lines", { statement_id: id, after, payee: payee || undefined });
  preview = (wanted: Import) => this.api.post("/api/distribution/statements/preview", { body: wanted });
  import = (wanted: Import) => this.api.post("/api/distribution/statements", { body: wanted });
  undo = (id: string, reason: string, overpaid: boolean) => this.api.post("/api/distribution/statements/{statement_id}/undo", { statement_id: id, body: { reason, overpaid } });
  layouts = () => this.api.get("/api/distribution/royalties/layouts");
  suspense = () => this.api.get("/api/distribution/royalties/suspense", { limit: MOST });
  assigned = () => this.api.list("/api/distribution/royalties/waiting", { assigned: true });
  assign = (items: string[], to: Target) => this.api.post("/api/distribution/royalties/waiting/assign", { body: { items, ...to } });
  unassignSuspenseItem = (id: string, reason: string, overpaid: boolean) => this.api.post("/api/distribution/royalties/waiting/{waiting_id}/undo", { waiting_id: id, body: { reason, overpaid } });
  splits = () => this.api.list("/api/distribution/royalties/splits");
  updateSplit = (track: string, split: SplitWanted) => this.api.put("/api/distribution/tracks/{track_id}/splits", { track_id: track, body: split });
  updateReleaseSplit = (release: string, split: SplitWanted) => this.api.put("/api/distribution/releases/{release_id}/splits", { release_id: release, body: split });
  currencies = () => this.api.get("/api/distribution/royalties/currencies");
  breakdown = (wanted: { currency: string; by: Dimension; from_month?: string }) => this.api.get("/api/distribution/royalties/breakdown", wanted);
  earnings = (by: MonthOf) => this.api.get("/api/distribution/royalties/earnings", { by });
  payees = (growing?: Growing<Payee>) => this.api.list("/api/billing/payees", undefined, growing);
  shares = (payee: string) => this.api.list("/api/distribution/royalties/payees/{payee_id}", { payee_id: payee });
  monthFile = (payee: string, month: string) => `/api/distribution/royalties/payees/${payee}/statements/${month}`;
  payeeFile = (statement: string, payee: string) => `/api/distribution/statements/${statement}/payees/${payee}`;
}

/** “1 line”, “4 lines”. */
export const lineCount = (count: number): string => (count === 1 ? t("royalties.one_line", "1 line") : t("royalties.n_lines", "{n} lines", { n: number(count) }));

/** What lies in suspense, in one form wherever it is said. */
export const inSuspense = (count: number, exact: string, currency: string | null): string =>
  t("royalties.lines_amount", "{lines}, {amount}", { lines: lineCount(count), amount: amount(exact, currency) });

const locale = () => document.documentElement.lang || navigator.language;

/** An exact decimal number as money, rounded down as it is booked: the fraction is carried to the next credit. */
export const amount = (exact: string, currency: string | null): string => (currency ? exactMoney(exact, currency) : "");

/** The same with every decimal that it has. */
export const exactAmount = (exact: string, currency: string | null): string => (currency ? exactMoney(exact, currency, 12) : "");

/** `2026-09` as “September 2026”. */
export function month(written: string | null): string {
  if (!written) return "";
  return new Intl.DateTimeFormat(locale(), { month: "short", year: "numeric", timeZone: "UTC" }).format(new Date(`${written}-01T00:00:00Z`));
}

export function period(first: string | null, last: string | null): string {
  return !last || first === last ? month(first) : `${month(first)} – ${month(last)}`;
}

export function standing(statement: Pick<Statement, "state" | "unmatched" | "unsplit">): { text: string; tone: string } {
  const open = statement.unmatched + statement.unsplit;
  switch (statement.state) {
    case "importing": return { text: t("royalties.importing", "Importing"), tone: "wait" };
    case "failed": return { text: t("royalties.failed", "Couldn’t be imported"), tone: "wrong" };
    case "stopped": return { text: t("royalties.stopped", "Stopped"), tone: "wrong" };
    case "undone": return { text: t("royalties.undone", "Undone"), tone: "quiet" };
    default:
      if (open === 1) return { text: t("royalties.one_open", "1 line in suspense"), tone: "wait" };
      return open ? { text: t("royalties.open", "{n} lines in suspense", { n: number(open) }), tone: "wait" } : { text: t("royalties.allocated", "Allocated"), tone: "ok" };
  }
}

/** A name that the ledger takes for who pays: “Apple Music” → `apple-music`. */
export const slug = (name: string) => name.toLowerCase().replace(/[^a-z0-9]+/g, "-").replace(/^[^a-z]+|-+$/g, "").slice(0, 40);

/** Shares as people say them: percent where that is exact, else parts of the whole. */
export function spoken({ parts }: Share, whole: number): string {
  const exact = (parts * 1_000_000) / whole;
  return Number.isInteger(exact) ? number(parts / whole, { style: "percent", maximumFractionDigits: 4 }) : `${parts}/${whole}`;
}
