/** `<mb-billing-sales>`: what buyers paid, and the form that gives it back. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { exactly, FormController, loadTable, money, number, refusal, t, when, type Column } from "@maxbooster/ui";
import { Api, type Books, type Host, type Sale } from "./api";
import { billing } from "./styles";
import { decimal, places, saleState, typed } from "./words";

class MbBillingSales extends LitElement {
  static override properties = { host: { attribute: false }, books: { attribute: false }, refunding: { state: true } };
  declare host: Host;
  declare books: Books;
  declare private refunding: Sale | undefined;
  /** Names what is sent: pressed twice, it is refunded once. */
  private key = "";

  static override styles = [
    billing,
    css`
      mb-table {
        --mb-table-height: 360px;
      }
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: flex-end;
        gap: var(--mb-space-3);
        padding: var(--mb-space-4) 0;
      }
      form h3,
      form p {
        flex: 1 0 100%;
        max-width: none;
        margin: 0;
      }
      h3 {
        font-size: var(--mb-text-s);
        font-weight: 600;
      }
      label {
        display: grid;
        flex: 1 1 160px;
        gap: var(--mb-space-1);
        color: var(--mb-quiet);
      }
    `,
  ];

  override connectedCallback(): void {
    super.connectedCallback();
    void loadTable();
  }

  private readonly sending = new FormController(this, (values) => this.send(values), { draft: () => this.refunding && `billing/refunds/${this.refunding.id}` });

  private open(sale: Sale): void {
    this.refunding = sale;
    this.key = crypto.randomUUID();
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLInputElement>("input[name=amount]")?.select());
  }

  private async send(given: Record<string, string>): Promise<void> {
    const sale = this.refunding;
    if (!sale) return;
    const amount = typed(given["amount"] ?? "", sale.currency);
    const left = sale.amount - sale.refunded - sale.refunding;
    if (!amount || amount < 0 || amount > left) throw refusal(t("billing.refund_amount", "Enter an amount up to {amount}.", { amount: money(left, sale.currency) }));
    await new Api(this.host).refund(sale.id, this.key, amount, (given["reason"] ?? "").trim());
    this.refunding = undefined;
    this.host.notify(t("billing.refund_begun", "{amount} is being refunded.", { amount: money(amount, sale.currency) }));
    this.dispatchEvent(new CustomEvent("books-change"));
  }

  private columns(): Column<Sale>[] {
    const quiet = (shown: string, title: string) => html`<span style="color: var(--mb-quiet)" title=${title}>${shown}</span>`;
    const fee = ({ fee, currency }: Sale) => (fee === null ? t("billing.fee_unknown", "not known yet") : money(fee, currency));
    const action = (sale: Sale) =>
      sale.refunded + sale.refunding < sale.amount && this.host.may("sale.refund")
        ? html`<button style="min-height: 28px; padding: 0 10px; border: 1px solid var(--mb-line); border-radius: var(--mb-radius); background: var(--mb-lifted); color: var(--mb-text); font: inherit; cursor: pointer" aria-label=${t("billing.refund_of", "Refund {what}", { what: sale.description })} @click=${() => this.open(sale)}>${t("billing.refund", "Refund")}</button>`
        : nothing;
    return [
      { key: "description", title: t("billing.sold", "Item"), width: "minmax(0, 2fr)" },
      { key: "state", title: t("billing.status", "Status"), width: "minmax(120px, 1fr)", render: (sale) => quiet(saleState(sale), saleState(sale)), text: saleState },
      { key: "paid_at", title: t("billing.at", "Date"), width: "120px", narrow: false, render: ({ paid_at }) => quiet(when(paid_at), exactly(paid_at)) },
      { key: "fee", title: t("billing.payment_fee", "Fee"), width: "96px", align: "end", narrow: false, render: fee, text: fee },
      { key: "amount", title: t("billing.amount", "Amount"), width: "116px", align: "end", render: ({ amount, currency }) => money(amount, currency), text: ({ amount, currency }) => money(amount, currency) },
      { key: "id", title: t("billing.actions", "Actions"), width: "96px", align: "end", render: action, text: () => "" },
    ];
  }

  override render(): TemplateResult {
    const { sales, earlierSales } = this.books;
    const count = number(sales.length);
    return html`<div class="bar">
        <h2>${t("billing.sales", "Sales")}<span class="quiet">${earlierSales ? t("billing.latest_payouts", "The latest {n}", { n: count }) : count}</span></h2>
      </div>
      ${this.refunding ? this.form(this.refunding) : nothing}
      <mb-table label=${t("billing.sales", "Sales")} row-key="id" search=${t("billing.find_sale", "Search sales")} .columns=${this.columns()} .rows=${sales}></mb-table>`;
  }

  private form({ description, amount, refunded, refunding, currency }: Sale): TemplateResult {
    return html`<form ${this.sending.here()}>
      <h3>${t("billing.refund_of", "Refund {what}", { what: description })}</h3>
      <p class="quiet">${t("billing.refund_text", "The buyer gets it back the way they paid. The payment provider usually keeps its fee.")}</p>
      <label
        >${t("billing.arrived_what", "Amount in {currency}", { currency })}
        <input name="amount" inputmode="decimal" required autocomplete="off" .value=${decimal(amount - refunded - refunding, currency)} placeholder=${places(currency) ? "0.00" : "0"}
      /></label>
      <label>${t("billing.refund_reason", "Reason (optional, not shown to the buyer)")}<input name="reason" maxlength="500" autocomplete="off" /></label>
      ${this.sending.words()}
      <button class="primary" ?disabled=${this.sending.pending}>${t("billing.refund", "Refund")}</button>
      <button type="button" @click=${() => (this.refunding = undefined)}>${t("billing.cancel", "Cancel")}</button>
    </form>`;
  }
}
customElements.define("mb-billing-sales", MbBillingSales);
