/** What the books come to, and how the page says it. No page is needed for this. */
import { date, decimals as places, money, number, t } from "@maxbooster/ui";

export { places };
import type { Balance, Books, Earned, Payee, Payout, Provider, Purpose, Sale, Transfer } from "./api";

/** One currency, in minor units. */
export interface Totals {
  currency: string;
  owed: number;
  onItsWay: number;
  /** Booked, and not any payee’s yet. */
  suspense: number;
  receivable: number;
  /** Of sales, still held by a payment provider. */
  inTransit: number;
  paid: number;
  bank: number;
}

/** The currency in which most is owed first. */
export function totals(balances: readonly Balance[], payouts: readonly Payout[]): Totals[] {
  const currencies = new Set([...balances, ...payouts].map(({ currency }) => currency));
  const all = [...currencies].map((currency) => {
    const of = (purpose: string, fact: "amount" | "held" = "amount") =>
      sum(balances.filter((each) => each.currency === currency && each.purpose === purpose).map((each) => each[fact]));
    const paid = sum(payouts.filter((each) => each.currency === currency && each.state === "paid").map(({ amount }) => amount));
    return { currency, owed: of("payable"), onItsWay: of("payable", "held"), suspense: of("unallocated"), receivable: of("receivable"), inTransit: of("clearing"), paid, bank: of("bank") };
  });
  return all.sort((one, other) => other.owed - one.owed || one.currency.localeCompare(other.currency));
}

const sum = (amounts: readonly number[]) => amounts.reduce((total, each) => total + each, 0);

/** From 0 to 1; what is owed may have been taken back, then it is nobody's. */
export const share = (amount: number, total: number) => (total > 0 && amount > 0 ? amount / total : 0);

export function payoutState(payout: Pick<Payout, "state" | "reason">): string {
  switch (payout.state) {
    case "held":
      return t("billing.payout.held", "Waiting to be sent");
    case "sent":
      return t("billing.payout.sent", "On its way");
    case "paid":
      return t("billing.payout.paid", "Paid");
    case "failed":
      return payout.reason
        ? t("billing.payout.failed_because", "Failed: {reason}. The money is back in their balance.", { reason: payout.reason.replace(/\.$/, "") })
        : t("billing.payout.failed", "Failed. The money is back in their balance.");
    default:
      return payout.state;
  }
}

export interface Standing {
  /** Whether it can be paid out now. */
  payable: boolean;
  /** In two words, where the button would be. */
  state: string;
  /** What has to happen first. */
  next: string;
}

/** Whether what is owed to a payee can be paid out now, and if not, what has to happen first. */
export function standing({ provider }: Pick<Payee, "provider">, { amount, available, currency, not_payable, settled }: Payee["owed"][number]): Standing {
  const not = (state: string, next = "") => ({ payable: false, state, next });
  if (amount < 0) return not(t("billing.taken_back", "taken back"), t("billing.taken_back_next", "More was paid out than is owed. The next earnings make up for it."));
  if (available <= 0) return not(t("billing.under_way", "on its way"));
  if (not_payable) return not(t("billing.not_payable", "can’t be paid"), not_payable);
  if (settled <= 0)
    return not(t("billing.not_arrived", "not arrived yet"), t("billing.not_arrived_next", "The stores owe it, and no {currency} has been recorded as received. When it’s in your bank, record the payment under Arriving; then you can pay it out.", { currency }));
  if (!provider) return not(t("billing.no_method", "no payment method"), t("billing.no_method_next", "Add a payment method to pay it out."));
  return { payable: true, state: "", next: "" };
}

export function transferState({ state, reason }: Pick<Transfer, "state" | "reason">): string {
  if (state === "executed") return t("billing.transfer.executed", "Executed");
  return state === "failed" ? t("billing.transfer.failed_because", "Rejected: {reason}", { reason }) : "";
}

/** What became of a sale. */
export function saleState({ amount, refunded, refunding, dispute }: Pick<Sale, "amount" | "refunded" | "refunding" | "dispute">): string {
  if (dispute) return disputeState(dispute);
  if (refunding) return t("billing.sale.refunding", "Refund on its way");
  if (!refunded) return t("billing.sale.paid", "Paid");
  return refunded === amount ? t("billing.sale.refunded", "Refunded") : t("billing.sale.partly_refunded", "Partly refunded");
}

function disputeState({ state, respond_by }: NonNullable<Sale["dispute"]>): string {
  switch (state) {
    case "won":
      return t("billing.dispute.won", "Dispute won");
    case "lost":
      return t("billing.dispute.lost", "Dispute lost");
    case "under_review":
      return t("billing.dispute.under_review", "Disputed, the bank is reviewing it");
    default:
      return respond_by ? t("billing.dispute.respond_by", "Disputed, respond by {day}", { day: date(respond_by) }) : t("billing.dispute.open", "Disputed");
  }
}

/** How a payee is paid: “Bank transfer · DE account ending 2051”. */
export function way(payee: Pick<Payee, "provider" | "destination_shown">, providers: readonly Provider[]): string {
  if (!payee.provider) return t("billing.payee.no_way", "No payment method yet");
  const title = providers.find(({ name }) => name === payee.provider)?.title ?? t("billing.payee.other_way", "Payment method");
  return payee.destination_shown ? `${title} · ${payee.destination_shown}` : title;
}

const PLATFORM = "00000000-0000-0000-0000-000000000000";

