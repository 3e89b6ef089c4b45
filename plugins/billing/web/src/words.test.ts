import { describe, expect, it } from "vitest";
import type { Balance, Payout } from "./api";
import { accountName, decimal, minorOf, payoutState, share, side, statementState, totals, typed, way } from "./words";

const balance = (purpose: string, currency: string, amount: number, held = 0) => ({ purpose, currency, amount, held }) as Balance;

describe("what the books come to", () => {
  it("is told by currency, the one in which most is owed first", () => {
    const balances = [balance("payable", "USD", 100), balance("payable", "EUR", 700, 200), balance("payable", "EUR", 50), balance("receivable", "USD", 30)];
    const payouts = [{ currency: "EUR", state: "paid", amount: 40 }, { currency: "EUR", state: "failed", amount: 9 }] as Payout[];
    expect(totals(balances, payouts)).toEqual([
      { currency: "EUR", owed: 750, onItsWay: 200, receivable: 0, paid: 40, bank: 0 },
      { currency: "USD", owed: 100, onItsWay: 0, receivable: 30, paid: 0, bank: 0 },
    ]);
  });

  it("shares nothing where nothing is owed", () => {
    expect(share(5, 0)).toBe(0);
    expect(share(-5, 10)).toBe(0);
    expect(share(5, 20)).toBe(0.25);
  });
});

describe("words", () => {
  it("say why a payout was not paid", () => {
    expect(payoutState({ state: "failed", reason: "The account is closed." })).toBe("Failed: The account is closed. The money is back in their balance.");
    expect(payoutState({ state: "paid", reason: "" })).toBe("Paid");
  });

  it("name payees instead of ids, and what is not known as it is", () => {
    expect(accountName("payable", "p1", new Map([["p1", "Nova"]]))).toBe("Nova · owed");
    expect(accountName("receivable", "spotify", new Map())).toBe("spotify · receivable");
    expect(way({ provider: null, destination_shown: "" }, [])).toBe("No payment method yet");
  });

  it("see an account from its own side", () => {
    const purposes = [{ name: "bank", root: "Assets", meaning: "" }, { name: "payable", root: "Liabilities", meaning: "" }];
    expect(side("bank", purposes)).toBe(1);
    expect(side("payable", purposes)).toBe(-1);
  });
});

describe("amounts as they are typed", () => {
  it("are whole minor units of their currency", () => {
    expect(["1234.5", "1234,50", "15.7673456789", "-0.019", "7"].map((text) => minorOf(text, "EUR"))).toEqual([123450, 123450, 1576, -1, 700]);
    expect([minorOf("12", "JPY"), minorOf("12.9", "JPY"), minorOf("1.2345", "KWD")]).toEqual([12, 12, 1234]);
    expect(["", "much", "1.234,50", "1e3", "--1"].map((text) => minorOf(text, "EUR"))).toEqual(Array(5).fill(undefined));
    expect([typed("12.34", "EUR"), typed("12.345", "EUR"), typed("1.0", "JPY")]).toEqual([1234, undefined, undefined]);
    expect([decimal(123450, "EUR"), decimal(5, "EUR"), decimal(12, "JPY")]).toEqual(["1234.50", "0.05", "12"]);
  });
});

describe("a statement", () => {
  it("says how far it is, or why not", () => {
    expect(statementState({ state: "imported", unmatched: 2, unsplit: 1 })).toBe("3 lines have no payee yet");
    expect(statementState({ state: "stopped", reason: "The import was cancelled." })).toBe("The import was cancelled.");
    expect(statementState({ state: "imported" })).toBe("Allocated");
  });
});
