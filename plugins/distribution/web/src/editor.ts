/** Describing a release: what an outlet would refuse is shown at its field while it is typed. */
import { html, nothing, type TemplateResult } from "lit";
import { Draft, loadUpload, notify, page, t, type Fields } from "@maxbooster/ui";
import { content, words, type Credit, type Deal, type Description, type Kind, type RightsLine, type StoredFile, type Track } from "./api";
import { streaming } from "./deals";
import { covers, Describing } from "./describing";
import { editing } from "./editor-style";
import { labelOf } from "./labels";
import { at, controlOf, same, stated } from "./fields";
import { Leaving } from "./leaving";
import { style } from "./style";
import "./credits";

const LANGUAGES = ["en", "de", "es", "fr", "it", "pt", "nl", "sv", "da", "nb", "fi", "pl", "cs", "tr", "uk", "ru", "el", "he", "ar", "hi", "zh", "ja", "ko", "id", "sw", "yo"];
const SHOWN = ["title", "subtitle", "kind", "credits", "label", "genre", "release_date", "original_release_date", "upc", "catalog_number", "p_line", "c_line", "cover", "language", "deals"];
const SHOWN_OF_TRACK = ["title", "subtitle", "isrc", "language", "instrumental", "audio", "credits"];
const GENRES = ["Alternative", "Ambient", "Blues", "Classical", "Country", "Dance", "Electronic", "Folk", "Hip-Hop/Rap", "House", "Indie Pop", "Jazz", "Metal", "Pop", "R&B/Soul", "Reggae", "Rock", "Singer/Songwriter", "Techno", "World"];

const blank = (): Description => ({ kind: "single", title: "", credits: [], language: "en", deals: [streaming()], tracks: [] });
const named = (code: string) => new Intl.DisplayNames(undefined, { type: "language" }).of(code) ?? code;
const tongues = (more: string | null | undefined) => [...new Set([...LANGUAGES, ...(more ? [more] : [])])].map((code): [string, string] => [code, named(code)]);
const ofRole = (credits: Credit[], role: string) => credits.filter((each) => each.role === role).map(({ name }) => name).join("\n");
const rights = (line: RightsLine | null | undefined) => (line ? `${line.year} ${line.text}` : "");
/** "2026 Harbour Records" → its year and its owner. */
const rightsOf = (text: string): RightsLine | null => {
  const [, year, owner] = /^\s*(?:[©℗]\s*)?(\d{4})\s+(\S.*?)\s*$/.exec(text) ?? [];
  return year && owner ? { year: Number(year), text: owner } : null;
};

/** `/releases/new?audio=<file>&title=…`: what a link brings along, such as a finished master. */
function prefilled(empty: Description): Description {
  const said = new URLSearchParams(location.search);
  const [audio, title] = [said.get("audio"), said.get("title")?.trim() ?? ""];
  return audio || title ? { ...empty, title, tracks: audio ? [{ title, credits: [], audio }] : [] } : empty;
}

export class ReleaseEditor extends Describing {
  static override properties = { ...Describing.properties, release: {}, uploading: { state: true } };
  static override styles = [page, style, editing];
  declare release: string | undefined;
  /** The field for which a file is being uploaded. */
  declare uploading: string;
  private version = 0;
  /** As it is stored, or as a new one begins. */
  private saved: Description | undefined;
  private files: StoredFile[] = [];
  /** `?field=tracks[0].title`: where a finding leads, until the focus is there. */
  private field = new URLSearchParams(location.search).get("field") ?? "";
  private readonly keeping = new Draft(this, {
    name: () => `releases/${this.release ?? "new"}`,
    saved: () => this.saved as Fields | undefined,
    typed: () => (this.draft ?? this.saved) as unknown as Fields,
    put: (fields) => this.show(fields as unknown as Description),
    label: (path) => labelOf(path, this.draft?.tracks ?? []),
  });
  private readonly leaving = new Leaving(this, {
    unsaved: () => Boolean(this.draft) && !this.keeping.waiting && !same(this.draft, this.saved),
    title: () => this.draft!.title || t("releases.untitled", "Untitled"),
    giveUp: () => this.keeping.discard(),
    go: (path) => this.host.navigate(path),
  });

  constructor() {
    super();
    this.uploading = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void loadUpload();
  }

