/** Texts by id, in the person's language; what is missing falls back to the text given in the code. */

let texts: Record<string, string> = {};

export function useTexts(loaded: Record<string, string>): void {
  texts = loaded;
}

/** Those of the person’s language, for a frame that has no way to ask for them. */
export function textsInUse(): Record<string, string> {
  return texts;
}

/** The names in braces of a text: `"{done} of {all}"` has `"done" | "all"`. */
type Named<Text extends string> = Text extends `${string}{${infer Name}}${infer Rest}` ? Name | Named<Rest> : never;
/** Every name must be given a value: a text with a gap doesn't compile. */
type Values<Text extends string> = [Named<Text>] extends [never] ? [values?: Record<string, unknown>] : [values: Record<Named<Text>, unknown>];

/** `t("files.count", "{n} files", { n: 3 })` */
export function t<Text extends string>(id: string, fallback?: Text, ...[values]: Values<Text>): string {
  const given: Record<string, unknown> = values ?? {};
  return (texts[id] ?? fallback ?? id).replace(/\{(\w+)\}/g, (whole, name: string) => String(given[name] ?? whole));
}
