import { beforeAll, describe, expect, it } from "vitest";
import { amount, exactAmount } from "./royalties-api";

beforeAll(() => {
  document.documentElement.lang = "en";
});

describe("amounts of statements", () => {
  it.each([
    ["4.1599999999", "EUR", "€4.15"],
    ["-0.001", "EUR", "-€0.01"],
    ["1234.56", "HUF", "HUF\u00a01,234.56"],
    ["1500", "JPY", "¥1,500"],
    ["1.5", null, ""],
  ])("are shown as they are booked: %s %s", (exact, currency, shown) => {
    expect(amount(exact, currency)).toBe(shown);
  });

  it.each([
    ["4.15", "EUR", "€4.15"],
    ["4.1511111111", "EUR", "€4.1511111111"],
    ["1234.5", "HUF", "HUF\u00a01,234.50"],
  ])("have every decimal where that is asked for: %s %s", (exact, currency, shown) => {
    expect(exactAmount(exact, currency)).toBe(shown);
  });
});
