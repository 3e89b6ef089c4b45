/** Who was here last, so that the shell opens for them without a connection; and forgetting them. */
import { database } from "./database";
import { userOf } from "./drafts";

const LAST = "last";

/** @param profile what the server says of them; what proves who they are is left out by the caller */
export async function rememberPerson(owner: string, profile: Record<string, unknown>): Promise<void> {
  const kept = await database();
  const last = await kept.get("person", LAST);
  if (last && userOf(last.owner) !== userOf(owner)) await kept.clear("seen");
  await kept.put("person", { owner, profile }, LAST);
}

export async function lastPerson(): Promise<Record<string, unknown> | undefined> {
  return (await (await database()).get("person", LAST))?.profile;
}

/** Nobody is logged in any more. Drafts stay for whoever logs in again. */
export async function forgetPerson(): Promise<void> {
  const kept = await database();
  await Promise.all([kept.clear("person"), kept.clear("seen")]);
}

/** Somebody logs out: all that this browser keeps of them goes, in each of their accounts. */
export async function forgetAll(owner: string): Promise<void> {
  const kept = await database();
  const theirs = (key: [string, string]) => userOf(key[0]) === userOf(owner);
  for (const store of ["drafts", "waiting"] as const) {
    const keys = (await kept.getAllKeys(store)).filter(theirs);
    await Promise.all(keys.map((key) => kept.delete(store, key)));
  }
  await forgetPerson();
}
