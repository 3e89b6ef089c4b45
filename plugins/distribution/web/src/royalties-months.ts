/** Exact amounts of sources, put side by side by month. */
import type { EarnedMonth } from "./royalties-api";

const PLACES = 12;

/** Exact decimal numbers added up; a double would round. */
export function added(amounts: string[]): string {
  const sum = amounts.reduce((before, each) => before + units(each), 0n);
  const digits = String(sum < 0n ? -sum : sum).padStart(PLACES + 1, "0");
  return `${sum < 0n ? "-" : ""}${digits.slice(0, -PLACES)}.${digits.slice(-PLACES)}`;
}

function units(exact: string): bigint {
  const [whole, rest = ""] = exact.replace("-", "").split(".");
  const size = BigInt(whole + rest.padEnd(PLACES, "0"));
  return exact.startsWith("-") ? -size : size;
}

/** Every month from the first to the last, also those without a sale. */
export function everyMonth(found: string[]): string[] {
  const [first, last] = [found.toSorted()[0], found.toSorted().at(-1)];
  const months: string[] = [];
  for (let each = first; each && each <= last!; each = following(each)) months.push(each);
  return months;
}

function following(month: string): string {
  const [year, number] = month.split("-").map(Number);
  return number === 12 ? `${year! + 1}-01` : `${year}-${String(number! + 1).padStart(2, "0")}`;
}

export function byMonth(found: EarnedMonth[]): { months: string[]; series: { name: string; values: number[] }[]; totals: Map<string, string> } {
  const months = everyMonth(found.map(({ month }) => month));
  const names = [...new Set(found.map(({ source_name }) => source_name))].sort();
  const of = (month: string, name?: string) => added(found.filter((each) => each.month === month && (name === undefined || each.source_name === name)).map(({ amount }) => amount));
  const series = names.map((name) => ({ name, values: months.map((month) => Number(of(month, name))) }));
  return { months, series, totals: new Map(months.map((month) => [month, of(month)])) };
}
