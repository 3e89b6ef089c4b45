/** Shares as they are typed (percent, or a fraction such as `1/3`), and as the platform keeps them: whole parts. */
import type { Share } from "./royalties-api";

export interface Draft { payee: string; percent: string }

const PERCENT = /^\d{1,3}([.,]\d{1,4})?$/;
const FRACTION = /^(\d{1,7})\/([1-9]\d{0,6})$/;
const MILLION = 1_000_000;

/** Numerator and denominator; nothing where it is neither percent nor a fraction. */
function ratio(typed: string): [number, number] | undefined {
  const text = typed.trim().replace(/\s*%$/, "");
  const fraction = FRACTION.exec(text);
  if (fraction) return [Number(fraction[1]), Number(fraction[2])];
  if (!PERCENT.test(text)) return undefined;
  return [Math.round(Number(text.replace(",", ".")) * 10_000), MILLION];
}

const divisor = (one: number, other: number): number => (other ? divisor(other, one % other) : one);

/** 1 where all shares together are the whole. */
export function total(draft: Draft[]): number {
  return draft.reduce((sum, { percent }) => {
    const [parts, whole] = ratio(percent) ?? [NaN, 1];
    return sum + parts / whole;
  }, 0);
}

/** Exact parts; nothing where they don't add up, a share is missing, or a payee is named twice. */
export function asParts(draft: Draft[]): { shares: Share[]; whole: number } | undefined {
  const ratios = draft.map(({ percent }) => ratio(percent));
  if (!draft.length || new Set(draft.map(({ payee }) => payee)).size < draft.length || draft.some(({ payee }) => !payee)) return undefined;
  let whole = 1;
  for (const each of ratios) {
    if (!each || !each[0]) return undefined;
    whole = (whole * each[1]) / divisor(whole, each[1]);
    if (whole > 10 ** 12) return undefined;
  }
  const parts = ratios.map((each) => (each![0] * whole) / each![1]);
  if (parts.reduce((sum, each) => sum + each, 0) !== whole) return undefined;
  const common = parts.reduce(divisor, whole);
  const least = whole / common;
  if (least > MILLION) return undefined;
  return { shares: draft.map(({ payee }, place) => ({ payee, parts: parts[place]! / common })), whole: least };
}
