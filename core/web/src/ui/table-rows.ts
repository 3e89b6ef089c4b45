/** Which rows a table shows, and in which order. No page is needed for this. */
import { t } from "./i18n";

export const ROW_PX = 40;
const OVERSCAN = 8;

export interface Column<Row = Record<string, unknown>> {
  key: string;
  title: string;
  /** A track of CSS grid: `120px`, `minmax(0, 2fr)`. An equal share unless said. */
  width?: string;
  align?: "start" | "end";
  render?: (row: Row) => unknown;
  /** Compares two rows, the smaller first; `false` where their order means nothing. By the value at `key` unless said. */
  sort?: ((one: Row, other: Row) => number) | false;
}

export interface Order {
  key: string;
  descending: boolean;
}

export interface Range {
  first: number;
  /** The one after the last. */
  end: number;
}

/** The rows to be drawn: those in view and a few around them, in steps, so that not every pixel draws anew. */
export function visibleRange(scrolledPx: number, heightPx: number, count: number): Range {
  const top = Math.floor(scrolledPx / ROW_PX / OVERSCAN) * OVERSCAN - OVERSCAN;
  const shown = Math.ceil(heightPx / ROW_PX) + 3 * OVERSCAN;
  const first = Math.max(0, Math.min(top, count - shown));
  return { first, end: Math.min(count, first + shown) };
}

/** Where to scroll to have a row in view, as little as possible. `heightPx`: what is left below the header. */
export function scrolledTo(row: number, scrolledPx: number, heightPx: number): number {
  const top = row * ROW_PX;
  return Math.max(Math.min(scrolledPx, top), top + ROW_PX - heightPx);
}

const words = new Intl.Collator(undefined, { numeric: true, sensitivity: "base" });

/** Numbers by size, words as people sort them, what is missing last. */
export function compared(one: unknown, other: unknown): number {
  if (one == null || other == null) return Number(one == null) - Number(other == null);
  if (typeof one === "number" && typeof other === "number") return one - other;
  return words.compare(String(one), String(other));
}

export function sorted<Row extends object>(rows: readonly Row[], columns: Column<Row>[], order: Order | undefined): Row[] {
  const column = columns.find(({ key }) => key === order?.key);
  if (!order || !column || column.sort === false) return [...rows];
  const at = (row: Row) => (row as Record<string, unknown>)[column.key];
  const compare = column.sort ?? ((one: Row, other: Row) => compared(at(one), at(other)));
  const missing = (row: Row) => !column.sort && at(row) == null;
  return [...rows].sort((one, other) => {
    if (missing(one) || missing(other)) return Number(missing(one)) - Number(missing(other));
    return order.descending ? compare(other, one) : compare(one, other);
  });
}

/** Rows whose columns have all the typed words, in any order. */
export function filtered<Row extends object>(rows: readonly Row[], columns: Column<Row>[], typed: string): readonly Row[] {
  const wanted = typed.toLowerCase().split(/\s+/).filter(Boolean);
  if (!wanted.length) return rows;
  return rows.filter((row) => {
    const text = columns.map(({ key }) => (row as Record<string, unknown>)[key] ?? "").join(" ").toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/** One click up, the next down, the third as it was. */
export function nextOrder(order: Order | undefined, key: string): Order | undefined {
  if (order?.key !== key) return { key, descending: false };
  return order.descending ? undefined : { key, descending: true };
}

/** On a narrow screen the first two columns and the last are left. */
export function fitting<Row>(columns: Column<Row>[], narrow: boolean): Column<Row>[] {
  return narrow && columns.length > 3 ? [...columns.slice(0, 2), columns.at(-1)!] : columns;
}

export function tracks<Row>(columns: Column<Row>[], narrow: boolean, selectable: boolean): string {
  const wide = columns.map(({ width }) => width ?? "minmax(0, 1fr)");
  const slim = columns.map(({ width }, place) => {
    if (place === columns.length - 1 && place > 0) return width?.endsWith("px") ? width : "minmax(0, 1fr)";
    return place ? "minmax(0, 1fr)" : "minmax(0, 1.5fr)";
  });
  return [...(selectable ? ["28px"] : []), ...(narrow ? slim : wide)].join(" ");
}

export const nothingMatches = (filter: string) => t("table.no_match", "Nothing matches “{filter}”.", { filter });
