/** Which rows a table shows, in which order, and how that is kept in the address. No page is needed for this. */
import { t } from "./i18n";

export const ROW_PX = 40;
/** Of rows with a second line. */
export const ROOMY_PX = 60;
/** On a narrow screen texts go on in further lines. */
export const SLIM_PX = 72;
export const rowHeight = (roomy: boolean, narrow: boolean): number => (narrow ? SLIM_PX : roomy ? ROOMY_PX : ROW_PX);
const OVERSCAN = 8;

export interface Column<Row = Record<string, unknown>> {
  key: string;
  /** Empty over buttons: only a screen reader says "Actions" there. */
  title: string;
  /** A track of CSS grid: `120px`, `minmax(0, 2fr)`. An equal share unless said. */
  width?: string;
  align?: "start" | "end";
  render?: (row: Row) => unknown;
  /** What search and filter read, where it isn't the value at `key`: usually what is drawn. */
  text?: (row: Row) => string;
  /** Offers the column's texts as a filter. */
  filter?: boolean;
  /** Not drawn, but searched and offered as a filter. */
  hidden?: boolean;
  /** `false`: left out on a narrow screen. */
  narrow?: boolean;
  /** Compares two rows, the smaller first; `false` where their order means nothing. By the value at `key` unless said. */
  sort?: ((one: Row, other: Row) => number) | false;
}

export interface Order {
  key: string;
  descending: boolean;
}

/** What somebody looks for in a table. */
export interface Query {
  typed: string;
  order?: Order | undefined;
  /** Column → the text that its rows must have. */
  chosen: Record<string, string>;
}

export interface Range {
  first: number;
  /** The one after the last. */
  end: number;
}

/** The rows to be drawn: those in view and a few around them, in steps, so that not every pixel draws anew. */
export function visibleRange(scrolledPx: number, heightPx: number, count: number, rowPx = ROW_PX): Range {
  const top = Math.floor(scrolledPx / rowPx / OVERSCAN) * OVERSCAN - OVERSCAN;
  const shown = Math.ceil(heightPx / rowPx) + 3 * OVERSCAN;
  const first = Math.max(0, Math.min(top, count - shown));
  return { first, end: Math.min(count, first + shown) };
}

/** Where to scroll to have a row in view, as little as possible. `heightPx`: what is left below the header. */
export function scrolledTo(row: number, scrolledPx: number, heightPx: number, rowPx = ROW_PX): number {
  const top = row * rowPx;
  return Math.max(Math.min(scrolledPx, top), top + rowPx - heightPx);
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

export const textOf = <Row extends object>(row: Row, { key, text }: Column<Row>): string => text?.(row) ?? String((row as Record<string, unknown>)[key] ?? "");

/** Without case and accents, as people type. */
const plain = (text: string) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

/** Rows that have what was chosen, and all the typed words, in any order and any columns. */
export function filtered<Row extends object>(rows: readonly Row[], columns: Column<Row>[], typed: string, chosen: Query["chosen"] = {}): readonly Row[] {
  const wanted = plain(typed).split(/\s+/).filter(Boolean);
  const picked = columns.filter(({ key }) => chosen[key]);
  if (!wanted.length && !picked.length) return rows;
  return rows.filter((row) => {
    if (!picked.every((column) => textOf(row, column) === chosen[column.key])) return false;
    const text = plain(columns.map((column) => textOf(row, column)).join(" "));
    return wanted.every((word) => text.includes(word));
  });
}

/** The texts of a column, to choose from. */
export function choices<Row extends object>(rows: readonly Row[], column: Column<Row>): string[] {
  return [...new Set(rows.map((row) => textOf(row, column)).filter(Boolean))].sort(words.compare);
}

/** What an address says: `?q=halo&sort=-streams&kind=Album`, each name with the prefix. */
export function readQuery(search: string, columns: Column<any>[], prefix = ""): Query {
  const said = new URLSearchParams(search);
  const sort = said.get(`${prefix}sort`) ?? "";
  const key = sort.replace(/^-/, "");
  const order = columns.some((column) => column.key === key && column.sort !== false) ? { key, descending: sort.startsWith("-") } : undefined;
  const chosen = columns.filter((column) => column.filter).map((column) => [column.key, said.get(prefix + column.key) ?? ""] as const);
  return { typed: said.get(`${prefix}q`) ?? "", order, chosen: Object.fromEntries(chosen.filter(([, text]) => text)) };
}

/** The address's search with the query in it; what others keep there stays. */
export function writtenQuery(search: string, { typed, order, chosen }: Query, columns: Column<any>[], prefix = ""): string {
  const said = new URLSearchParams(search);
  const put = (name: string, value: string) => (value ? said.set(prefix + name, value) : said.delete(prefix + name));
  put("q", typed.trim());
  put("sort", order ? `${order.descending ? "-" : ""}${order.key}` : "");
  for (const { key, filter } of columns) if (filter) put(key, chosen[key] ?? "");
  return String(said) && `?${said}`;
}

/** One click up, the next down, the third as it was. */
export function nextOrder(order: Order | undefined, key: string): Order | undefined {
  if (order?.key !== key) return { key, descending: false };
  return order.descending ? undefined : { key, descending: true };
}

/** The columns to be drawn; on a narrow screen at most the first two and the last. */
export function fitting<Row>(columns: Column<Row>[], narrow: boolean): Column<Row>[] {
  const drawn = columns.filter((column) => !column.hidden && !(narrow && column.narrow === false));
  return narrow && drawn.length > 3 ? [...drawn.slice(0, 2), drawn.at(-1)!] : drawn;
}

export function tracks<Row>(columns: Column<Row>[], narrow: boolean, selectable: boolean): string {
  const wide = columns.map(({ width }) => width ?? "minmax(0, 1fr)");
  const slim = columns.map(({ width }, place) => {
    if (place === columns.length - 1 && place > 0) return width?.endsWith("px") ? width : "minmax(0, 1fr)";
    if (width?.includes("fr")) return width;
    return place ? "minmax(0, 1fr)" : "minmax(0, 1.5fr)";
  });
  return [...(selectable ? ["28px"] : []), ...(narrow ? slim : wide)].join(" ");
}

export const nothingMatches = (words: string[]) => t("table.no_match", "Nothing matches {words}.", { words: words.map((each) => `“${each}”`).join(", ") });
