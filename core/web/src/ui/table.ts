/** `<mb-table>`: rows by the ten thousand, of which only those in view are in the page. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { t } from "./i18n";
import "./icons";
import {
  filtered, fitting, nextOrder, nothingMatches, ROW_PX, scrolledTo, sorted, tracks, visibleRange,
  type Column, type Order, type Range,
} from "./table-rows";

export type { Column, Order } from "./table-rows";

const NARROW_PX = 600;
type Row = Record<string, unknown>;

/**
 * Height: `--mb-table-height`, 480 px unless said. Slot `empty`: what is shown where there are no rows.
 * Events: `row-open` (`{row}`), `selection-change` (`{rows}`).
 */
export class MbTable extends LitElement {
  static override properties = {
    columns: { attribute: false },
    rows: { attribute: false },
    rowKey: { attribute: "row-key" },
    filter: {},
    label: {},
    selectable: { type: Boolean },
    order: { attribute: false },
    range: { state: true },
    narrow: { state: true },
    at: { state: true },
    chosen: { state: true },
  };
  declare columns: Column<any>[];
  declare rows: readonly object[];
  /** The column that tells rows apart, for the selection. */
  declare rowKey: string;
  declare filter: string;
  declare label: string;
  declare selectable: boolean;
  declare order: Order | undefined;
  declare private range: Range;
  declare private narrow: boolean;
  declare private at: number;
  declare private chosen: ReadonlySet<unknown>;
  private shown: Row[] = [];
  private anchor = 0;
  private readonly resized = new ResizeObserver(() => this.measure());

  static override styles = css`
    :host {
      display: block;
      font-size: var(--mb-text-s);
      font-variant-numeric: tabular-nums;
    }
    .grid {
      height: var(--mb-table-height, 480px);
      overflow: auto;
      overscroll-behavior: contain;
      outline-offset: -2px;
      scrollbar-color: var(--mb-line) transparent;
      scroll-padding-top: 36px;
    }
    .grid.short {
      height: auto;
      max-height: var(--mb-table-height, 480px);
    }
    .grid:focus-visible {
      outline: 2px solid transparent;
    }
    .head {
      position: sticky;
      inset-block-start: 0;
      z-index: 1;
      background: var(--mb-ground);
    }
    .row {
      display: grid;
      grid-template-columns: var(--tracks);
      column-gap: var(--mb-space-4);
      align-items: center;
      box-sizing: border-box;
      height: ${ROW_PX}px;
      padding-inline: var(--mb-space-2);
      border-bottom: 1px solid var(--mb-line);
      contain: layout style;
    }
    .head .row {
      height: 36px;
      color: var(--mb-quiet);
    }
    .body {
      box-sizing: border-box;
    }
    .body .row {
      cursor: default;
    }
    .body .row:hover {
      background: var(--mb-raised);
    }
    .body .row[aria-selected="true"] {
      background: color-mix(in oklch, var(--mb-accent) 9%, var(--mb-ground));
    }
    .grid:focus-visible .row.at {
      outline: 2px solid var(--mb-accent);
      outline-offset: -2px;
      border-radius: 4px;
    }
    .cell {
      min-width: 0;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .end {
      text-align: end;
    }
    a {
      color: inherit;
      text-decoration-color: var(--mb-faint);
      text-underline-offset: 3px;
    }
    a:hover {
      text-decoration-color: currentColor;
    }
    .end button {
      flex-direction: row-reverse;
    }
    button {
      display: inline-flex;
      align-items: center;
      gap: var(--mb-space-1);
      max-width: 100%;
      min-height: 28px;
      padding: 0;
      border: 0;
      border-radius: 4px;
      background: none;
      color: inherit;
      font: inherit;
      cursor: pointer;
    }
    button span {
      overflow: hidden;
      text-overflow: ellipsis;
    }
    button:hover,
    [aria-sort="ascending"],
    [aria-sort="descending"] {
      color: var(--mb-text);
    }
    button mb-icon {
      opacity: 0;
    }
    button:hover mb-icon,
    button:focus-visible mb-icon {
      opacity: 0.5;
    }
    [aria-sort="ascending"] mb-icon,
    [aria-sort="descending"] mb-icon {
      opacity: 1;
    }
    button:focus-visible,
    input:focus-visible {
      outline: 2px solid var(--mb-accent);
      outline-offset: 1px;
    }
    .pick {
      display: grid;
      place-items: center;
      width: 28px;
      height: 28px;
      margin-inline-start: -6px;
    }
    input {
      width: 16px;
      height: 16px;
      margin: 0;
      accent-color: var(--mb-accent);
      opacity: 0.7;
    }
    input:checked,
    input:indeterminate,
    .row:hover input {
      opacity: 1;
    }
    .none {
      margin: 0;
      padding: var(--mb-space-8) var(--mb-space-2);
      color: var(--mb-quiet);
    }
  `;

