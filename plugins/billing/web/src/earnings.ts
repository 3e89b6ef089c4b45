/** `<mb-billing-earnings>`: what was earned in the last twelve months, by source. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { loadChart, money, t } from "@maxbooster/ui";
import type { Books } from "./api";
import { billing } from "./styles";
import { earningsOf, places } from "./words";

class MbBillingEarnings extends LitElement {
  static override properties = { books: { attribute: false }, currency: { state: true } };
  declare books: Books;
  declare private currency: string;

  static override styles = [
    billing,
    css`
      mb-chart {
        --mb-chart-height: 200px;
      }
    `,
  ];

  constructor() {
    super();
    this.currency = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void loadChart();
  }

  override render(): TemplateResult | typeof nothing {
    const { earnings } = this.books;
    const currencies = [...new Set(earnings.map(({ currency }) => currency))].sort();
    const currency = currencies.includes(this.currency) ? this.currency : currencies[0];
    if (!currency) return nothing;
    const { labels, series, total } = earningsOf(earnings, currency);
    const scale = 10 ** places(currency);
    const parts = series.map(({ name, values }) => ({ name, values: values.map((minor) => minor / scale) }));
    return html`<div class="bar">
        <h2>${t("billing.earnings", "Earnings")}<span class="quiet">${t("billing.earnings_when", "last 12 months")}</span></h2>
        ${currencies.length > 1
          ? html`<select aria-label=${t("billing.currency", "Currency")} @change=${(event: Event) => (this.currency = (event.target as HTMLSelectElement).value)}>
              ${currencies.map((each) => html`<option ?selected=${each === currency}>${each}</option>`)}
            </select>`
          : nothing}
        <strong>${money(total, currency)}</strong>
      </div>
      <mb-chart
        stacked
        kind="bar"
        label=${t("billing.earnings_in", "Earnings by month ({currency})", { currency })}
        across=${t("billing.month", "Month")}
        .labels=${labels}
        .series=${parts}
        .format=${(value: number) => money(Math.round(value * scale), currency)}
      ></mb-chart>`;
  }
}
customElements.define("mb-billing-earnings", MbBillingEarnings);
