/** The suspense queue: what waits for a payee, what it may belong to and why; assign one or many, and undo. */
import { html, nothing, type TemplateResult } from "lit";
import { confirmed, date, notify, number, t } from "@maxbooster/ui";
import { words } from "./api";
import { amount, month, type Group, type Item, type Suggestion, type Target, type TrackSplit } from "./royalties-api";
import { RoyaltiesPart } from "./royalties-part";

const SHOWN = 50;

class Suspense extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, filter: { state: true }, chosen: { state: true }, shown: { state: true } };
  declare filter: string;
  /** Keys of the groups that are ticked. */
  declare chosen: ReadonlySet<string>;
  declare shown: number;
  private groups: Group[] | undefined;
  private assigned: Item[] = [];
  private tracks: TrackSplit[] = [];

  constructor() {
    super();
    this.filter = "";
    this.chosen = new Set();
    this.shown = SHOWN;
  }

  protected async load(): Promise<void> {
    const [groups, assigned, tracks] = await Promise.all([this.royalties.suspense(), this.royalties.assigned(), this.royalties.splits()]);
    this.groups = groups;
    this.assigned = assigned;
    this.tracks = tracks;
    const keys = new Set(groups.map(key));
    this.chosen = new Set([...this.chosen].filter((each) => keys.has(each)));
  }

  private async assign(groups: Group[], to: Target, name: string): Promise<void> {
    const items = groups.flatMap((group) => group.items.map(({ id }) => id));
    const lines = groups.reduce((sum, group) => sum + group.lines, 0);
    await this.doing("assign", () => this.royalties.assign(items, to), t("royalties.assigned", "{n} lines assigned to {name}.", { n: number(lines), name }));
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
      await this.royalties.undoAssignment(item.id, reason, false);
    } catch (error) {
      if ((error as { kind?: string }).kind !== "paid-already") return notify({ text: words(error), tone: "danger" });
      const anyway = await confirmed({ title: t("royalties.paid_already", "Payees have been paid already"), text: words(error), action: t("royalties.owe_it", "They owe it back") });
      if (anyway) await this.doing("unassign", () => this.royalties.undoAssignment(item.id, reason, true));
    }
    await this.again();
  }

  private found(): Group[] {
    const typed = this.filter.toLowerCase().split(/\s+/).filter(Boolean);
    return (this.groups ?? []).filter(({ items: [item] }) => {
      const text = item ? [item.title, item.artist, item.isrc, item.upc, item.source].join(" ").toLowerCase() : "";
      return typed.every((word) => text.includes(word));
    });
  }

  override render() {
    if (!this.groups) return this.head("suspense");
    const found = this.found();
    return html`${this.head("suspense")}
      <p>${t("royalties.suspense_text", "Lines whose code is not in your catalog, or whose track has no payees yet. Nothing is assigned until you say so; lines with the same ISRC go there from then on.")}</p>
      ${this.groups.length ? this.bar(found) : html`<mb-empty icon="circle-check" heading=${t("royalties.all_paid", "All allocated")} text=${t("royalties.all_paid_text", "Every line of your statements has its payees.")}></mb-empty>`}
      <ul class="rows">${found.slice(0, this.shown).map((group) => this.group(group))}</ul>
      ${found.length > this.shown ? html`<p><button @click=${() => (this.shown += SHOWN)}>${t("royalties.more", "Show more")}</button></p>` : nothing}
      ${this.groups.length && !found.length ? html`<p role="status">${t("royalties.no_match", "Nothing matches “{filter}”.", { filter: this.filter })}</p>` : nothing}
      ${this.assigned.length ? this.done() : nothing}`;
  }

  private bar(found: Group[]): TemplateResult {
    const chosen = found.filter((group) => this.chosen.has(key(group)));
    return html`<div class="actions" style="margin-bottom: var(--mb-space-4)">
      <input type="search" aria-label=${t("royalties.search_suspense", "Search suspense")} placeholder=${t("royalties.search_suspense", "Search suspense")} @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)} />
      ${this.mayWrite ? html`<label class="check"><input type="checkbox" .checked=${chosen.length > 0 && chosen.length === found.length} @change=${(event: Event) => (this.chosen = new Set((event.target as HTMLInputElement).checked ? found.map(key) : []))} />${t("royalties.select_all", "Select all")}</label>` : nothing}
      ${chosen.length ? this.picker(chosen, t("royalties.assign_selected", "Assign {n} selected to", { n: chosen.length })) : nothing}
    </div>`;
  }

  private picker(groups: Group[], label: string): TemplateResult {
    const pick = (event: Event): void => {
      const { value, selectedOptions } = event.target as HTMLSelectElement;
      if (!value) return;
      const [kind, id] = value.split(":");
      void this.assign(groups, kind === "track" ? { track: id! } : { release: id! }, selectedOptions[0]!.dataset.name ?? "");
    };
    const releases = new Map(this.tracks.map((each) => [each.release, each.release_title]));
    return html`<select aria-label=${label} @change=${pick} ?disabled=${this.busy !== ""}>
      <option value="">${label}…</option>
      ${[...releases].map(([release, name]) => html`<optgroup label=${name}>
        ${this.tracks.filter((each) => each.release === release).map((each) => html`<option value="track:${each.track}" data-name=${each.title} ?disabled=${!each.shares.length}>${each.title}${each.shares.length ? "" : ` (${t("royalties.no_payees", "no payees yet")})`}</option>`)}
        <option value="release:${release}" data-name=${name}>${t("royalties.whole_release", "The whole release {name}", { name })}</option>
      </optgroup>`)}
    </select>`;
  }

  private group(group: Group): TemplateResult | typeof nothing {
    const [item] = group.items;
    if (!item) return nothing;
    const sums = new Map<string, number>();
    for (const each of group.items) sums.set(each.currency, (sums.get(each.currency) ?? 0) + Number(each.amount));
    const code = [item.isrc && `ISRC ${item.isrc}`, item.upc && `UPC ${item.upc}`].filter(Boolean).join(" · ");
    const why = item.reason === "unsplit" ? t("royalties.unsplit", "its track has no payees yet") : code || t("royalties.no_code", "no code");
    const toggle = () => {
      const chosen = new Set(this.chosen);
      if (!chosen.delete(key(group))) chosen.add(key(group));
      this.chosen = chosen;
    };
    return html`<li style="flex-wrap: wrap">
      ${this.mayWrite ? html`<input type="checkbox" aria-label=${t("royalties.select", "Select {title}", { title: title(item) })} .checked=${this.chosen.has(key(group))} @change=${toggle} />` : nothing}
      <span class="what">${title(item)}${item.artist ? html` <span class="quiet">· ${item.artist}</span>` : nothing}
        <small>${why} · ${t("royalties.n_lines", "{n} lines", { n: number(group.lines) })} · ${[...new Set(group.items.map((each) => [each.source, month(each.period)].filter(Boolean).join(" ")))].join(", ")}</small></span>
      <span class="end">${[...sums].map(([currency, sum]) => amount(String(sum), currency)).join(" + ")}</span>
      ${this.mayWrite ? html`<div class="actions" style="flex-basis: 100%">${group.suggestions.map((each) => this.suggestion(group, each))} ${this.picker([group], t("royalties.assign_to", "Assign to"))}</div>` : nothing}
    </li>`;
  }

  private suggestion(group: Group, each: Suggestion): TemplateResult {
    if (!each.split) return html`<a class="button" href="/royalties/splits"><span>${t("royalties.add_payees_to", "Add payees to {title}", { title: each.title })} <small>${each.reason}</small></span></a>`;
    const to: Target = each.track ? { track: each.track } : { release: each.release! };
    return html`<button ?disabled=${this.busy !== ""} @click=${() => this.assign([group], to, each.title)}><span>${t("royalties.assign_title", "Assign to {title}", { title: each.title })} <small>${each.reason}</small></span></button>`;
  }

  private done(): TemplateResult {
    const names = new Map(this.tracks.flatMap((each): [string, string][] => [[each.track, each.title], [each.release, each.release_title]]));
    return html`<h2>${t("royalties.recently", "Assigned")}</h2>
      <ul class="rows">
        ${this.assigned.map((item) => html`<li>
          <span class="what">${title(item)}<small>${t("royalties.assigned_to", "to {name}, {day}", { name: names.get(item.track ?? item.release ?? "") ?? "–", day: date(item.assigned_at ?? "") })}</small></span>
          <span class="end">${amount(item.amount, item.currency)}</span>
          ${this.mayWrite ? html`<button class="plain" aria-label=${t("royalties.undo_of", "Undo the assignment of {title}", { title: title(item) })} @click=${() => this.unassign(item)}>${t("undo.label", "Undo")}</button>` : nothing}
        </li>`)}
      </ul>`;
  }
}

const key = (group: Group): string => group.items[0]?.id ?? "";
const title = (item: Item): string => item.title || item.isrc || item.upc || t("royalties.untitled", "Untitled");
customElements.define("mb-royalties-suspense", Suspense);
