/** What a chart shows, as CSV and as a table. */

export interface Series {
  name: string;
  /** One for each label; null where there is none. */
  values: (number | null)[];
}

/** RFC 4180. A text that a spreadsheet would take for a formula is marked as text. */
export function csv(first: string, labels: string[], series: Series[]): string {
  const lines = [[first, ...series.map(({ name }) => name)].map(text)];
  labels.forEach((label, place) => lines.push([text(label), ...series.map(({ values }) => String(values[place] ?? ""))]));
  return lines.map((line) => line.join(",") + "\r\n").join("");
}

function text(given: string): string {
  const marked = /^[=+\-@\t\r]/.test(given) ? `'${given}` : given;
  return /[",\r\n]/.test(marked) ? `"${marked.replaceAll('"', '""')}"` : marked;
}

/** A file name of a chart's title. */
export function fileName(title: string): string {
  return `${title.toLowerCase().replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-|-$/g, "") || "chart"}.csv`;
}
