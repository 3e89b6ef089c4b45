/** `<mb-table>`: rows by the ten thousand, of which only those in view are in the page; searched, filtered and sorted by whoever looks. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { live } from "lit/directives/live.js";
import { repeat } from "lit/directives/repeat.js";
import { number } from "./format";
import { t } from "./i18n";
import "./icons";
import { shortcuts } from "./shortcuts";
import {
  choices, filtered, fitting, nextOrder, nothingMatches, readQuery, rowHeight, scrolledTo, sorted, textOf, tracks, visibleRange, writtenQuery,
  type Column, type Order, type Query, type Range,
} from "./table-rows";
import { tableStyle } from "./table-style";

export type { Column, Order } from "./table-rows";

const NARROW_PX = 600;
type Row = Record<string, unknown>;

/**
 * Height: `--mb-table-height`, 480 px unless said.
 * Slots: `empty`, what is shown where there are no rows; `actions`, beside the search, for what can be done with the selected rows.
 * Events: `row-open` (`{row}`), `selection-change` (`{rows}`).
 */
export class MbTable extends LitElement {
  static override properties = {
    columns: { attribute: false },
    rows: { attribute: false },
    rowKey: { attribute: "row-key" },
    filter: {},
    label: {},
    search: {},
    kept: {},
    roomy: { type: Boolean },
    partial: { type: Boolean },
    filling: { type: Boolean },
    selectable: { type: Boolean },
    order: { attribute: false },
    typed: { state: true },
    picked: { state: true },
    range: { state: true },
    narrow: { state: true },
    at: { state: true },
    chosen: { state: true },
  };
  declare columns: Column<any>[];
  declare rows: readonly object[];
  /** Whether there are older rows that were not loaded: neither counted nor searched. */
  declare partial: boolean;
  /** Whether more rows are on their way. */
  declare filling: boolean;
  /** The column that tells rows apart: selection and focus stay with the row, wherever it moves. */
  declare rowKey: string;
  /** Words that rows must have, where the page has a search of its own. */
  declare filter: string;
  declare label: string;
  /** The table's own search, and what it is called: “Search releases”. `/` goes there. */
  declare search: string | undefined;
  /** Keeps search, filters and order in the page's address, each name with this prefix; `""` for a page's only table. */
  declare kept: string | undefined;
  /** Rows with a second line. */
  declare roomy: boolean;
  declare selectable: boolean;
  declare order: Order | undefined;
  declare private typed: string;
  declare private picked: Query["chosen"];
  declare private range: Range;
  declare private narrow: boolean;
  declare private at: number;
  declare private chosen: ReadonlySet<unknown>;
  private shown: Row[] = [];
  private anchor: unknown;
  private unregister: (() => void) | undefined;
  private isRead = false;
  private readonly resized = new ResizeObserver(() => this.measure());

  static override styles = tableStyle;

  constructor() {
    super();
    this.columns = [];
    this.rows = [];
    this.rowKey = "id";
    this.filter = "";
    this.label = "";
    this.roomy = false;
    this.partial = false;
    this.filling = false;
    this.selectable = false;
    this.typed = "";
    this.picked = {};
    this.range = { first: 0, end: 0 };
    this.narrow = false;
    this.at = 0;
    this.chosen = new Set();
  }

  get selection(): object[] {
    return (this.rows as Row[]).filter((row) => this.chosen.has(row[this.rowKey]));
  }

  set selection(rows: object[]) {
    this.choose(new Set((rows as Row[]).map((row) => row[this.rowKey])));
  }

  private get rowPx(): number {
    return rowHeight(this.roomy, this.narrow);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
    if (this.search) this.unregister = shortcuts.register("/", { title: this.search, run: () => this.box?.focus() });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
    this.unregister?.();
  }

