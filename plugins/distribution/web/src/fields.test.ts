import { expect, test } from "vitest";
import type { Description } from "./api";
import { artistLine, asNew, at, changed, stated, upwards } from "./fields";

const release: Description = { kind: "single", title: "HARBOUR", credits: [], tracks: [{ title: "Harbour (Live)", credits: [] }] };

test("a fix is put where the finding says, and the original stays", () => {
  const better = changed(release, [
    { field: "title", value: "Harbour" },
    { field: "tracks[0].title", value: "Harbour" },
    { field: "tracks[0].subtitle", value: "Live" },
  ]);
  expect(better.title).toBe("Harbour");
  expect(better.tracks[0]).toMatchObject({ title: "Harbour", subtitle: "Live" });
  expect(release.title).toBe("HARBOUR");
});

test("a field is read by its address, also where there is none", () => {
  expect(at(release, "tracks[0].title")).toBe("Harbour (Live)");
  expect(at(release, "tracks[3].credits[1].role")).toBeUndefined();
});

test("a field leads to what it is a part of, where it has no control of its own", () => {
  expect(upwards("tracks[0].credits[1].name")).toEqual(["tracks[0].credits[1].name", "tracks[0].credits[1]", "tracks[0].credits", "tracks[0]", "tracks"]);
  expect(upwards("c_line.year")).toEqual(["c_line.year", "c_line"]);
});

test("names are joined as stores show them", () => {
  const credits = ["A", "B", "C"].map((name) => ({ name, role: "MainArtist" }));
  expect(artistLine([...credits, { name: "D", role: "FeaturedArtist" }, { name: "E", role: "Mixer" }])).toBe("A, B & C feat. D");
});

test("credits that nobody has filled in yet say nothing", () => {
  const credits = [{ name: " Ana ", role: "Composer" }, { name: " ", role: "Lyricist" }];
  const said = stated({ ...release, credits, tracks: [{ title: "A", credits }] });
  expect(said.credits).toEqual([{ name: "Ana", role: "Composer" }]);
  expect(said.tracks[0]!.credits).toEqual(said.credits);
});

test("what comes back after it was deleted keeps recordings that have an ISRC, and makes the others anew", () => {
  const tracks = [{ id: "1", title: "A", credits: [], isrc: "QZES92600001" }, { id: "2", title: "B", credits: [] }];
  expect(asNew({ ...release, tracks }).tracks.map(({ id }) => id)).toEqual(["1", null]);
});
