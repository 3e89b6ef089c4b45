import { beforeAll, describe, expect, it } from "vitest";
import { bytes, duration, money, when } from "./format";

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
    [9007199254740993n, "USD", "$90,071,992,547,409.93"],
  ])("is exact: %s %s", (minor, currency, shown) => {
    expect(money(minor, currency)).toBe(shown);
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
