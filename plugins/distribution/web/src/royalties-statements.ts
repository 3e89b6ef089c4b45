/** All royalty statements: period, store, amount, and what needs attention. */
import { html, nothing } from "lit";
import { date, loadTable, Narrow, t, type Column } from "@maxbooster/ui";
import { amount, period, standing, type Statement } from "./royalties-api";
import { RoyaltiesPart } from "./royalties-part";

type Row = Statement & { period: string; state_text: string };

class Statements extends RoyaltiesPart {
  private rows: Row[] | undefined;
  private readonly narrow = new Narrow(this);

  override connectedCallback(): void {
    super.connectedCallback();
    void loadTable();
  }

  protected async load(): Promise<void> {
    const found = await this.royalties.statements();
    this.rows = found.map((each) => ({ ...each, period: period(each.first_month, each.last_month), state_text: standing(each).text }));
  }

  private columns(): Column<Row>[] {
    return [
      { key: "source_name", title: t("royalties.source", "From"), width: "minmax(0, 1fr)", filter: true, render: (row) => html`<a href="/royalties/statements/${row.id}">${row.source_name}</a>${this.narrow.is ? html`<small>${[row.period, row.file_name].filter(Boolean).join(" · ")}</small>` : nothing}` },
      { key: "period", title: t("royalties.period", "Statement period"), width: "minmax(0, 1.1fr)", narrow: false, sort: (one, other) => (one.first_month ?? "").localeCompare(other.first_month ?? "") },
      { key: "state_text", title: t("royalties.state", "State"), width: "minmax(0, 1.3fr)", filter: true, text: (row) => row.state_text, render: (row) => html`<span class=${standing(row).tone} title=${row.reason ?? ""} style="white-space: normal">${row.state_text}</span>` },
      { key: "file_name", title: t("royalties.file", "File"), width: "minmax(0, 1.4fr)", narrow: false, render: (row) => html`<span class="quiet" title=${row.file_name}>${row.file_name}</span>` },
      { key: "received_at", title: t("royalties.uploaded", "Uploaded"), width: "120px", narrow: false, render: (row) => date(row.received_at) },
      { key: "currency", title: t("royalties.currency", "Currency"), width: "84px", filter: true, narrow: false },
      { key: "total", title: t("royalties.amount", "Amount"), width: "120px", align: "end", sort: (one, other) => Number(one.total) - Number(other.total), render: (row) => (row.state === "imported" || row.state === "undone" ? amount(row.total, row.currency) : "–") },
    ];
  }

  private readonly opened = (event: CustomEvent<{ row: Row }>) => this.host.navigate(`/royalties/statements/${event.detail.row.id}`);

  override render() {
    const upload = this.mayWrite ? html`<button class="primary" @click=${() => this.host.navigate("/royalties/upload")}><mb-icon name="upload"></mb-icon>${t("royalties.upload", "Upload statement")}</button>` : nothing;
    if (this.rows === undefined) return this.head("statements");
    if (!this.rows.length)
      return html`${this.head("statements")}
        <mb-empty icon="scroll-text" heading=${t("royalties.first", "Upload your first royalty statement")}
          text=${t("royalties.first_text", "Every line is matched to a track by its ISRC or UPC, and divided among the track’s payees to the last fraction of a cent. You see what it says before anything is posted, and can undo it.")}>${upload}</mb-empty>`;
    return html`${this.head("statements", upload)}
      <mb-table ?roomy=${this.narrow.is} label=${t("royalties.statements", "Statements")} search=${t("royalties.search", "Search statements")} kept="" .columns=${this.columns()} .rows=${this.rows} @row-open=${this.opened}></mb-table>`;
  }
}
customElements.define("mb-royalties-statements", Statements);
