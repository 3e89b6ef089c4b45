/** How fast bytes go, and how long the rest will take. */
import { t } from "./i18n";

const WINDOW_MS = 8000;

/** Told of the bytes sent so far, it knows the rate of the last seconds. */
export class Pace {
  private readonly seen: { at: number; bytes: number }[] = [];

  /** `at`: milliseconds of a clock that only goes forward. */
  note(bytes: number, at: number): void {
    const last = this.seen.at(-1);
    if (last && bytes < last.bytes) this.seen.length = 0;
    this.seen.push({ at, bytes });
    while (this.seen.length > 2 && at - this.seen[0]!.at > WINDOW_MS) this.seen.shift();
  }

  /** After a pause: the time that nothing was sent does not count. */
  begin(): void {
    this.seen.length = 0;
  }

  /** Bytes per second; 0 while it is not known. */
  get rate(): number {
    const [first, last] = [this.seen[0], this.seen.at(-1)];
    if (!first || !last || last.at - first.at < 250) return 0;
    return ((last.bytes - first.bytes) * 1000) / (last.at - first.at);
  }

  /** Undefined while it is not known. */
  secondsLeft(total: number): number | undefined {
    const sent = this.seen.at(-1)?.bytes ?? 0;
    return this.rate > 0 ? (total - sent) / this.rate : undefined;
  }
}

/** As people say it: never more exact than it is. */
export function timeLeft(seconds: number): string {
  if (seconds < 5) return t("time.moment", "a few seconds left");
  if (seconds < 55) return t("time.seconds", "about {n} s left", { n: Math.ceil(seconds / 5) * 5 });
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t("time.minutes", "about {n} min left", { n: Math.max(1, minutes) });
  const quarters = Math.round(seconds / 1800) / 2;
  return t("time.hours", "about {n} h left", { n: quarters });
}
