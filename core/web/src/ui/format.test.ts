import { beforeAll, describe, expect, it } from "vitest";
import { bytes, date, duration, exactMoney, money, when, withMoney } from "./format";

beforeAll(() => {
  document.documentElement.lang = "en";
});

describe("money", () => {
  it.each([
    [123456, "EUR", "€1,234.56"],
    [5, "USD", "$0.05"],
    [-5, "USD", "-$0.05"],
    [1500, "JPY", "¥1,500"],
    [12345, "KWD", "KWD\u00a012.345"],
    [123456, "HUF", "HUF\u00a01,234.56"],
    [9007199254740993n, "USD", "$90,071,992,547,409.93"],
  ])("is exact: %s %s", (minor, currency, shown) => {
    expect(money(minor, currency)).toBe(shown);
  });
});

describe("exact money", () => {
  it("leaves off what is beyond the currency, or shows as much as is asked for", () => {
    expect(exactMoney("4.1599999999", "EUR")).toBe("€4.15");
    expect(exactMoney("4.1511111111", "EUR", 12)).toBe("€4.1511111111");
  });
});

describe("a sentence of the server", () => {
  it.each([
    ["Only 1234.50 EUR has arrived, 7 JPY is to be paid.", "Only €1,234.50 has arrived, ¥7 is to be paid."],
    ["-12.30 EUR", "-€12.30"],
    ["Choose SEPA transfers in EUR, not 5 PDF files or 1.5 EUR.", "Choose SEPA transfers in EUR, not 5 PDF files or 1.5 EUR."],
  ])("has its amounts as the page: %s", (said, shown) => {
    expect(withMoney(said)).toBe(shown);
  });
});

describe("when", () => {
  const now = Date.parse("2026-11-24T12:00:00Z");
  it.each([
    ["2026-11-24T11:59:40Z", "now"],
    ["2026-11-24T09:00:00Z", "3 hours ago"],
    ["2026-11-26T12:00:00Z", "in 2 days"],
    ["2026-01-02T12:00:00Z", "Jan 2, 2026"],
  ])("%s is %s", (iso, words) => {
    expect(when(iso, now)).toBe(words);
  });
});

it("tells sizes and lengths", () => {
  expect(bytes(0)).toBe("0 bytes");
  expect(bytes(1_500_000)).toBe("1.5 MB");
  expect(duration(192)).toBe("3:12");
  expect(duration(3727)).toBe("1:02:07");
});

it("shows a day as that day, also west of Greenwich", () => {
  const { env } = (globalThis as unknown as { process: { env: Record<string, string> } }).process;
  const zone = env.TZ;
  env.TZ = "America/Los_Angeles";
  try {
    expect(date("2026-12-04")).toBe("Dec 4, 2026");
    expect(date("2026-12-04T03:00:00Z")).toBe("Dec 3, 2026");
  } finally {
    if (zone === undefined) delete env.TZ;
    else env.TZ = zone;
  }
});
