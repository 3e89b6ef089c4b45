/** Earnings by month: of sale, as the lines of statements say, or the month in which they were booked. */
import { html, nothing, type TemplateResult } from "lit";
import { loadChart, t } from "@maxbooster/ui";
import { amount, month, type EarnedMonth, type MonthOf } from "./royalties-api";
import { byMonth } from "./royalties-months";
import "./royalties-breakdown";
import { RoyaltiesPart } from "./royalties-part";

class Earnings extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, by: { state: true }, currency: { state: true } };
  declare by: MonthOf;
  declare currency: string;
  private found: EarnedMonth[] | undefined;
  /** That with the most lines first. */
  private currencies: string[] = [];

  constructor() {
    super();
    this.by = new URLSearchParams(location.search).get("by") === "booking" ? "booking" : "sale";
    this.currency = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void loadChart();
  }

  protected async load(): Promise<void> {
    const { by } = this;
    const [found, currencies] = await Promise.all([this.royalties.earnings(by), this.royalties.currencies()]);
    if (by !== this.by) return;
    this.found = found;
    this.currencies = currencies.map(({ currency }) => currency);
  }

  private choose(by: MonthOf): void {
    this.by = by;
    this.found = undefined;
    history.replaceState(history.state, "", `${location.pathname}?by=${by}`);
    void this.again();
  }

  override render() {
    const choice = (by: MonthOf, title: string) => html`<label class="check"><input type="radio" name="by" .checked=${this.by === by} @change=${() => this.choose(by)} />${title}</label>`;
    return html`${this.head("earnings")}
      <div class="actions" role="radiogroup" aria-label=${t("royalties.months_of", "Months")}>
        ${choice("sale", t("royalties.by_sale", "Month of sale"))} ${choice("booking", t("royalties.by_booking", "Month booked"))}
      </div>
      <p>${this.by === "sale"
        ? t("royalties.by_sale_text", "When listeners streamed or bought it, as the statements say. Recent months grow as stores report.")
        : t("royalties.by_booking_text", "When the statements were imported and booked, as under Money.")}</p>
      ${this.found ? this.months(this.found) : nothing}`;
  }

  private months(found: EarnedMonth[]): TemplateResult {
    const currencies = [...new Set([...this.currencies, ...found.map(({ currency }) => currency)])];
    const currency = currencies.includes(this.currency) ? this.currency : currencies[0];
    if (!currency) return html`<mb-empty icon="scroll-text" heading=${t("royalties.no_earnings", "No earnings yet")} text=${t("royalties.no_earnings_text", "Import a royalty statement, and what it says is shown here by month.")}><a class="button" href="/royalties/upload">${t("royalties.upload", "Upload statement")}</a></mb-empty>`;
    const { months, series, totals } = byMonth(found.filter((each) => each.currency === currency));
    const title = this.by === "sale" ? t("royalties.sold_in", "By month of sale, in {currency}", { currency }) : t("royalties.booked_in", "By month booked, in {currency}", { currency });
    return html`${currencies.length > 1
        ? html`<label style="width: fit-content">${t("royalties.currency", "Currency")}<select @change=${(event: Event) => (this.currency = (event.target as HTMLSelectElement).value)}>${currencies.map((each) => html`<option ?selected=${each === currency}>${each}</option>`)}</select></label>`
        : nothing}
      <mb-chart stacked kind="bar" label=${title} across=${t("royalties.month", "Month")} .labels=${months.map(month)} .series=${series} .format=${(value: number) => amount(String(value), currency)}></mb-chart>
      <h2>${t("royalties.month_by_month", "Month by month")}</h2>
      <ul class="rows">${months.toReversed().map((each) => html`<li><span class="what">${month(each)}</span><span class="end" title=${totals.get(each) ?? ""}>${amount(totals.get(each) ?? "0", currency)}</span></li>`)}</ul>
      ${this.by === "sale" ? html`<mb-royalties-breakdown .host=${this.host} currency=${currency}></mb-royalties-breakdown>` : nothing}`;
  }
}
customElements.define("mb-royalties-earnings", Earnings);
