import { expect, test } from "vitest";
import { added, byMonth, everyMonth } from "./royalties-months";

const earned = (month: string, source_name: string, amount: string) => ({ month, source_name, amount, currency: "EUR", source: source_name });

test("exact amounts stay exact", () => {
  expect(Number(added(["0.1000000001", "0.2"]))).toBe(0.3000000001);
  expect(added(["9007199254740993.01", "-0.02"])).toBe("9007199254740992.990000000000");
  expect(added(["-0.5", "0.25"])).toBe("-0.250000000000");
});

test("months without a sale are there too", () => {
  expect(everyMonth(["2027-02", "2026-11"])).toEqual(["2026-11", "2026-12", "2027-01", "2027-02"]);
  const { months, series, totals } = byMonth([earned("2026-11", "Spotify", "2.5"), earned("2027-01", "Deezer", "1"), earned("2026-11", "Deezer", "0.5")]);
  expect(months).toHaveLength(3);
  expect(series).toEqual([{ name: "Deezer", values: [0.5, 0, 1] }, { name: "Spotify", values: [2.5, 0, 0] }]);
  expect(Number(totals.get("2026-11"))).toBe(3);
});
