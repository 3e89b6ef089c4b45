/** The language of the page: the first of the person's languages that the web application speaks, else English. */
import { useTexts } from "@maxbooster/ui";

const FROM_THE_RIGHT = new Set(["ar", "dv", "fa", "he", "ku", "ps", "sd", "ug", "ur", "yi"]);

/** `de-AT` is content with `de`. */
export function chosen(wanted: readonly string[], spoken: readonly string[]): string {
  const known = new Map(spoken.map((each) => [each.toLowerCase(), each]));
  for (const each of wanted) {
    const parts = each.toLowerCase().split("-");
    for (let length = parts.length; length; length--) {
      const found = known.get(parts.slice(0, length).join("-"));
      if (found) return found;
    }
  }
  return "en";
}

export function direction(language: string): "ltr" | "rtl" {
  return FROM_THE_RIGHT.has(language.split("-")[0]!.toLowerCase()) ? "rtl" : "ltr";
}

export async function speak(): Promise<void> {
  const spoken = await read<string[]>("/api/core/translations", ["en"]);
  const language = chosen(navigator.languages, spoken);
  document.documentElement.lang = navigator.languages.find((each) => each.startsWith(language)) ?? language;
  document.documentElement.dir = direction(language);
  useTexts(await read<Record<string, string>>(`/api/core/translations/${language}`, {}));
}

async function read<T>(path: string, otherwise: T): Promise<T> {
  const answer = await fetch(path).catch(() => undefined);
  return answer?.ok ? ((await answer.json()) as T) : otherwise;
}
