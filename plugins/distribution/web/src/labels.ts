/** What people call the fields of a description. */
import { t } from "@maxbooster/ui";
import type { Track } from "./api";

const titles = (): Record<string, string> => ({
  title: t("releases.f_title", "Title"),
  subtitle: t("releases.f_version", "Version"),
  kind: t("releases.f_kind", "Format"),
  credits: t("releases.f_credits", "Artists and credits"),
  label: t("releases.label", "Label"),
  genre: t("releases.genre", "Genre"),
  release_date: t("releases.f_date", "Release date"),
  original_release_date: t("releases.f_original", "Original release date"),
  p_line: t("releases.f_p", "℗ Recording"),
  c_line: t("releases.f_c", "© Artwork"),
  upc: "UPC",
  isrc: "ISRC",
  catalog_number: t("releases.f_catalog", "Catalog number"),
  language: t("releases.f_language", "Title language"),
  cover: t("releases.cover", "Cover"),
  audio: t("releases.audio", "Audio file"),
  tracks: t("releases.tracks", "Tracks"),
  deals: t("releases.deals", "Rights & territories"),
});

/** `["tracks", "#0198…", "title"]` → “Track 2: Title”. */
export function labelOf(path: readonly string[], tracks: readonly Track[]): string {
  const [, row = "", inner] = path;
  const names = titles();
  if (path[0] !== "tracks" || !row.startsWith("#")) return names[path[0] ?? ""] ?? path.join(" ");
  const place = tracks.findIndex(({ id }) => `#${id}` === row);
  return t("releases.f_of_track", "Track {n}: {field}", { n: place + 1, field: names[inner ?? ""] ?? inner ?? names["tracks"]! });
}
