/** A three-way merge of what a form holds: what one side changed is taken, what both changed differently is asked. */

export type Fields = Record<string, unknown>;

/** Both changed it: `mine` here, `theirs` on the server. */
export interface Clash {
  /** From the outside in; a row of a list by its id: `["tracks", "#0198…", "title"]`. */
  path: readonly string[];
  mine: unknown;
  theirs: unknown;
}

export interface Merged {
  /** With `mine` where there is a clash. */
  fields: Fields;
  clashes: Clash[];
}

type Row = { id: string };

export function merge(base: Fields, mine: Fields, theirs: Fields): Merged {
  const clashes: Clash[] = [];
  return { fields: records(base, mine, theirs, [], clashes), clashes };
}

/** Whether two values would be stored the same: the order of an object’s keys says nothing, and neither does an undefined one. */
export function same(one: unknown, other: unknown): boolean {
  if (one === other) return true;
  if (Array.isArray(one) && Array.isArray(other)) return one.length === other.length && one.every((each, at) => same(each, other[at]));
  if (!isRecord(one) || !isRecord(other)) return false;
  return keysOf(one, other).every((key) => same(one[key], other[key]));
}

/** The fields with another value at a path. */
export function withValue(fields: Fields, [first, ...rest]: readonly string[], value: unknown): Fields {
  return first === undefined ? fields : (put(fields, [first, ...rest], value) as Fields);
}

function put(held: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value;
  if (Array.isArray(held)) return held.map((each: unknown) => (isRow(each) && `#${each.id}` === first ? put(each, rest, value) : each));
  return { ...(held as Fields), [first]: put((held as Fields | undefined)?.[first], rest, value) };
}

function records(base: Fields, mine: Fields, theirs: Fields, path: readonly string[], clashes: Clash[]): Fields {
  const merged = keysOf(mine, theirs).map((key): [string, unknown] => [key, values(base[key], mine[key], theirs[key], [...path, key], clashes)]);
  return Object.fromEntries(merged.filter(([, value]) => value !== undefined));
}

function values(base: unknown, mine: unknown, theirs: unknown, path: readonly string[], clashes: Clash[]): unknown {
  if (same(base, theirs) || same(mine, theirs)) return mine;
  if (same(base, mine)) return theirs;
  if (isRecord(mine) && isRecord(theirs)) return records(isRecord(base) ? base : {}, mine, theirs, path, clashes);
  return rows(base, mine, theirs, path, clashes) ?? clash(mine, theirs, path, clashes);
}

function clash(mine: unknown, theirs: unknown, path: readonly string[], clashes: Clash[]): unknown {
  clashes.push({ path, mine, theirs });
  return mine;
}

/** Lists of rows with ids are merged row by row, unless both sides added, removed or moved some. */
function rows(base: unknown, mine: unknown, theirs: unknown, path: readonly string[], clashes: Clash[]): unknown[] | undefined {
  if (!isList(base) || !isList(mine) || !isList(theirs)) return undefined;
  if (!base.every(isRow) || ![mine, theirs].every((list) => list.every(isRecord))) return undefined;
  const order = sameOrder(base, theirs) ? mine : sameOrder(base, mine) ? theirs : undefined;
  if (!order || losesChange(base, order, order === mine ? theirs : mine)) return undefined;
  return order.map((row) => {
    const of = (list: unknown[]) => list.find((each): each is Row => isRow(row) && isRow(each) && each.id === row.id);
    const [was, here, there] = [of(base), of(mine), of(theirs)];
    return was && here && there ? values(was, here, there, [...path, `#${was.id}`], clashes) : row;
  });
}

/** Whether a row was removed on one side that the other has changed. */
const losesChange = (base: Row[], order: unknown[], other: unknown[]): boolean =>
  base.some((was) => !order.some((each) => isRow(each) && each.id === was.id) && !same(was, other.find((each) => isRow(each) && each.id === was.id)));

const sameOrder = (one: unknown[], other: unknown[]): boolean => same(one.map(idOf), other.map(idOf));

const idOf = (row: unknown): string | undefined => (isRow(row) ? row.id : undefined);

const isList = (value: unknown): value is unknown[] => Array.isArray(value);

const isRecord = (value: unknown): value is Fields => typeof value === "object" && value !== null && !Array.isArray(value);

const isRow = (value: unknown): value is Row => isRecord(value) && typeof value["id"] === "string" && value["id"] !== "";

const keysOf = (one: Fields, other: Fields): string[] => [...new Set([...Object.keys(one), ...Object.keys(other)])];
