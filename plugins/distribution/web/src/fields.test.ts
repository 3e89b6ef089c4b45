import { expect, test } from "vitest";
import type { Description } from "./api";
import { artistLine, at, changed } from "./fields";

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

test("names are joined as stores show them", () => {
  const credits = ["A", "B", "C"].map((name) => ({ name, role: "MainArtist" }));
  expect(artistLine([...credits, { name: "D", role: "FeaturedArtist" }, { name: "E", role: "Mixer" }])).toBe("A, B & C feat. D");
});
