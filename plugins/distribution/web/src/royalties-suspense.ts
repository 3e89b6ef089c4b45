/** The suspense queue: what waits for a payee, what it may belong to and why; assign one or many, and undo. */
import { html, nothing, type TemplateResult } from "lit";
import { confirmed, date, notify, number, t } from "@maxbooster/ui";
import { words } from "./api";
import { amount, lineCount, month, type Group, type Item, type Suggestion, type Target, type TrackSplit } from "./royalties-api";
import { added } from "./royalties-months";
import { RoyaltiesPart } from "./royalties-part";

const SHOWN = 50;

class Suspense extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, filter: { state: true }, chosen: { state: true }, shown: { state: true }, picking: { state: true } };
  declare filter: string;
  /** Ids of the items that are ticked. */
  declare chosen: ReadonlySet<string>;
  declare shown: number;
  /** The first item of the group whose list of tracks is open: only that one is filled, a catalog is long. */
  declare picking: string;
  private groups: Group[] | undefined;
  /** Items in all; those of `groups` are the first of them. */
  private waiting = 0;
  private assigned: Item[] = [];
  private tracks: TrackSplit[] = [];
  private releases: ReadonlyMap<string, TrackSplit[]> = new Map();

  constructor() {
    super();
    this.filter = "";
    this.chosen = new Set();
    this.shown = SHOWN;
    this.picking = "";
  }

  protected async load(): Promise<void> {
    const [{ groups, waiting: all }, assigned, tracks] = await Promise.all([this.royalties.suspense(), this.royalties.assigned(), this.royalties.splits()]);
    this.groups = groups;
    this.waiting = all;
    this.assigned = assigned;
    this.tracks = tracks;
    const releases = new Map<string, TrackSplit[]>();
    for (const each of tracks) (releases.get(each.release) ?? releases.set(each.release, []).get(each.release)!).push(each);
    this.releases = releases;
    const waiting = new Set(groups.flatMap(ids));
    this.chosen = new Set([...this.chosen].filter((each) => waiting.has(each)));
  }

  private async assign(items: Item[], to: Target, name: string): Promise<void> {
    const lines = lineSum(items);
    await this.doing("assign", () => this.royalties.assign(items.map(({ id }) => id), to), lines === 1 ? t("royalties.assigned_one", "1 line assigned to {name}.", { name }) : t("royalties.assigned", "{n} lines assigned to {name}.", { n: number(lines), name }));
  }

  private async unassign(item: Item): Promise<void> {
    const wanted = await confirmed({
      title: t("royalties.unassign_question", "Undo the assignment of “{title}”?", { title: title(item) }),
      text: t("royalties.unassign_text", "{amount} is taken back from the payees and waits in suspense again.", { amount: amount(item.amount, item.currency) }),
      action: t("royalties.unassign", "Undo assignment"),
    });
    if (!wanted) return;
    const reason = t("royalties.unassign_reason", "Assigned to the wrong track");
    try {
      await this.royalties.unassignSuspenseItem(item.id, reason, false);
    } catch (error) {
      if ((error as { kind?: string }).kind !== "paid-already") return notify({ text: words(error), tone: "danger" });
      const anyway = await confirmed({ title: t("royalties.paid_already", "Payees have been paid already"), text: words(error), action: t("royalties.owe_it", "They owe it back") });
      if (anyway) await this.doing("unassign", () => this.royalties.unassignSuspenseItem(item.id, reason, true));
    }
    await this.again();
  }

  private found(): Group[] {
    const typed = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    return (this.groups ?? []).filter(({ items: [item] }) => {
      const text = item ? [item.title, item.artist, item.isrc, item.upc, item.source_name].join(" ").toLowerCase() : "";
      return typed.every((word) => text.includes(word));
    });
  }

  override render() {
    if (!this.groups) return this.head("suspense");
    const found = this.found();
    return html`${this.head("suspense")}
      <p>${t("royalties.suspense_text", "Lines whose code is not in your catalog, or whose track has no payees yet. Nothing is assigned until you say so; lines with the same ISRC go there from then on.")}</p>
      ${this.groups.length ? this.bar(found) : html`<mb-empty icon="circle-check" heading=${t("royalties.all_paid", "All allocated")} text=${t("royalties.all_paid_text", "Every line of your statements has its payees.")}></mb-empty>`}
      ${this.cut()}
      <ul class="rows">${found.slice(0, this.shown).map((group) => this.group(group))}</ul>
      ${found.length > this.shown ? html`<p><button @click=${() => (this.shown += SHOWN)}>${t("royalties.more", "Show more")}</button></p>` : nothing}
      ${this.groups.length && !found.length ? html`<p role="status">${t("royalties.no_match", "Nothing matches “{filter}”.", { filter: this.filter })}</p>` : nothing}
      ${this.assigned.length ? this.done() : nothing}`;
  }

  /** Search and “Select all” know only what is listed. */
  private cut(): TemplateResult | typeof nothing {
    const listed = (this.groups ?? []).reduce((sum, { items }) => sum + items.length, 0);
    if (listed >= this.waiting) return nothing;
    return html`<p role="status">${t("royalties.cut", "{n} of {all} items are listed, those of the newest statements. The rest follow as these are assigned.", { n: number(listed), all: number(this.waiting) })}</p>`;
  }

  private bar(found: Group[]): TemplateResult {
    const all = found.flatMap(({ items }) => items);
    const chosen = all.filter(({ id }) => this.chosen.has(id));
    return html`<div class="actions" style="margin-bottom: var(--mb-space-4)">
      <input type="search" aria-label=${t("royalties.search_suspense", "Search suspense")} placeholder=${t("royalties.search_suspense", "Search suspense")} @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)} />
      ${this.mayWrite ? html`<label class="check"><input type="checkbox" .checked=${chosen.length > 0 && chosen.length === all.length} @change=${(event: Event) => (this.chosen = new Set((event.target as HTMLInputElement).checked ? all.map(({ id }) => id) : []))} />${t("royalties.select_all", "Select all")}</label>` : nothing}
      ${chosen.length ? this.picker(chosen, t("royalties.assign_selected", "Assign {n} selected to", { n: chosen.length })) : nothing}
    </div>`;
  }

  private picker(items: Item[], label: string, filled = ""): TemplateResult {
    const pick = (event: Event): void => {
      const { value, selectedOptions } = event.target as HTMLSelectElement;
      if (!value) return;
      const [kind, id] = value.split(":");
      void this.assign(items, kind === "track" ? { track: id! } : { release: id! }, selectedOptions[0]!.dataset.name ?? "");
    };
    const open = () => (this.picking = filled);
    return html`<select aria-label=${label} @change=${pick} @focus=${open} @pointerdown=${open} ?disabled=${this.busy !== ""}>
      <option value="">${label}…</option>
      ${this.picking !== filled ? nothing : [...this.releases].map(([release, tracks]) => [release, tracks, tracks[0]!.release_title] as const).map(([release, tracks, name]) => html`<optgroup label=${name}>
        ${tracks.map((each) => html`<option value="track:${each.track}" data-name=${each.title} ?disabled=${!each.shares.length}>${each.title}${each.shares.length ? "" : ` (${t("royalties.no_payees", "no payees yet")})`}</option>`)}
        <option value="release:${release}" data-name=${name}>${t("royalties.whole_release", "The whole release {name}", { name })}</option>
      </optgroup>`)}
    </select>`;
  }

  private group(group: Group): TemplateResult | typeof nothing {
    const [item] = group.items;
    if (!item) return nothing;
    const sum = (currency: string): string => added(group.items.filter((each) => each.currency === currency).map((each) => each.amount));
    const currencies = [...new Set(group.items.map(({ currency }) => currency))];
    const code = [item.isrc && `ISRC ${item.isrc}`, item.upc && `UPC ${item.upc}`].filter(Boolean).join(" · ");
    const why = { unsplit: t("royalties.unsplit", "its track has no payees yet"), ready: t("royalties.has_payees", "its track has payees now: assign it"), unmatched: code || t("royalties.no_code", "no code") }[group.standing];
    const chosen = group.items.filter(({ id }) => this.chosen.has(id));
    const some = chosen.length > 0 && chosen.length < group.items.length;
    return html`<li style="flex-wrap: wrap">
      ${this.mayWrite ? html`<input type="checkbox" aria-label=${t("royalties.select", "Select {title}", { title: title(item) })} .checked=${chosen.length === group.items.length} .indeterminate=${some} @change=${() => this.choose(ids(group), chosen.length < group.items.length)} />` : nothing}
      <span class="what">${title(item)}${item.artist ? html` <span class="quiet">· ${item.artist}</span>` : nothing}
        <small>${why} · ${group.lines === 1 ? t("royalties.one_line", "1 line") : t("royalties.n_lines", "{n} lines", { n: number(group.lines) })} · ${[...new Set(group.items.map((each) => [each.source_name, month(each.period)].filter(Boolean).join(" ")))].join(", ")}</small></span>
      <span class="end">${currencies.map((currency) => amount(sum(currency), currency)).join(" + ")}</span>
      ${this.mayWrite && group.items.length > 1 ? this.parts(group) : nothing}
      ${this.mayWrite ? this.ways(group, some ? chosen : group.items) : nothing}
    </li>`;
  }

  private choose(items: string[], on: boolean): void {
    const chosen = new Set(this.chosen);
    for (const each of items) chosen[on ? "add" : "delete"](each);
    this.chosen = chosen;
  }

  /** What each statement says of it by month: any of them can be assigned by itself. */
  private parts(group: Group): TemplateResult {
    return html`<details style="flex-basis: 100%; margin: 0">
      <summary style="margin: 0">${t("royalties.parts", "Assign only some: {n} parts", { n: number(group.items.length) })}</summary>
      ${group.items.map((item) => html`<label class="check" style="justify-content: space-between"><span>
          <input type="checkbox" .checked=${this.chosen.has(item.id)} @change=${(event: Event) => this.choose([item.id], (event.target as HTMLInputElement).checked)} />
          ${[item.source_name, month(item.period)].filter(Boolean).join(", ")} · ${item.file_name} · ${lineCount(item.lines)}</span>
        <span class="end">${amount(item.amount, item.currency)}</span></label>`)}
    </details>`;
  }

  /** All of a group, or what is ticked of it. */
  private ways(group: Group, items: Item[]): TemplateResult {
    const part = items.length < group.items.length;
    return html`<div class="actions" style="flex-basis: 100%">
      ${part ? html`<small>${t("royalties.selected_of", "{n} of {lines}:", { n: number(lineSum(items)), lines: lineCount(group.lines) })}</small>` : nothing}
      ${group.suggestions.map((each) => this.suggestion(items, each))} ${this.picker(items, t("royalties.assign_to", "Assign to"), group.items[0]!.id)}</div>`;
  }

  private suggestion(items: Item[], each: Suggestion): TemplateResult {
    if (!each.split) return html`<a class="button" href="/royalties/splits?${each.track ? `track=${each.track}` : `release=${each.release}`}"><span>${t("royalties.add_payees_to", "Add payees to {title}", { title: each.title })} <small>${each.reason}</small></span></a>`;
    const to: Target = each.track ? { track: each.track } : { release: each.release! };
    return html`<button ?disabled=${this.busy !== ""} @click=${() => this.assign(items, to, each.title)}><span>${each.release ? t("royalties.assign_whole", "Assign to the whole release {title}", { title: each.title }) : t("royalties.assign_title", "Assign to {title}", { title: each.title })} <small>${each.reason}</small></span></button>`;
  }

  private done(): TemplateResult {
    const names = new Map(this.tracks.flatMap((each): [string, string][] => [[each.track, each.title], [each.release, each.release_title]]));
    return html`<h2>${t("royalties.recently", "Assigned")}</h2>
      <ul class="rows">
        ${this.assigned.map((item) => html`<li>
          <span class="what">${title(item)}<small>${t("royalties.assigned_to", "to {name}, {day}", { name: names.get(item.track ?? item.release ?? "") ?? t("royalties.gone_track", "a track that was deleted"), day: date(item.assigned_at ?? "") })}</small></span>
          <span class="end">${amount(item.amount, item.currency)}</span>
          ${this.mayWrite ? html`<button class="plain" aria-label=${t("royalties.undo_of", "Undo the assignment of {title}", { title: title(item) })} @click=${() => this.unassign(item)}>${t("undo.label", "Undo")}</button>` : nothing}
        </li>`)}
      </ul>`;
  }
}

const ids = ({ items }: Group): string[] => items.map(({ id }) => id);
const lineSum = (items: Item[]): number => items.reduce((sum, { lines }) => sum + lines, 0);
const title = (item: Item): string => item.title || item.isrc || item.upc || t("royalties.untitled", "Untitled");
customElements.define("mb-royalties-suspense", Suspense);
