/** Splits: who has which share of each track. */
import { html, nothing, type TemplateResult } from "lit";
import { number, t } from "@maxbooster/ui";
import { spoken, type Payee, type Share, type TrackSplit } from "./royalties-api";
import { RoyaltiesPart } from "./royalties-part";
import { asParts, total, type Draft } from "./royalties-shares";

/** What is edited: a track, or all tracks of a release. */
interface Editing { track?: TrackSplit; release?: string; name: string }

class Splits extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, editing: { state: true }, draft: { state: true }, filter: { state: true } };
  declare editing: Editing | undefined;
  declare draft: Draft[];
  declare filter: string;
  private tracks: TrackSplit[] | undefined;
  private payees: Payee[] = [];

  constructor() {
    super();
    this.draft = [];
    this.filter = "";
  }

  protected async load(): Promise<void> {
    [this.tracks, this.payees] = await Promise.all([this.royalties.splits(), this.host.may("payee.read") ? this.royalties.payees() : Promise.resolve([])]);
  }

  private edit(editing: Editing, shares: Share[], whole: number): void {
    this.editing = editing;
    this.draft = shares.map(({ payee, parts }) => ({ payee, percent: Number.isInteger((parts * 1_000_000) / whole) ? String(Number(((parts * 100) / whole).toFixed(4))) : `${parts}/${whole}` }));
    if (!this.draft.length) this.draft = [{ payee: this.payees[0]?.id ?? "", percent: "100" }];
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLElement>("form select")?.focus());
  }

  private change(place: number, part: Partial<Draft>): void {
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
    const act = () => (editing.track ? this.royalties.setSplit(editing.track.track, made.shares, made.whole) : this.royalties.setReleaseSplit(editing.release!, made.shares, made.whole));
    if (await this.doing("save", act, t("royalties.split_saved", "Saved. It counts for statements imported from now on."))) this.editing = undefined;
  };

  override render() {
    if (!this.tracks) return this.head("splits");
    const typed = this.filter.toLowerCase();
    const found = this.tracks.filter((each) => `${each.title} ${each.release_title} ${each.isrc ?? ""}`.toLowerCase().includes(typed));
    const releases = [...new Set(found.map(({ release }) => release))];
    return html`${this.head("splits")}
      <p>${t("royalties.splits_text", "Shares add up to 100%. A change counts for statements imported from then on; what was posted stays.")}</p>
      ${this.tracks.length
        ? html`<input type="search" aria-label=${t("royalties.search_tracks", "Search tracks")} placeholder=${t("royalties.search_tracks", "Search tracks")} @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)} />`
        : html`<mb-empty icon="users" heading=${t("royalties.no_tracks", "No tracks yet")} text=${t("royalties.no_tracks_text", "Create a release first; then add payees to its tracks here.")}></mb-empty>`}
      ${!this.payees.length && this.tracks.length ? html`<p>${t("royalties.no_payees_text", "Add payees first:")} <a href="/money">${t("royalties.money", "Money")}</a></p>` : nothing}
      ${releases.map((release) => this.release(release, found.filter((each) => each.release === release)))}`;
  }

  private release(id: string, tracks: TrackSplit[]): TemplateResult {
    const name = tracks[0]?.release_title || t("royalties.untitled", "Untitled");
    const all = t("royalties.all_tracks", "All tracks of {name}", { name });
    const here = this.editing?.release === id;
    return html`<h2>${name}
        ${this.mayWrite && this.payees.length && tracks.length > 1 ? html`<button class="plain" @click=${() => this.edit({ release: id, name: all }, tracks[0]!.shares, tracks[0]!.whole)}>${t("royalties.set_all", "Set all tracks")}</button>` : nothing}</h2>
      ${here ? this.editor() : nothing}
      <ul class="rows">${tracks.map((track) => this.track(track))}</ul>`;
  }

  private track(track: TrackSplit): TemplateResult {
    const names = new Map(this.payees.map(({ id, name }) => [id, name]));
    const shares = track.shares.map((share) => `${names.get(share.payee) ?? "–"} ${spoken(share, track.whole)}`).join(" · ");
    const label = track.shares.length ? t("royalties.edit_split", "Edit") : t("royalties.add_payees", "Add payees");
    return html`<li style="flex-wrap: wrap">
      <span class="what">${track.title}<small>${shares || t("royalties.no_payees", "no payees yet")}${track.isrc ? ` · ${track.isrc}` : ""}</small></span>
      ${this.mayWrite && this.payees.length ? html`<button aria-label=${`${label}: ${track.title}`} @click=${() => this.edit({ track, name: track.title }, track.shares, track.whole)}>${label}</button>` : nothing}
      ${this.editing?.track?.track === track.track ? html`<div style="flex-basis: 100%">${this.editor()}</div>` : nothing}
    </li>`;
  }

  private editor(): TemplateResult {
    const made = asParts(this.draft);
    const sum = total(this.draft);
    const twice = new Set(this.draft.map(({ payee }) => payee)).size < this.draft.length;
    return html`<form class="form" @submit=${this.save} aria-label=${t("royalties.split_of", "Split of {name}", { name: this.editing?.name ?? "" })}>
      ${this.draft.map((each, place) => this.shareRow(each, place))}
      <p role="status" style="margin: 0" class=${made ? "ok" : "wrong"}>
        ${twice ? t("royalties.twice", "A payee is named twice: add their shares up.") : made ? t("royalties.adds_up", "100%: it adds up.") : t("royalties.adds_to", "It adds up to {sum}, not 100%.", { sum: Number.isFinite(sum) ? number(sum, { style: "percent", maximumFractionDigits: 4 }) : "–" })}
      </p>
      <div class="actions">
        <button class="primary" ?disabled=${!made || this.busy !== ""}>${t("royalties.save_split", "Save split")}</button>
        ${this.draft.length < this.payees.length ? html`<button type="button" @click=${this.add}><mb-icon name="plus"></mb-icon>${t("royalties.add_payee", "Add payee")}</button>` : nothing}
        ${this.draft.length > 1 ? html`<button type="button" @click=${this.equally}>${t("royalties.equally", "Split equally")}</button>` : nothing}
        <button type="button" @click=${() => (this.editing = undefined)}>${t("royalties.cancel", "Cancel")}</button>
      </div>
    </form>`;
  }

  private shareRow(each: Draft, place: number): TemplateResult {
    return html`<div class="actions" style="align-items: flex-end; flex-wrap: nowrap">
      <label style="flex: 1; min-width: 0">${t("royalties.payee", "Payee")}<select @change=${(event: Event) => this.change(place, { payee: (event.target as HTMLSelectElement).value })}>
        ${this.payees.map(({ id, name }) => html`<option value=${id} ?selected=${id === each.payee}>${name}</option>`)}
      </select></label>
      <label style="width: 104px">${t("royalties.percent", "Share in %")}<input inputmode="decimal" .value=${each.percent} required @input=${(event: Event) => this.change(place, { percent: (event.target as HTMLInputElement).value })} style="width: 100%" /></label>
      <button type="button" aria-label=${t("royalties.remove_share", "Remove this share")} ?disabled=${this.draft.length === 1} @click=${() => (this.draft = this.draft.filter((_, at) => at !== place))}><mb-icon name="x"></mb-icon></button>
    </div>`;
  }
}
customElements.define("mb-royalties-splits", Splits);
