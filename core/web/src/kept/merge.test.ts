import { describe, expect, it } from "vitest";
import { merge, same, withValue, type Fields } from "./merge";

/** Numbers that follow from a seed, so that a failure can be repeated. */
function random(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return Math.floor((state / 2_147_483_648) * below);
  };
}

const NAMES = ["title", "label", "note", "tags", "more", "rows"];

function value(name: string, next: (below: number) => number): unknown {
  if (name === "tags") return Array.from({ length: next(3) }, () => `t${next(3)}`);
  if (name === "more") return { one: next(3), two: `x${next(3)}` };
  if (name === "rows") return ["a", "b"].map((id) => ({ id, title: `r${next(3)}`, take: next(2) }));
  return next(4) ? `v${next(4)}` : undefined;
}

function changed(fields: Fields, next: (below: number) => number): Fields {
  return Object.fromEntries(NAMES.map((name) => [name, next(3) ? fields[name] : value(name, next)]));
}

const made = (next: (below: number) => number): Fields => Object.fromEntries(NAMES.map((name) => [name, value(name, next)]));

/** Every single value, by its path. */
function leaves(fields: unknown, path = ""): Map<string, unknown> {
  if (typeof fields !== "object" || fields === null) return new Map(fields === undefined ? [] : [[path, fields]]);
  if (Array.isArray(fields) && !fields.some((each) => typeof each === "object")) return new Map([[path, JSON.stringify(fields)]]);
  const parts = Array.isArray(fields) ? fields.map((each: { id: string }): [string, unknown] => [each.id, each]) : Object.entries(fields);
  return new Map(parts.flatMap(([key, each]) => [...leaves(each, `${path}/${key}`)]));
}

describe("a merge of what two sides made of the same", () => {
  it.each(Array.from({ length: 300 }, (_, seed) => seed))("keeps what either side did (seed %i)", (seed) => {
    const next = random(seed + 1);
    const base = made(next);
    const [mine, theirs] = [changed(base, next), changed(base, next)];
    const { fields, clashes } = merge(base, mine, theirs);
    const [was, here, there, merged] = [base, mine, theirs, fields].map((each) => leaves(each)) as [Map<string, unknown>, Map<string, unknown>, Map<string, unknown>, Map<string, unknown>];
    const asked = clashes.map(({ path }) => `/${path.join("/").replaceAll("#", "")}`);
    for (const path of new Set([...was.keys(), ...here.keys(), ...there.keys()])) {
      const clash = asked.some((each) => path === each || path.startsWith(`${each}/`));
      const expected = was.get(path) === there.get(path) || clash ? here.get(path) : was.get(path) === here.get(path) ? there.get(path) : here.get(path);
      expect([path, merged.get(path)]).toEqual([path, expected]);
      const both = was.get(path) !== here.get(path) && was.get(path) !== there.get(path) && here.get(path) !== there.get(path);
      if (both) expect([path, clash]).toEqual([path, true]);
    }
  });

  it.each(Array.from({ length: 100 }, (_, seed) => seed))("asks nothing where only one side changed something (seed %i)", (seed) => {
    const next = random(seed + 1_000);
    const base = made(next);
    const other = changed(base, next);
    for (const [mine, theirs] of [[base, other], [other, base], [other, other]] as const) {
      const { fields, clashes } = merge(base, mine, theirs);
      expect(clashes).toEqual([]);
      expect(same(fields, other)).toBe(true);
    }
  });

  it.each(Array.from({ length: 100 }, (_, seed) => seed))("gives either side’s value once it is chosen (seed %i)", (seed) => {
    const next = random(seed + 5_000);
    const base = made(next);
    const [mine, theirs] = [changed(base, next), changed(base, next)];
    const { fields, clashes } = merge(base, mine, theirs);
    const chosen = clashes.reduce((all, clash) => withValue(all, clash.path, clash.theirs), fields);
    expect(merge(base, theirs, chosen).clashes).toEqual([]);
    expect(same(merge(base, chosen, theirs).fields, chosen)).toBe(true);
  });
});

const row = (id: string, title: string) => ({ id, title });

describe("rows of a list", () => {
  const base = { tracks: [row("1", "Dawn"), row("2", "Noon")] };

  it("are merged one by one, whoever adds or moves some", () => {
    const mine = { tracks: [{ title: "New" }, row("2", "Noon"), row("1", "Dawn (Live)")] };
    const theirs = { tracks: [row("1", "Dawn"), row("2", "High Noon")] };
    expect(merge(base, mine, theirs)).toEqual({ fields: { tracks: [{ title: "New" }, row("2", "High Noon"), row("1", "Dawn (Live)")] }, clashes: [] });
  });

  it("clash by field where both changed the same", () => {
    const { clashes } = merge(base, { tracks: [row("1", "A"), row("2", "Noon")] }, { tracks: [row("1", "B"), row("2", "Noon")] });
    expect(clashes).toEqual([{ path: ["tracks", "#1", "title"], mine: "A", theirs: "B" }]);
  });

  it("that one side removed and the other changed are asked about", () => {
    const { fields, clashes } = merge(base, { tracks: [row("2", "Noon")] }, { tracks: [row("1", "B"), row("2", "Noon")] });
    expect(clashes.map(({ path }) => path)).toEqual([["tracks"]]);
    expect(fields).toEqual({ tracks: [row("2", "Noon")] });
  });

  it("are asked about as a whole where both sides added some", () => {
    const { clashes } = merge(base, { tracks: [...base.tracks, { title: "Mine" }] }, { tracks: [...base.tracks, row("3", "Theirs")] });
    expect(clashes).toHaveLength(1);
  });
});
