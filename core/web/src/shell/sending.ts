/** Sends what was saved without a connection, once there is one: in order, and each once, whichever tab does it. */
import { notify, t } from "@maxbooster/ui";
import { csrfHeaders, overNetwork } from "../api/client";
import { connection } from "../api/connection";
import type { ProblemDetails } from "../api/problem";
import type { Waiting } from "../kept/database";
import { dropWaiting, listWaiting, refuseWaiting } from "../kept/drafts";
import { router } from "./router";
import { events } from "./panels";
import { session } from "./session";

const LOCK = "maxbooster-sending";

/** @returns how many were sent */
export async function sendWaiting(): Promise<number> {
  return navigator.locks ? navigator.locks.request(LOCK, sendAll) : sendAll();
}

async function sendAll(): Promise<number> {
  let sent = 0;
  for (const waiting of await listWaiting()) {
    if (waiting.refused || !session.me?.csrf) continue;
    const refused = await refusalOf(waiting);
    if (refused === undefined) return sent;
    if (refused) await tell(waiting, refused);
    else {
      await dropWaiting(waiting);
      sent += 1;
    }
  }
  return sent;
}

/** Empty: it was taken; undefined: it goes on waiting, for a connection or for somebody to log in. */
async function refusalOf({ method, address, body }: Waiting): Promise<string | undefined> {
  try {
    const answer = await overNetwork(address, { method, body, headers: { "content-type": "application/json", ...csrfHeaders() } });
    if (answer.ok) return "";
    if (answer.status === 401 || answer.status >= 500 || answer.status === 429) return undefined;
    const { detail, title } = (await answer.json()) as ProblemDetails;
    return detail || title;
  } catch {
    return undefined;
  }
}

async function tell(waiting: Waiting, refused: string): Promise<void> {
  await refuseWaiting(waiting, refused);
  const text = t("offline.refused", "A change that you saved offline wasn’t taken: {reason}", { reason: refused });
  notify({ text, tone: "danger", action: { label: t("offline.review", "Review"), run: () => router.go(waiting.path) } });
}

/** Back after a while: who is here is asked again, what waits is sent, and what is shown is read again. */
async function back(): Promise<void> {
  if (!connection.online) return;
  try {
    await session.load();
    const sent = await sendWaiting();
    if (sent) notify(sent === 1 ? t("offline.sent_one", "The change that you saved offline was sent.") : t("offline.sent", "{n} changes that you saved offline were sent.", { n: sent }));
  } catch {
    return; // the next time that there is a connection
  }
  events.dispatchEvent(new Event("catch-up"));
}

let toldToLogIn = false;

/** The session is over while a page is open: what is typed stays, and is there again after logging in. */
function ended(): void {
  if (!session.me || toldToLogIn) return;
  toldToLogIn = true;
  const run = () => {
    const to = encodeURIComponent(router.path + location.search);
    session.take(undefined);
    router.go(`/login?to=${to}`);
  };
  notify({ text: t("shell.ended", "Your session has ended. What you typed is kept on this device."), tone: "danger", action: { label: t("login.go", "Log in"), run } });
}

export function watchConnection(): void {
  connection.addEventListener("refused", ended);
  session.addEventListener("change", () => (toldToLogIn = false));
  connection.addEventListener("change", () => void back());
  void sendWaiting().then((sent) => {
    if (sent) events.dispatchEvent(new Event("catch-up"));
  }, () => {});
}