  protected async load(): Promise<void> {
    const [found, outlets, stored] = await Promise.all([
      this.release ? this.api.release(this.release) : undefined, this.api.outlets(),
      this.host.api.list("/api/core/files"),
    ]);
    this.ready = outlets.outlets.filter(({ ready }) => ready).map(({ name }) => name);
    this.files = stored.filter(({ state }) => state === "ready");
    const hadDraft = Boolean(this.draft);
    if (hadDraft && !found) return;
    this.version = found?.version ?? 0;
    this.everything ||= Boolean(found);
    this.saved = found?.description ?? blank();
    if (hadDraft) return;
    this.draft = found ? this.saved : prefilled(this.saved);
    await this.look();
  }

  private show(draft: Description): void {
    this.draft = draft;
    this.put();
  }

  override updated(): void {
    if (!this.field || !this.draft || !this.review) return;
    const control = controlOf(this.renderRoot, this.field) ?? this.renderRoot.querySelector<HTMLElement>(".summary");
    this.field = "";
    requestAnimationFrame(() => {
      control?.scrollIntoView({ block: "center" });
      control?.focus({ preventScroll: true });
    });
  }

  private readonly save = async (): Promise<void> => {
    let id = this.release;
    this.busy = "save";
    try {
      await this.keeping.around(async () => {
        if (id) await this.api.change(id, this.version, stated(this.draft!));
        else id = (await this.api.make(stated(this.draft!))).id;
        this.leaving.release();
      });
      this.host.navigate(`/releases/${id}`);
    } catch (error) {
      await this.refused(error);
    } finally {
      this.busy = "";
    }
  };

  /** Without a connection it waits; what somebody else changed in the meantime is read, and asked about where it clashes. */
  private async refused(error: unknown): Promise<void> {
    if (await this.keeping.waits(error)) return;
    const merged = (error as { status?: number }).status === 409 ? await this.keeping.catchUp(this.again) : undefined;
    notify({ text: words(merged ?? error), tone: "danger" });
  }

  /** Codes are given to what is stored: save first, then show what came of it. */
  private readonly issue = async (): Promise<void> => {
    let id = this.release;
    const issued = await this.doing("codes", async () => {
      if (id) {
        await this.api.change(id, this.version, stated(this.draft!));
        this.version += 1;
      } else id = (await this.api.make(stated(this.draft!))).id;
      this.saved = this.draft;
      await this.api.issueCodes(id);
    });
    if (!this.release && id) this.host.navigate(`/releases/${id}/edit`);
    if (!issued) return;
    if (this.release) {
      this.draft = undefined;
      await this.again();
    }
    notify(t("releases.issued", "Missing codes assigned."));
  };

  protected override get about(): string | undefined {
    return this.release;
  }

  protected shows(field: string): boolean {
    const inner = /^tracks\[\d+\]\.(.*)$/.exec(field)?.[1];
    return inner ? SHOWN_OF_TRACK.some((each) => covers(each, inner)) : field === "tracks" || SHOWN.some((each) => covers(each, field));
  }

