/** What the platform's API says of royalties, and how it is asked. */
import { number, t } from "@maxbooster/ui";
import type { Host } from "./api";

export interface PayeeAmount { payee: string; amount: string; credited: number; carried_in: string; carried_out: string; assigned: string | null }
export interface Statement {
  id: string; state: "importing" | "imported" | "failed" | "stopped" | "undone"; reason: string | null; job: string; source: string; file_name: string;
  lines: number; matched: number; unmatched: number; unsplit: number; rounded: number; currency: string | null; rate: string | null;
  original_currency: string | null; original_total: string | null; total: string; unallocated: string; received_at: string; imported_at: string | null;
  first_month: string | null; last_month: string | null; notes: string[]; repeats: string | null; undone_at: string | null; undone_why: string | null;
  payees: PayeeAmount[];
}
export interface Question { option: string; text: string; answers: { value: string; label: string }[] }
export interface Line {
  number: number; month: string; isrc: string; upc: string; title: string; artist: string; store: string; territory: string; quantity: string; amount: string;
  share: string | null;
}
export interface Preview {
  readable: boolean; problem: string | null; question: Question | null; repeats: string | null; repeats_file: string | null; repeats_at: string | null;
  partial: boolean; columns: Record<string, string>; unused: string[]; notes: string[]; currency: string | null; first_month: string | null;
  last_month: string | null; lines: number; total: string; unmatched: number; unmatched_total: string;
  stores: { name: string; lines: number; amount: string }[]; sample: Line[];
}
export interface Import {
  file_id: string; source?: string; layout?: string; currency?: string; decimals?: string; dates?: string; columns?: Record<string, string>; repeats?: string;
}
export interface Item {
  id: string; statement: string; source: string; reason: "unmatched" | "unsplit"; isrc: string; upc: string; title: string; artist: string; lines: number;
  currency: string; amount: string; track: string | null; release: string | null; assigned_at: string | null; file_name: string; period: string | null;
}
export interface Suggestion { title: string; artist: string; code: string; reason: string; score: number; split: boolean; track: string | null; release: string | null }
export interface Group { items: Item[]; lines: number; suggestions: Suggestion[] }
export interface Share { payee: string; parts: number }
export interface TrackSplit { track: string; title: string; isrc: string | null; release: string; release_title: string; upc: string | null; shares: Share[]; whole: number }
export interface PayeeShare {
  statement: string; source: string; file_name: string; first_month: string | null; last_month: string | null; currency: string; amount: string; credited: number;
  imported_at: string | null;
}
export interface Payee { id: string; name: string }
export type Target = { track: string } | { release: string };

const BASE = "/api/distribution";

export class RoyaltiesApi {
  constructor(private readonly host: Host) {}

  private get = <T>(path: string) => this.host.api.get(BASE + path) as Promise<T>;
  private send = <T>(method: string, path: string, body?: unknown) => this.host.api.send(method, BASE + path, body) as Promise<T>;

  statements = () => this.get<Statement[]>("/statements?limit=500");
  statement = (id: string) => this.get<Statement>(`/statements/${id}`);
  lines = (id: string, after = 0, payee = "") => this.get<{ lines: Line[]; next: number | null }>(`/statements/${id}/lines?after=${after}${payee && `&payee=${payee}`}`);
  preview = (wanted: Import) => this.send<Preview>("POST", "/statements/preview", wanted);
  import = (wanted: Import) => this.send<{ id: string }>("POST", "/statements", wanted);
  undo = (id: string, reason: string, overpaid: boolean) => this.send("POST", `/statements/${id}/undo`, { reason, overpaid });
  layouts = () => this.get<{ name: string; title: string }[]>("/royalties/layouts");
  suspense = () => this.get<Group[]>("/royalties/suspense?limit=500");
  assigned = () => this.get<Item[]>("/royalties/waiting?assigned=true");
  assign = (items: string[], to: Target) => this.send("POST", "/royalties/waiting/assign", { items, ...to });
  undoAssignment = (id: string, reason: string, overpaid: boolean) => this.send("POST", `/royalties/waiting/${id}/undo`, { reason, overpaid });
  splits = () => this.get<TrackSplit[]>("/royalties/splits");
  setSplit = (track: string, shares: Share[], whole: number) => this.send("PUT", `/tracks/${track}/splits`, { shares, whole });
  setReleaseSplit = (release: string, shares: Share[], whole: number) => this.send("PUT", `/releases/${release}/splits`, { shares, whole });
  payees = () => this.host.api.get("/api/billing/payees") as Promise<Payee[]>;
  shares = (payee: string) => this.get<PayeeShare[]>(`/royalties/payees/${payee}`);
  payeeFile = (statement: string, payee: string) => `${BASE}/statements/${statement}/payees/${payee}`;
}

const locale = () => document.documentElement.lang || navigator.language;

/** An exact decimal number as money; what is less than the currency's smallest unit is only shown where there is room. */
export function amount(exact: string, currency: string | null): string {
  if (!currency) return "";
  return new Intl.NumberFormat(locale(), { style: "currency", currency }).format(exact as unknown as number);
}

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
