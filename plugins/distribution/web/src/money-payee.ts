/** At `billing.payout`: which royalties a payee’s money comes from. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { money, t } from "@maxbooster/ui";
import { words, type Host } from "./api";
import { moneyStyle } from "./money-style";
import { period, type PayeeShare } from "./royalties-api";

const SHOWN = 4;

class MoneyPayee extends LitElement {
  static override properties = { host: { attribute: false }, context: { attribute: false }, shares: { state: true }, failure: { state: true } };
  declare host: Host;
  declare context: { payee: string; currency: string };
  declare private shares: PayeeShare[];
  declare private failure: string;

  static override styles = [
    moneyStyle,
    css`
      section {
        margin-bottom: var(--mb-space-8);
        padding-top: var(--mb-space-6);
        border-top: 1px solid var(--mb-line);
      }
      li {
        display: flex;
        justify-content: space-between;
        gap: var(--mb-space-3);
        padding: var(--mb-space-2) 0;
      }
      li small {
        display: block;
      }
    `,
  ];

  constructor() {
    super();
    this.shares = [];
    this.failure = "";
  }

  protected override updated(changed: Map<string, unknown>): void {
    if (changed.has("context")) void this.load();
  }

  private async load(): Promise<void> {
    try {
      const { items } = await this.host.api.get("/api/distribution/royalties/payees/{payee_id}", { payee_id: this.context.payee, limit: 50 });
      this.shares = items.filter(({ currency, credited }) => currency === this.context.currency && credited).slice(0, SHOWN);
      this.failure = "";
    } catch (error) {
      this.failure = words(error);
    }
  }

  override render(): TemplateResult | typeof nothing {
    if (this.failure) return html`<p class="wrong" role="alert">${t("royalties.payee_unread", "Royalties couldn’t be loaded: {reason}", { reason: this.failure })}</p>`;
    if (!this.shares.length) return nothing;
    return html`<section>
      <header>
        <h2>${t("royalties.comes_from", "Latest royalties")}</h2>
        <a href="/royalties/payees/${this.context.payee}">${t("royalties.all_of_payee", "All statements")}</a>
      </header>
      <ul>
        ${this.shares.map(
          (each) => html`<li>
            <span><a href="/royalties/statements/${each.statement}?payee=${this.context.payee}">${each.source_name}</a><small>${period(each.first_month, each.last_month)}</small></span>
            <span>${money(each.credited, each.currency)}</span>
          </li>`,
        )}
      </ul>
    </section>`;
  }
}
customElements.define("mb-distribution-money-payee", MoneyPayee);
