import { afterEach, beforeEach, expect, it } from "vitest";
import "./table";
import type { MbTable } from "./table";
import { ROW_PX } from "./table-rows";

interface Song {
  id: string;
  title: string;
  plays: number;
}

/** By plays they stand the other way round. */
const SONGS: Song[] = Array.from({ length: 500 }, (_, number) => ({ id: `id-${number}`, title: `Song ${number}`, plays: 500 - number }));
let table: MbTable;

beforeEach(async () => {
  table = document.createElement("mb-table") as MbTable;
  table.selectable = true;
  table.columns = [
    { key: "title", title: "Title" },
    { key: "plays", title: "Plays" },
  ];
  table.rows = SONGS;
  document.body.append(table);
  await table.updateComplete;
});

afterEach(() => table.remove());

const lines = () => [...table.renderRoot.querySelectorAll<HTMLElement>("[data-index]")];
const box = (line: Element) => line.querySelector<HTMLInputElement>("input[type=checkbox]")!;
const titleOf = (line: Element) => line.querySelector("[role=gridcell]:nth-child(2)")!.textContent.trim();
const line = (title: string) => lines().find((each) => titleOf(each) === title);
const ticked = () => lines().filter((each) => box(each).checked).map(titleOf);
const announced = () => lines().filter((each) => each.getAttribute("aria-selected") === "true").map(titleOf);
const selected = () => (table.selection as Song[]).map(({ title }) => title);

async function tick(title: string): Promise<void> {
  box(line(title)!).click();
  await table.updateComplete;
}

async function scrollTo(row: number): Promise<void> {
  const grid = table.renderRoot.querySelector(".grid")!;
  grid.scrollTop = row * ROW_PX;
  grid.dispatchEvent(new Event("scroll"));
  await table.updateComplete;
}

it("draws only the rows in view", () => {
  expect(lines().length).toBeLessThan(60);
});

it("ticks the row that was ticked and no other, however far it is scrolled", async () => {
  await tick("Song 3");
  for (const row of [10, 30, 120, 480, 0]) {
    await scrollTo(row);
    const there = line("Song 3") ? ["Song 3"] : [];
    expect(ticked(), `at row ${row}`).toEqual(there);
    expect(announced(), `at row ${row}`).toEqual(there);
    expect(selected()).toEqual(["Song 3"]);
  }
});

it("ticks rows after scrolling, and keeps those of before", async () => {
  await tick("Song 3");
  await scrollTo(200);
  await tick("Song 205");
  expect(ticked()).toEqual(["Song 205"]);
  await scrollTo(0);
  expect(ticked()).toEqual(["Song 3"]);
  expect(selected()).toEqual(["Song 3", "Song 205"]);
});

it("keeps the tick with its row when the order changes", async () => {
  await tick("Song 0");
  table.order = { key: "plays", descending: false };
  await table.updateComplete;
  expect(titleOf(lines()[0]!)).toBe("Song 499");
  expect(ticked()).toEqual([]);
  expect(selected()).toEqual(["Song 0"]);
  await scrollTo(499);
  expect(ticked()).toEqual(["Song 0"]);
});

it("keeps the tick with its row when others come and go above it", async () => {
  await tick("Song 2");
  table.rows = [{ id: "new", title: "New", plays: 1 }, ...SONGS.slice(1)];
  await table.updateComplete;
  expect(ticked()).toEqual(["Song 2"]);
});

it("takes a click that the browser has done already as the one meant", async () => {
  await tick("Song 1");
  await tick("Song 1");
  expect(ticked()).toEqual([]);
  expect(selected()).toEqual([]);
});
