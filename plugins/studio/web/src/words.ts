/** Levels and times as people in studios write them: real minus signs, units, fixed digits. */
import { number } from "@maxbooster/ui";

const MINUS = "−";

export function level(value: number | null | undefined, digits = 1): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  return number(value, { minimumFractionDigits: digits, maximumFractionDigits: digits, signDisplay: "negative" }).replace("-", MINUS);
}

export function signed(value: number | null | undefined, digits = 2): string {
  const text = level(value, digits);
  return value !== null && value !== undefined && value > 0 ? `+${text}` : text;
}

/** `1:14.2` */
export function clock(seconds: number, tenths = true): string {
  const whole = Math.max(0, Math.floor(seconds * 10 + 1e-6));
  const [minutes, rest] = [Math.floor(whole / 600), whole % 600];
  const text = `${minutes}:${String(Math.floor(rest / 10)).padStart(2, "0")}`;
  return tenths ? `${text}.${rest % 10}` : text;
}

/** `44.1 kHz` */
export const rate = (hz: number) => `${number(hz / 1000, { maximumFractionDigits: 2 })} kHz`;
