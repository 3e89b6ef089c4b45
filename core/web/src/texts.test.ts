/** What the pages say and are called, over all families: read from their sources. */
import { expect, it } from "vitest";

const sources: Record<string, string> = import.meta.glob(["./**/*.ts", "../../../plugins/*/web/src/**/*.ts", "!**/*.test.ts", "!**/*.d.ts"], {
  query: "?raw", import: "default", eager: true,
});

const found = (pattern: RegExp) => Object.entries(sources).flatMap(([file, source]) => [...source.matchAll(pattern)].map((match) => ({ file, said: match.slice(1) })));

it("reads the sources of the shell and of the families", () => {
  for (const part of ["./pages/home.ts", "distribution", "billing", "studio"]) expect(Object.keys(sources).some((file) => file.includes(part))).toBe(true);
});

it("defines every element once: the second definition would throw, and its page would never open", () => {
  const tags = found(/customElements\.define\("([^"]+)"/g).map(({ said }) => said[0]!);
  expect(tags.filter((tag, place) => tags.indexOf(tag) !== place)).toEqual([]);
  expect(tags.length).toBeGreaterThan(30);
});

it("has one text for each id: a translation could not be right for both", () => {
  const texts = new Map<string, string>();
  const clashes: string[] = [];
  for (const { file, said: [id, text] } of found(/\bt\(\s*"([^"]+)",\s*"((?:[^"\\]|\\.)*)"/g)) {
    if ((texts.get(id!) ?? text) !== text) clashes.push(`${id} in ${file}: “${text}” and “${texts.get(id!)}”`);
    texts.set(id!, text!);
  }
  expect(clashes).toEqual([]);
  expect(texts.size).toBeGreaterThan(300);
});

it("writes typographic apostrophes", () => {
  const texts = found(/^(?!\s*(?:\*|\/\*|\/\/))(.*\p{L}'\p{L}.*)$/gmu).map(({ file, said: [line] }) => `${file}: ${line!.trim()}`);
  expect(texts).toEqual([]);
});
