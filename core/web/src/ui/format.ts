/** Numbers, money and dates as people read them, in their language. */

const locale = () => document.documentElement.lang || navigator.language;

export function number(value: number, options: Intl.NumberFormatOptions = {}): string {
  return new Intl.NumberFormat(locale(), options).format(value);
}

/** ISO 4217's own decimals, as the server counts them. Browsers know others for some currencies: HUF without any. */
const DECIMALS: Record<string, number> = {
  ...Object.fromEntries("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF".split(" ").map((code) => [code, 0])),
  ...Object.fromEntries("BHD IQD JOD KWD LYD OMR TND".split(" ").map((code) => [code, 3])),
  CLF: 4,
  UYW: 4,
};

/** How many decimals a currency's minor unit stands for. */
export const decimals = (currency: string): number => DECIMALS[currency] ?? 2;

/** `minor`: an integer of the currency's smallest unit, as the server keeps money. */
export function money(minor: number | bigint, currency: string): string {
  const digits = decimals(currency);
  const sign = minor < 0 ? "-" : "";
  const text = String(minor).replace("-", "").padStart(digits + 1, "0");
  return exactMoney(digits ? `${sign}${text.slice(0, -digits)}.${text.slice(-digits)}` : `${sign}${text}`, currency);
}

/** An exact decimal number, `"4.1511111111"`, as money; what is beyond `most` decimals is left off, never rounded up. */
export function exactMoney(exact: string, currency: string, most = decimals(currency)): string {
  const options = { style: "currency", currency, minimumFractionDigits: decimals(currency), maximumFractionDigits: most, roundingMode: "floor" };
  return new Intl.NumberFormat(locale(), options as Intl.NumberFormatOptions).format(exact as unknown as number);
}

/** A sentence of the server with its amounts, `12.30 EUR`, as pages show them. */
export function withMoney(sentence: string): string {
  return sentence.replace(/(?<![\w.,-])(-?\d+(?:\.(\d+))?) ([A-Z]{3})\b/g, (said, exact: string, rest: string | undefined, currency: string) =>
    (rest?.length ?? 0) === decimals(currency) && Intl.supportedValuesOf("currency").includes(currency) ? exactMoney(exact, currency) : said,
  );
}

const STEPS: [Intl.RelativeTimeFormatUnit, number][] = [
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

/** Near now in words ("3 hours ago"), else the date. */
export function when(iso: string, now = Date.now()): string {
  const seconds = (Date.parse(iso) - now) / 1000;
  if (Math.abs(seconds) > 7 * 86_400) return date(iso);
  const relative = new Intl.RelativeTimeFormat(locale(), { numeric: "auto" });
  for (const [unit, size] of STEPS) {
    if (Math.abs(seconds) >= size) return relative.format(Math.trunc(seconds / size), unit);
  }
  return relative.format(0, "second");
}

/** A day without a time (`2026-12-04`) is that day everywhere, a moment the day that it has here. */
export function date(iso: string): string {
  const isDay = /^\d{4}-\d{2}-\d{2}$/.test(iso);
  return new Intl.DateTimeFormat(locale(), { dateStyle: "medium", ...(isDay ? { timeZone: "UTC" } : {}) }).format(new Date(iso));
}

/** The exact moment, for a tooltip. */
export function exactly(iso: string): string {
  return new Intl.DateTimeFormat(locale(), { dateStyle: "full", timeStyle: "long" }).format(new Date(iso));
}

const BYTES = ["byte", "kilobyte", "megabyte", "gigabyte", "terabyte"];

export function bytes(count: number): string {
  const power = Math.min(Math.floor(Math.log10(Math.max(count, 1)) / 3), BYTES.length - 1);
  return number(count / 1000 ** power, { style: "unit", unit: BYTES[power], unitDisplay: power ? "short" : "long", maximumFractionDigits: power ? 1 : 0 });
}

/** Seconds as `3:12`, or `1:02:07`. */
export function duration(seconds: number): string {
  const whole = Math.round(seconds);
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  const shown = parts[0] ? parts : parts.slice(1);
  return shown.map((part, place) => (place ? String(part).padStart(2, "0") : String(part))).join(":");
}

/** A moment near now: `today 14:02`, else the day with its time. */
export function moment(at: number, now = Date.now()): string {
  const days = Math.round((midnight(at) - midnight(now)) / 86_400_000);
  const time = new Intl.DateTimeFormat(locale(), { timeStyle: "short" }).format(at);
  const day = days < -1 || days > 0 ? date(new Date(at).toISOString()) : new Intl.RelativeTimeFormat(locale(), { numeric: "auto" }).format(days, "day");
  return `${day} ${time}`;
}

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
