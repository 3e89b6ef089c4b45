/** `<mb-studio-targets>`: where it will play, or a loudness of one's own. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import type { Target } from "./api";
import { studio } from "./styles";
import { level } from "./words";

const OWN = "own";

/** Events: `master-for` with the target's name in `detail`. */
export class MbStudioTargets extends LitElement {
  static override properties = { targets: { attribute: false }, primary: { type: Boolean }, chosen: { state: true }, own: { state: true } };
  declare targets: readonly Target[];
  /** Whether it is what there is to do next. */
  declare primary: boolean;
  declare private chosen: string;
  declare private own: string;

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
      input {
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
  }

  private readonly submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const detail = this.chosen === OWN ? this.own : this.chosen;
    this.dispatchEvent(new CustomEvent("master-for", { detail, bubbles: true, composed: true }));
  };

  override render(): TemplateResult {
    return html`<form @submit=${this.submit}>
      <select aria-label=${t("studio.target", "Master for")} @change=${(event: Event) => (this.chosen = (event.target as HTMLSelectElement).value)}>
        ${this.targets.map(({ name, title, integrated_lufs }) => html`<option value=${name} ?selected=${name === this.chosen}>${title} · ${level(integrated_lufs, 0)} LUFS</option>`)}
        <option value=${OWN}>${t("studio.own", "A loudness of your own")}</option>
      </select>
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
      <button class=${this.primary ? "primary" : ""}>${t("studio.make", "Make the master")}</button>
    </form>`;
  }
}
customElements.define("mb-studio-targets", MbStudioTargets);
