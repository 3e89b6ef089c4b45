/** Upload a statement: what it says, what only a person can know, and then the import. */
import { html, nothing, type TemplateResult } from "lit";
import { date, loadUpload, number, t } from "@maxbooster/ui";
import { words } from "./api";
import { amount, month, period, slug, type Import, type Preview, type Question } from "./royalties-api";
import { RoyaltiesPart } from "./royalties-part";

const CURRENCIES = ["EUR", "USD", "GBP", "JPY", "CAD", "AUD", "CHF", "SEK", "NOK", "DKK", "PLN", "BRL", "INR", "MXN"];
const FIELDS: Record<string, string> = {
  period: "period", isrc: "ISRC", upc: "UPC", title: "title", artist: "artist", store: "store", territory: "country", quantity: "quantity", amount: "amount", currency: "currency",
};

class Upload extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, wanted: { state: true }, shown: { state: true }, source: { state: true }, anyway: { state: true } };
  declare wanted: Import | undefined;
  declare shown: Preview | undefined;
  declare source: string;
  /** Whether a statement that was imported before shall be imported again. */
  declare anyway: boolean;
  private layouts: { name: string; title: string }[] = [];

  constructor() {
    super();
    this.source = "";
    this.anyway = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    void loadUpload();
  }

  protected async load(): Promise<void> {
    this.layouts = await this.royalties.layouts();
  }

  private readonly uploaded = (event: CustomEvent<{ file: { id: string } }>): void => {
    this.anyway = false;
    void this.see({ file_id: event.detail.file.id });
  };

  private async see(wanted: Import): Promise<void> {
    this.wanted = wanted;
    this.busy = "preview";
    try {
      this.shown = await this.royalties.preview(wanted);
      this.failure = "";
      const [store, ...more] = this.shown.stores;
      if (!this.source && store?.name && !more.length) this.source = store.name;
    } catch (error) {
      this.shown = undefined;
      this.failure = words(error);
    } finally {
      this.busy = "";
    }
  }

  private answer({ option }: Question, value: string): void {
    const [name, field] = option.split(".");
    const wanted = this.wanted!;
    void this.see(field ? { ...wanted, columns: { ...wanted.columns, [field]: value } } : { ...wanted, [name!]: value });
  }

  private choose(option: string, value: string): void {
    const { [option as keyof Import]: _, ...rest } = this.wanted!;
    void this.see((value ? { ...rest, [option]: value } : rest) as Import);
  }

  private readonly import = async (): Promise<void> => {
    const source = slug(this.source);
    const repeats = this.anyway ? this.shown?.repeats : null;
    const wanted = { ...this.wanted!, ...(source ? { source } : {}), ...(repeats ? { repeats } : {}) };
    this.busy = "import";
    try {
      const { id } = await this.royalties.import(wanted);
      this.host.navigate(`/royalties/statements/${id}`);
    } catch (error) {
      this.failure = words(error);
    } finally {
      this.busy = "";
    }
  };

  override render() {
    return html`${this.head("statements")}
      <h2>${t("royalties.upload", "Upload statement")}</h2>
      <mb-upload single accept=".csv,.tsv,.txt" label=${t("royalties.drop", "Drop a statement here")} hint=${t("royalties.drop_hint", "CSV or tab-separated text, as the store or distributor gives it. Nothing is posted before you have seen what it says.")} @file-ready=${this.uploaded}></mb-upload>
      ${this.busy === "preview" ? html`<p role="status">${t("royalties.reading", "Reading the statement…")}</p>` : nothing}
      ${this.shown ? this.preview(this.shown) : nothing}`;
  }

  private preview(shown: Preview): TemplateResult {
    return html`<section aria-label=${t("royalties.preview", "Preview")}>
      <h2>${t("royalties.preview", "Preview")}</h2>
      ${shown.problem ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon><span>${shown.problem}</span></p>` : nothing}
      ${shown.question ? this.question(shown.question) : nothing} ${shown.readable ? this.facts(shown) : nothing} ${this.options(shown)}
      ${shown.readable ? this.finish(shown) : nothing}
    </section>`;
  }

  private question(question: Question): TemplateResult {
    return html`<fieldset>
      <legend>${question.text}</legend>
      ${question.answers.map(({ value, label }) => html`<label class="check"><input type="radio" name="answer" .value=${value} @change=${() => this.answer(question, value)} />${label}</label>`)}
    </fieldset>`;
  }

  private facts(shown: Preview): TemplateResult {
    const { currency } = shown;
    const fact = (title: string, value: unknown, large = false) => html`<div><dt>${title}</dt><dd class=${large ? "large" : ""}>${value}</dd></div>`;
    const columns = Object.entries(shown.columns).map(([field, header]) => `${header} → ${FIELDS[field] ?? field}`);
    return html`<dl class="facts">
        ${fact(t("royalties.total", "Total"), amount(shown.total, currency), true)} ${fact(t("royalties.period", "Statement period"), period(shown.first_month, shown.last_month))}
        ${fact(t("royalties.currency", "Currency"), currency)} ${fact(t("royalties.lines", "Lines"), number(shown.lines))}
        ${fact(t("royalties.to_suspense", "Goes to suspense"), shown.unmatched ? t("royalties.unmatched", "{n} lines, {amount}", { n: number(shown.unmatched), amount: amount(shown.unmatched_total, currency) }) : t("royalties.all_matched", "Nothing: all codes are in your catalog"))}
      </dl>
      ${shown.partial ? html`<p>${t("royalties.partial", "This is a long file: the preview shows its beginning, and the totals are of that.")}</p>` : nothing}
      ${shown.notes.length ? html`<ul class="notes">${shown.notes.map((note) => html`<li>${note}</li>`)}</ul>` : nothing}
      <p>${t("royalties.columns", "Columns: {columns}.", { columns: columns.join(", ") })} ${shown.unused.length ? t("royalties.unused", "Not used: {columns}.", { columns: shown.unused.join(", ") }) : nothing}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("royalties.first_lines", "First lines")}>
        <table>
          <caption class="quiet">${t("royalties.first_lines", "First lines")}</caption>
          <thead><tr><th>${t("royalties.month", "Month")}</th><th>${t("royalties.track", "Track")}</th><th>ISRC</th><th>${t("royalties.store", "Store")}</th><th class="end">${t("royalties.quantity", "Quantity")}</th><th class="end">${t("royalties.amount", "Amount")}</th></tr></thead>
          <tbody>${shown.sample.map((line) => html`<tr><td>${month(line.month)}</td><td>${line.title || "–"}</td><td>${line.isrc || line.upc || "–"}</td><td>${line.store}</td><td class="end">${line.quantity}</td><td class="end" title=${line.amount}>${amount(line.amount, currency)}</td></tr>`)}</tbody>
        </table>
      </div>`;
  }

  private options(shown: Preview): TemplateResult {
    const { currency, decimals, dates, layout } = this.wanted ?? {};
    const select = (option: string, title: string, value: string | undefined, choices: [string, string][]) => html`<label>${title}
      <select @change=${(event: Event) => this.choose(option, (event.target as HTMLSelectElement).value)}>
        <option value="">${t("royalties.as_file", "As the file says")}</option>
        ${choices.map(([name, text]) => html`<option value=${name} ?selected=${name === value}>${text}</option>`)}
      </select></label>`;
    return html`<details ?open=${!shown.readable && !shown.question}>
      <summary>${t("royalties.options", "How it is read")}</summary>
      <div class="form">
        ${select("currency", t("royalties.currency", "Currency"), currency, CURRENCIES.map((code) => [code, code]))}
        ${select("decimals", t("royalties.decimals", "Decimals"), decimals, [["point", t("royalties.point", "1,234.56 (point)")], ["comma", t("royalties.comma", "1.234,56 (comma)")]])}
        ${select("dates", t("royalties.dates", "Dates"), dates, [["day-first", t("royalties.day_first", "Day first")], ["month-first", t("royalties.month_first", "Month first")]])}
        ${this.layouts.length > 1 ? select("layout", t("royalties.layout", "Layout"), layout, this.layouts.map(({ name, title }) => [name, title])) : nothing}
      </div>
    </details>`;
  }

  private finish(shown: Preview): TemplateResult {
    const blocked = Boolean(shown.repeats) && !this.anyway;
    return html`<div class="form">
      ${shown.repeats
        ? html`<div class="warning" role="alert"><mb-icon name="triangle-alert"></mb-icon><div>
              ${t("royalties.repeats", "These are the lines of “{file}”, imported on {day}: it is the same statement, saved again.", { file: shown.repeats_file ?? "", day: shown.repeats_at ? date(shown.repeats_at) : "" })}
              <a href="/royalties/statements/${shown.repeats}">${t("royalties.see_it", "See that statement")}</a>
              <label class="check"><input type="checkbox" .checked=${this.anyway} @change=${(event: Event) => (this.anyway = (event.target as HTMLInputElement).checked)} />${t("royalties.anyway", "Both are right: import it again. This goes on record.")}</label>
            </div></div>`
        : nothing}
      <label>${t("royalties.who_pays", "Who pays")}<input name="source" .value=${this.source} placeholder="Spotify" maxlength="60" @input=${(event: Event) => (this.source = (event.target as HTMLInputElement).value)} /></label>
      <div class="actions">
        <button class="primary" ?disabled=${blocked || this.busy !== "" || !slug(this.source)} @click=${this.import}>${t("royalties.import", "Import {amount}", { amount: amount(shown.total, shown.currency) })}</button>
        <a class="button" href="/royalties">${t("royalties.cancel", "Cancel")}</a>
      </div>
    </div>`;
  }
}
customElements.define("mb-royalties-upload", Upload);