  override willUpdate(changed: PropertyValues): void {
    if (!this.isRead && this.columns.length) this.readAddress();
    if (!["rows", "columns", "filter", "order", "typed", "picked"].some((each) => changed.has(each))) return;
    const before = this.keyOf(this.shown[this.at]);
    const found = filtered(this.rows, this.columns, `${this.filter} ${this.typed}`, this.picked);
    this.shown = sorted(found, this.columns, this.order) as Row[];
    const now = this.shown.findIndex((row) => this.keyOf(row) === before);
    this.at = now >= 0 ? now : Math.min(this.at, Math.max(this.shown.length - 1, 0));
    this.measure();
  }

  private keyOf(row: Row | undefined): unknown {
    return row?.[this.rowKey];
  }

  private readAddress(): void {
    this.isRead = true;
    if (this.kept === undefined) return;
    const { typed, order, chosen } = readQuery(location.search, this.columns, this.namePrefix);
    this.typed = typed;
    this.picked = chosen;
    if (order) this.order = order;
  }

  private get namePrefix(): string {
    return this.kept ? `${this.kept}.` : "";
  }

  private look(query: Partial<Query>): void {
    if ("typed" in query) this.typed = query.typed!;
    if ("chosen" in query) this.picked = query.chosen!;
    if ("order" in query) this.order = query.order;
    if (this.kept === undefined) return;
    const { typed, order, picked: chosen } = this;
    const search = writtenQuery(location.search, { typed, order, chosen }, this.columns, this.namePrefix);
    history.replaceState(history.state, "", location.pathname + search + location.hash);
  }

  private readonly clear = (): void => {
    this.look({ typed: "", chosen: {} });
    void this.updateComplete.then(() => this.box?.focus());
  };

  private get box(): HTMLInputElement | null {
    return this.renderRoot?.querySelector<HTMLInputElement>("input[type=search]") ?? null;
  }

  private get grid(): HTMLElement | null {
    return this.renderRoot?.querySelector(".grid") ?? null;
  }

  /** What lies in view, from where the grid is scrolled to. */
  private readonly measure = (): void => {
    this.scrolled();
    const width = this.getBoundingClientRect().width;
    this.narrow = width > 0 && width < NARROW_PX;
  };

  private readonly scrolled = (): void => {
    const range = visibleRange(this.grid?.scrollTop ?? 0, this.grid?.clientHeight || 480, this.shown.length, this.rowPx);
    if (range.first !== this.range.first || range.end !== this.range.end) this.range = range;
  };

  private choose(keys: ReadonlySet<unknown>): void {
    this.chosen = keys;
    this.dispatchEvent(new CustomEvent("selection-change", { detail: { rows: this.selection }, bubbles: true, composed: true }));
  }

  private toggle(row: Row | undefined, through = false): void {
    if (!row) return;
    const [index, anchor] = [this.shown.indexOf(row), this.shown.findIndex((each) => this.keyOf(each) === this.anchor)];
    const [from, to] = through && anchor >= 0 ? [Math.min(anchor, index), Math.max(anchor, index)] : [index, index];
    this.anchor = this.keyOf(row);
    this.put(this.shown.slice(from, to + 1), !this.chosen.has(this.anchor));
  }

  private readonly toggleAll = (): void => this.put(this.shown, !this.shown.every((row) => this.chosen.has(this.keyOf(row))));

  private put(rows: Row[], on: boolean): void {
    const keys = new Set(this.chosen);
    for (const row of rows) keys[on ? "add" : "delete"](this.keyOf(row));
    this.choose(keys);
  }

  private open(row: Row | undefined): void {
    if (row) this.dispatchEvent(new CustomEvent("row-open", { detail: { row }, bubbles: true, composed: true }));
  }

