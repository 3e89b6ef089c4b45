import { describe, expect, it } from "vitest";
import type { Balance, Payout } from "./api";
import { accountName, decimal, earningsOf, holders, minorOf, partyName, payoutState, saleState, share, side, standing, totals, typed, way } from "./words";

const balance = (purpose: string, currency: string, amount: number, held = 0) => ({ purpose, currency, amount, held }) as Balance;

describe("what the books come to", () => {
  it("is told by currency, the one in which most is owed first", () => {
    const balances = [balance("payable", "USD", 100), balance("payable", "EUR", 700, 200), balance("payable", "EUR", 50), balance("receivable", "USD", 30), balance("unallocated", "EUR", 15)];
    const payouts = [{ currency: "EUR", state: "paid", amount: 40 }, { currency: "EUR", state: "failed", amount: 9 }] as Payout[];
    expect(totals(balances, payouts)).toEqual([
      { currency: "EUR", owed: 750, onItsWay: 200, suspense: 15, receivable: 0, inTransit: 0, paid: 40, bank: 0 },
      { currency: "USD", owed: 100, onItsWay: 0, suspense: 0, receivable: 30, inTransit: 0, paid: 0, bank: 0 },
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
    expect(accountName("receivable", "spotify", new Map())).toBe("Spotify · receivable");
    expect(way({ provider: null, destination_shown: "" }, [])).toBe("No payment method yet");
  });

  it("say what must happen before money can be paid out, and offer nothing until then", () => {
    const owed = { currency: "EUR", amount: 500, held: 0, available: 500, settled: 500, not_payable: "" };
    const of = (facts: Partial<typeof owed>, provider: string | null = "test") => standing({ provider }, { ...owed, ...facts });
    expect(of({})).toEqual({ payable: true, state: "", next: "" });
    expect(of({ settled: 0 })).toMatchObject({ payable: false, state: "not arrived yet", next: expect.stringContaining("record the payment under Arriving") });
    expect(of({}, null)).toMatchObject({ payable: false, next: "Add a payment method to pay it out." });
    expect(of({ not_payable: "EUR only." })).toMatchObject({ payable: false, next: "EUR only." });
    expect(of({ available: 0 })).toMatchObject({ payable: false, state: "on its way" });
    expect(of({ amount: -5, available: -5, settled: -5 })).toMatchObject({ payable: false, state: "taken back" });
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

describe("the page", () => {
  it("names stores as people write them", () => {
    expect(["spotify", "apple-music", "Nova Reyes", ""].map((each) => partyName(each))).toEqual(["Spotify", "Apple Music", "Nova Reyes", ""]);
    expect(partyName("youtube", new Map([["youtube", "YouTube Music"]]))).toBe("YouTube Music");
  });

  it("sums earnings by month and source, the small ones together", () => {
    const earned = (month: string, source: string, amount: number) => ({ month, currency: "EUR", source, source_name: source.toUpperCase(), amount });
    const all = [earned("2026-10", "a", 100), earned("2026-11", "a", 50), ...["b", "c", "d", "e", "f"].map((each, place) => earned("2026-11", each, 9 - place)), { ...earned("2026-11", "a", 7), currency: "USD" }];
    const { labels, series, total } = earningsOf(all, "EUR", new Date("2026-11-28T12:00:00Z"));
    expect([labels.length, total]).toEqual([12, 185]);
    expect(series.map(({ name }) => name)).toEqual(["A", "B", "C", "D", "Others"]);
    expect(series.map(({ values }) => values.at(-1))).toEqual([50, 9, 8, 7, 11]);
    expect(series[0]!.values.at(-2)).toBe(100);
  });

  it("says what holds money", () => {
    const payout = (provider: string, state: string, amount: number) => ({ provider, state, amount, currency: "EUR" }) as Payout;
    const said = holders("EUR", 700, [payout("bank_transfer", "sent", 300), payout("bank_transfer", "held", 200), payout("bank_transfer", "paid", 900)], [{ name: "bank_transfer", title: "Bank transfer", offers: [], destination_hint: "", destination_fields: [] }]);
    expect(said).toBe("2 payouts in progress: Bank transfer, €2.00 by postings that aren’t settled.");
  });
});

describe("saleState", () => {
  const sale = { amount: 1000, refunded: 0, refunding: 0, dispute: null };
  const dispute = { state: "needs_response", amount: 1000, fee: 0, reason: "fraudulent", respond_by: "2026-12-04T12:00:00Z" };

  it("says what became of the money", () => {
    expect(saleState(sale)).toBe("Paid");
    expect(saleState({ ...sale, refunded: 400 })).toBe("Partly refunded");
    expect(saleState({ ...sale, refunded: 1000 })).toBe("Refunded");
  });

  it("says until when a dispute waits for an answer", () => {
    expect(saleState({ ...sale, dispute })).toContain("respond by");
    expect(saleState({ ...sale, dispute: { ...dispute, state: "lost" } })).toBe("Dispute lost");
  });
});
