/** `<mb-billing-payouts>`: what was paid, and how far the rest is. */
import { css, html, LitElement, type TemplateResult } from "lit";
import { exactly, loadTable, money, number, t, when, type Column } from "@maxbooster/ui";
import type { Books, Payout } from "./api";
import { billing } from "./styles";
import { payoutState } from "./words";

interface Row {
  id: string;
  payee: string;
  state: string;
  status: string;
  at: string;
  amount: number;
  fee: number;
  currency: string;
}

class MbBillingPayouts extends LitElement {
  static override properties = { books: { attribute: false } };
  declare books: Books;

  static override styles = [
    billing,
    css`
      mb-table {
        --mb-table-height: 360px;
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void loadTable();
  }

  private columns(): Column<Row>[] {
    const color = { paid: "var(--mb-ok)", failed: "var(--mb-danger)" } as Record<string, string>;
    const status = ({ state, status }: Row) => html`<span style="color: ${color[state] ?? "var(--mb-quiet)"}" title=${status}>${status}</span>`;
    const at = ({ at }: Row) => html`<span style="color: var(--mb-quiet)" title=${exactly(at)}>${when(at)}</span>`;
    const amount = ({ amount, fee, currency }: Row) =>
      fee ? html`<span title=${t("billing.fee", "fee {amount}", { amount: money(fee, currency) })}>${money(amount, currency)}</span>` : money(amount, currency);
    return [
      { key: "payee", title: t("billing.payee", "Payee"), width: "minmax(0, 1.2fr)" },
      { key: "status", title: t("billing.status", "Status"), width: "minmax(0, 2fr)", render: status },
      { key: "at", title: t("billing.at", "Date"), width: "120px", narrow: false, render: at },
      { key: "currency", title: t("billing.currency", "Currency"), hidden: true, filter: true },
      { key: "amount", title: t("billing.amount", "Amount"), width: "116px", align: "end", render: amount, text: ({ amount, currency }) => money(amount, currency) },
    ];
  }

  override render(): TemplateResult {
    const rows = this.books.payouts.map(
      (each): Row => ({
        id: each.id, payee: each.payee_name, state: each.state, status: payoutState(each), currency: each.currency,
        at: each.ended_at ?? each.sent_at ?? each.requested_at, amount: each.amount, fee: each.fee,
      }),
    );
    return html`<div class="bar">
        <h2>${t("billing.payouts", "Payouts")}<span class="quiet">${this.books.earlierPayouts ? t("billing.latest_payouts", "The latest {n}", { n: number(rows.length) }) : number(rows.length)}</span></h2>
      </div>
      <mb-table label=${t("billing.payouts", "Payouts")} row-key="id" search=${t("billing.find_payout", "Search payouts")} .columns=${this.columns()} .rows=${rows}></mb-table>`;
  }
}
customElements.define("mb-billing-payouts", MbBillingPayouts);
