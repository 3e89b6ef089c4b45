/** What each payee got of which statement, down to the line. */
import { html, nothing, type TemplateResult } from "lit";
import { date, Filling, loadTable, money, Narrow, notify, t, type Column } from "@maxbooster/ui";
import { month, period, type Payee, type PayeeShare } from "./royalties-api";
import type { Schemas } from "./api";
import { RoyaltiesPart } from "./royalties-part";

type Problem = Schemas["ProblemDetails"];
type Row = PayeeShare & { period: string; key: string };

const payeeColumns = (): Column<Payee>[] => [{ key: "name", title: t("royalties.payee_name", "Name"), render: ({ id, name }) => html`<a href="/royalties/payees/${id}">${name}</a>` }];

class Payees extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, payee: {} };
  declare payee: string;
  private readonly payees = new Filling<Payee>(() => this.requestUpdate());
  private rows: Row[] = [];
  private readonly narrow = new Narrow(this);

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
    const payees = this.payees.read(this.host.may("payee.read") ? this.royalties.payees : async () => []);
    const shares = this.payee ? await this.royalties.shares(this.payee) : [];
    await payees;
    this.rows = shares.map((each, place) => ({ ...each, key: `${each.statement}/${place}`, period: period(each.first_month, each.last_month) }));
  }

  private columns(): Column<Row>[] {
    return [
      { key: "source_name", title: t("royalties.source", "From"), filter: true, render: (row) => html`<a href="/royalties/statements/${row.statement}?payee=${this.payee}">${row.source_name}</a>${this.narrow.is ? html`<small>${row.imported_at ? date(row.imported_at) : ""} ${this.file(row)}</small>` : nothing}` },
      { key: "period", title: t("royalties.period", "Statement period"), sort: (one, other) => (one.first_month ?? "").localeCompare(other.first_month ?? "") },
      { key: "imported_at", title: t("royalties.imported", "Imported"), narrow: false, render: (row) => (row.imported_at ? date(row.imported_at) : "") },
      { key: "amount", title: t("royalties.exact_share", "Exact share"), narrow: false, align: "end", sort: (one, other) => Number(one.amount) - Number(other.amount) },
      { key: "file", title: "CSV", width: "64px", sort: false, narrow: false, render: (row) => this.file(row) },
      { key: "credited", title: t("royalties.credited", "Credited"), width: "120px", align: "end", render: (row) => html`<span title=${row.amount}>${money(row.credited, row.currency)}</span>` },
    ];
  }

  private file(row: Row): TemplateResult {
    return html`<a href=${this.royalties.payeeFile(row.statement, this.payee)} download>CSV</a>`;
  }

  override render() {
    const { rows } = this.payees;
    if (!rows) return this.head("payees");
    if (!this.payee) return html`${this.head("payees")} ${this.list(rows)}`;
    const chosen = rows.find(({ id }) => id === this.payee);
    return html`${this.head("payees")} ${chosen ? this.shares(chosen) : this.payees.partial ? nothing : this.list(rows)}`;
  }

  private list(payees: Payee[]): TemplateResult {
    if (!payees.length)
      return html`<mb-empty icon="users" heading=${t("royalties.no_payee", "No payees yet")} text=${t("royalties.no_payee_text", "Add payees under Money: you, a co-writer, a label. Then add them to your tracks under Splits.")}><a class="button" href="/money">${t("royalties.money", "Money")}</a></mb-empty>`;
    return html`<mb-table label=${t("royalties.payees", "Payees")} search=${t("royalties.search_payees", "Search payees")} kept="" ?filling=${this.payees.partial} .columns=${payeeColumns()} .rows=${payees}
      @row-open=${(event: CustomEvent<{ row: Payee }>) => this.host.navigate(`/royalties/payees/${event.detail.row.id}`)}></mb-table>`;
  }

  /** What was credited in each month, as a document. */
  private monthly(): TemplateResult | typeof nothing {
    const months = [...new Set(this.rows.flatMap(({ credited_at }) => (credited_at ? [credited_at.slice(0, 7)] : [])))].sort().reverse();
    if (!months.length) return nothing;
    return html`<p>${t("royalties.monthly", "Royalty statements (PDF):")} ${months.map((each, place) => html`${place ? ", " : ""}<a href=${this.royalties.monthFile(this.payee, each)} download @click=${this.save}>${month(each)}</a>`)}</p>`;
  }

  /** A document that can't be made says why. */
  private readonly save = async (event: MouseEvent): Promise<void> => {
    event.preventDefault();
    const link = event.currentTarget as HTMLAnchorElement;
    const answer = await fetch(link.href);
    if (!answer.ok) return notify({ text: ((await answer.json()) as Problem).detail, tone: "danger" });
    const file = document.createElement("a");
    file.href = URL.createObjectURL(await answer.blob());
    file.download = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "royalty-statement.pdf";
    file.click();
    setTimeout(() => URL.revokeObjectURL(file.href), 10_000);
  };

  private shares(payee: Payee): TemplateResult {
    return html`<p><a href="/royalties/payees">${t("royalties.all_payees", "All payees")}</a></p>
      <h2>${payee.name}</h2>
      ${this.monthly()}
      ${this.rows.length
        ? html`<mb-table ?roomy=${this.narrow.is} row-key="key" label=${t("royalties.statements_of", "Statements of {name}", { name: payee.name })} search=${t("royalties.search", "Search statements")} .columns=${this.columns()} .rows=${this.rows}
            @row-open=${(event: CustomEvent<{ row: Row }>) => this.host.navigate(`/royalties/statements/${event.detail.row.statement}?payee=${this.payee}`)}></mb-table>`
        : html`<p>${t("royalties.nothing_yet", "No statement has credited this payee yet.")}</p>`}
`;
  }
}
customElements.define("mb-royalties-payees", Payees);
