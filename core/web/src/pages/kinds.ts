/** What kind of file something is, in a person's words. */
import { t } from "@maxbooster/ui";
import type { components } from "../api/schema";

const BY_ENDING: Record<string, string> = {
  wav: "audio", flac: "audio", aif: "audio", aiff: "audio", mp3: "audio", m4a: "audio", ogg: "audio", opus: "audio",
  jpg: "image", jpeg: "image", png: "image", webp: "image", csv: "table", tsv: "table", xlsx: "table", pdf: "document", txt: "document", xml: "document", json: "document",
};

export type FileKind = "audio" | "image" | "video" | "table" | "document" | "system" | "other";

type Stored = components["schemas"]["StoredFile"];
type Named = Pick<Stored, "name"> & Partial<Pick<Stored, "media_type" | "purpose">>;

/** What has a purpose was made by the platform for itself: messages to stores and their answers, previews. */
export function fileKind({ name, media_type, purpose }: Named): FileKind {
  if (purpose) return "system";
  const type = media_type ?? "";
  const start = type.split("/")[0]!;
  if (["audio", "image", "video"].includes(start)) return start as FileKind;
  if (/csv|spreadsheet|tab-separated/.test(type)) return "table";
  const ending = /\.(\w+)(\.gz)?$/.exec(name.toLowerCase())?.[1] ?? "";
  return (BY_ENDING[ending] as FileKind | undefined) ?? (/pdf|text|xml|json/.test(type) ? "document" : "other");
}

export function kindTitle(kind: FileKind): string {
  const titles: Record<FileKind, string> = {
    audio: t("files.kind.audio", "Audio"),
    image: t("files.kind.image", "Image"),
    video: t("files.kind.video", "Video"),
    table: t("files.kind.table", "Spreadsheet"),
    document: t("files.kind.document", "Document"),
    system: t("files.kind.system", "System"),
    other: t("files.kind.other", "Other"),
  };
  return titles[kind];
}

/** `release.taken_down` → “Release taken down”, for what nobody gave words to. */
export function spoken(name: string): string {
  const words = name.replace(/^on:/, "").replace(/[._:-]+/g, " ").trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}
