/** The panel “Money”: what is owed, to whom, what was paid, and every entry behind it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import { Api, MOST_PAYOUTS, type Books, type Host } from "./api";
import { balances } from "./balances";
import "./entries";
import "./payees";
import "./payouts";
import { proposals } from "./proposals";
import "./receivables";
import { statements } from "./statements";
import { billing } from "./styles";
import { reason, totals } from "./words";

const HINTS = ["catch-up", "event", "job"];
const GATHER_MS = 150;

class MbBillingMoney extends LitElement {
  static override properties = { host: { attribute: false }, books: { state: true }, failure: { state: true }, loads: { state: true } };
  declare host: Host;
  declare private books: Books | undefined;
  declare private failure: string;
  /** How often the books were read; the entries follow it. */
  declare private loads: number;
  private waiting: ReturnType<typeof setTimeout> | undefined;

  static override styles = [
    billing,
    balances.styles,
    proposals.styles,
    statements.styles,
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
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const hint of HINTS) this.host.events.addEventListener(hint, this.hinted);
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.waiting);
    for (const hint of HINTS) this.host.events.removeEventListener(hint, this.hinted);
  }

  /** Hints come in swarms; the books are read once for all of them. */
  private readonly hinted = (): void => {
    clearTimeout(this.waiting);
    this.waiting = setTimeout(() => void this.load(), GATHER_MS);
  };

  private readonly load = async (): Promise<void> => {
    try {
      this.books = await new Api(this.host).books();
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
    return html`${proposals(books, this.host, this.load)} ${balances(sums, books.payouts.length >= MOST_PAYOUTS)}
      <mb-billing-payees .host=${this.host} .books=${books} .sums=${sums} @books-change=${this.load}></mb-billing-payees>
      <mb-billing-receivables .host=${this.host} .books=${books} @books-change=${this.load}></mb-billing-receivables>
      ${books.payouts.length ? html`<mb-billing-payouts .books=${books}></mb-billing-payouts>` : nothing} ${books.statements.length ? statements(books.statements) : nothing}
      ${books.balances.length
        ? html`<mb-billing-entries .host=${this.host} .books=${books} .loads=${this.loads}></mb-billing-entries>`
        : nothing}`;
  }
}
customElements.define("mb-billing-money", MbBillingMoney);