  constructor() {
    super();
    this.columns = [];
    this.rows = [];
    this.rowKey = "id";
    this.filter = "";
    this.label = "";
    this.selectable = false;
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

  override connectedCallback(): void {
    super.connectedCallback();
    this.resized.observe(this);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
  }

  override willUpdate(changed: PropertyValues): void {
    if (!["rows", "columns", "filter", "order"].some((each) => changed.has(each))) return;
    this.shown = sorted(filtered(this.rows, this.columns, this.filter), this.columns, this.order) as Row[];
    this.at = Math.min(this.at, Math.max(this.shown.length - 1, 0));
    this.measure();
  }

  private get grid(): HTMLElement | null {
    return this.renderRoot?.querySelector(".grid") ?? null;
  }

  /** What lies in view, from where the grid is scrolled to. */
  private readonly measure = (): void => {
    const grid = this.grid;
    const heightPx = grid?.clientHeight || 480;
    const range = visibleRange(grid?.scrollTop ?? 0, heightPx, this.shown.length);
    if (range.first !== this.range.first || range.end !== this.range.end) this.range = range;
    const width = this.getBoundingClientRect().width;
    this.narrow = width > 0 && width < NARROW_PX;
  };

  private readonly scrolled = (): void => {
    const grid = this.grid!;
    const range = visibleRange(grid.scrollTop, grid.clientHeight, this.shown.length);
    if (range.first !== this.range.first || range.end !== this.range.end) this.range = range;
  };

  private choose(keys: ReadonlySet<unknown>): void {
    this.chosen = keys;
    this.dispatchEvent(new CustomEvent("selection-change", { detail: { rows: this.selection }, bubbles: true, composed: true }));
  }

  private toggle(index: number, through = false): void {
    const keys = new Set(this.chosen);
    const [from, to] = through ? [Math.min(this.anchor, index), Math.max(this.anchor, index)] : [index, index];
    const on = !keys.has(this.shown[index]?.[this.rowKey]);
    for (const row of this.shown.slice(from, to + 1)) keys[on ? "add" : "delete"](row[this.rowKey]);
    this.anchor = index;
    this.choose(keys);
  }

  private toggleAll(): void {
    const keys = new Set(this.chosen);
    const on = !this.shown.every((row) => keys.has(row[this.rowKey]));
    for (const row of this.shown) keys[on ? "add" : "delete"](row[this.rowKey]);
    this.choose(keys);
  }

  private open(index: number): void {
    const row = this.shown[index];
    if (row) this.dispatchEvent(new CustomEvent("row-open", { detail: { row }, bubbles: true, composed: true }));
  }

  private goTo(index: number): void {
    const grid = this.grid!;
    this.at = Math.max(0, Math.min(index, this.shown.length - 1));
    grid.scrollTop = scrolledTo(this.at, grid.scrollTop, grid.clientHeight - 36);
    this.scrolled();
  }

  private readonly key = (event: KeyboardEvent): void => {
    if (event.target !== this.grid) return;
    const page = Math.max(1, Math.floor(this.grid!.clientHeight / ROW_PX) - 2);
    const steps: Record<string, number> = {
      ArrowDown: this.at + 1, ArrowUp: this.at - 1, PageDown: this.at + page, PageUp: this.at - page, Home: 0, End: this.shown.length - 1,
    };
    const to = steps[event.key];
    if (to !== undefined) this.goTo(to);
    else if (event.key === "Enter") this.open(this.at);
    else if (event.key === " " && this.selectable) this.toggle(this.at, event.shiftKey);
    else if (event.key === "a" && (event.ctrlKey || event.metaKey) && this.selectable) this.toggleAll();
    else if (event.key === "Escape" && this.chosen.size) this.choose(new Set());
    else return;
    event.preventDefault();
  };

  private readonly clicked = (event: MouseEvent): void => {
    const line = (event.target as Element).closest<HTMLElement>("[data-index]");
    if (!line || (event.target as Element).closest("a, button, label, wa-button")) return;
    this.at = Number(line.dataset.index);
    if (!getSelection()?.toString()) this.open(this.at);
  };

  override render(): TemplateResult {
    const columns = fitting(this.columns, this.narrow);
    const { first, end } = this.range;
    const count = this.shown.length;
    const active = this.at >= first && this.at < end && count ? `row-${this.at}` : nothing;
    if (!this.rows.length) return html`<slot name="empty"><p class="none">${t("table.empty", "There is nothing here yet.")}</p></slot>`;
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
        <div class="body" role="rowgroup" style="height: ${count * ROW_PX}px; padding-top: ${first * ROW_PX}px">
          ${this.shown.slice(first, end).map((row, place) => this.row(row, first + place, columns))}
        </div>
      </div>
      ${count ? nothing : html`<p class="none" role="status">${nothingMatches(this.filter)}</p>`}`;
  }

  private head(columns: Column[]): TemplateResult {
    const chosen = this.shown.filter((row) => this.chosen.has(row[this.rowKey])).length;
    return html`<div class="row" role="row" aria-rowindex="1">
      ${this.selectable
        ? html`<div role="columnheader" aria-colindex="1">
            <label class="pick"
              ><input
                type="checkbox"
                aria-label=${t("table.all", "Select all")}
                .checked=${chosen > 0 && chosen === this.shown.length}
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
        ? column.title
        : html`<button @click=${() => (this.order = nextOrder(this.order, column.key))}>
            <span>${column.title}</span><mb-icon name=${order?.descending ? "chevron-down" : "chevron-up"} size="12"></mb-icon>
          </button>`}
    </div>`;
  }

  private row(row: Row, index: number, columns: Column[]): TemplateResult {
    const chosen = this.chosen.has(row[this.rowKey]);
    const name = String(row[columns[0]?.key ?? ""] ?? index + 1);
    return html`<div
      class="row ${index === this.at ? "at" : ""}"
      id="row-${index}"
      role="row"
      data-index=${index}
      aria-rowindex=${index + 2}
      aria-selected=${this.selectable ? String(chosen) : nothing}
    >
      ${this.selectable ? this.pick(index, chosen, name) : nothing}
      ${columns.map(
        (column, place) => html`<div class="cell ${column.align ?? "start"}" role="gridcell" aria-colindex=${place + 1 + Number(this.selectable)}>
          ${column.render ? column.render(row) : row[column.key]}
        </div>`,
      )}
    </div>`;
  }

  private pick(index: number, chosen: boolean, name: string): TemplateResult {
    return html`<div role="gridcell" aria-colindex="1">
      <label class="pick"
        ><input
          type="checkbox"
          tabindex="-1"
          aria-label=${t("table.select", "Select {name}", { name })}
          .checked=${chosen}
          @click=${(event: MouseEvent) => this.toggle(index, event.shiftKey)}
      /></label>
    </div>`;
  }
}
customElements.define("mb-table", MbTable);
