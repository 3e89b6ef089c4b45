/** Earnings by store, country or track, of a span of months. */
import { html, nothing, type TemplateResult } from "lit";
import { number, t } from "@maxbooster/ui";
import { amount, exactAmount, type Breakdown, type Dimension } from "./royalties-api";
import { RoyaltiesPart } from "./royalties-part";

/** Months back from the current one; 0: all. */
const SPANS = [0, 3, 12] as const;

class EarningsBreakdown extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, currency: {}, by: { state: true }, months: { state: true } };
  declare currency: string;
  declare by: Dimension;
  declare months: number;
  private found: Breakdown | undefined;

  constructor() {
    super();
    this.currency = "";
    this.by = "store";
    this.months = 0;
  }

  protected async load(): Promise<void> {
    const { currency, by, months } = this;
    if (!currency) return;
    const found = await this.royalties.breakdown({ currency, by, from_month: months ? monthsAgo(months - 1) : undefined });
    if (by === this.by && months === this.months && currency === this.currency) this.found = found;
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("currency") && changed.get("currency") !== undefined) void this.again();
  }

  private choose(chosen: Partial<Pick<this, "by" | "months">>): void {
    Object.assign(this, chosen);
    void this.again();
  }

  override render(): TemplateResult {
    const choice = (by: Dimension, title: string) => html`<label class="check"><input type="radio" name="dimension" .checked=${this.by === by} @change=${() => this.choose({ by })} />${title}</label>`;
    return html`<h2 style="margin-top: var(--mb-space-6)">${t("royalties.breakdown", "Where earnings come from")}</h2>
      <div class="actions" style="margin-bottom: var(--mb-space-3)">
        <div class="actions" role="radiogroup" aria-label=${t("royalties.break_down_by", "Break down by")}>
          ${choice("store", t("royalties.by_store", "Store"))} ${choice("territory", t("royalties.by_country", "Country"))} ${choice("track", t("royalties.by_track", "Track"))}
        </div>
        <select aria-label=${t("royalties.months_of_sale", "Months of sale")} @change=${(event: Event) => this.choose({ months: Number((event.target as HTMLSelectElement).value) })}>
          ${SPANS.map((months) => html`<option value=${months} ?selected=${months === this.months}>${months ? t("royalties.last_months", "Last {n} months", { n: months }) : t("royalties.all_months", "All months")}</option>`)}
        </select>
      </div>
      ${this.found ? this.rows(this.found) : nothing}`;
  }

  private rows({ rows, others, others_amount, total, unpublished }: Breakdown): TemplateResult {
    const line = (what: TemplateResult | string, exact: string, detail: string) => html`<li>
      <span class="what">${what}<small>${detail}</small></span>
      <span class="end" title=${exactAmount(exact, this.currency)}>${amount(exact, this.currency)}<small style="display: block">${shareOf(exact, total)}</small></span>
    </li>`;
    return html`${unpublished ? html`<p role="status">${t("royalties.being_added", "Statements that are still being added up: {n}.", { n: number(unpublished) })}</p>` : nothing}
      ${rows.length
        ? html`<ul class="rows">
            ${rows.map((each) => line(this.name(each.name), each.amount, [each.detail, units(each.quantity)].filter(Boolean).join(" · ")))}
            ${others ? line(t("royalties.others", "{n} more", { n: number(others) }), others_amount, "") : nothing}
          </ul>`
        : html`<p>${t("royalties.nothing_sold", "Nothing was sold in these months.")}</p>`}`;
  }

  private name(said: string): string {
    if (!said) return t("royalties.not_stated", "Not stated");
    if (this.by !== "territory" || !/^[A-Z]{2}$/.test(said)) return said;
    return new Intl.DisplayNames([document.documentElement.lang || navigator.language], { type: "region" }).of(said) ?? said;
  }
}
customElements.define("mb-royalties-breakdown", EarningsBreakdown);

const units = (count: number): string => (count === 1 ? t("royalties.one_unit_sold", "1 unit") : t("royalties.units_sold", "{n} units", { n: number(count) }));

function shareOf(exact: string, total: string): string {
  const whole = Number(total);
  return whole > 0 ? number(Number(exact) / whole, { style: "percent", maximumFractionDigits: 1 }) : "";
}

/** The month `count` months before this one, as `2026-09`. */
function monthsAgo(count: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - count, 1)).toISOString().slice(0, 7);
}
