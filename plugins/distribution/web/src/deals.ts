/** What outlets may do with a release: how people pay, what they may do, where and when. Event: `dealt` (`{deals}`). */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import type { Deal } from "./api";
import { COUNTRIES, country, countryCode, MODELS, USES, withSet, WORLDWIDE, type Choice } from "./choices";
import { editing, inset } from "./editor-style";
import { style } from "./style";

type Where = "everywhere" | "except" | "only";

/** What is offered while nobody has said anything else; the server's own default. */
export const streaming = (): Deal => ({
  models: ["SubscriptionModel", "AdvertisementSupportedModel"], uses: ["OnDemandStream", "NonInteractiveStream"], territories: [WORLDWIDE], excluded: [], starts: null, ends: null,
});

export const where = ({ territories, excluded }: Deal): Where => (!territories.includes(WORLDWIDE) ? "only" : excluded.length ? "except" : "everywhere");

export class Deals extends LitElement {
  static override properties = { deals: { attribute: false }, choosing: { state: true }, unknown: { state: true } };
  static override styles = [
    style,
    editing,
    inset,
    css`
      section {
        display: grid;
        gap: var(--mb-space-4);
        padding: var(--mb-space-4) 0;
        border-top: 1px solid var(--mb-line);
      }
      section > header {
        display: flex;
        align-items: baseline;
        justify-content: space-between;
      }
      h3 {
        margin: 0;
        font-size: var(--mb-text-s);
        font-weight: 600;
      }
      fieldset {
        min-width: 0;
        margin: 0;
        padding: 0;
        border: 0;
      }
      legend {
        margin-bottom: var(--mb-space-1);
        padding: 0;
        font-weight: 550;
      }
      .tick {
        min-height: 32px;
      }
      .places {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
        margin: var(--mb-space-2) 0 0;
        padding: 0;
        list-style: none;
      }
      .places button {
        min-height: 28px;
        padding: 0 var(--mb-space-2);
        border: 1px solid var(--mb-line);
        border-radius: var(--mb-radius);
        background: none;
        color: var(--mb-text);
        font: inherit;
        cursor: pointer;
      }
      .places button:hover {
        border-color: var(--mb-danger);
      }
      .adding {
        display: flex;
        gap: var(--mb-space-2);
        margin-top: var(--mb-space-2);
      }
    `,
  ];
  declare deals: Deal[];
  /** Where a deal counts, while no country is named yet that would tell: index → what was chosen. */
  declare private choosing: ReadonlyMap<number, Where>;
  declare private unknown: string;

  constructor() {
    super();
    this.deals = [];
    this.choosing = new Map();
    this.unknown = "";
  }

  private set(deals: Deal[]): void {
    this.dispatchEvent(new CustomEvent("dealt", { detail: { deals } }));
  }

  private change(index: number, change: Partial<Deal>): void {
    this.set(this.deals.map((each, at) => (at === index ? { ...each, ...change } : each)));
  }

  override render() {
    return html`${this.deals.map((deal, index) => this.deal(deal, index))}
      <datalist id="countries">${COUNTRIES.map((code) => html`<option value=${country(code)}></option>`)}</datalist>
      <button class="plain add" @click=${() => this.set([...this.deals, streaming()])}>${t("releases.add_deal", "Add terms")}</button>`;
  }

  private deal(deal: Deal, index: number): TemplateResult {
    const n = index + 1;
    return html`<section aria-labelledby="deal-${n}">
      <header><h3 id="deal-${n}">${t("releases.deal", "Terms {n}", { n })}</h3>
        <button class="plain" aria-label=${t("releases.remove_deal", "Remove terms {n}", { n })} @click=${() => this.removed(index)}>${t("releases.remove", "Remove")}</button></header>
      <div class="fields">
        ${this.ticks(t("releases.models", "How listeners pay"), MODELS, deal.models, (models) => this.change(index, { models }))}
        ${this.ticks(t("releases.uses", "What they can do"), USES, deal.uses, (uses) => this.change(index, { uses }))}
        <div>${this.places(deal, index)}</div>
        <div class="fields">
          ${this.day(t("releases.starts", "Start date"), t("releases.starts_hint", "if not on release day"), index, "starts")} ${this.day(t("releases.ends", "End date"), t("releases.ends_hint", "optional; not offered from this day on"), index, "ends")}
        </div>
      </div>
    </section>`;
  }

