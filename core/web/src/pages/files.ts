import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { bytes, confirmed, exactly, loadTable, loadUpload, notify, page, t, when, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { events } from "../shell/panels";
import { session } from "../shell/session";

type File = components["schemas"]["StoredFile"];

class MbFiles extends LitElement {
  static override properties = { chosen: { state: true } };
  static override styles = [
    page,
    css`
      mb-upload {
        margin-bottom: var(--mb-space-6);
      }
      .actions {
        display: flex;
        gap: var(--mb-space-2);
        min-height: 32px;
        align-items: center;
        margin-bottom: var(--mb-space-2);
        color: var(--mb-quiet);
        font-size: var(--mb-text-s);
      }
    `,
  ];
  declare private chosen: File[];
  private readonly files = new Loaded(this, async () => (await api.GET("/api/core/files", { params: { query: { limit: 200 } } })).data?.files);

  constructor() {
    super();
    this.chosen = [];
    void Promise.all([loadTable(), loadUpload()]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    events.addEventListener("catch-up", this.again);
    events.addEventListener("event", this.again);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    events.removeEventListener("catch-up", this.again);
    events.removeEventListener("event", this.again);
  }

  private readonly again = (): void => void this.files.again();

  private columns(): Column<File>[] {
    return [
      { key: "name", title: t("files.name", "Name"), width: "minmax(0, 2fr)", render: (file) => this.name(file) },
      { key: "size", title: t("files.size", "Size"), align: "end", width: "100px", render: (file) => bytes(file.size) },
      { key: "media_type", title: t("files.kind", "Kind"), render: (file) => file.media_type ?? t(`files.${file.state}`, file.state) },
      { key: "created_at", title: t("files.when", "Added"), width: "120px", render: (file) => html`<span title=${exactly(file.created_at)}>${when(file.created_at)}</span>` },
    ];
  }

  private name(file: File) {
    if (file.state === "ready") return html`<a href="/api/core/files/${file.id}/content" download>${file.name}</a>`;
    return html`${file.name}${file.reason ? html` <span class="quiet">${file.reason}</span>` : nothing}`;
  }

  private async deleteChosen(): Promise<void> {
    const files = this.chosen;
    const yes = await confirmed({
      title: files.length === 1 ? t("files.delete_one", "Delete “{name}”?", { name: files[0]!.name }) : t("files.delete_many", "Delete {n} files?", { n: files.length }),
      text: t("files.delete_why", "Whatever was made from them stays; the files themselves cannot be brought back."),
      loses: files.slice(0, 8).map((file) => `${file.name}, ${bytes(file.size)}`),
      action: t("files.delete", "Delete"),
    });
    if (!yes) return;
    try {
      for (const file of files) await api.DELETE("/api/core/files/{file_id}", { params: { path: { file_id: file.id } } });
      notify(t("files.deleted", "Deleted."));
    } catch (error) {
      notify({ text: error instanceof Error ? error.message : String(error), tone: "danger" });
    }
    this.chosen = [];
    await this.files.again();
  }

  override render() {
    return html`<h1>${t("files.title", "Files")}</h1>
      <p>${t("files.text", "Everything that was uploaded or made here: recordings, covers, packages, sheets.")}</p>
      ${session.may("file.write")
        ? html`<mb-upload label=${t("files.drop", "Drop files here")} @file-ready=${this.again} @file-rejected=${this.again}></mb-upload>`
        : nothing}
      ${this.files.show((files) => (files.length ? this.table(files) : this.empty()))}`;
  }

  private table(files: File[]) {
    return html`<div class="actions">
        ${this.chosen.length
          ? html`${t("files.chosen", "{n} selected", { n: this.chosen.length })}
              <wa-button size="s" appearance="outlined" @click=${this.deleteChosen}>${t("files.delete_these", "Delete …")}</wa-button>`
          : nothing}
      </div>
      <mb-table
        label=${t("files.title", "Files")}
        ?selectable=${session.may("file.write")}
        .columns=${this.columns()}
        .rows=${files}
        @selection-change=${(event: CustomEvent<{ rows: File[] }>) => (this.chosen = event.detail.rows)}
      ></mb-table>`;
  }

  private empty() {
    return html`<mb-empty
      icon="file-audio"
      heading=${t("files.none", "No file yet")}
      text=${t("files.none_text", "Drop a recording above. An upload that breaks off goes on where it stopped, even after a reload.")}
    ></mb-empty>`;
  }
}
customElements.define("mb-files", MbFiles);