/** Who pays, as people write it: the ledger keeps `apple-music`, a page says “Apple Music”. */
export function partyName(party: string, names: ReadonlyMap<string, string> = new Map()): string {
  const known = party === PLATFORM ? t("billing.platform", "Payment provider") : names.get(party);
  if (known || !/^[a-z][a-z0-9_-]*$/.test(party)) return known ?? party;
  return party.split(/[-_]+/).filter(Boolean).map((word) => word[0]!.toUpperCase() + word.slice(1)).join(" ");
}

/** Id of a payee or short name of a store → what people call it. */
export const namesOf = ({ payees, earnings }: Pick<Books, "payees" | "earnings">): Map<string, string> =>
  new Map([...earnings.map(({ source, source_name }): [string, string] => [source, source_name]), ...payees.map(({ id, name }): [string, string] => [id, name])]);

const SOURCES_SHOWN = 4;
const MONTHS_SHOWN = 12;

/** Twelve months of one currency in minor units, a series per source: the largest, and the others together. */
export function earningsOf(earnings: readonly Earned[], currency: string, now = new Date()): { labels: string[]; series: { name: string; values: number[] }[]; total: number } {
  const months = Array.from({ length: MONTHS_SHOWN }, (_, place) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - MONTHS_SHOWN + 1 + place)));
  const keys = months.map((each) => each.toISOString().slice(0, 7));
  const mine = earnings.filter((each) => each.currency === currency);
  const totals = new Map<string, number>();
  for (const { source, amount } of mine) totals.set(source, (totals.get(source) ?? 0) + amount);
  const largest = [...totals].sort(([, one], [, other]) => other - one).map(([source]) => source);
  const shown = largest.length > SOURCES_SHOWN + 1 ? largest.slice(0, SOURCES_SHOWN) : largest;
  const values = (of: (source: string) => boolean) => keys.map((month) => sum(mine.filter((each) => each.month === month && of(each.source)).map(({ amount }) => amount)));
  const series = shown.map((source) => ({ name: mine.find((each) => each.source === source)!.source_name, values: values((each) => each === source) }));
  if (shown.length < largest.length) series.push({ name: t("billing.other_sources", "Others"), values: values((each) => !shown.includes(each)) });
  const labels = months.map((each) => new Intl.DateTimeFormat(document.documentElement.lang || undefined, { month: "short", year: "2-digit", timeZone: "UTC" }).format(each));
  return { labels, series, total: sum(mine.map(({ amount }) => amount)) };
}

/** What keeps money on hold: payouts under way, by how they are paid, and what else set it aside. */
export function holders(currency: string, held: number, payouts: readonly Payout[], providers: readonly Provider[]): string {
  const open = payouts.filter((each) => each.currency === currency && (each.state === "held" || each.state === "sent"));
  const ways = [...new Set(open.map(({ provider }) => provider))].map((name) => {
    const count = open.filter(({ provider }) => provider === name).length;
    const way = providers.find((each) => each.name === name)?.title ?? t("billing.payee.other_way", "Payment method");
    return count === 1 ? t("billing.held_by_one", "1 payout in progress: {way}", { way }) : t("billing.held_by", "{count} payouts in progress: {way}", { count: String(count), way });
  });
  const rest = held - sum(open.map(({ amount }) => amount));
  return [...ways, ...(rest > 0 ? [t("billing.held_else", "{amount} by postings that aren’t settled", { amount: money(rest, currency) })] : [])].join(", ") + ".";
}

const ACCOUNTS: Record<string, string> = {
  bank: "Bank", provider: "Held by a payment provider", disputed: "Disputed", receivable: "Receivable", overpaid: "Overpaid", clearing: "In transit", payable: "Owed", unallocated: "Not yet allocated",
  fractions: "Rounding carried over", income: "Income", fees: "Fees", opening: "Opening balance",
};

/** A ledger account in words: “Nova Reyes · owed”; who comes first, for columns that are cut. */
export function accountName(purpose: string, party: string, names: ReadonlyMap<string, string>): string {
  const what = t(`billing.account.${purpose}`, ACCOUNTS[purpose] ?? purpose);
  return party ? `${partyName(party, names)} · ${what.toLocaleLowerCase()}` : what;
}

/** +1 where debits increase the account, −1 where credits do. */
export function side(purpose: string, purposes: readonly Purpose[]): 1 | -1 {
  const root = purposes.find(({ name }) => name === purpose)?.root;
  return root === "Assets" || root === "Expenses" ? 1 : -1;
}

/** Minor units of what somebody typed; undefined: it is no amount, or has smaller parts than the currency. */
export function typed(text: string, currency: string): number | undefined {
  const rest = /[.,](\d*)$/.exec(text.trim())?.[1] ?? "";
  return rest.length > places(currency) ? undefined : minorOf(text, currency);
}

/** Whole minor units of an exact amount, “1234.5678”; undefined: it is none. */
export function minorOf(text: string, currency: string): number | undefined {
  const found = /^(-?)(\d{1,13})(?:[.,](\d*))?$/.exec(text.trim());
  if (!found) return undefined;
  const [, sign, whole, rest = ""] = found;
  const digits = places(currency);
  const minor = Number(whole + rest.slice(0, digits).padEnd(digits, "0"));
  return sign && minor ? -minor : minor;
}

/** 123450 → “1234.50”: how it is typed. */
export function decimal(minor: number, currency: string): string {
  const digits = places(currency);
  const text = String(Math.abs(minor)).padStart(digits + 1, "0");
  return (minor < 0 ? "-" : "") + (digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text);
}

export const transferCount = (count: number): string =>
  count === 1 ? t("billing.one_transfer", "1 transfer") : t("billing.n_transfers", "{count} transfers", { count: number(count) });

export const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));
