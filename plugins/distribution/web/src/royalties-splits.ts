/** Splits: who has which share of each track. */
import { html, nothing, type TemplateResult } from "lit";
import { Draft, number, t, type Fields } from "@maxbooster/ui";
import { month, spoken, type Payee, type Share, type SplitPeriod, type TrackSplit } from "./royalties-api";
import { RoyaltiesPart } from "./royalties-part";
import { asParts, total, type Draft as ShareDraft } from "./royalties-shares";

/** What is edited: a track, or all tracks of a release. */
interface Editing { track?: TrackSplit; release?: string; name: string; periods: SplitPeriod[] }

const SHOWN = 50;
const MONTHS_AHEAD = 12;
const MONTHS_BACK = 36;

class Splits extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, editing: { state: true }, draft: { state: true }, from: { state: true }, filter: { state: true }, shown: { state: true } };
  declare editing: Editing | undefined;
  declare draft: ShareDraft[];
  /** The month of sale from which the draft counts; empty: from the start. */
  declare from: string;
  declare filter: string;
  /** How many releases of a long list. */
  declare shown: number;
  private tracks: TrackSplit[] | undefined;
  private payees: Payee[] = [];
  private names: ReadonlyMap<string, string> = new Map();
  /** `?track=…` or `?release=…`: whose split a link leads to, until its form is open. */
  private linked = new URLSearchParams(location.search);

  /** What the form began with. */
  private initial: Fields = {};
  private readonly keeping = new Draft(this, {
    name: () => this.editing && `royalties/splits/${this.editing.track?.track ?? this.editing.release}`,
    saved: () => this.initial,
    typed: () => ({ from: this.from, shares: this.draft }),
    put: ({ from, shares }) => {
      this.from = from as string;
      this.draft = shares as ShareDraft[];
    },
  });

  constructor() {
    super();
    this.draft = [];
    this.from = "";
    this.filter = "";
    this.shown = SHOWN;
  }

  protected async load(): Promise<void> {
    [this.tracks, this.payees] = await Promise.all([this.royalties.splits(), this.host.may("payee.read") ? this.royalties.payees() : Promise.resolve([])]);
    this.names = new Map(this.payees.map(({ id, name }) => [id, name]));
    if (this.mayWrite && this.payees.length) this.follow(this.tracks);
  }

  private follow(tracks: TrackSplit[]): void {
    const [id, release] = [this.linked.get("track"), this.linked.get("release")];
    this.linked = new URLSearchParams();
    const of = tracks.filter((each) => (id ? each.track === id : each.release === release));
    const [first] = of;
    if (!first) return;
    const alone = id || of.length === 1;
    this.edit({ ...(alone ? { track: first, name: first.title } : { release: release!, name: allOf(first.release_title) }), periods: first.periods });
  }

  private edit(editing: Editing): void {
    const { from_month = null, shares = [], whole = 1 } = editing.periods.at(-1) ?? {};
    this.editing = editing;
    this.from = from_month ?? "";
    this.draft = shares.map(({ payee, parts }) => ({ payee, percent: Number.isInteger((parts * 1_000_000) / whole) ? String(Number(((parts * 100) / whole).toFixed(4))) : `${parts}/${whole}` }));
    if (!this.draft.length) this.draft = [{ payee: this.payees[0]?.id ?? "", percent: "100" }];
    this.initial = { from: this.from, shares: this.draft };
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("form select")?.focus());
  }

  /** Closes the form; the focus goes back to the button that opened it. */
  private readonly close = (): void => {
    const opener = this.editing?.track?.track ?? this.editing?.release;
    this.editing = undefined;
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>(`[data-opens="${opener}"]`)?.focus());
  };

  private change(place: number, part: Partial<ShareDraft>): void {
    this.draft = this.draft.map((each, at) => (at === place ? { ...each, ...part } : each));
  }

  private readonly add = (): void => {
    const free = this.payees.find(({ id }) => !this.draft.some(({ payee }) => payee === id));
    this.draft = [...this.draft, { payee: free?.id ?? "", percent: "" }];
  };

  private readonly equally = (): void => {
    this.draft = this.draft.map((each) => ({ ...each, percent: `1/${this.draft.length}` }));
  };

  private readonly save = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const made = asParts(this.draft);
    const { editing } = this;
    if (!made || !editing) return;
    const split = { ...made, from_month: this.from || null };
    const act = () => (editing.track ? this.royalties.updateSplit(editing.track.track, split) : this.royalties.updateReleaseSplit(editing.release!, split));
    if (await this.doing("save", () => this.keeping.around(act), t("royalties.split_saved", "Saved. It counts for statements imported from now on."))) this.close();
  };

  override render() {
    if (!this.tracks) return this.head("splits");
    const typed = this.filter.toLowerCase();
    const found = this.tracks.filter((each) => `${each.title} ${each.release_title} ${each.isrc ?? ""}`.toLowerCase().includes(typed));
    const releases = new Map<string, TrackSplit[]>();
    for (const each of found) (releases.get(each.release) ?? releases.set(each.release, []).get(each.release)!).push(each);
    const listed = [...releases].filter(([id], place) => place < this.shown || this.isEdited(id, releases.get(id)!));
    return html`${this.head("splits")}
      <p>${t("royalties.splits_text", "Shares add up to 100%. A split counts for sales from its month until the next one starts, in statements you import from then on. What was posted stays.")}</p>
      ${this.tracks.length
        ? html`<input type="search" aria-label=${t("royalties.search_tracks", "Search tracks")} placeholder=${t("royalties.search_tracks", "Search tracks")} @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)} />`
        : html`<mb-empty icon="users" heading=${t("royalties.no_tracks", "No tracks yet")} text=${t("royalties.no_tracks_text", "Create a release first; then add payees to its tracks here.")}></mb-empty>`}
      ${!this.payees.length && this.tracks.length ? html`<p>${t("royalties.no_payees_text", "Add payees first:")} <a href="/money">${t("royalties.money", "Money")}</a></p>` : nothing}
      ${listed.map(([release, tracks]) => this.release(release, tracks))}
      ${releases.size > this.shown ? html`<p><button @click=${() => (this.shown += SHOWN)}>${t("royalties.more", "Show more")}</button></p>` : nothing}`;
  }

  private isEdited(release: string, tracks: TrackSplit[]): boolean {
    return this.editing?.release === release || tracks.some(({ track }) => track === this.editing?.track?.track);
  }

  private release(id: string, tracks: TrackSplit[]): TemplateResult {
    const name = tracks[0]?.release_title || t("royalties.untitled", "Untitled");
    const all = allOf(name);
    const here = this.editing?.release === id;
    return html`<h2>${name}
        ${this.mayWrite && this.payees.length && tracks.length > 1 ? html`<button class="plain" data-opens=${id} @click=${() => this.edit({ release: id, name: all, periods: tracks[0]!.periods })}>${t("royalties.set_all", "Set all tracks")}</button>` : nothing}</h2>
      ${here ? this.editor() : nothing}
      <ul class="rows">${tracks.map((track) => this.track(track))}</ul>`;
  }

  private track(track: TrackSplit): TemplateResult {
    const label = track.periods.length ? t("royalties.edit_split", "Edit") : t("royalties.add_payees", "Add payees");
    return html`<li style="flex-wrap: wrap">
      <span class="what">${track.title}${track.periods.map((each, place) => html`<small>${this.period(each, track.periods[place + 1])}</small>`)}
        <small>${track.periods.length ? "" : t("royalties.no_payees", "no payees yet")}${track.periods.length || !track.isrc ? "" : " · "}${track.isrc ?? ""}</small></span>
      ${this.mayWrite && this.payees.length ? html`<button data-opens=${track.track} aria-label=${`${label}: ${track.title}`} @click=${() => this.edit({ track, name: track.title, periods: track.periods })}>${label}</button>` : nothing}
      ${this.editing?.track?.track === track.track ? html`<div style="flex-basis: 100%">${this.editor()}</div>` : nothing}
    </li>`;
  }

  /** “Sep 2026 and later: Ana Lind 60% · Bo Kern 40%”; a track's only split counts for all sales and needs no months. */
  private period({ from_month, shares, whole }: SplitPeriod, next: SplitPeriod | undefined): string {
    const said = shares.map((share) => `${this.names.get(share.payee) ?? "–"} ${spoken(share, whole)}`).join(" · ");
    if (from_month && next) return t("royalties.split_between", "Sales from {from} to before {until}: {shares}", { from: month(from_month), until: month(next.from_month), shares: said });
    if (from_month) return t("royalties.split_from", "Sales from {from}: {shares}", { from: month(from_month), shares: said });
    return next ? t("royalties.split_until", "Sales before {until}: {shares}", { until: month(next.from_month), shares: said }) : said;
  }

  private months(): TemplateResult {
    const now = new Date();
    const all = Array.from({ length: MONTHS_AHEAD + MONTHS_BACK + 1 }, (_, place) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + MONTHS_AHEAD - place)).toISOString().slice(0, 7));
    const used = (this.editing?.periods ?? []).flatMap(({ from_month }) => from_month ?? []);
    const listed = [...new Set([...all, ...used])].sort().reverse();
    const replaced = this.editing?.periods.some(({ from_month }) => (from_month ?? "") === this.from);
    return html`<label>${t("royalties.for_sales", "For sales")}<select name="from" @change=${(event: Event) => (this.from = (event.target as HTMLSelectElement).value)}>
        <option value="" ?selected=${!this.from}>${t("royalties.from_start", "from the start")}</option>
        ${listed.map((each) => html`<option value=${each} ?selected=${each === this.from}>${t("royalties.from_month", "from {month}", { month: month(each) })}</option>`)}
      </select></label>
      ${replaced ? html`<p class="quiet" style="margin: 0">${t("royalties.replaces", "Replaces the split that counts from then. To keep it, choose a later month.")}</p>` : nothing}`;
  }

  private editor(): TemplateResult {
    const made = asParts(this.draft);
    const sum = total(this.draft);
    const twice = new Set(this.draft.map(({ payee }) => payee)).size < this.draft.length;
    return html`<form class="form" @submit=${this.save} aria-label=${t("royalties.split_of", "Split of {name}", { name: this.editing?.name ?? "" })}>
      ${this.keeping.bar()}
      ${this.draft.map((each, place) => this.shareRow(each, place))}
      <p role="status" style="margin: 0" class=${made ? "ok" : "wrong"}>
        ${twice ? t("royalties.twice", "A payee is named twice: add their shares up.") : made ? t("royalties.adds_up", "Total: 100%") : t("royalties.adds_to", "It adds up to {sum}, not 100%.", { sum: Number.isFinite(sum) ? number(sum, { style: "percent", maximumFractionDigits: 4 }) : "–" })}
      </p>
      ${this.months()}
      <div class="actions">
        <button class="primary" ?disabled=${!made || this.busy !== ""}>${t("royalties.save_split", "Save split")}</button>
        ${this.draft.length < this.payees.length ? html`<button type="button" @click=${this.add}><mb-icon name="plus"></mb-icon>${t("royalties.add_payee", "Add payee")}</button>` : nothing}
        ${this.draft.length > 1 ? html`<button type="button" @click=${this.equally}>${t("royalties.equally", "Split equally")}</button>` : nothing}
        <button type="button" @click=${this.close}>${t("royalties.cancel", "Cancel")}</button>
      </div>
    </form>`;
  }

  private shareRow(each: ShareDraft, place: number): TemplateResult {
    return html`<div class="actions" style="align-items: flex-end; flex-wrap: nowrap">
      <label style="flex: 1; min-width: 0; grid-template-columns: minmax(0, 1fr)">${t("royalties.payee", "Payee")}<select @change=${(event: Event) => this.change(place, { payee: (event.target as HTMLSelectElement).value })}>
        ${this.payees.map(({ id, name }) => html`<option value=${id} ?selected=${id === each.payee}>${name}</option>`)}
      </select></label>
      <label style="width: 104px">${t("royalties.percent", "Share in %")}<input inputmode="decimal" .value=${each.percent} required @input=${(event: Event) => this.change(place, { percent: (event.target as HTMLInputElement).value })} style="width: 100%" /></label>
      <button type="button" aria-label=${t("royalties.remove_share", "Remove this share")} ?disabled=${this.draft.length === 1} @click=${() => (this.draft = this.draft.filter((_, at) => at !== place))}><mb-icon name="x"></mb-icon></button>
    </div>`;
  }
}

const allOf = (name: string): string => t("royalties.all_tracks", "All tracks of {name}", { name });
customElements.define("mb-royalties-splits", Splits);
