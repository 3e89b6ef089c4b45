import { expect, it } from "vitest";
import { fileKind, spoken } from "./kinds";

it.each([
  ["audio/wav", "Halo.wav", "audio"],
  [null, "Halo.FLAC", "audio"],
  ["application/octet-stream", "statement-1.csv.gz", "table"],
  ["application/xml", "ACK_1.xml", "system"],
  [null, "manifest.json", "system"],
  ["image/png", "cover", "image"],
  ["application/pdf", "stage.pdf", "document"],
  ["application/zip", "stems.zip", "other"],
] as const)("%s, %s is %s", (type, name, kind) => expect(fileKind(type, name)).toBe(kind));

it("says a name in words", () => {
  expect(spoken("release.taken_down")).toBe("Release taken down");
  expect(spoken("on:distribution.tell_live")).toBe("Distribution tell live");
});
