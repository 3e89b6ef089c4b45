/** Upload a statement: what it says, what only a person can know, and then the import. */
import { html, nothing, type TemplateResult } from "lit";
import { date, loadUpload, number, t } from "@maxbooster/ui";
import { words } from "./api";
import { amount, inSuspense, month, period, slug, type Import, type Preview, type Question } from "./royalties-api";
import { RoyaltiesPart } from "./royalties-part";

const CURRENCIES = ["EUR", "USD", "GBP", "JPY", "CAD", "AUD", "CHF", "SEK", "NOK", "DKK", "PLN", "BRL", "INR", "MXN"];
const RATE = /^\d{1,9}(\.\d{1,12})?$/;
const FIELDS: Record<string, string> = {
  period: "period", isrc: "ISRC", upc: "UPC", title: "title", artist: "artist", store: "store", territory: "country", quantity: "quantity", amount: "amount", currency: "currency",
};

/** Without these nothing can be divided. */
const ESSENTIAL = new Set(["period", "amount"]);
const AS_READ = "as read";

class Upload extends RoyaltiesPart {
  static override properties = { ...RoyaltiesPart.properties, wanted: { state: true }, shown: { state: true }, source: { state: true }, anyway: { state: true }, converting: { state: true } };
  declare wanted: Import | undefined;
  declare shown: Preview | undefined;
  declare source: string;
  /** Whether a statement that was imported before shall be imported again. */
  declare anyway: boolean;
  declare converting: { currency?: string; rate?: string };
  private layouts: { name: string; title: string }[] = [];

  constructor() {
    super();
    this.source = "";
    this.anyway = false;
    this.converting = {};
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
    this.converting = {};
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
      <mb-upload single purpose="distribution.statement" accept=".csv,.tsv,.txt,.xlsx" label=${t("royalties.drop", "Drop a statement here")} hint=${t("royalties.drop_hint", "CSV, tab-separated text or an Excel workbook (.xlsx), as the store or distributor gives it. Nothing is posted before you have seen what it says.")} @file-ready=${this.uploaded}></mb-upload>
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
    const choose = (event: Event, value: string): void => {
      // the answers to the next question stand in the same place
      (event.target as HTMLInputElement).checked = false;
      this.answer(question, value);
    };
    return html`<fieldset>
      <legend>${question.text}</legend>
      ${question.answers.map(({ value, label }) => html`<label class="check"><input type="radio" name="answer" .value=${value} @change=${(event: Event) => choose(event, value)} />${label}</label>`)}
    </fieldset>`;
  }

  private facts(shown: Preview): TemplateResult {
    const { currency } = shown;
    const fact = (title: string, value: unknown, large = false) => html`<div><dt>${title}</dt><dd class=${large ? "large" : ""}>${value}</dd></div>`;
    const open = shown.unmatched + shown.unsplit;
    const columns = Object.entries(shown.columns).map(([field, header]) => `${header} → ${FIELDS[field] ?? field}`);
    return html`<dl class="facts">
        ${fact(t("royalties.total", "Total"), amount(shown.total, currency), true)} ${fact(t("royalties.period", "Statement period"), period(shown.first_month, shown.last_month))}
        ${fact(t("royalties.currency", "Currency"), currency)} ${fact(t("royalties.lines", "Lines"), number(shown.lines))}
        ${fact(t("royalties.to_suspense", "Goes to suspense"), open ? inSuspense(open, shown.unallocated, currency) : t("royalties.all_split", "Nothing: every line has a payee"))}
      </dl>
      ${shown.partial ? html`<p>${t("royalties.partial", "This is a long file: the preview shows its beginning, and the totals are of that.")}</p>` : nothing}
      ${shown.notes.length ? html`<ul class="notes">${shown.notes.map((note) => html`<li>${note}</li>`)}</ul>` : nothing}
      <p>${t("royalties.columns", "Columns: {columns}.", { columns: columns.join(", ") })} ${shown.unused.length ? t("royalties.unused", "Not used: {columns}.", { columns: shown.unused.join(", ") }) : nothing}</p>
      <div class="scroll" tabindex="0" role="region" aria-label=${t("royalties.first_lines", "First lines")}>
        <table class="cards">
          <caption class="quiet">${t("royalties.first_lines", "First lines")}</caption>
          <thead><tr><th>${t("royalties.month", "Month")}</th><th>${t("royalties.track", "Track")}</th><th>ISRC</th><th>${t("royalties.store", "Store")}</th><th class="end">${t("royalties.quantity", "Quantity")}</th><th class="end">${t("royalties.amount", "Amount")}</th></tr></thead>
          <tbody>${shown.sample.map((line) => html`<tr><td data-of=${t("royalties.month", "Month")}>${month(line.month)}</td><td data-of=${t("royalties.track", "Track")}>${line.title || "–"}</td><td data-of="ISRC">${line.isrc || line.upc || "–"}</td><td data-of=${t("royalties.store", "Store")}>${line.store}</td><td class="end" data-of=${t("royalties.quantity", "Quantity")}>${line.quantity}</td><td class="end" data-of=${t("royalties.amount", "Amount")} title=${line.amount}>${amount(line.amount, currency)}</td></tr>`)}</tbody>
        </table>
      </div>`;
  }

