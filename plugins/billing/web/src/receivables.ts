/** `<mb-billing-receivables>`: who has yet to pay us, and the form for money that has arrived. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { asked, FormController, money, refusal, t } from "@maxbooster/ui";
import { Api, type Balance, type Books, type Host } from "./api";
import { billing } from "./styles";
import { decimal, namesOf, partyName, places, typed } from "./words";

class MbBillingReceivables extends LitElement {
  static override properties = {
    host: { attribute: false }, books: { attribute: false }, arriving: { state: true },
  };
  declare host: Host;
  declare books: Books;
  /** Whose money the form is about. */
  declare private arriving: Balance | undefined;
  /** Names what is sent: pressed twice, it is booked once. */
  private key = "";

  static override styles = [
    billing,
    css`
      .rows > li {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--mb-space-2) var(--mb-space-4);
      }
      .what {
        flex: 1 1 160px;
      }
      form {
        display: flex;
        flex: 1 0 100%;
        flex-wrap: wrap;
        align-items: flex-end;
        gap: var(--mb-space-3);
        padding-bottom: var(--mb-space-2);
      }
      label {
        display: grid;
        flex: 1 1 160px;
        gap: var(--mb-space-1);
        color: var(--mb-quiet);
      }
      .problem {
        margin-bottom: var(--mb-space-3);
      }
    `,
  ];

  override firstUpdated(): void {
    if (!asked("record-payment")) return;
    const [first] = this.outstanding();
    if (first) this.open(first);
    else this.host.notify(t("billing.receivable_none", "Nothing outstanding."));
  }

  private outstanding(): Balance[] {
    return this.books.balances.filter(({ purpose, amount }) => purpose === "receivable" && amount !== 0);
  }

  private open(balance: Balance): void {
    this.arriving = balance;
    this.key = crypto.randomUUID();
    void this.updateComplete.then(() => this.renderRoot.querySelector<HTMLInputElement>("input[name=amount]")?.select());
  }

  private readonly booking = new FormController(this, (values) => this.book(values), { draft: () => this.arriving && `billing/receivables/${this.arriving.id}` });

  private async book(given: Record<string, string>): Promise<void> {
    const { arriving } = this;
    if (!arriving) return;
    const amount = typed(given["amount"] ?? "", arriving.currency);
    if (!amount || amount < 0) {
      throw refusal(t("billing.arrived_amount", "Enter an amount such as {amount}.", { amount: decimal(arriving.amount, arriving.currency) }));
    }
    const posted = await new Api(this.host).receive(this.key, arriving.party, arriving.currency, amount, (given["memo"] ?? "").trim());
    this.arriving = undefined;
    const told = posted.pending ? t("billing.arrived_pending", "Waiting for a second person to approve it.") : t("billing.arrived_done", "{amount} from {source} was recorded.", { amount: money(amount, arriving.currency), source: partyName(arriving.party, namesOf(this.books)) });
    this.host.notify(told);
    this.dispatchEvent(new CustomEvent("books-change"));
  }

  override render(): TemplateResult | typeof nothing {
    const open = this.outstanding();
    if (!open.length) return nothing;
    return html`<div class="bar"><h2>${t("billing.outstanding", "Arriving")}</h2></div>
      <ul class="rows">
        ${open.map((each) => this.row(each))}
      </ul>`;
  }

  private row(balance: Balance): TemplateResult {
    const { party, currency, amount } = balance;
    const source = partyName(party, namesOf(this.books));
    const name = t("billing.arrived_name", "Record payment from {source}: {amount}", { source, amount: money(amount, currency) });
    const chosen = this.arriving?.id === balance.id;
    return html`<li>
      <div class="what">
        ${source}<small>${amount < 0 ? t("billing.in_advance", "Paid in advance") : t("billing.outstanding_why", "Not in the bank yet")}</small>
      </div>
      <span>${money(Math.abs(amount), currency)}</span>
      ${this.host.may("ledger.write") && !chosen
        ? html`<button aria-label=${name} @click=${() => this.open(balance)}>${t("billing.arrived", "Record payment")}</button>`
        : nothing}
      ${chosen ? this.form(balance) : nothing}
    </li>`;
  }

  private form({ amount, currency }: Balance): TemplateResult {
    return html`<form ${this.booking.here()}>
      <label
        >${t("billing.arrived_what", "Amount in {currency}", { currency })}
        <input name="amount" inputmode="decimal" required autocomplete="off" .value=${amount > 0 ? decimal(amount, currency) : ""} placeholder=${places(currency) ? "0.00" : "0"}
      /></label>
      <label>${t("billing.arrived_memo", "Bank reference (optional)")}<input name="memo" maxlength="400" autocomplete="off" /></label>
      ${this.booking.words()}
      <button class="primary" ?disabled=${this.booking.pending}>${t("billing.arrived_book", "Record")}</button>
      <button type="button" @click=${() => (this.arriving = undefined)}>${t("billing.cancel", "Cancel")}</button>
    </form>`;
  }
}
customElements.define("mb-billing-receivables", MbBillingReceivables);
