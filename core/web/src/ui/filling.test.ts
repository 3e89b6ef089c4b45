import { describe, expect, it, vi } from "vitest";
import { Filling } from "./filling";
import { everyPage, type Growing, type Page } from "./paging";

const PAGES: Record<string, Page<number>> = { "": { items: [1], next: "b" }, b: { items: [2], next: "c" }, c: { items: [3], next: "d" }, d: { items: [4], next: null } };
const list = (growing: Growing<number>) => everyPage(async (cursor) => PAGES[cursor ?? ""], growing);

function filled(): { filling: Filling<number>; seen: [number[] | undefined, boolean][] } {
  const seen: [number[] | undefined, boolean][] = [];
  const filling: Filling<number> = new Filling(() => seen.push([filling.rows, filling.partial]));
  return { filling, seen };
}

describe("a list that fills up", () => {
  it("is shown from its first page on, and is whole at last", async () => {
    const { filling, seen } = filled();
    await filling.read(list);
    expect(seen).toEqual([[[1], true], [[1, 2], true], [[1, 2, 3, 4], false]]);
  });

  it("stays as it is while it is read again", async () => {
    const { filling, seen } = filled();
    await filling.read(list);
    seen.length = 0;
    await filling.read(list);
    expect(seen).toEqual([[[1, 2, 3, 4], false]]);
  });

  it("takes the later of two readings", async () => {
    const { filling } = filled();
    let late: (rows: number[]) => void = () => undefined;
    const slow = filling.read(() => new Promise((done) => (late = done)));
    await filling.read(async () => [5]);
    late([1]);
    await slow;
    expect(filling.rows).toEqual([5]);
  });

  it("says that rows are missing where its reading fails", async () => {
    const { filling } = filled();
    const fails = async (growing: Growing<number>): Promise<number[]> => {
      growing([1]);
      throw new Error("the server is gone");
    };
    await expect(filling.read(fails)).rejects.toThrow("the server is gone");
    expect([filling.rows, filling.partial]).toEqual([[1], true]);
  });

  it("asks for no more than it shows: one page is whole at once", async () => {
    const growing = vi.fn();
    expect(await everyPage(async () => ({ items: [1], next: null }), growing)).toEqual([1]);
    expect(growing).not.toHaveBeenCalled();
  });
});