  private removed(index: number): void {
    this.choosing = new Map();
    this.set(this.deals.toSpliced(index, 1));
  }

  private ticks(legend: string, offered: readonly Choice[], set: string[], put: (values: string[]) => void): TemplateResult {
    const tick = (value: string) => (event: Event) => put((event.target as HTMLInputElement).checked ? [...set, value] : set.filter((each) => each !== value));
    return html`<fieldset><legend>${legend}</legend>
      ${withSet(offered, set).map(([value, label]) => html`<label class="tick"><input type="checkbox" .checked=${set.includes(value)} @change=${tick(value)} />${label}</label>`)}
    </fieldset>`;
  }

  private day(label: string, hint: string, index: number, field: "starts" | "ends"): TemplateResult {
    const id = `${field}-${index}`;
    return html`<div class="box"><label for=${id}>${label} <small>${hint}</small></label>
      <input id=${id} type="date" .value=${this.deals[index]![field] ?? ""} @change=${(event: Event) => this.change(index, { [field]: (event.target as HTMLInputElement).value || null })} /></div>`;
  }

  private places(deal: Deal, index: number): TemplateResult {
    const chosen = this.choosing.get(index) ?? where(deal);
    const field = chosen === "except" ? "excluded" : "territories";
    const named = chosen === "everywhere" ? [] : deal[field].filter((code) => code !== WORLDWIDE);
    const kinds: [Where, string][] = [
      ["everywhere", t("releases.everywhere", "Worldwide")], ["except", t("releases.except", "Worldwide except")], ["only", t("releases.only", "Only in")],
    ];
    const put = (codes: string[]) => this.change(index, { [field]: codes });
    return html`<div class="box"><label for="where-${index}">${t("releases.where_sold", "Territories")}</label>
        <select id="where-${index}" @change=${(event: Event) => this.choose(index, (event.target as HTMLSelectElement).value as Where)}>
          ${kinds.map(([value, label]) => html`<option value=${value} ?selected=${value === chosen}>${label}</option>`)}
        </select></div>
      ${chosen === "everywhere"
        ? nothing
        : html`${named.length
              ? html`<ul class="places">${named.map((code) => html`<li><button aria-label=${t("releases.remove_country", "Remove {country}", { country: country(code) })} @click=${() => put(named.filter((each) => each !== code))}>${country(code)} ×</button></li>`)}</ul>`
              : nothing}
            <form class="adding box" @submit=${(event: SubmitEvent) => this.name(event, named, put)}>
              <input name="country" list="countries" autocomplete="off" placeholder=${t("releases.country", "Country")} aria-label=${t("releases.country_n", "Country for terms {n}", { n: index + 1 })} />
              <button class="plain">${t("releases.add_country", "Add")}</button>
            </form>
            ${this.unknown ? html`<p class="finding error" role="alert">${t("releases.no_country", "“{typed}” isn’t a country. Choose one from the list.", { typed: this.unknown })}</p>` : nothing}`}`;
  }

  private choose(index: number, wanted: Where): void {
    this.choosing = new Map(this.choosing).set(index, wanted);
    this.unknown = "";
    const was = this.deals[index]!;
    const named = [...was.territories, ...was.excluded].filter((code) => code !== WORLDWIDE);
    if (wanted === "only") this.change(index, { territories: named, excluded: [] });
    else this.change(index, { territories: [WORLDWIDE], excluded: wanted === "except" ? named : [] });
  }

  private name(event: SubmitEvent, named: string[], put: (codes: string[]) => void): void {
    event.preventDefault();
    const input = (event.currentTarget as HTMLFormElement).elements.namedItem("country") as HTMLInputElement;
    const code = countryCode(input.value);
    this.unknown = code ? "" : input.value;
    if (!code) return;
    input.value = "";
    if (!named.includes(code)) put([...named, code]);
  }
}
customElements.define("mb-releases-deals", Deals);
