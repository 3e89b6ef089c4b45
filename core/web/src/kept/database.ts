/** What this browser keeps of whoever uses it, in IndexedDB. Everything has an owner, and nothing is shown to another. */
import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import type { Fields } from "./merge";

/** What was typed into a form and isn’t saved. */
export interface Draft {
  owner: string;
  /** Which form, of which record: `links/0198…`. */
  form: string;
  /** The page’s address. */
  path: string;
  /** As it was saved when typing began. */
  base: Fields;
  typed: Fields;
  /** When something was typed last. */
  at: number;
}

/** A change that waits to be sent. */
export interface Waiting {
  owner: string;
  /** The form whose draft it is. */
  form: string;
  path: string;
  method: string;
  address: string;
  body: string;
  /** What the form held when it was saved. */
  typed: Fields;
  at: number;
  /** Why the server didn’t take it. */
  refused?: string;
}

/** What the server answered last to a reading. */
export interface Seen {
  owner: string;
  address: string;
  answer: string;
  at: number;
}

/** Who was here last: what the server says of them, without what proves it. */
export interface Person {
  owner: string;
  profile: Record<string, unknown>;
}

interface Kept extends DBSchema {
  drafts: { key: [string, string]; value: Draft };
  waiting: { key: [string, string]; value: Waiting };
  seen: { key: [string, string]; value: Seen };
  person: { key: string; value: Person };
}

const NAME = "maxbooster";
const VERSION = 1;

let opening: Promise<IDBPDatabase<Kept>> | undefined;

/** Rejects where the browser keeps nothing: some do so in private windows. */
export function database(): Promise<IDBPDatabase<Kept>> {
  opening ??= openDB<Kept>(NAME, VERSION, {
    upgrade(made) {
      made.createObjectStore("drafts", { keyPath: ["owner", "form"] });
      made.createObjectStore("waiting", { keyPath: ["owner", "form"] });
      made.createObjectStore("seen", { keyPath: ["owner", "address"] });
      made.createObjectStore("person");
    },
    terminated: () => (opening = undefined),
  });
  return opening;
}

/** All keys of an owner. */
export const ofOwner = (owner: string): IDBKeyRange => IDBKeyRange.bound([owner], [owner, []]);
