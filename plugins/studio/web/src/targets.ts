/** `<mb-studio-targets>`: where it will play, or a loudness of one's own. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import type { RecordingRow, Target, Wishes } from "./api";
import { studio } from "./styles";
import { level } from "./words";

const OWN = "own";
const REFERENCE = "reference";
const USUAL = 50;

/** Events: `master-for` with the wishes in `detail`. */
export class MbStudioTargets extends LitElement {
  static override properties = {
    targets: { attribute: false },
    references: { attribute: false },
    primary: { type: Boolean },
    chosen: { state: true },
    own: { state: true },
    reference: { state: true },
    intensity: { state: true },
  };
  declare targets: readonly Target[];
  /** Whether it is what there is to do next. */
  declare primary: boolean;
  declare private chosen: string;
  declare private own: string;
  /** Other recordings that a master can be matched to. */
  declare references: readonly RecordingRow[];
  declare private reference: string;
  declare private intensity: number;

  static override styles = [
    studio,
    css`
      form {
        display: flex;
        flex-wrap: wrap;
        align-items: center;
        gap: var(--mb-space-2);
      }
      select {
        max-width: 240px;
      }
      .intensity {
        display: inline-flex;
        align-items: center;
        gap: var(--mb-space-2);
      }
      .intensity input {
        width: 96px;
        accent-color: var(--mb-text);
      }
      .intensity output {
        min-width: 4ch;
        text-align: end;
      }
      input[type="number"] {
        width: 72px;
        min-height: 32px;
        padding: 0 var(--mb-space-2);
        border: 1px solid var(--mb-line);
        border-radius: var(--mb-radius);
        background: var(--mb-raised);
        color: var(--mb-text);
        font: 400 var(--mb-text-s) var(--mb-font);
        text-align: end;
        box-sizing: border-box;
      }
    `,
  ];

  constructor() {
    super();
    this.targets = [];
    this.primary = false;
    this.chosen = "spotify";
    this.own = "-11";
    this.references = [];
    this.reference = "";
    this.intensity = USUAL;
  }

  private readonly submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const detail: Wishes = { intensity: this.intensity };
    if (this.chosen === REFERENCE) detail.reference_id = this.reference || this.references[0]?.id;
    else detail.target = this.chosen === OWN ? this.own : this.chosen;
    this.dispatchEvent(new CustomEvent("master-for", { detail, bubbles: true, composed: true }));
  };

  override render(): TemplateResult {
    return html`<form @submit=${this.submit}>
      <select aria-label=${t("studio.target", "Master for")} @change=${(event: Event) => (this.chosen = (event.target as HTMLSelectElement).value)}>
        ${this.targets.map(({ name, title, integrated_lufs }) => html`<option value=${name} ?selected=${name === this.chosen}>${title} · ${level(integrated_lufs, 0)} LUFS</option>`)}
        <option value=${OWN}>${t("studio.own", "Custom loudness")}</option>
        ${this.references.length ? html`<option value=${REFERENCE}>${t("studio.like", "Match a reference track")}</option>` : nothing}
      </select>
      ${this.chosen === REFERENCE
        ? html`<select aria-label=${t("studio.reference", "Reference track")} @change=${(event: Event) => (this.reference = (event.target as HTMLSelectElement).value)}>
            ${this.references.map(({ id, title, integrated_lufs }) => html`<option value=${id}>${title} · ${level(integrated_lufs)} LUFS</option>`)}
          </select>`
        : nothing}
      ${this.chosen === OWN
        ? html`<input
              type="number"
              min="-36"
              max="-6"
              step="0.5"
              required
              aria-label=${t("studio.own_lufs", "LUFS")}
              .value=${this.own}
              @input=${(event: Event) => (this.own = (event.target as HTMLInputElement).value)}
            /><span class="quiet">LUFS</span>`
        : nothing}
      <label class="intensity" title=${t("studio.intensity_why", "How far tone and width go. At 0% only what the target needs is changed.")}>
        <span class="quiet">${t("studio.intensity", "Intensity")}</span>
        <input
          type="range"
          min="0"
          max="100"
          step="5"
          .value=${String(this.intensity)}
          @input=${(event: Event) => (this.intensity = Number((event.target as HTMLInputElement).value))}
          @dblclick=${() => (this.intensity = USUAL)}
        />
        <output>${this.intensity}%</output>
      </label>
      <button class=${this.primary ? "primary" : ""}>${t("studio.make", "Create master")}</button>
    </form>`;
  }
}
customElements.define("mb-studio-targets", MbStudioTargets);