  override render() {
    if (!this.draft) return this.problem();
    const { draft } = this;
    const back = this.release ? `/releases/${this.release}` : "/releases";
    return html`<div class="head">
        <div><h1>${this.release ? t("releases.edit_title", "Edit “{title}”", { title: draft.title || "…" }) : t("releases.new", "New release")}</h1></div>
        <div class="actions">
          <wa-button appearance="plain" href=${back}>${t("releases.cancel", "Cancel")}</wa-button>
          <wa-button variant="brand" ?loading=${this.busy === "save"} @click=${this.save}>${this.release ? t("releases.save", "Save") : t("releases.save_new", "Save draft")}</wa-button>
        </div>
      </div>
      ${this.problem()} ${this.keeping.bar()} ${this.summary()}
      <div class="whole">
        <div class="side">${this.cover()}</div>
        <div class="fields">
          ${this.input("title", t("releases.f_title", "Title"))}
          ${this.input("subtitle", t("releases.f_version", "Version"), { hint: t("releases.f_version_hint", "Only if it is one: Live, Remix, Deluxe Edition") })}
          ${this.names("MainArtist", t("releases.f_artists", "Artists"), t("releases.f_line", "One per line"))}
          ${this.names("FeaturedArtist", t("releases.f_featured", "Featuring"), t("releases.f_line", "One per line"))}
          ${this.kind()} ${this.input("release_date", t("releases.f_date", "Release date"), { type: "date" })}
          ${this.input("label", t("releases.label", "Label"))} ${this.input("genre", t("releases.genre", "Genre"), { list: GENRES })}
          ${this.rights("p_line", t("releases.f_p", "℗ Recording"))} ${this.rights("c_line", t("releases.f_c", "© Artwork"))}
          ${this.input("upc", "UPC")}
          <div class="codes"><wa-button appearance="outlined" ?loading=${this.busy === "codes"} @click=${this.issue}>${this.release && same(this.draft, this.saved)
              ? t("releases.issue", "Assign missing codes")
              : t("releases.save_issue", "Save and assign missing codes")}</wa-button>
            <a href="/releases/codes">${t("releases.prefixes", "Manage prefixes")}</a></div>
          ${this.input("catalog_number", t("releases.f_catalog", "Catalog number"), { hint: t("releases.f_own", "optional") })}
          ${this.input("original_release_date", t("releases.f_original", "Original release date"), { type: "date", hint: t("releases.f_original_hint", "if released before") })}
          ${this.select("language", t("releases.f_language", "Title language"), draft.language ?? "en", tongues(draft.language), (value) => this.put({ field: "language", value }))}
        </div>
      </div>
      <h2>${t("releases.tracks", "Tracks")}</h2>
      ${this.findings("tracks")}
      <ol class="tracks">${draft.tracks.map((track, index) => this.track(track, index))}</ol>
      <mb-upload id="in-tracks" accept="audio/*,.wav,.flac" label=${t("releases.drop_masters", "Drop your masters here")} hint=${t("releases.drop_hint", "WAV or FLAC. Each becomes a track.")} @file-ready=${this.uploaded}></mb-upload>
      <button class="plain" @click=${() => this.addTrack({ title: "", credits: [] })}>${t("releases.add_track", "Add track without audio")}</button>
      <h2>${t("releases.deals", "Rights & territories")}</h2>
      <p class="about">${t("releases.deals_text", "What stores can do with this release, and where. Most releases need only one set of terms.")}</p>
      ${this.findings("deals")}
      <mb-releases-deals id="in-deals" .deals=${draft.deals ?? [streaming()]} @dealt=${(event: CustomEvent<{ deals: Deal[] }>) => this.put({ field: "deals", value: event.detail.deals })}></mb-releases-deals>`;
  }

  private names(role: string, label: string, hint: string): TemplateResult {
    const { credits } = this.draft!;
    const typed = (event: Event) => {
      const lines = (event.target as HTMLTextAreaElement).value.split("\n").map((name) => name.trim()).filter(Boolean);
      this.put({ field: "credits", value: [...credits.filter((each) => each.role !== role), ...lines.map((name) => ({ name, role }))] });
    };
    const main = role === "MainArtist";
    const id = main ? "in-credits" : `in-${role}`;
    return html`<div class="box"><label for=${id}>${label} <small>${hint}</small></label>
      <textarea id=${id} rows="1" aria-describedby=${main ? "said-credits" : nothing} .value=${ofRole(credits, role)} @change=${typed}></textarea>${main ? this.findings("credits") : nothing}</div>`;
  }

