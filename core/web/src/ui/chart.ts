/** `<mb-chart>`: a picture of numbers, with its table and its export. */
import { css, html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import type { EChartsType } from "echarts/core";
import { csv, fileName, type Series } from "./chart-data";
import { number } from "./format";
import { t } from "./i18n";
import "./icons";

export type { Series } from "./chart-data";

const COLORS = ["--mb-info", "--mb-quiet", "--mb-ok", "--mb-text", "--mb-danger"];

/** Height of the picture: `--mb-chart-height`, 240 px unless said. */
export class MbChart extends LitElement {
  static override properties = {
    kind: {},
    label: {},
    across: {},
    labels: { attribute: false },
    series: { attribute: false },
    format: { attribute: false },
    stacked: { type: Boolean },
    failure: { state: true },
    listed: { state: true },
  };
  declare kind: "line" | "area" | "bar";
  declare label: string;
  /** What the labels are: “Day”. */
  declare across: string;
  declare labels: string[];
  declare series: Series[];
  declare format: (value: number) => string;
  /** Bars of one label stand on each other: together they are the whole. */
  declare stacked: boolean;
  declare private failure: string;
  declare private listed: boolean;
  private drawn: EChartsType | undefined;
  private readonly resized = new ResizeObserver(() => this.drawn?.resize());
  private readonly themed = new MutationObserver(() => this.draw());

  static override styles = css`
    :host {
      display: block;
      font-size: var(--mb-text-s);
      font-variant-numeric: tabular-nums;
    }
    .head {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: var(--mb-space-1) var(--mb-space-4);
    }
    .head strong {
      font-size: var(--mb-text-m);
      font-weight: 600;
    }
    .key {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      color: var(--mb-quiet);
    }
    .key i {
      width: 10px;
      height: 2px;
      background: var(--color);
    }
    .picture {
      height: var(--mb-chart-height, 240px);
      margin: var(--mb-space-3) 0 var(--mb-space-1);
      overflow: hidden;
    }
    .below {
      display: flex;
      flex-wrap: wrap;
      justify-content: space-between;
      gap: var(--mb-space-1) var(--mb-space-4);
    }
    summary,
    button {
      min-height: 28px;
      padding: 0;
      border: 0;
      border-radius: 4px;
      background: none;
      color: var(--mb-quiet);
      font: inherit;
      line-height: 28px;
      cursor: pointer;
    }
    summary:hover,
    button:hover {
      color: var(--mb-text);
    }
    summary:focus-visible,
    button:focus-visible,
    .scroll:focus-visible {
      outline: 2px solid var(--mb-accent);
      outline-offset: 2px;
    }
    button {
      display: inline-flex;
      gap: 6px;
      align-items: center;
      order: 1;
    }
    details[open] {
      flex: 1 0 100%;
      order: 2;
    }
    .scroll {
      max-height: 280px;
      overflow: auto;
    }
    table {
      width: 100%;
      border-collapse: collapse;
    }
    th,
    td {
      padding: 6px var(--mb-space-2);
      border-bottom: 1px solid var(--mb-line);
      text-align: end;
      font-weight: 400;
    }
    th:first-child {
      text-align: start;
    }
    thead th {
      position: sticky;
      inset-block-start: 0;
      background: var(--mb-ground);
      color: var(--mb-quiet);
    }
    .failure {
      color: var(--mb-quiet);
    }
  `;

  constructor() {
    super();
    this.kind = "line";
    this.label = "";
    this.across = "";
    this.labels = [];
    this.series = [];
    this.format = number;
    this.stacked = false;
    this.failure = "";
    this.listed = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
    void this.begin();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.themed.disconnect();
    this.resized.disconnect();
    this.drawn?.dispose();
    this.drawn = undefined;
  }

  override updated(changed: PropertyValues): void {
    if (["kind", "labels", "series", "format", "stacked"].some((each) => changed.has(each))) this.draw();
  }

  private async begin(): Promise<void> {
    try {
      const { init } = await import("./chart-engine");
      await this.updateComplete;
      const picture = this.renderRoot.querySelector<HTMLElement>(".picture");
      if (!picture || !this.isConnected) return;
      this.drawn = init(picture, null, { renderer: "svg" });
      this.resized.observe(picture);
      this.draw();
    } catch {
      this.failure = t("chart.failed", "The chart couldn’t be loaded. Its numbers are below.");
      this.listed = true;
    }
  }

  private draw(): void {
    if (!this.drawn) return;
    const inks = new Inks(this);
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const words = { color: inks.of("--mb-quiet"), fontFamily: inks.font, fontSize: 11 };
    this.drawn.setOption(
      {
        animation: !still,
        animationDuration: 180,
        animationDurationUpdate: 180,
        textStyle: { fontFamily: inks.font },
        grid: { left: 0, right: 8, top: 8, bottom: 4, containLabel: true },
        tooltip: {
          trigger: "axis",
          // HTML tooltips are written as strings, which Trusted Types refuses.
          renderMode: "richText",
          backgroundColor: inks.of("--mb-lifted"),
          borderColor: inks.of("--mb-line"),
          padding: [8, 12],
          textStyle: { color: inks.of("--mb-text"), fontFamily: inks.font, fontSize: 12 },
          axisPointer: { type: this.kind === "bar" ? "shadow" : "line", lineStyle: { color: inks.of("--mb-faint"), type: "solid" }, shadowStyle: { color: inks.of("--mb-line", 0.4) } },
          valueFormatter: (value: unknown) => (value == null ? "–" : this.format(Number(value))),
        },
        xAxis: {
          type: "category",
          data: this.labels,
          boundaryGap: this.kind === "bar",
          axisLine: { lineStyle: { color: inks.of("--mb-line") } },
          axisTick: { show: false },
          axisLabel: { ...words, hideOverlap: true },
        },
        yAxis: {
          type: "value",
          splitNumber: 3,
          splitLine: { lineStyle: { color: inks.of("--mb-line") } },
          axisLabel: { ...words, formatter: (value: number) => number(value, { notation: "compact" }) },
        },
        series: this.series.map((each, place) => this.shape(each, inks.of(COLORS[place % COLORS.length]!))),
      },
      { notMerge: true },
    );
  }

  private shape({ name, values }: Series, color: string) {
    if (this.kind === "bar") return { type: "bar", name, data: values, stack: this.stacked ? "all" : undefined, barMaxWidth: this.stacked ? 36 : 20, itemStyle: { color, borderRadius: this.stacked ? 0 : [2, 2, 0, 0] } };
    const areaStyle = this.kind === "area" ? { color, opacity: 0.12 } : undefined;
    return { type: "line", name, data: values, showSymbol: false, lineStyle: { width: 2, color }, itemStyle: { color }, emphasis: { disabled: true }, areaStyle };
  }

  private export(): void {
    const address = URL.createObjectURL(new Blob(["\ufeff", csv(this.across, this.labels, this.series)], { type: "text/csv" }));
    const link = Object.assign(document.createElement("a"), { href: address, download: fileName(this.label) });
    link.click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  override render(): TemplateResult {
    return html`<div class="head">
        <strong>${this.label}</strong>
        ${this.series.length > 1
          ? this.series.map(({ name }, place) => html`<span class="key"><i style="--color: var(${COLORS[place % COLORS.length]})"></i>${name}</span>`)
          : nothing}
      </div>
      ${this.failure ? html`<p class="failure" role="status">${this.failure}</p>` : html`<div class="picture" role="img" aria-label=${this.said()}></div>`}
      <div class="below">
        <button @click=${this.export} aria-label=${t("chart.export_of", "Export {label} as CSV", { label: this.label })}>
          <mb-icon name="download" size="14"></mb-icon>${t("chart.export", "CSV")}
        </button>
        <details ?open=${this.listed} @toggle=${(event: Event) => (this.listed = (event.target as HTMLDetailsElement).open)}>
          <summary>${t("chart.table", "Show as table")}</summary>
          ${this.listed ? this.table() : nothing}
        </details>
      </div>`;
  }

  /** For those who do not see it: what it is, from where to where, and its highest. */
  private said(): string {
    const each = this.series.map(({ name, values }) => {
      const known = values.filter((value) => value !== null);
      if (!known.length) return name;
      const most = this.format(known.reduce((one, other) => Math.max(one, other)));
      return t("chart.said", "{name}: highest {most}, latest {last}", { name, most, last: this.format(known.at(-1)!) });
    });
    return [this.label, `${this.labels[0] ?? ""} – ${this.labels.at(-1) ?? ""}`, ...each].join(". ");
  }

  private table(): TemplateResult {
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${this.label}>
      <table>
        <thead><tr><th scope="col">${this.across}</th>${this.series.map(({ name }) => html`<th scope="col">${name}</th>`)}</tr></thead>
        <tbody>
          ${this.labels.map(
            (label, place) => html`<tr>
              <th scope="row">${label}</th>
              ${this.series.map(({ values }) => html`<td>${values[place] == null ? "–" : this.format(values[place])}</td>`)}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}

/** The tokens' colors as sRGB, the only colors that ECharts reckons with. */
class Inks {
  private readonly style: CSSStyleDeclaration;
  private readonly canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })!;

  constructor(element: Element) {
    this.style = getComputedStyle(element);
  }

  get font(): string {
    return this.style.fontFamily;
  }

  of(token: string, opacity = 1): string {
    this.canvas.fillStyle = this.style.getPropertyValue(token);
    this.canvas.fillRect(0, 0, 1, 1);
    const [red, green, blue] = this.canvas.getImageData(0, 0, 1, 1).data;
    return `rgba(${red}, ${green}, ${blue}, ${opacity})`;
  }
}
customElements.define("mb-chart", MbChart);
