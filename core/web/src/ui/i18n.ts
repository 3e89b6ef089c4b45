/** Texts by id, in the person's language; what is missing falls back to the text given in the code. */

let texts: Record<string, string> = {};

export function useTexts(loaded: Record<string, string>): void {
  texts = loaded;
}

/** `t("files.count", "{n} files", { n: 3 })` */
export function t(id: string, fallback = id, values: Record<string, unknown> = {}): string {
  return (texts[id] ?? fallback).replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}
