/** Describing a release: what an outlet would refuse is shown at its field while it is typed. */
import { html, nothing, type TemplateResult } from "lit";
import { loadUpload, notify, page, t } from "@maxbooster/ui";
import { content, type Change, type Credit, type Description, type Finding, type Kind, type Review, type RightsLine, type Track } from "./api";
import { at, changed } from "./fields";
import { Part } from "./part";
import { editing } from "./editor-style";
import { style } from "./style";

interface Stored { id: string; name: string; state: string; media_type: string | null }
interface Box { hint?: string; type?: string; list?: readonly string[] }

const TYPING_MS = 350;
const LANGUAGES = ["en", "de", "es", "fr", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "tr", "uk", "ru", "el", "he", "ar", "hi", "zh", "ja", "ko", "id", "sw", "yo"];
const SHOWN = ["title", "subtitle", "kind", "credits", "label", "genre", "release_date", "upc", "p_line", "c_line", "cover", "language", "tracks"];
const SHOWN_OF_TRACK = ["title", "subtitle", "isrc", "language", "instrumental", "audio", "credits"];
const GENRES = ["Alternative", "Ambient", "Blues", "Classical", "Country", "Dance", "Electronic", "Folk", "Hip-Hop/Rap", "House", "Indie Pop", "Jazz", "Metal", "Pop", "R&B/Soul", "Reggae", "Rock", "Singer/Songwriter", "Techno", "World"];

const blank = (): Description => ({ kind: "single", title: "", credits: [], language: "en", tracks: [] });
const named = (code: string) => new Intl.DisplayNames(undefined, { type: "language" }).of(code) ?? code;
const ofRole = (credits: Credit[], role: string) => credits.filter((each) => each.role === role).map(({ name }) => name).join("\n");
const rights = (line: RightsLine | null | undefined) => (line ? `${line.year} ${line.text}` : "");
/** "2026 Harbour Records" → its year and its owner. */
const rightsOf = (text: string): RightsLine | null => {
  const [, year, owner] = /^\s*(?:[©℗]\s*)?(\d{4})\s+(\S.*?)\s*$/.exec(text) ?? [];
  return year && owner ? { year: Number(year), text: owner } : null;
};
const covers = (field: string, found: string) => found === field || (found.startsWith(field) && (found[field.length] === "." || found[field.length] === "["));

export class ReleaseEditor extends Part {
  static override properties = { ...Part.properties, release: {}, draft: { state: true }, review: { state: true }, everything: { state: true }, bringing: { state: true } };
  static override styles = [page, style, editing];
  declare release: string | undefined;
  declare draft: Description | undefined;
  declare review: Review | undefined;
  /** Whether findings are shown at fields that nobody has touched yet. */
  declare everything: boolean;
  /** The field for which a new file is being brought. */
  declare bringing: string;
  private version = 0;
  private files: Stored[] = [];
  private ready: string[] = [];
  private readonly touched = new Set<string>();
  private timer = 0;
  private asked = 0;

