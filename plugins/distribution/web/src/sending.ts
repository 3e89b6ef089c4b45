/** What is asked before a release goes to stores, comes down, or goes up again. */
import { bytes, confirmed, date, t, type Question } from "@maxbooster/ui";
import type { Deal, Description, Plan, PlannedDelivery, Review, Split, UnsentChanges } from "./api";
import { country, MODELS, WORLDWIDE } from "./choices";
import { artistLine } from "./fields";

export const KINDS = { single: "Single", ep: "EP", album: "Album" };

export const storeCount = (n: number): string => (n === 1 ? t("releases.one_store", "1 store") : t("releases.n_stores", "{n} stores", { n }));
export const trackCount = (n: number): string => (n === 1 ? t("releases.one_track", "1 track") : t("releases.n_tracks", "{n} tracks", { n }));

export const issueCount = (n: number): string => (n === 1 ? t("releases.one_issue", "1 issue to fix") : t("releases.n_issues", "{n} issues to fix", { n }));

export const warningCount = (n: number): string => (n === 1 ? t("releases.one_warning", "1 warning") : t("releases.n_warnings_short", "{n} warnings", { n }));

/** “48 of 51 rules passed, 3 warnings”. */
export function checked({ rules, passed, blocking, warnings }: Review): string {
  if (blocking) return issueCount(blocking);
  const rest = passed === rules ? t("releases.all_rules", "All {n} rules passed", { n: rules }) : t("releases.some_rules", "{n} of {all} rules passed", { n: passed, all: rules });
  return warnings ? `${rest}, ${warningCount(warnings)}` : rest;
}

export const listed = (names: string[]) => new Intl.ListFormat(document.documentElement.lang || undefined, { type: "conjunction" }).format(names);

/** Where a deal counts: “Worldwide except France”. */
export function territories(deals: Deal[] | undefined): string {
  const all = (deals ?? []).map(({ territories: named, excluded }) => {
    if (!named.includes(WORLDWIDE)) return listed(named.map(country));
    return excluded.length ? t("releases.world_except", "Worldwide except {countries}", { countries: listed(excluded.map(country)) }) : t("releases.world", "Worldwide");
  });
  return [...new Set(all)].join("; ") || t("releases.nowhere", "None");
}

const models = (deals: Deal[] | undefined) => {
  const titles = new Map(MODELS);
  return [...new Set((deals ?? []).flatMap((deal) => deal.models))].map((model) => titles.get(model) ?? model).join(", ");
};

/** From when people can hear it. */
function day(said: Description): string {
  const today = new Date().toISOString().slice(0, 10);
  if (!said.release_date) return t("releases.no_day", "No release date yet");
  if (said.release_date <= today) return t("releases.day_passed", "{date}: as soon as each store has processed it", { date: date(said.release_date) });
  return date(said.release_date);
}

/** What isn't paid to anybody until somebody is named. */
function royalties(said: Description, splits: ReadonlyMap<string, Split>): string | undefined {
  if (!splits.size) return undefined;
  const without = said.tracks.filter(({ id }) => !(id && splits.get(id)?.shares.length)).length;
  if (!without) return t("releases.all_split", "Every track has a split. Nothing is held back.");
  return t("releases.held_back", "Held back for {tracks} without a split, until you add one.", { tracks: trackCount(without) });
}

/** Why stores get nothing: each reason once, with the stores that it holds for. */
export function heldBack(held: PlannedDelivery[]): string {
  const reasons = [...new Set(held.map(({ held_back }) => held_back ?? ""))];
  const stores = (reason: string) => listed(held.filter(({ held_back }) => (held_back ?? "") === reason).map(({ outlet_title }) => outlet_title));
  return reasons.map((reason) => `${stores(reason)}: ${reason}`).join(" ");
}

/** Simulated stores answer at once, whatever the release date; nobody can hear it before that. */
const readyBefore = ({ release_date }: Description, going: PlannedDelivery[]): boolean =>
  isAhead(release_date) && going.every(({ due_at }) => due_at !== null && due_at.slice(0, 10) < release_date);

/** Between the first and the last day on which stores should have it live. */
function liveBy(going: PlannedDelivery[]): string | undefined {
  const days = going.flatMap(({ expected_from, due_at }) => [expected_from, due_at]).filter((each) => each !== null).sort();
  if (!days.length) return undefined;
  const [first, last] = [date(days[0]!), date(days.at(-1)!)];
  return first === last ? first : t("releases.live_between", "{first} to {last}, by the stores’ usual times", { first, last });
}

