/** `<mb-studio-recordings>`: every recording, and a place to drop the next. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { duration, loadTable, loadUpload, Narrow, Refresh, t, when, type Column } from "@maxbooster/ui";
import { Api, type Host, type RecordingRow, type StoredFile } from "./api";
import { studio } from "./styles";
import { level } from "./words";

const STATES: Record<string, string> = {
  queued: "Queued", working: "Measuring", done: "Ready", failed: "Can’t be read", canceled: "Stopped",
};

export class MbStudioRecordings extends LitElement {
  static override properties = { host: { attribute: false }, rows: { state: true }, filter: { state: true }, failure: { state: true } };
  declare host: Host;
  declare private rows: RecordingRow[] | undefined;
  declare private filter: string;
  declare private failure: string;
  private readonly narrow = new Narrow(this);

  static override styles = [
    studio,
    css`
      .head {
        display: grid;
        gap: var(--mb-space-1);
        margin-bottom: var(--mb-space-6);
      }
      .bar {
        display: flex;
        align-items: center;
        justify-content: space-between;
        gap: var(--mb-space-4);
        margin: var(--mb-space-8) 0 var(--mb-space-3);
      }
      input {
        min-height: 32px;
        width: min(280px, 60vw);
        padding: 0 var(--mb-space-3);
        border: 1px solid var(--mb-line);
        border-radius: var(--mb-radius);
        background: var(--mb-raised);
        color: var(--mb-text);
        font: 400 var(--mb-text-s) var(--mb-font);
      }
      input::placeholder {
        color: var(--mb-faint);
      }
      .teaches {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(200px, 1fr));
        gap: var(--mb-space-6);
        margin-top: var(--mb-space-8);
      }
      .teaches li {
        display: grid;
        gap: var(--mb-space-1);
        padding-top: var(--mb-space-3);
        border-top: 1px solid var(--mb-line);
      }
      .teaches strong {
        font-weight: 600;
      }
    `,
  ];

  constructor() {
    super();
    this.filter = "";
    this.failure = "";
    new Refresh(this, () => this.load());
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void loadUpload();
    void loadTable();
    void this.load();
  }

  private get api(): Api {
    return new Api(this.host);
  }

  private readonly load = async (): Promise<void> => {
    try {
      this.rows = await this.api.recordings();
      this.failure = "";
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  };

  private readonly arrived = async (event: CustomEvent<{ file: StoredFile }>): Promise<void> => {
    const first = !this.rows?.length;
    try {
      const { id } = await this.api.bring(event.detail.file.id);
      if (first) this.host.navigate(`/master/${id}`);
      else await this.load();
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  };

  private columns(): Column<RecordingRow>[] {
    const quiet = (text: unknown) => html`<span style="color: var(--mb-quiet)">${text}</span>`;
    return [
      { key: "title", title: t("studio.recording", "Recording"), width: "minmax(0, 2fr)", render: (row) => html`<a href="/master/${row.id}" style="color: inherit; text-decoration: none">${row.title}</a>${this.narrow.is ? html`<small>${[when(row.created_at), row.duration_s ? duration(row.duration_s) : "", `${level(row.integrated_lufs)} LUFS`].filter(Boolean).join(" · ")}</small>` : nothing}` },
      { key: "state", title: t("studio.state", "State"), width: "minmax(0, 1fr)", render: ({ state }) => (state === "failed" ? html`<span style="color: var(--mb-danger)">${t("studio.state.failed", STATES.failed)}</span>` : quiet(t(`studio.state.${state}`, STATES[state]))) },
      { key: "created_at", title: t("studio.brought", "Uploaded"), width: "116px", render: ({ created_at }) => quiet(when(created_at)) },
      { key: "duration_s", title: t("studio.length", "Length"), width: "72px", align: "end", render: ({ duration_s }) => (duration_s ? duration(duration_s) : "–") },
      { key: "integrated_lufs", title: t("studio.loudness", "Loudness"), width: "104px", align: "end", render: ({ integrated_lufs }) => `${level(integrated_lufs)} LUFS` },
      { key: "masters", title: t("studio.masters", "Masters"), width: "80px", align: "end" },
    ];
  }

  override render(): TemplateResult {
    return html`<div class="head">
        <h1>${t("studio.title", "Master")}</h1>
        <p class="quiet">${t("studio.text", "Upload a mix. It’s measured right away and mastered for where it will play, with every setting explained.")}</p>
      </div>
      <mb-upload
        accept="audio/*,.wav,.flac,.aif,.aiff,.caf,.ogg,.oga,.opus,.mp3,.m4a,.mp4"
        label=${t("studio.drop", "Drop a recording here")}
        hint=${t("studio.drop_hint", "WAV, FLAC, AIFF, M4A, MP3, Ogg or Opus, up to hours long. Your file isn’t changed.")}
        @file-ready=${this.arrived}
      ></mb-upload>
      ${this.failure ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>` : nothing}
      ${this.rows === undefined ? nothing : this.rows.length ? this.list(this.rows) : this.teaching()}`;
  }

  private list(rows: RecordingRow[]): TemplateResult {
    return html`<div class="bar">
        <h2>${t("studio.recordings", "Recordings")}</h2>
        <input
          type="search"
          aria-label=${t("studio.filter", "Filter recordings")}
          placeholder=${t("studio.filter_hint", "Filter by title")}
          @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)}
        />
      </div>
      <mb-table
        ?roomy=${this.narrow.is}
        label=${t("studio.recordings", "Recordings")}
        .columns=${this.columns()}
        .rows=${rows}
        filter=${this.filter}
        @row-open=${(event: CustomEvent<{ row: RecordingRow }>) => this.host.navigate(`/master/${event.detail.row.id}`)}
      ></mb-table>`;
  }

  private teaching(): TemplateResult {
    const steps: [string, string][] = [
      [t("studio.teach_1", "1 · It is measured"), t("studio.teach_1_why", "Loudness, true peak, spectrum and stereo image, and what each store would do with it as it is.")],
      [t("studio.teach_2", "2 · You choose where it plays"), t("studio.teach_2_why", "Spotify, Apple Music, club, broadcast, a custom loudness or a reference track. The master is within 0.1 LU of it.")],
      [t("studio.teach_3", "3 · You compare at matched loudness"), t("studio.teach_3_why", "Press A for the mix and B for the master while it plays. Louder isn’t better: hear what was really done.")],
    ];
    return html`<ul class="teaches">
      ${steps.map(([title, text]) => html`<li><strong>${title}</strong><span class="quiet">${text}</span></li>`)}
    </ul>`;
  }
}
customElements.define("mb-studio-recordings", MbStudioRecordings);
