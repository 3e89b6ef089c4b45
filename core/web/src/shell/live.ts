/** Live updates: hints from the server. After each (re)connection everything shown is to be loaded again. */
import { events } from "./panels";
import { session } from "./session";

export interface Hint {
  kind: string;
  [fact: string]: unknown;
}

let source: EventSource | undefined;
let listenedAs = "";

function listen(): void {
  const who = session.me?.account ? `${session.me.user?.id}/${session.me.account.id}` : "";
  if (who === listenedAs) return;
  source?.close();
  source = undefined;
  listenedAs = who;
  if (!who) return;
  source = new EventSource("/api/core/live");
  source.addEventListener("hello", () => events.dispatchEvent(new Event("catch-up")));
  source.addEventListener("message", (message) => {
    const hint = JSON.parse(message.data as string) as Hint;
    events.dispatchEvent(new CustomEvent(hint.kind, { detail: hint }));
  });
}

session.addEventListener("change", listen);