  private goTo(index: number): void {
    const grid = this.grid!;
    this.at = Math.max(0, Math.min(index, this.shown.length - 1));
    grid.scrollTop = scrolledTo(this.at, grid.scrollTop, grid.clientHeight - 36, this.rowPx);
    this.scrolled();
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.target !== this.grid) return;
    const page = Math.max(1, Math.floor(this.grid!.clientHeight / this.rowPx) - 2);
    const steps: Record<string, number> = {
      ArrowDown: this.at + 1, ArrowUp: this.at - 1, PageDown: this.at + page, PageUp: this.at - page, Home: 0, End: this.shown.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) this.goTo(to);
    else if (event.key === "Enter") this.open(this.shown[this.at]);
    else if (event.key === " " && this.selectable) this.toggle(this.shown[this.at], event.shiftKey);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey) && this.selectable) this.toggleAll();
    else if (event.key === "Escape" && this.chosen.size) this.choose(new Set());
    else return;
    event.preventDefault();
  };

  /** Down goes into the rows, Escape empties the search. */
  private readonly searchKey = (event: KeyboardEvent): void => {
    if (event.key === "ArrowDown" && this.shown.length) this.grid?.focus();
    else if (event.key === "Escape" && this.typed) this.look({ typed: "" });
    else return;
    event.preventDefault();
  };

  private readonly clicked = (event: MouseEvent): void => {
    const line = (event.target as Element).closest<HTMLElement>("[data-index]");
    if (!line || (event.target as Element).closest("a, button, label, wa-button, wa-select, select")) return;
    this.at = Number(line.dataset.index);
    if (!getSelection()?.toString()) this.open(this.shown[this.at]);
  };

  override render(): TemplateResult {
    if (!this.rows.length) return html`<slot name="empty"><p class="none">${t("table.empty", "There is nothing here yet.")}</p></slot>`;
    return html`${this.search ? this.tools(this.search) : nothing} ${this.shown.length ? this.body() : this.none()}`;
  }

  private tools(search: string): TemplateResult {
    const all = this.rows.length;
    const selected = this.selection.length;
    const some = this.shown.length < all ? t("table.some", "{n} of {all}", { n: number(this.shown.length), all: number(all) }) : this.counted(number(all));
    return html`<div class="tools" role="search" aria-label=${search}>
      <label class="search"
        ><mb-icon name="search"></mb-icon
        ><input
          type="search"
          aria-label=${search}
          placeholder=${search}
          aria-keyshortcuts="/"
          .value=${live(this.typed)}
          @input=${(event: InputEvent) => this.look({ typed: (event.target as HTMLInputElement).value })}
          @keydown=${this.searchKey}
      /></label>
      ${this.columns.filter(({ filter }) => filter).map((column) => this.filterBy(column))}
      <output>${selected ? t("table.selected", "{n} selected", { n: number(selected) }) : some}</output>
      <slot name="actions"></slot>
    </div>`;
  }

  private filterBy(column: Column<any>): TemplateResult | typeof nothing {
    const offered = choices(this.rows, column);
    const picked = this.picked[column.key] ?? "";
    if (offered.length < 2 && !picked) return nothing;
    const choose = (event: Event) => this.look({ chosen: { ...this.picked, [column.key]: (event.target as HTMLSelectElement).value } });
    return html`<select class=${picked ? "picked" : ""} aria-label=${column.title} @change=${choose}>
      <option value="" ?selected=${!picked}>${t("table.any", "{column}: any", { column: column.title })}</option>
      ${[...new Set([...offered, ...(picked ? [picked] : [])])].map((text) => html`<option value=${text} ?selected=${text === picked}>${text}</option>`)}
    </select>`;
  }

  private none(): TemplateResult {
    const words = [this.filter, this.typed, ...Object.values(this.picked)].map((each) => each.trim()).filter(Boolean);
    return html`<div class="none">
      <p role="status">${nothingMatches(words)}${this.unsearched()}</p>
      ${this.search ? html`<button @click=${this.clear}>${t("table.clear", "Clear search and filters")}</button>` : nothing}
    </div>`;
  }

  private unsearched(): string {
    if (this.filling) return ` ${t("table.more_coming", "More are being loaded.")}`;
    return this.partial ? ` ${t("table.older", "Older ones were not searched.")}` : "";
  }

  private counted(n: string): string {
    if (this.filling) return t("table.so_far", "{n} so far", { n });
    return this.partial ? t("table.newest", "The newest {n}", { n }) : t("table.count", "{n} total", { n });
  }

  private body(): TemplateResult {
    const columns = fitting(this.columns, this.narrow);
    const { first, end } = this.range;
    const count = this.shown.length;
    const active = this.at >= first && this.at < end ? `row-${this.at}` : nothing;
    return html`<div
      class="grid ${count < 10 ? "short" : ""}"
      role="grid"
      tabindex="0"
      aria-label=${this.label || t("table.label", "Table")}
      aria-rowcount=${count + 1}
      aria-colcount=${columns.length + Number(this.selectable)}
      aria-multiselectable=${this.selectable}
      aria-activedescendant=${active}
      style="--tracks: ${tracks(columns, this.narrow, this.selectable)}"
      @scroll=${this.scrolled}
      @keydown=${this.key}
      @click=${this.clicked}
    >
      <div class="head" role="rowgroup">${this.head(columns)}</div>
      <div class="body" role="rowgroup" style="height: ${count * this.rowPx}px; padding-top: ${first * this.rowPx}px">
        ${repeat(
          this.shown.slice(first, end),
          (row, place) => this.keyOf(row) ?? first + place,
          (row, place) => this.row(row, first + place, columns),
        )}
      </div>
    </div>`;
  }

  private head(columns: Column[]): TemplateResult {
    const chosen = this.shown.filter((row) => this.chosen.has(this.keyOf(row))).length;
    return html`<div class="row" role="row" aria-rowindex="1">
      ${this.selectable
        ? html`<div role="columnheader" aria-colindex="1">
            <label class="pick"
              ><input
                type="checkbox"
                aria-label=${t("table.all", "Select all")}
                .checked=${live(chosen > 0 && chosen === this.shown.length)}
                .indeterminate=${chosen > 0 && chosen < this.shown.length}
                @change=${this.toggleAll}
            /></label>
          </div>`
        : nothing}
      ${columns.map((column, place) => this.heading(column, place + 1 + Number(this.selectable)))}
    </div>`;
  }

  private heading(column: Column, place: number): TemplateResult {
    const order = this.order?.key === column.key ? this.order : undefined;
    const sort = order ? (order.descending ? "descending" : "ascending") : column.sort === false ? nothing : "none";
    return html`<div class="cell ${column.align ?? "start"}" role="columnheader" aria-colindex=${place} aria-sort=${sort}>
      ${column.sort === false
        ? column.title || html`<span class="unseen">${t("table.actions", "Actions")}</span>`
        : html`<button @click=${() => this.look({ order: nextOrder(this.order, column.key) })}>
            <span>${column.title}</span><mb-icon name=${order?.descending ? "chevron-down" : "chevron-up"} size="12"></mb-icon>
          </button>`}
    </div>`;
  }

  private row(row: Row, index: number, columns: Column[]): TemplateResult {
    const chosen = this.chosen.has(this.keyOf(row));
    return html`<div
      class="row ${index === this.at ? "at" : ""} ${this.roomy ? "roomy" : ""} ${this.narrow ? "slim" : ""}"
      id="row-${index}"
      role="row"
      data-index=${index}
      aria-rowindex=${index + 2}
      aria-selected=${this.selectable ? String(chosen) : nothing}
    >
      ${this.selectable ? this.pick(row, chosen, columns[0] ? textOf(row, columns[0]) : String(index + 1)) : nothing}
      ${columns.map(
        (column, place) => html`<div class="cell ${column.align ?? "start"}" role="gridcell" aria-colindex=${place + 1 + Number(this.selectable)}>
          ${column.render ? column.render(row) : textOf(row, column)}
        </div>`,
      )}
    </div>`;
  }

  private pick(row: Row, chosen: boolean, name: string): TemplateResult {
    return html`<div role="gridcell" aria-colindex="1">
      <label class="pick"
        ><input
          type="checkbox"
          tabindex="-1"
          aria-label=${t("table.select", "Select {name}", { name })}
          .checked=${live(chosen)}
          @click=${(event: MouseEvent) => this.toggle(row, event.shiftKey)}
      /></label>
    </div>`;
  }
}
customElements.define("mb-table", MbTable);
