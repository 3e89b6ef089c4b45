import { describe, expect, it } from "vitest";
import {
  choices, filtered, fitting, nextOrder, readQuery, ROOMY_PX, ROW_PX, rowHeight, scrolledTo, SLIM_PX, sorted, tracks, visibleRange, writtenQuery, type Column,
} from "./table-rows";

describe("visibleRange", () => {
  it.each([0, 1, 399, 123_456, 399_520])("has every row in view, scrolled to %d px, and few more", (scrolled) => {
    const { first, end } = visibleRange(scrolled, 480, 10_000);
    expect(first).toBeLessThanOrEqual(Math.floor(scrolled / ROW_PX));
    expect(end).toBeGreaterThanOrEqual(Math.min(10_000, Math.ceil((scrolled + 480) / ROW_PX)));
    expect(end - first).toBeLessThan(60);
  });

  it("is all of a short list, and none of an empty one", () => {
    expect(visibleRange(0, 480, 5)).toEqual({ first: 0, end: 5 });
    expect(visibleRange(0, 480, 0)).toEqual({ first: 0, end: 0 });
  });

  it("stays as it is while less than a step is scrolled", () => {
    expect(visibleRange(321, 480, 10_000)).toEqual(visibleRange(639, 480, 10_000));
  });
});

it.each([
  [0, 400, 0],
  [12, 400, 400],
  [30, 400, 840],
])("row %d comes into view from %d px at %d px", (row, from, to) => {
  expect(scrolledTo(row, from, 400)).toBe(to);
});

const columns: Column<any>[] = [{ key: "title", title: "Title" }, { key: "plays", title: "Plays" }, { key: "note", title: "", sort: false }];
const rows = [
  { title: "Track 10", plays: 5 },
  { title: "track 2", plays: null },
  { title: "Éclair", plays: 40 },
];
const titles = (found: readonly object[]) => (found as typeof rows).map(({ title }) => title);

describe("sorted", () => {
  it("counts in words as people do", () => {
    expect(titles(sorted(rows, columns, { key: "title", descending: false }))).toEqual(["Éclair", "track 2", "Track 10"]);
  });
  it("keeps what is missing at the end, both ways", () => {
    expect(titles(sorted(rows, columns, { key: "plays", descending: false }))).toEqual(["Track 10", "Éclair", "track 2"]);
    expect(titles(sorted(rows, columns, { key: "plays", descending: true }))).toEqual(["Éclair", "Track 10", "track 2"]);
  });
  it("leaves the rows given as they are", () => {
    sorted(rows, columns, { key: "title", descending: true });
    expect(titles(rows)[0]).toBe("Track 10");
    expect(titles(sorted(rows, columns, { key: "note", descending: true }))).toEqual(titles(rows));
  });
});

it("goes up, down, and back to how it was", () => {
  const up = nextOrder(undefined, "plays");
  const down = nextOrder(up, "plays");
  expect([up, down, nextOrder(down, "plays")]).toEqual([{ key: "plays", descending: false }, { key: "plays", descending: true }, undefined]);
  expect(nextOrder(down, "title")).toEqual({ key: "title", descending: false });
});

it("finds rows that have every typed word", () => {
  expect(titles(filtered(rows, columns, "TRACK 5"))).toEqual(["Track 10"]);
  expect(filtered(rows, columns, " ")).toBe(rows);
});

it("leaves the first two columns and the last on a narrow screen", () => {
  const four = [...columns, { key: "paid", title: "Paid", width: "90px" }];
  expect(fitting(four, true).map(({ key }) => key)).toEqual(["title", "plays", "paid"]);
  expect(fitting(four, false)).toHaveLength(4);
  expect(tracks(fitting(four, true), true, true)).toBe("28px minmax(0, 1.5fr) minmax(0, 1fr) 90px");
});

it("gives texts further lines on a narrow screen, whatever the rows are elsewhere", () => {
  expect([rowHeight(false, false), rowHeight(true, false)]).toEqual([ROW_PX, ROOMY_PX]);
  expect([rowHeight(false, true), rowHeight(true, true)]).toEqual([SLIM_PX, SLIM_PX]);
});

it("keeps on a narrow screen how columns share the room", () => {
  const shared = [{ key: "payee", title: "Payee", width: "minmax(0, 1fr)" }, { key: "status", title: "Status", width: "minmax(0, 2fr)" }, { key: "amount", title: "Amount", width: "90px" }];
  expect(tracks(shared, true, false)).toBe("minmax(0, 1fr) minmax(0, 2fr) 90px");
});

describe("a query", () => {
  const kinds: Column<{ title: string; kind: string }>[] = [
    { key: "title", title: "Title" },
    { key: "kind", title: "Kind", filter: true, hidden: true, text: ({ kind }) => kind.toUpperCase() },
  ];
  const releases = [{ title: "Été", kind: "album" }, { title: "Halo", kind: "single" }, { title: "Nightfall", kind: "album" }];

  it("finds what is drawn, without accents, and what was chosen", () => {
    expect(filtered(releases, kinds, "ete").map(({ title }) => title)).toEqual(["Été"]);
    expect(filtered(releases, kinds, "", { kind: "ALBUM" }).map(({ title }) => title)).toEqual(["Été", "Nightfall"]);
    expect(choices(releases, kinds[1]!)).toEqual(["ALBUM", "SINGLE"]);
    expect(fitting(kinds, false).map(({ key }) => key)).toEqual(["title"]);
  });

  it.each([
    ["", { typed: "halo", order: { key: "title", descending: true }, chosen: { kind: "ALBUM" } }],
    ["entries.", { typed: "", order: undefined, chosen: {} }],
  ])("is read from the address as it was written there, prefix “%s”", (prefix, query) => {
    const search = writtenQuery("?to=1&other.q=x", query, kinds, prefix);
    expect(readQuery(search, kinds, prefix)).toEqual(query);
    expect(new URLSearchParams(search).get("to")).toBe("1");
    expect(new URLSearchParams(search).get("other.q")).toBe("x");
  });

  it("takes no order by a column that is unknown", () => {
    expect(readQuery("?sort=-secret", kinds).order).toBeUndefined();
  });
});
