/** The drafts of whoever is logged in, and what of them waits to be sent. Another person’s are never read. */
import { database, ofOwner, type Draft, type Waiting } from "./database";
import { merge, same, type Fields } from "./merge";

/** What the server can be told later: it names what it changes, so that somebody else’s change is not overwritten. */
export interface Unsent {
  method: string;
  address: string;
  body: string;
}

let owner = "";

/** Who is logged in, in which account; empty: nobody, and nothing is kept. */
export function useOwner(who: string): void {
  owner = who;
}

export const currentOwner = (): string => owner;

/** The person, in whichever account. */
export const userOf = (who: string): string => who.split("/")[0]!;

/** What changed: pages and tabs that show drafts listen. */
export const changes = new EventTarget();
const others = globalThis.BroadcastChannel ? new BroadcastChannel("maxbooster-kept") : undefined;
others?.addEventListener("message", () => changes.dispatchEvent(new Event("change")));

function changed(): void {
  changes.dispatchEvent(new Event("change"));
  others?.postMessage("change");
}

export async function draftOf(form: string): Promise<Draft | undefined> {
  return owner ? (await database()).get("drafts", [owner, form]) : undefined;
}

/**
 * It is on the disk once this resolves. What another tab typed since `before` stays beside it.
 * @param before what this tab kept of it last
 */
export async function keepDraft(draft: Draft, before: Fields = draft.typed): Promise<void> {
  if (userOf(draft.owner) !== userOf(owner)) return; // they have logged out meanwhile
  const writing = (await database()).transaction("drafts", "readwrite", { durability: "strict" });
  const known = await writing.store.get([draft.owner, draft.form]);
  const typed = known && !same(known.typed, before) ? merge(before, draft.typed, known.typed).fields : draft.typed;
  await writing.store.put({ ...draft, typed });
  await writing.done;
  changed();
}

/** Given up, or saved; with it goes what waited to be sent. */
export async function dropDraft(form: string): Promise<void> {
  if (!owner) return;
  const writing = (await database()).transaction(["drafts", "waiting"], "readwrite", { durability: "strict" });
  await Promise.all([writing.objectStore("drafts").delete([owner, form]), writing.objectStore("waiting").delete([owner, form])]);
  await writing.done;
  changed();
}

export async function listDrafts(): Promise<Draft[]> {
  const found = owner ? await (await database()).getAll("drafts", ofOwner(owner)) : [];
  return found.sort((one, other) => other.at - one.at);
}

/** Only an update that names what it changes may wait. */
export function mayWait({ method, body }: Unsent): boolean {
  const { version, expected } = JSON.parse(body || "{}") as Fields;
  return /^(PUT|PATCH)$/.test(method) && (typeof version === "number" || (expected !== undefined && expected !== null));
}

export async function keepWaiting(form: string, path: string, unsent: Unsent, typed: Fields): Promise<void> {
  const known = await waitingOf(form);
  await (await database()).put("waiting", { ...unsent, form, path, typed, owner, at: known?.at ?? Date.now() });
  changed();
}

/** It was sent. What was typed since it was saved stays. */
export async function dropWaiting({ owner: whose, form, typed }: Waiting): Promise<void> {
  const writing = (await database()).transaction(["drafts", "waiting"], "readwrite", { durability: "strict" });
  const drafts = writing.objectStore("drafts");
  const draft = await drafts.get([whose, form]);
  const more = draft && !same(draft.typed, typed);
  await Promise.all([more ? drafts.put({ ...draft, base: typed }) : drafts.delete([whose, form]), writing.objectStore("waiting").delete([whose, form])]);
  await writing.done;
  changed();
}

export async function waitingOf(form: string): Promise<Waiting | undefined> {
  return owner ? (await database()).get("waiting", [owner, form]) : undefined;
}

/** In the order in which they were saved. */
export async function listWaiting(): Promise<Waiting[]> {
  const found = owner ? await (await database()).getAll("waiting", ofOwner(owner)) : [];
  return found.sort((one, other) => one.at - other.at);
}

export async function refuseWaiting(waiting: Waiting, refused: string): Promise<void> {
  await (await database()).put("waiting", { ...waiting, refused });
  changed();
}