  private kind(): TemplateResult {
    const kinds: [Kind, string][] = [["single", "Single"], ["ep", "EP"], ["album", "Album"]];
    return this.select("kind", t("releases.f_kind", "Format"), this.draft!.kind, kinds, (value) => this.put({ field: "kind", value }));
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
  private file(field: string, label: string, accept: string, fits: (file: StoredFile) => boolean): TemplateResult {
    const value = String(at(this.draft!, field) ?? "");
    const options: [string, string][] = [["", t("releases.no_file", "None")], ...this.files.filter(fits).map(({ id, name }): [string, string] => [id, name])];
    if (value && !options.some(([id]) => id === value)) options.push([value, t("releases.stored", "Saved file")]);
    const uploading = this.uploading === field;
    return html`${this.select(field, label, value, options, (id) => this.put({ field, value: id || null }))}
      ${uploading
        ? html`<mb-upload single accept=${accept} label=${label} hint="" @file-ready=${(event: CustomEvent<{ file: StoredFile }>) => {
            this.files = [event.detail.file, ...this.files];
            this.uploading = "";
            this.put({ field, value: event.detail.file.id });
          }}></mb-upload>`
        : html`<button class="plain" aria-label="${t("releases.upload", "Upload a file")}: ${label}" @click=${() => (this.uploading = field)}>${t("releases.upload", "Upload a file")}</button>`}`;
  }

  private cover(): TemplateResult {
    const { cover } = this.draft!;
    return html`<div class="cover">${cover ? html`<img src=${content(cover)} alt=${t("releases.cover", "Cover")} />` : html`<mb-icon name="disc-3" size="20"></mb-icon>`}</div>
      ${this.file("cover", t("releases.cover", "Cover"), "image/jpeg,image/png", ({ name, media_type }) => media_type?.startsWith("image/") || /\.(jpe?g|png|tiff?)$/i.test(name))}`;
  }

  private track(track: Track, index: number): TemplateResult {
    const base = `tracks[${index}]`;
    const sung = (value: string) => this.put({ field: `${base}.language`, value: value === "-" ? null : value || null }, { field: `${base}.instrumental`, value: value === "-" });
    const sound = ({ name, media_type }: StoredFile) => Boolean(media_type?.startsWith("audio/")) || /\.(wav|flac)$/i.test(name);
    return html`<li id="in-${base}" tabindex="-1">
      <div class="number">${index + 1}</div>
      <div class="fields">
        ${this.input(`${base}.title`, t("releases.f_title", "Title"))} ${this.input(`${base}.subtitle`, t("releases.f_version", "Version"))}
        <div>${this.file(`${base}.audio`, t("releases.audio", "Audio file"), "audio/*,.wav,.flac", sound)}</div>
        ${this.select(`${base}.language`, t("releases.f_sung", "Lyrics language"), track.instrumental ? "-" : (track.language ?? ""), [["", "—"], ["-", t("releases.instrumental", "Instrumental")], ...tongues(track.language)], sung)}
        ${this.input(`${base}.isrc`, "ISRC")}
        <div class="last">
          <label class="tick"><input type="checkbox" .checked=${track.advisory === "Explicit"} @change=${(event: Event) => this.put({ field: `${base}.advisory`, value: (event.target as HTMLInputElement).checked ? "Explicit" : "NotExplicit" })} />${t("releases.explicit", "Explicit")}</label>
          <button class="plain" ?hidden=${index === 0} aria-label=${t("releases.up_n", "Move up: track {n}", { n: index + 1 })} @click=${() => this.move(index)}>${t("releases.up", "Move up")}</button>
          <button class="plain" aria-label=${t("releases.remove_n", "Remove track {n}", { n: index + 1 })} @click=${() => this.put({ field: "tracks", value: this.draft!.tracks.toSpliced(index, 1) })}>${t("releases.remove", "Remove")}</button>
        </div>
      </div>
      <div class="inner">
        <h3>${t("releases.credits", "Credits")}</h3>
        ${this.findings(`${base}.credits`)}
        <mb-releases-credits id="in-${base}.credits" .credits=${track.credits} .names=${this.named} of=${track.title || t("releases.track_n", "Track {n}", { n: index + 1 })}
          @credited=${(event: CustomEvent<{ credits: Credit[] }>) => this.put({ field: `${base}.credits`, value: event.detail.credits })}></mb-releases-credits>
      </div>
    </li>`;
  }

  /** Whoever is named on the release, to be named again without typing. */
  private get named(): string[] {
    const { credits, tracks } = this.draft!;
    return [...new Set([...credits, ...tracks.flatMap((track) => track.credits)].map(({ name }) => name).filter(Boolean))];
  }

  private move(index: number): void {
    const tracks = [...this.draft!.tracks];
    tracks.splice(index - 1, 0, ...tracks.splice(index, 1));
    this.put({ field: "tracks", value: tracks });
  }

  private addTrack(track: Track): void {
    this.put({ field: "tracks", value: [...this.draft!.tracks, track] });
  }

  private readonly uploaded = ({ detail: { file } }: CustomEvent<{ file: StoredFile }>): void => {
    this.files = [file, ...this.files];
    this.addTrack({ title: file.name.replace(/\.[^.]+$/, "").replace(/^\d+[\s._-]+/, ""), credits: [], audio: file.id });
  };
}
customElements.define("mb-releases-editor", ReleaseEditor);
