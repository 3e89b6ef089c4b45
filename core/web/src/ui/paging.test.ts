import { describe, expect, it } from "vitest";
import { everyPage, type Page } from "./paging";

describe("a list by the page", () => {
  const pages: Record<string, Page<number>> = { "": { items: [1, 2], next: "b" }, b: { items: [3], next: "c" }, c: { items: [4], next: null } };

  it("is read to its end, each row once", async () => {
    const asked: (string | undefined)[] = [];
    const found = await everyPage(async (cursor) => {
      asked.push(cursor);
      return pages[cursor ?? ""];
    });
    expect(found).toEqual([1, 2, 3, 4]);
    expect(asked).toEqual([undefined, "b", "c"]);
  });

  it.each([undefined, [1, 2], { deliveries: [] }, { items: null }])("is not taken for empty where the answer is no page: %j", async (answer) => {
    await expect(everyPage(async () => answer as unknown as Page<number>)).rejects.toThrow("not a list");
  });

  it("is not read for ever where every page leads to the same one", async () => {
    await expect(everyPage(async () => ({ items: [1], next: "b" }))).rejects.toThrow("never ends");
  });

  it("fails as a whole where one of its pages fails", async () => {
    const read = async (cursor: string | undefined) => {
      if (cursor) throw new Error("the server is gone");
      return pages[""];
    };
    await expect(everyPage(read)).rejects.toThrow("the server is gone");
  });
});
