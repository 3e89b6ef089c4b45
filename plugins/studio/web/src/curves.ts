/** `<mb-studio-curves>`: loudness over time, before and after, with its table and its export. */
import { css, html, LitElement, nothing, svg, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import type { Curve } from "./api";
import { clock, level } from "./words";

const HEIGHT = 168;
const LEFT = 34;
const [WIDE, NARROW] = [720, 360];
/** How much of it is shown below the loudest; what is quieter is left out. */
const DEPTH_LU = 24;
const ROWS = 24;

export class MbStudioCurves extends LitElement {
  static override properties = { mix: { attribute: false }, master: { attribute: false }, target: { type: Number }, name: {}, listed: { state: true } };
  declare mix: Curve | undefined;
  declare master: Curve | undefined;
  /** LUFS; NaN if there is none. */
  declare target: number;
  /** What is exported: the title of the recording. */
  declare name: string;
  declare private listed: boolean;
  private readonly narrow = matchMedia("(max-width: 600px)");
  private readonly turned = () => this.requestUpdate();

  static override styles = css`
    :host {
      display: block;
      font-size: var(--mb-text-s);
      font-variant-numeric: tabular-nums;
    }
    .head,
    .below {
      display: flex;
      flex-wrap: wrap;
      align-items: baseline;
      gap: var(--mb-space-1) var(--mb-space-4);
    }
    .head strong {
      font-weight: 600;
    }
    .key {
      display: inline-flex;
      align-items: center;
      gap: 6px;
      color: var(--mb-quiet);
    }
    .key i {
      width: 12px;
      height: 2px;
      background: var(--color);
    }
    svg {
      display: block;
      width: 100%;
      height: auto;
      margin: var(--mb-space-3) 0 var(--mb-space-1);
      overflow: visible;
    }
    text {
      fill: var(--mb-quiet);
      font-size: 11px;
    }
    .line {
      stroke: var(--mb-line);
    }
    .band {
      fill: var(--mb-accent);
      opacity: 0.13;
    }
    path {
      fill: none;
      stroke-linejoin: round;
      vector-effect: non-scaling-stroke;
    }
    .mix {
      stroke: var(--mb-faint);
      stroke-width: 1px;
    }
    .master {
      stroke: var(--mb-accent-text);
      stroke-width: 2px;
    }
    summary,
    button {
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
    details[open] {
      flex: 1 0 100%;
    }
    .scroll {
      max-height: 260px;
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
      font-weight: 400;
      text-align: end;
    }
    th:first-child {
      text-align: start;
    }
  `;

  constructor() {
    super();
    this.target = NaN;
    this.name = "";
    this.listed = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.narrow.addEventListener("change", this.turned);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.narrow.removeEventListener("change", this.turned);
  }

  private get width(): number {
    return this.narrow.matches ? NARROW : WIDE;
  }

  private get top(): number {
    const all = [this.mix, this.master].flatMap((curve) => curve?.short_term_lufs ?? []);
    const most = all.reduce<number>((one, other) => Math.max(one, other ?? -70), Number.isNaN(this.target) ? -70 : this.target + 1);
    return Math.ceil((most + 1) / 6) * 6;
  }

  private get seconds(): number {
    return Math.max(...[this.mix, this.master].map((curve) => (curve ? end(curve) : 0)), 1);
  }

  private x(seconds: number): number {
    return LEFT + (seconds / this.seconds) * (this.width - LEFT);
  }

  private y(lufs: number): number {
    return ((this.top - lufs) / DEPTH_LU) * HEIGHT;
  }

  private path(curve: Curve): string {
    let pen = "M";
    return curve.short_term_lufs
      .map((lufs, place) => {
        if (lufs === null || this.y(lufs) > HEIGHT) {
          pen = "M";
          return "";
        }
        const point = `${pen}${this.x(curve.begin_s + place * curve.step_s).toFixed(1)} ${this.y(lufs).toFixed(1)}`;
        pen = "L";
        return point;
      })
      .join("");
  }

  private export(): void {
    const lines = this.rows(1).map(({ at, mix, master }) => [at.toFixed(1), mix ?? "", master ?? ""].join(","));
    const file = new Blob([["seconds,mix_short_term_lufs,master_short_term_lufs", ...lines].join("\r\n")], { type: "text/csv" });
    const address = URL.createObjectURL(file);
    Object.assign(document.createElement("a"), { href: address, download: `${this.name} loudness.csv` }).click();
    setTimeout(() => URL.revokeObjectURL(address), 10_000);
  }

  private rows(every: number): { at: number; mix: number | null | undefined; master: number | null | undefined }[] {
    const guide = (this.mix ?? this.master)!;
    return guide.short_term_lufs.flatMap((_, place) =>
      place % every ? [] : [{ at: guide.begin_s + place * guide.step_s, mix: this.mix?.short_term_lufs[place], master: this.master?.short_term_lufs[place] }],
    );
  }

  override render(): TemplateResult | typeof nothing {
    const guide = this.mix ?? this.master;
    if (!guide) return nothing;
    if (!guide.short_term_lufs.length) return html`<p>${t("studio.short", "It is shorter than 3 s, so there is no curve of its loudness.")}</p>`;
    return html`<div class="head">
        <strong>${t("studio.loudness", "Loudness")}</strong>
        ${this.mix ? html`<span class="key"><i style="--color: var(--mb-faint)"></i>${t("studio.mix", "Mix")}</span>` : nothing}
        ${this.master ? html`<span class="key"><i style="--color: var(--mb-accent-text)"></i>${t("studio.master", "Master")}</span>` : nothing}
        <span class="key">${t("studio.short_term", "LUFS over 3 s")}</span>
      </div>
      ${this.picture()}
      <div class="below">
        <button @click=${this.export}>${t("studio.csv", "CSV")}</button>
        <details @toggle=${(event: Event) => (this.listed = (event.target as HTMLDetailsElement).open)}>
          <summary>${t("studio.table", "As a table")}</summary>
          ${this.listed ? this.table(guide) : nothing}
        </details>
      </div>`;
  }

  private picture(): TemplateResult {
    const steps = [0, 6, 12, 18].map((below) => this.top - below);
    return html`<svg viewBox="0 0 ${this.width} ${HEIGHT + 18}" role="img" aria-label=${this.said()}>
      ${steps.map((lufs) => svg`<line class="line" x1=${LEFT} x2=${this.width} y1=${this.y(lufs)} y2=${this.y(lufs)} /><text x="0" y=${this.y(lufs) + 4}>${level(lufs, 0)}</text>`)}
      ${Number.isNaN(this.target) ? nothing : svg`<rect class="band" x=${LEFT} width=${this.width - LEFT} y=${this.y(this.target + 0.5)} height=${HEIGHT / DEPTH_LU} />`}
      ${this.mix ? svg`<path class="mix" d=${this.path(this.mix)} />` : nothing}
      ${this.master ? svg`<path class="master" d=${this.path(this.master)} />` : nothing}
      <text x=${LEFT} y=${HEIGHT + 14}>0:00</text>
      <text x=${this.width} y=${HEIGHT + 14} text-anchor="end">${clock(this.seconds, false)}</text>
    </svg>`;
  }

  private said(): string {
    const loudest = (curve: Curve) => level(curve.short_term_lufs.reduce<number>((one, other) => Math.max(one, other ?? -70), -70));
    return [
      t("studio.loudness_over", "Loudness over time"),
      this.mix && t("studio.said_mix", "mix: at most {most} LUFS", { most: loudest(this.mix) }),
      this.master && t("studio.said_master", "master: at most {most} LUFS", { most: loudest(this.master) }),
    ]
      .filter(Boolean)
      .join(", ");
  }

  private table(guide: Curve): TemplateResult {
    const every = Math.max(1, Math.ceil(guide.short_term_lufs.length / ROWS));
    return html`<div class="scroll" tabindex="0" role="region" aria-label=${t("studio.loudness", "Loudness")}>
      <table>
        <thead>
          <tr>
            <th scope="col">${t("studio.time", "Time")}</th>
            <th scope="col">${t("studio.mix", "Mix")}</th>
            ${this.master ? html`<th scope="col">${t("studio.master", "Master")}</th>` : nothing}
          </tr>
        </thead>
        <tbody>
          ${this.rows(every).map(
            ({ at, mix, master }) => html`<tr>
              <th scope="row">${clock(at)}</th>
              <td>${level(mix)}</td>
              ${this.master ? html`<td>${level(master)}</td>` : nothing}
            </tr>`,
          )}
        </tbody>
      </table>
    </div>`;
  }
}
customElements.define("mb-studio-curves", MbStudioCurves);

const end = (curve: Curve) => curve.begin_s + Math.max(0, curve.short_term_lufs.length - 1) * curve.step_s;
