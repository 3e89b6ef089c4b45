/** What pages showed last: answered again while there is no connection, never without saying so. */
import { OFFLINE, Problem } from "../api/problem";
import type { Send } from "../api/client";
import { database, ofOwner } from "./database";
import { currentOwner } from "./drafts";

const MOST = 200;
const LONGEST = 262_144;

/** Event `seen` (`detail`: when it was read, in milliseconds): a page shows what was known then. */
export const shown = new EventTarget();

/** The same way to the server, with a memory for readings. `may`: whether the answer may stay on this device. */
export function remembering(send: Send, may: (address: string) => boolean = () => true): Send {
  return async (address, init) => {
    if (init.method !== "GET" || !currentOwner() || !may(address)) return send(address, init);
    const owner = currentOwner();
    try {
      const answer = await send(address, init);
      if (answer.ok) void remember(owner, address, answer.clone()).catch(() => {});
      return answer;
    } catch (error) {
      const known = await recall(owner, address);
      if (!known || !isOffline(error)) throw error;
      shown.dispatchEvent(new CustomEvent("seen", { detail: known.at }));
      return new Response(known.answer, { headers: { "content-type": "application/json" } });
    }
  };
}

const isOffline = (error: unknown): boolean => error instanceof TypeError || (error instanceof Problem && error.details.type === OFFLINE.type);

async function recall(owner: string, address: string) {
  try {
    return await (await database()).get("seen", [owner, address]);
  } catch {
    return undefined;
  }
}

async function remember(owner: string, address: string, answer: Response): Promise<void> {
  if (!answer.headers.get("content-type")?.includes("json")) return;
  const text = await answer.text();
  if (text.length > LONGEST || owner !== currentOwner()) return;
  const kept = await database();
  await kept.put("seen", { owner, address, answer: text, at: Date.now() });
  if ((await kept.count("seen", ofOwner(owner))) <= MOST) return;
  const all = await kept.getAll("seen", ofOwner(owner));
  const oldest = all.sort((one, other) => other.at - one.at).slice(MOST);
  await Promise.all(oldest.map((each) => kept.delete("seen", [owner, each.address])));
}
