/** Live updates: hints from the server. After each (re)connection everything shown is to be loaded again. */
import { notify, t } from "@maxbooster/ui";
import { connection } from "../api/connection";
import { events } from "./panels";
import { session } from "./session";

export interface Hint {
  kind: string;
  [fact: string]: unknown;
}

const FIRST_WAIT_MS = 2_000;
const LONGEST_WAIT_MS = 60_000;
/** Of refusals in a row, the one from which the person is told: a restart of the server is over before. */
const TOLD_AT = 3;

/**
 * One account's updates. A browser reconnects by itself when a connection breaks, but gives up for good when the server
 * refuses one (429, 503); then this does, waiting twice as long each time.
 */
export class Updates {
  private source: EventSource | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private refusals = 0;

  constructor() {
    this.connect();
  }

  close(): void {
    clearTimeout(this.timer);
    this.source?.close();
  }

  private connect(): void {
    this.source = new EventSource("/api/core/live");
    this.source.addEventListener("hello", this.connected);
    this.source.addEventListener("message", (message) => {
      const hint = JSON.parse(message.data as string) as Hint;
      events.dispatchEvent(new CustomEvent(hint.kind, { detail: hint }));
    });
    this.source.addEventListener("error", this.failed);
  }

  private readonly connected = (hello: Event): void => {
    const { build } = JSON.parse((hello as MessageEvent<string>).data) as { build?: string };
    if (build && build !== document.documentElement.dataset.build) events.dispatchEvent(new Event("new-build"));
    if (this.refusals >= TOLD_AT) notify(t("live.back", "Live updates are back."));
    this.refusals = 0;
    events.dispatchEvent(new Event("catch-up"));
  };

  private readonly failed = (): void => {
    connection.failed();
    if (this.source?.readyState !== EventSource.CLOSED) return;
    this.refusals += 1;
    if (this.refusals === TOLD_AT) {
      notify({ text: t("live.paused", "Live updates are paused. Reload the page to see what’s new; they resume by themselves."), tone: "danger" });
    }
    const wait = Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.refusals - 1));
    this.timer = setTimeout(() => this.connect(), wait * (0.75 + Math.random() / 2));
  };
}

let updates: Updates | undefined;
let listenedAs = "";

function listen(): void {
  const who = session.me?.account ? `${session.me.user?.id}/${session.me.account.id}` : "";
  if (who === listenedAs) return;
  updates?.close();
  updates = who ? new Updates() : undefined;
  listenedAs = who;
}

session.addEventListener("change", listen);
