/** Whether the server can be reached: known by what happens to requests, not by what the browser believes. */

const PROBE = "/health/live";
/** Where a refusal is about what was just entered. */
const ASKS_WHO = "/api/core/session";
const PROBE_WITHIN_MS = 4_000;
const FIRST_WAIT_MS = 1_500;
const LONGEST_WAIT_MS = 20_000;

/** Events: `change`, when the server is lost or is back; `refused`, when it doesn’t know any more who this is. */
class Connection extends EventTarget {
  online = true;
  private wait = FIRST_WAIT_MS;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private probing = false;

  constructor() {
    super();
    for (const hint of ["online", "offline"]) globalThis.addEventListener?.(hint, () => void this.probe());
    globalThis.document?.addEventListener("visibilitychange", () => {
      if (!this.online && !document.hidden) void this.probe();
    });
  }

  /** A request was answered, whatever the answer says. */
  answered({ status, url }: Response): void {
    this.become(true);
    if (status === 401 && !url.includes(ASKS_WHO)) this.dispatchEvent(new Event("refused"));
  }

  /** A request failed before there was an answer. */
  failed(): void {
    void this.probe();
  }

  /** Ask the server for a sign of life. */
  async probe(): Promise<void> {
    if (this.probing) return;
    this.probing = true;
    clearTimeout(this.timer);
    try {
      await fetch(PROBE, { cache: "no-store", credentials: "omit", signal: AbortSignal.timeout(PROBE_WITHIN_MS) });
      this.become(true);
    } catch {
      this.become(false);
      this.timer = setTimeout(() => void this.probe(), this.wait);
      this.wait = Math.min(LONGEST_WAIT_MS, this.wait * 2);
    } finally {
      this.probing = false;
    }
  }

  private become(online: boolean): void {
    if (online) {
      clearTimeout(this.timer);
      this.wait = FIRST_WAIT_MS;
    }
    if (online === this.online) return;
    this.online = online;
    this.dispatchEvent(new Event("change"));
  }
}

export const connection = new Connection();
