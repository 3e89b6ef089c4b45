import { expect, it } from "vitest";
import { fileKind, spoken } from "./kinds";

it.each([
  ["audio/wav", "Halo.wav", "audio"],
  ["application/xml", "playlist.xml", "document"],
  [null, "session.json", "document"],
  [null, "Halo.FLAC", "audio"],
  ["application/octet-stream", "statement-1.csv.gz", "table"],
  ["image/png", "cover", "image"],
  ["application/pdf", "stage.pdf", "document"],
  ["application/zip", "stems.zip", "other"],
] as const)("%s, %s is %s", (media_type, name, kind) => expect(fileKind({ media_type, name })).toBe(kind));

it("calls a file the platform’s own by what it was made for, whatever it is named", () => {
  expect(fileKind({ media_type: "application/xml", name: "ACK_1.xml", purpose: "distribution.answer" })).toBe("system");
  expect(fileKind({ media_type: "audio/flac", name: "Halo – preview.flac", purpose: "studio.preview" })).toBe("system");
});

it("says a name in words", () => {
  expect(spoken("release.taken_down")).toBe("Release taken down");
  expect(spoken("on:distribution.tell_live")).toBe("Distribution tell live");
});
