/** The panel “Money”: what is owed, to whom, what was paid, and every entry behind it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { Filling, Refresh, t } from "@maxbooster/ui";
import { Api, type Books, type Host, type Payee } from "./api";
import { balances } from "./balances";
import "./earnings";
import "./entries";
import "./payees";
import "./payouts";
import { proposals } from "./proposals";
import "./receivables";
import "./sales";
import { billing } from "./styles";
import { reason, totals } from "./words";

class MbBillingMoney extends LitElement {
  static override properties = { host: { attribute: false }, books: { state: true }, failure: { state: true }, loads: { state: true } };
  declare host: Host;
  declare private books: Books | undefined;
  declare private failure: string;
  /** How often the books were read; the entries follow it. */
  declare private loads: number;

  static override styles = [
    billing,
    balances.styles,
    proposals.styles,
    css`
      :host {
        max-width: 1040px;
        margin: 0 auto;
      }
      .problem {
        margin-top: var(--mb-space-4);
      }
    `,
  ];

  constructor() {
    super();
    this.failure = "";
    this.loads = 0;
    new Refresh(this, this.load);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void this.load();
  }

  private rest: Awaited<ReturnType<Api["books"]>> | undefined;
  private readonly payees = new Filling<Payee>(() => this.compose());

  private compose(): void {
    if (this.rest && this.payees.rows) this.books = { ...this.rest, payees: this.payees.rows, morePayees: this.payees.partial };
  }

  private readonly load = async (): Promise<void> => {
    const api = new Api(this.host);
    try {
      const rest = api.books().then((read) => {
        this.rest = read;
        this.compose();
      });
      await Promise.all([rest, this.payees.read(api.payees)]);
      this.loads += 1;
      this.failure = "";
    } catch (error) {
      this.failure = reason(error);
    }
  };

  override render(): TemplateResult {
    return html`<h1>${t("billing.title", "Money")}</h1>
      <p class="quiet">${t("billing.text", "What you’ve earned, who it’s owed to, and what’s been paid.")}</p>
      ${this.failure ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>` : nothing}
      ${this.books ? this.sections(this.books) : nothing}`;
  }

  private sections(books: Books): TemplateResult {
    const sums = totals(books.balances, books.payouts);
    return html`${proposals(books, this.host, this.load)} ${balances(sums, books)}
      <mb-billing-earnings .books=${books}></mb-billing-earnings>
      <mb-billing-payees .host=${this.host} .books=${books} .sums=${sums} @books-change=${this.load}></mb-billing-payees>
      <mb-billing-receivables .host=${this.host} .books=${books} @books-change=${this.load}></mb-billing-receivables>
      ${books.sales.length ? html`<mb-billing-sales .host=${this.host} .books=${books} @books-change=${this.load}></mb-billing-sales>` : nothing}
      ${books.payouts.length ? html`<mb-billing-payouts .books=${books}></mb-billing-payouts>` : nothing}
      <mb-extension-point name="billing.money"></mb-extension-point>
      ${books.balances.length
        ? html`<mb-billing-entries .host=${this.host} .books=${books} .loads=${this.loads}></mb-billing-entries>`
        : nothing}`;
  }
}
customElements.define("mb-billing-money", MbBillingMoney);