  constructor() {
    super();
    this.everything = false;
    this.bringing = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void loadUpload();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  protected async load(): Promise<void> {
    const [found, outlets, stored] = await Promise.all([
      this.release ? this.api.release(this.release) : undefined, this.api.outlets(),
      this.host.api.get("/api/core/files?limit=100") as Promise<{ files: Stored[] }>,
    ]);
    this.ready = outlets.outlets.filter(({ ready }) => ready).map(({ name }) => name);
    this.files = stored.files.filter(({ state }) => state === "ready");
    if (this.draft) return;
    this.version = found?.version ?? 0;
    this.everything ||= Boolean(found);
    this.draft = found?.description ?? blank();
    await this.look();
  }

  /** What would be found if it were sent like this; the newest answer counts. */
  private async look(): Promise<void> {
    const mine = ++this.asked;
    const review = await this.api.review(this.draft!, this.ready);
    if (mine === this.asked) this.review = review;
  }

  private put(...changes: Change[]): void {
    this.draft = changed(this.draft!, changes);
    for (const { field } of changes) this.touched.add(field);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.look().then(() => (this.failure = ""), (error: unknown) => (this.failure = String((error as Error).message ?? error)));
    }, TYPING_MS);
  }

  private readonly save = async (): Promise<void> => {
    let id = this.release;
    const saved = await this.doing("save", async () => {
      if (id) await this.api.change(id, this.version, this.draft!);
      else id = (await this.api.make(this.draft!)).id;
    });
    if (saved) this.host.navigate(`/releases/${id}`);
  };

  /** Codes are given to what is stored: save first, then show what came of it. */
  private readonly issue = async (): Promise<void> => {
    const issued = await this.doing("codes", async () => {
      await this.api.change(this.release!, this.version, this.draft!);
      this.version += 1;
      await this.api.issueCodes(this.release!);
    });
    if (!issued) return;
    this.draft = undefined;
    await this.again();
    notify(t("releases.issued", "The codes are there."));
  };

  private found(field: string): Finding[] {
    if (!this.everything && ![...this.touched].some((each) => covers(field, each))) return [];
    return (this.review?.findings ?? []).filter((each) => (field === "tracks" ? each.field === field : covers(field, each.field)));
  }

  /** What belongs to no field of this page. */
  private get rest(): Finding[] {
    const here = (field: string) => {
      const inner = /^tracks\[\d+\]\.(.*)$/.exec(field)?.[1];
      return inner ? SHOWN_OF_TRACK.some((each) => covers(each, inner)) : field === "tracks" || SHOWN.some((each) => each !== "tracks" && covers(each, field));
    };
    return (this.review?.findings ?? []).filter(({ field }) => !here(field));
  }

  override render() {
    if (!this.draft) return this.problem();
    const { draft } = this;
    const back = this.release ? `/releases/${this.release}` : "/releases";
    return html`<div class="head">
        <div><h1>${this.release ? t("releases.edit_title", "Edit “{title}”", { title: draft.title || "…" }) : t("releases.new", "New release")}</h1></div>
        <div class="actions">
          <wa-button appearance="plain" href=${back}>${t("releases.cancel", "Cancel")}</wa-button>
          <wa-button variant="brand" ?loading=${this.busy === "save"} @click=${this.save}>${this.release ? t("releases.save", "Save") : t("releases.save_new", "Save the draft")}</wa-button>
        </div>
      </div>
      ${this.problem()} ${this.summary()}
      <div class="whole">
        <div class="side">${this.cover()}</div>
        <div class="fields">
          ${this.input("title", t("releases.f_title", "Title"))}
          ${this.input("subtitle", t("releases.f_version", "Version"), { hint: t("releases.f_version_hint", "Live, Remix, Deluxe Edition: only if it is one") })}
          ${this.names("MainArtist", t("releases.f_artists", "Artists"), t("releases.f_line", "One a line"))}
          ${this.names("FeaturedArtist", t("releases.f_featured", "Featuring"), t("releases.f_line", "One a line"))}
          ${this.kind()} ${this.input("release_date", t("releases.f_date", "Release date"), { type: "date" })}
          ${this.input("label", t("releases.label", "Label"))} ${this.input("genre", t("releases.genre", "Genre"), { list: GENRES })}
          ${this.rights("p_line", t("releases.f_p", "℗ Recording"))} ${this.rights("c_line", t("releases.f_c", "© Artwork"))}
          ${this.input("upc", "UPC")}
          ${this.release
            ? html`<div class="codes"><wa-button appearance="outlined" ?loading=${this.busy === "codes"} @click=${this.issue}>${t("releases.issue", "Issue missing codes")}</wa-button></div>`
            : nothing}
        </div>
      </div>
      <h2>${t("releases.tracks", "Tracks")}</h2>
      ${this.findings("tracks")}
      <ol class="tracks">${draft.tracks.map((track, index) => this.track(track, index))}</ol>
      <mb-upload accept="audio/*,.wav,.flac" label=${t("releases.drop_masters", "Drop the masters here")} hint=${t("releases.drop_hint", "WAV or FLAC. Each becomes a track.")} @file-ready=${this.brought}></mb-upload>
      <button class="plain" @click=${() => this.addTrack({ title: "", credits: [] })}>${t("releases.add_track", "Add a track without a master")}</button>`;
  }

  private summary(): TemplateResult | typeof nothing {
    const { review } = this;
    if (!review) return nothing;
    const taken = new Set<string>();
    const offered = review.findings.filter(({ changes }) => {
      const free = changes.length > 0 && !changes.some(({ field }) => taken.has(field));
      if (free) for (const { field } of changes) taken.add(field);
      return free;
    });
    const said = review.blocking
      ? t("releases.to_mend", "{n} to mend before it can be sent. You can save it at any time.", { n: review.blocking })
      : t("releases.clean", "Nothing is in the way of sending it.");
    return html`<div class="summary" role="status">
        <span class=${review.blocking ? "wait" : "ok"}><mb-icon name=${review.blocking ? "triangle-alert" : "circle-check"}></mb-icon></span> <span>${said}</span>
        ${this.everything || !review.findings.length ? nothing : html`<button class="plain" @click=${() => (this.everything = true)}>${t("releases.show_all", "Show what is missing")}</button>`}
        ${offered.length > 1 ? html`<button class="plain" @click=${() => this.put(...offered.flatMap(({ changes }) => changes))}>${t("releases.fix_all", "Apply {n} offered fixes", { n: offered.length })}</button>` : nothing}
      </div>
      ${this.everything && this.rest.length ? html`<div class="rest">${this.rest.map((each) => this.finding(each))}</div>` : nothing}`;
  }

  private finding(found: Finding): TemplateResult {
    return html`<p class="finding ${found.severity === "ERROR" ? "error" : ""}"><span>${found.message} <span class="quiet">${found.fix}</span></span>
      ${found.changes.length ? html`<button class="plain" aria-label="${t("releases.apply", "Apply")}: ${found.fix}" @click=${() => this.put(...found.changes)}>${t("releases.apply", "Apply")}</button>` : nothing}</p>`;
  }

  private findings(field: string): TemplateResult {
    return html`<div class="findings" id="said-${field}">${this.found(field).map((each) => this.finding(each))}</div>`;
  }

  /** A label, its control, and what was found there. */
  private box(field: string, label: string, control: (id: string, wrong: string) => TemplateResult, hint = ""): TemplateResult {
    const wrong = this.found(field).some(({ severity }) => severity === "ERROR");
    return html`<div class="box ${wrong ? "wrong-box" : ""}">
      <label for="in-${field}">${label}${hint ? html` <small>${hint}</small>` : nothing}</label>${control(`in-${field}`, String(wrong))} ${this.findings(field)}
    </div>`;
  }

  private input(field: string, label: string, { hint = "", type = "text", list }: Box = {}): TemplateResult {
    const typed = (event: Event) => {
      const value = (event.target as HTMLInputElement).value;
      this.put({ field, value: value || (field.endsWith("title") && !field.endsWith("subtitle") ? "" : null) });
    };
    return this.box(
      field,
      label,
      (id, wrong) => html`<input id=${id} type=${type} maxlength="300" autocomplete="off" list=${list ? `${id}-list` : nothing} aria-invalid=${wrong} aria-describedby="said-${field}"
          .value=${String(at(this.draft!, field) ?? "")} @input=${typed} />${list ? html`<datalist id="${id}-list">${list.map((each) => html`<option value=${each}></option>`)}</datalist>` : nothing}`,
      hint,
    );
  }

  private names(role: string, label: string, hint: string): TemplateResult {
    const { credits } = this.draft!;
    const typed = (event: Event) => {
      const lines = (event.target as HTMLTextAreaElement).value.split("\n").map((name) => name.trim()).filter(Boolean);
      this.put({ field: "credits", value: [...credits.filter((each) => each.role !== role), ...lines.map((name) => ({ name, role }))] });
    };
    const main = role === "MainArtist";
    return html`<div class="box"><label for="in-${role}">${label} <small>${hint}</small></label>
      <textarea id="in-${role}" rows="1" aria-describedby=${main ? "said-credits" : nothing} .value=${ofRole(credits, role)} @change=${typed}></textarea>${main ? this.findings("credits") : nothing}</div>`;
  }

  private select(field: string, label: string, value: string, options: [string, string][], chosen: (value: string) => void): TemplateResult {
    return this.box(
      field,
      label,
      (id, wrong) => html`<select id=${id} aria-invalid=${wrong} aria-describedby="said-${field}" @change=${(event: Event) => chosen((event.target as HTMLSelectElement).value)}>
        ${options.map(([key, name]) => html`<option value=${key} ?selected=${key === value}>${name}</option>`)}
      </select>`,
    );
  }

  private kind(): TemplateResult {
    const kinds: [Kind, string][] = [["single", "Single"], ["ep", "EP"], ["album", "Album"]];
    return this.select("kind", t("releases.f_kind", "Kind"), this.draft!.kind, kinds, (value) => this.put({ field: "kind", value }));
  }

  private rights(field: "p_line" | "c_line", label: string): TemplateResult {
    const typed = (event: Event) => this.put({ field, value: rightsOf((event.target as HTMLInputElement).value) });
    return this.box(
      field,
      label,
      (id, wrong) => html`<input id=${id} maxlength="210" autocomplete="off" aria-invalid=${wrong} aria-describedby="said-${field}" .value=${rights(this.draft![field])} @change=${typed} />`,
      t("releases.f_rights_hint", "Year and owner"),
    );
  }

  /** A stored file for a field: the one that is there, another, or a new one. */
  private file(field: string, label: string, accept: string, fits: (file: Stored) => boolean): TemplateResult {
    const value = String(at(this.draft!, field) ?? "");
    const options: [string, string][] = [["", t("releases.no_file", "None yet")], ...this.files.filter(fits).map(({ id, name }): [string, string] => [id, name])];
    if (value && !options.some(([id]) => id === value)) options.push([value, t("releases.stored", "Stored file")]);
    const bring = this.bringing === field;
    return html`${this.select(field, label, value, options, (id) => this.put({ field, value: id || null }))}
      ${bring
        ? html`<mb-upload single accept=${accept} label=${label} hint="" @file-ready=${(event: CustomEvent<{ file: Stored }>) => {
            this.files = [event.detail.file, ...this.files];
            this.bringing = "";
            this.put({ field, value: event.detail.file.id });
          }}></mb-upload>`
        : html`<button class="plain" aria-label="${t("releases.bring", "Bring a file")}: ${label}" @click=${() => (this.bringing = field)}>${t("releases.bring", "Bring a file")}</button>`}`;
  }

  private cover(): TemplateResult {
    const { cover } = this.draft!;
    return html`<div class="cover">${cover ? html`<img src=${content(cover)} alt=${t("releases.cover", "Cover")} />` : html`<mb-icon name="disc-3" size="20"></mb-icon>`}</div>
      ${this.file("cover", t("releases.cover", "Cover"), "image/jpeg,image/png", ({ name, media_type }) => media_type?.startsWith("image/") || /\.(jpe?g|png|tiff?)$/i.test(name))}`;
  }

  private track(track: Track, index: number): TemplateResult {
    const base = `tracks[${index}]`;
    const tongues = [...new Set([...LANGUAGES, ...(track.language ? [track.language] : [])])].map((code): [string, string] => [code, named(code)]);
    const sung = (value: string) => this.put({ field: `${base}.language`, value: value === "-" ? null : value || null }, { field: `${base}.instrumental`, value: value === "-" });
    const sound = ({ name, media_type }: Stored) => Boolean(media_type?.startsWith("audio/")) || /\.(wav|flac)$/i.test(name);
    return html`<li>
      <div class="number">${index + 1}</div>
      <div class="fields">
        ${this.input(`${base}.title`, t("releases.f_title", "Title"))} ${this.input(`${base}.subtitle`, t("releases.f_version", "Version"))}
        <div>${this.file(`${base}.audio`, t("releases.master", "Master"), "audio/*,.wav,.flac", sound)}</div>
        ${this.select(`${base}.language`, t("releases.f_sung", "Sung in"), track.instrumental ? "-" : (track.language ?? ""), [["", "—"], ["-", t("releases.instrumental", "Instrumental")], ...tongues], sung)}
        ${this.input(`${base}.isrc`, "ISRC")}
        <div class="last">
          <label class="tick"><input type="checkbox" .checked=${track.advisory === "Explicit"} @change=${(event: Event) => this.put({ field: `${base}.advisory`, value: (event.target as HTMLInputElement).checked ? "Explicit" : "NotExplicit" })} />${t("releases.explicit", "Explicit")}</label>
          <button class="plain" ?hidden=${index === 0} aria-label=${t("releases.up_n", "Move track {n} up", { n: index + 1 })} @click=${() => this.move(index)}>${t("releases.up", "Move up")}</button>
          <button class="plain" aria-label=${t("releases.remove_n", "Remove track {n}", { n: index + 1 })} @click=${() => this.put({ field: "tracks", value: this.draft!.tracks.toSpliced(index, 1) })}>${t("releases.remove", "Remove")}</button>
        </div>
      </div>
      ${this.findings(`${base}.credits`)}
    </li>`;
  }

  private move(index: number): void {
    const tracks = [...this.draft!.tracks];
    tracks.splice(index - 1, 0, ...tracks.splice(index, 1));
    this.put({ field: "tracks", value: tracks });
  }

  private addTrack(track: Track): void {
    this.put({ field: "tracks", value: [...this.draft!.tracks, track] });
  }

  private readonly brought = ({ detail: { file } }: CustomEvent<{ file: Stored }>): void => {
    this.files = [file, ...this.files];
    this.addTrack({ title: file.name.replace(/\.[^.]+$/, "").replace(/^\d+[\s._-]+/, ""), credits: [], audio: file.id });
  };
}
customElements.define("mb-releases-editor", ReleaseEditor);
