/** Fields of a description by their address, as findings name them: `tracks[0].title`. */
import type { Change, Credit, Description } from "./api";

type Holder = Record<string | number, unknown>;

const steps = (address: string): (string | number)[] =>
  address.split(/[.[\]]+/).filter(Boolean).map((step) => (/^\d+$/.test(step) ? Number(step) : step));

export function at(description: Description, address: string): unknown {
  return steps(address).reduce<unknown>((held, step) => (held as Holder | undefined)?.[step], description);
}

/** A field and what it is a part of: `tracks[0].title`, `tracks[0]`, `tracks`. */
export function upwards(address: string): string[] {
  const wider = address.replace(/(\.?[^.[\]]+|\[\d+\])$/, "");
  return wider && wider !== address ? [address, ...upwards(wider)] : [address];
}

/** The control of a field, or of the nearest that it is a part of; in an element of its own, the one at the place that is named. */
export function controlOf(root: ParentNode, address: string): HTMLElement | undefined {
  for (const each of upwards(address)) {
    const found = root.querySelector<HTMLElement>(`#${CSS.escape(`in-${each}`)}`);
    if (!found) continue;
    const place = Number(/^\[(\d+)\]/.exec(address.slice(each.length))?.[1] ?? 0);
    const inner = found.shadowRoot;
    return inner ? (inner.querySelectorAll<HTMLElement>("li > input, section select")[place] ?? inner.querySelector<HTMLElement>("input, select, button") ?? found) : found;
  }
  return undefined;
}

/** A copy of the description with the changes put in place. */
export function changed(description: Description, changes: Change[]): Description {
  const copy = structuredClone(description);
  for (const { field, value } of changes) {
    const path = steps(field);
    const last = path.pop()!;
    const holder = path.reduce<Holder>((held, step) => held[step] as Holder, copy as unknown as Holder);
    holder[last] = structuredClone(value);
  }
  return copy;
}

/** To be stored anew: recordings without an ISRC went with the release, those that have one are in the catalog still. */
export const asNew = (said: Description): Description => ({ ...said, tracks: said.tracks.map((track) => ({ ...track, id: track.isrc ? (track.id ?? null) : null })) });

/** As it is sent: rows of credits that nobody has filled in yet say nothing. */
export const stated = (draft: Description): Description => {
  const filled = (credits: Credit[]) => credits.map((each) => ({ ...each, name: each.name.trim() })).filter(({ name }) => name);
  return { ...draft, credits: filled(draft.credits), tracks: draft.tracks.map((track) => ({ ...track, credits: filled(track.credits) })) };
};

/** Two descriptions are the same if they would be stored the same. */
export const same = (one: Description | undefined, other: Description | undefined): boolean => JSON.stringify(one) === JSON.stringify(other);

/** "A, B & C feat. D", as it is shown. */
export function artistLine(credits: Credit[]): string {
  const named = (role: string) => joined(credits.filter((credit) => credit.role === role).map((credit) => credit.name));
  const featured = named("FeaturedArtist");
  return featured ? `${named("MainArtist")} feat. ${featured}` : named("MainArtist");
}

const joined = (names: string[]) => [names.slice(0, -1).join(", "), ...names.slice(-1)].filter(Boolean).join(" & ");
