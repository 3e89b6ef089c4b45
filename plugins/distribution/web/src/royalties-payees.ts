/** What each payee got of which statement, down to the line. */
import { html, type TemplateResult } from "lit";
import { date, loadTable, money, t, type Column } from "@maxbooster/ui";
import { period, type Payee, type PayeeShare } from "./royalties-api";
import { RoyaltiesPart } from "./royalties-part";

type Row = PayeeShare & { period: string; key: string };

class Payees extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, payee: {} };
  declare payee: string;
  private payees: Payee[] | undefined;
  private rows: Row[] = [];

  constructor() {
    super();
    this.payee = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void loadTable();
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has("payee") && changed.get("payee") !== undefined) void this.again();
  }

  protected async load(): Promise<void> {
    this.payees = this.host.may("payee.read") ? await this.royalties.payees() : [];
    const shares = this.payee ? await this.royalties.shares(this.payee) : [];
    this.rows = shares.map((each, place) => ({ ...each, key: `${each.statement}/${place}`, period: period(each.first_month, each.last_month) }));
  }

  private columns(): Column<Row>[] {
    return [
      { key: "source", title: t("royalties.source", "From"), filter: true, render: (row) => html`<a href="/royalties/statements/${row.statement}?payee=${this.payee}">${row.source}</a>` },
      { key: "period", title: t("royalties.period", "Statement period"), sort: (one, other) => (one.first_month ?? "").localeCompare(other.first_month ?? "") },
      { key: "imported_at", title: t("royalties.imported", "Imported"), narrow: false, render: (row) => (row.imported_at ? date(row.imported_at) : "") },
      { key: "amount", title: t("royalties.exact_share", "Exact share"), narrow: false, align: "end", sort: (one, other) => Number(one.amount) - Number(other.amount) },
      { key: "file", title: "CSV", width: "64px", sort: false, narrow: false, render: (row) => html`<a href=${this.royalties.payeeFile(row.statement, this.payee)} download>CSV</a>` },
      { key: "credited", title: t("royalties.credited", "Credited"), width: "120px", align: "end", render: (row) => money(row.credited, row.currency) },
    ];
  }

  override render() {
    if (!this.payees) return this.head("payees");
    const chosen = this.payees.find(({ id }) => id === this.payee);
    return html`${this.head("payees")} ${chosen ? this.shares(chosen) : this.list(this.payees)}`;
  }

  private list(payees: Payee[]): TemplateResult {
    if (!payees.length)
      return html`<mb-empty icon="users" heading=${t("royalties.no_payee", "No payees yet")} text=${t("royalties.no_payee_text", "Add payees under Money: you, a co-writer, a label. Then add them to your tracks under Splits.")}><a class="button" href="/money">${t("royalties.money", "Money")}</a></mb-empty>`;
    return html`<ul class="rows">${payees.map(({ id, name }) => html`<li><a class="what" href="/royalties/payees/${id}">${name}</a></li>`)}</ul>`;
  }

  private shares(payee: Payee): TemplateResult {
    return html`<p><a href="/royalties/payees">${t("royalties.all_payees", "All payees")}</a></p>
      <h2>${payee.name}</h2>
      ${this.rows.length
        ? html`<mb-table row-key="key" label=${t("royalties.statements_of", "Statements of {name}", { name: payee.name })} search=${t("royalties.search", "Search statements")} .columns=${this.columns()} .rows=${this.rows}
            @row-open=${(event: CustomEvent<{ row: Row }>) => this.host.navigate(`/royalties/statements/${event.detail.row.statement}?payee=${this.payee}`)}></mb-table>`
        : html`<p>${t("royalties.nothing_yet", "No statement has credited this payee yet.")}</p>`}
`;
  }
}
customElements.define("mb-royalties-payees", Payees);
