import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { bytes, confirmed, exactly, loadTable, loadUpload, more, notify, page, showMore, t, when, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";
import { fileKind, kindTitle } from "./kinds";

type File = components["schemas"]["StoredFile"];

class MbFiles extends LitElement {
  static override properties = { chosen: { state: true }, everything: { state: true } };
  static override styles = [
    page,
    more,
    css`
      mb-upload {
        margin-bottom: var(--mb-space-6);
      }
      mb-table {
        --mb-table-height: max(360px, calc(100dvh - 420px));
      }
    `,
  ];
  declare private chosen: File[];
  /** Whether the files that the platform made for itself are listed too. */
  declare private everything: boolean;
  private readonly files = new Loaded(this, () => api.list("/api/core/files", { system: this.everything }), ["event"]);

  constructor() {
    super();
    this.chosen = [];
    this.everything = false;
    void Promise.all([loadTable(), loadUpload()]);
  }

  private columns(): Column<File>[] {
    return [
      { key: "name", title: t("files.name", "Name"), width: "minmax(0, 2fr)", render: (file) => this.name(file) },
      { key: "kind", title: t("files.kind", "Kind"), width: "120px", filter: true, narrow: false, text: kindOf, sort: (one, other) => kindOf(one).localeCompare(kindOf(other)) },
      { key: "size", title: t("files.size", "Size"), align: "end", width: "90px", text: (file) => bytes(file.size) },
      { key: "created_at", title: t("files.when", "Added"), width: "130px", text: (file) => when(file.created_at), render: (file) => html`<span title=${exactly(file.created_at)}>${when(file.created_at)}</span>` },
    ];
  }

  private name(file: File) {
    if (file.state === "ready") return html`<a href="/api/core/files/${file.id}/content" download>${file.name}</a>`;
    return html`${file.name} <span class="quiet">${file.reason ?? STATES[file.state]?.() ?? ""}</span>`;
  }

  private async deleteChosen(): Promise<void> {
    const files = this.chosen;
    const yes = await confirmed({
      title: files.length === 1 ? t("files.delete_one", "Delete “{name}”?", { name: files[0]!.name }) : t("files.delete_many", "Delete {n} files?", { n: files.length }),
      text: t("files.delete_why", "Masters and releases made from them stay. Deleted files can’t be restored."),
      loses: [
        ...files.slice(0, 8).map((file) => `${file.name}, ${bytes(file.size)}`),
        ...(files.length > 8 ? [t("files.delete_more", "and {n} more", { n: files.length - 8 })] : []),
      ],
      action: files.length === 1 ? t("files.delete_file", "Delete file") : t("files.delete_n", "Delete {n} files", { n: files.length }),
    });
    if (!yes) return;
    try {
      for (const file of files) await api.delete("/api/core/files/{file_id}", { file_id: file.id });
      notify(files.length === 1 ? t("files.deleted_one", "File deleted.") : t("files.deleted", "{n} files deleted.", { n: files.length }));
    } catch (error) {
      notify({ text: error instanceof Error ? error.message : String(error), tone: "danger" });
    }
    this.chosen = [];
    await this.files.again();
  }

  override render() {
    return html`<h1>${t("files.title", "Files")}</h1>
      <p>${t("files.text", "Recordings, covers, statements and everything else you uploaded or made here.")}</p>
      ${session.may("file.write")
        ? html`<mb-upload label=${t("files.drop", "Drop files here")} @file-ready=${this.files.again} @file-rejected=${this.files.again}></mb-upload>`
        : nothing}
      ${this.files.show((files) => (files.length ? this.table(files) : this.empty()))}`;
  }

  private table(files: File[]) {
    return html`<mb-table
        label=${t("files.title", "Files")}
        search=${t("files.search", "Search files")}
        kept=""
        ?selectable=${session.may("file.write")}
        .columns=${this.columns()}
        .rows=${files}
        @selection-change=${(event: CustomEvent<{ rows: File[] }>) => (this.chosen = event.detail.rows)}
      >
        ${this.chosen.length
          ? html`<wa-button slot="actions" size="s" appearance="outlined" @click=${this.deleteChosen}>${t("files.delete_these", "Delete…")}</wa-button>`
          : nothing}
      </mb-table>
      ${this.more()}`;
  }

  private more() {
    return showMore(t("files.system", "Show messages to and from stores, previews and other system files"), this.everything, (shown) => {
      this.everything = shown;
      void this.files.again();
    });
  }

  private empty() {
    return html`<mb-empty
      icon="file-audio"
      heading=${t("files.none", "No files yet")}
      text=${t("files.none_text", "Drop a recording above. If an upload is interrupted, it resumes where it stopped, even after you reload the page.")}
    ></mb-empty>`;
  }
}
customElements.define("mb-files", MbFiles);

const kindOf = (file: File): string => kindTitle(fileKind(file));

const STATES: Record<string, () => string> = {
  receiving: () => t("files.receiving", "uploading"),
  checking: () => t("files.checking", "being checked"),
  rejected: () => t("files.rejected", "rejected"),
};