/** Whether a release stays hidden in stores that have it ready, until its day. */
export const isAhead = (day: string | null | undefined): day is string => Boolean(day && day > new Date().toISOString().slice(0, 10));

/** Everything that matters on one page, and one confirmation. */
export function summary(said: Description, plan: Plan, splits: ReadonlyMap<string, Split>): Question {
  const name = said.title || t("releases.untitled", "Untitled");
  const going = plan.deliveries.filter(({ what }) => what);
  const held = plan.deliveries.filter(({ what }) => !what);
  const most = (count: "warnings" | "overridden") => Math.max(...going.map((each) => each[count]));
  const notes = [
    most("warnings") ? t("releases.n_warnings", "Warnings that don’t stop it: {n}", { n: most("warnings") }) : "",
    most("overridden") ? t("releases.n_kept", "Issues kept as is: {n}", { n: most("overridden") }) : "",
  ].filter(Boolean);
  const facts: [string, string | undefined][] = [
    [t("releases.what", "Release"), `${[artistLine(said.credits), name].filter(Boolean).join(" – ")} · ${KINDS[said.kind]}, ${trackCount(plan.tracks)}, ${bytes(plan.bytes)}`],
    [t("releases.stores", "Stores"), listed(going.map(({ outlet_title }) => outlet_title))],
    [t("releases.not_sent", "Not sent"), heldBack(held)],
    [t("releases.f_date", "Release date"), day(said)],
    [readyBefore(said, going) ? t("releases.ready_from", "Ready in stores") : t("releases.live_from", "Live"), liveBy(going)],
    [t("releases.deals", "Rights & territories"), [territories(said.deals), models(said.deals)].filter(Boolean).join(" · ")],
    [t("releases.royalties", "Royalties"), royalties(said, splits)],
    [t("releases.notes", "Issues"), notes.join(", ")],
  ];
  return {
    title: going.length === 1 ? t("releases.send_title_one", "Send “{title}” to {store}?", { title: name, store: going[0]!.outlet_title }) : t("releases.send_title", "Send “{title}” to {n} stores?", { title: name, n: going.length }),
    text: going.every(({ sandbox }) => sandbox) ? t("releases.send_sandbox", "These stores are simulated. Nothing is published.") : "",
    facts: facts.filter((each): each is [string, string] => Boolean(each[1])),
    action: t("releases.send_action", "Send to {stores}", { stores: storeCount(going.length) }),
    harmless: true,
  };
}

export const confirmTakedown = (title: string, stores: string[]): Promise<boolean> =>
  confirmed({
    title: t("releases.down_title", "Take down “{title}”?", { title }),
    text: t("releases.down_text", "Listeners will no longer find it on {stores}. You can reinstate it later with the same codes; most stores then keep its play counts.", { stores: listed(stores) }),
    action: stores.length === 1 ? t("releases.down_one", "Take down from {store}", { store: stores[0]! }) : t("releases.down_action", "Take down from {n} stores", { n: stores.length }),
  });

export const changeCount = (n: number): string => (n === 1 ? t("releases.one_change", "1 change") : t("releases.n_changes", "{n} changes", { n }));

/** What stores have, and the changes that would be lost, each with both of its sides. */
export const confirmDiscarding = (title: string, { changes, stores, elsewhere }: UnsentChanges): Promise<boolean> =>
  confirmed({
    title: t("releases.discard_title", "Discard changes to “{title}”?", { title }),
    text: t("releases.discard_text", "The release goes back to what {stores} have. Splits stay as they are, and stores get nothing. You can’t undo this.", { stores: listed(stores) })
      + (elsewhere.length ? ` ${t("releases.discard_elsewhere", "Recordings that {releases} share go back there too.", { releases: listed(elsewhere.map((each) => `“${each}”`)) })}` : ""),
    loses: changes.map(({ label, stores: theirs, yours }) => changed(label, theirs, yours)),
    action: t("releases.discard_action", "Discard {changes}", { changes: changeCount(changes.length) }),
  });

/** “Title: Nightfall, back to Harbour”. */
function changed(label: string, theirs: string | null, yours: string | null): string {
  const none = t("releases.empty", "empty");
  return t("releases.change_back", "{label}: {yours}, back to {stores}", { label, yours: yours ?? none, stores: theirs ?? none });
}

export const confirmReinstating = (title: string, store: string): Promise<boolean> =>
  confirmed({
    title: t("releases.back_title", "Reinstate “{title}” on {store}?", { title, store }),
    text: t("releases.back_text", "It is sent again as it was, with the same codes."),
    action: t("releases.back_action", "Reinstate"),
    harmless: true,
  });