  private options(shown: Preview): TemplateResult {
    const { currency, decimals, dates, layout } = this.wanted ?? {};
    const select = (option: string, title: string, value: string | null | undefined, choices: [string, string][]) => html`<label>${title}
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
        ${this.conversion()}
        ${this.columns(shown)}
        ${this.layouts.length > 1 ? select("layout", t("royalties.layout", "Layout"), layout, this.layouts.map(({ name, title }) => [name, title])) : nothing}
      </div>
    </details>`;
  }

  /** Which column is which field, where the layout reads another than is meant, or none. */
  private columns(shown: Preview): TemplateResult | typeof nothing {
    const headers = [...Object.values(shown.columns), ...shown.unused];
    if (!headers.length) return nothing;
    const chosen = this.wanted?.columns ?? {};
    const choose = (field: string, value: string): void => {
      const { [field]: _, ...rest } = chosen;
      void this.see({ ...this.wanted!, columns: value === AS_READ ? rest : { ...rest, [field]: value } });
    };
    return html`<fieldset><legend>${t("royalties.which_columns", "Columns")}</legend>
      ${Object.entries(FIELDS).map(([field, name]) => html`<label>${name[0]!.toUpperCase() + name.slice(1)}
        <select name="column-${field}" @change=${(event: Event) => choose(field, (event.target as HTMLSelectElement).value)}>
          <option value=${AS_READ}>${chosen[field] === undefined && shown.columns[field] ? t("royalties.as_named", "{column}, by its name", { column: shown.columns[field] }) : t("royalties.as_file", "As the file says")}</option>
          ${headers.map((header) => html`<option value=${header} ?selected=${header === chosen[field]}>${header}</option>`)}
          ${ESSENTIAL.has(field) ? nothing : html`<option value="" ?selected=${chosen[field] === ""}>${t("royalties.no_column", "The statement has none")}</option>`}
        </select></label>`)}
    </fieldset>`;
  }

  /** Payees are owed the file's own currency, unless it is booked in another at a rate that a person gives. */
  private conversion(): TemplateResult {
    const { currency = "", rate = "" } = this.converting;
    const change = (part: Partial<{ currency: string; rate: string }>): void => {
      this.converting = { currency, rate, ...part };
      const { currency: into = "", rate: at = "" } = this.converting;
      const { convert: before, ...rest } = this.wanted!;
      if (into && RATE.test(at)) void this.see({ ...rest, convert: { currency: into, rate: at } });
      else if (before) void this.see(rest);
    };
    return html`<div class="actions" style="align-items: flex-end">
      <label style="flex: 1">${t("royalties.convert", "Convert to")}<select name="convert" @change=${(event: Event) => change({ currency: (event.target as HTMLSelectElement).value })}>
        <option value="">${t("royalties.convert_not", "Don’t convert")}</option>
        ${CURRENCIES.map((code) => html`<option value=${code} ?selected=${code === currency}>${code}</option>`)}
      </select></label>
      ${currency ? html`<label style="flex: 1">${t("royalties.convert_rate", "Rate: 1 of the file’s currency in {currency}", { currency })}<input name="rate" inputmode="decimal" placeholder="0.9213" .value=${rate} @change=${(event: Event) => change({ rate: (event.target as HTMLInputElement).value.trim().replace(",", ".") })} /></label>` : nothing}
    </div>`;
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
