/** What the books come to, and how the page says it. No page is needed for this. */
import { t } from "@maxbooster/ui";
import type { Balance, Payee, Payout, Provider, Purpose, Statement } from "./api";

/** One currency, in minor units. */
export interface Totals {
  currency: string;
  owed: number;
  onItsWay: number;
  receivable: number;
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
    return { currency, owed: of("payable"), onItsWay: of("payable", "held"), receivable: of("receivable"), paid, bank: of("bank") };
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

/** How a payee is paid: “Bank transfer · DE account ending 2051”. */
export function way(payee: Pick<Payee, "provider" | "destination_shown">, providers: readonly Provider[]): string {
  if (!payee.provider) return t("billing.payee.no_way", "No payment method yet");
  const title = providers.find(({ name }) => name === payee.provider)?.title ?? t("billing.payee.other_way", "Payment method");
  return payee.destination_shown ? `${title} · ${payee.destination_shown}` : title;
}

const ACCOUNTS: Record<string, string> = {
  bank: "Bank", receivable: "Receivable", overpaid: "Overpaid", clearing: "Clearing", payable: "Owed", unallocated: "Not yet allocated",
  fractions: "Fractions carried over", income: "Income", fees: "Fees", opening: "Opening balance",
};

/** A ledger account in words: “Nova Reyes · owed”; who comes first, for columns that are cut. */
export function accountName(purpose: string, party: string, names: ReadonlyMap<string, string>): string {
  const what = t(`billing.account.${purpose}`, ACCOUNTS[purpose] ?? purpose);
  return party ? `${names.get(party) ?? party} · ${what.toLocaleLowerCase()}` : what;
}

/** +1 where debits increase the account, −1 where credits do. */
export function side(purpose: string, purposes: readonly Purpose[]): 1 | -1 {
  const root = purposes.find(({ name }) => name === purpose)?.root;
  return root === "Assets" || root === "Expenses" ? 1 : -1;
}

/** How many decimals a currency has. */
export const places = (currency: string) => new Intl.NumberFormat("en", { style: "currency", currency }).resolvedOptions().maximumFractionDigits ?? 2;

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

export function statementState({ state, reason, unmatched = 0, unsplit = 0 }: Pick<Statement, "state" | "reason" | "unmatched" | "unsplit">): string {
  switch (state) {
    case "importing":
      return t("billing.statement.importing", "Importing");
    case "failed":
    case "stopped":
      return reason ?? t("billing.statement.failed", "Not imported");
    default:
      return unmatched + unsplit
        ? t("billing.statement.waiting", "{count} lines have no payee yet", { count: String(unmatched + unsplit) })
        : t("billing.statement.imported", "Allocated");
  }
}

export const reason = (error: unknown) => (error instanceof Error ? error.message : String(error));
