/** `<mb-studio-title>`: a title that can be renamed where it stands. */
import { css, html, LitElement, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import { studio } from "./styles";

/** Events: `rename` with the new title in `detail`. */
export class MbStudioTitle extends LitElement {
  static override properties = { value: {}, small: { type: Boolean }, label: {}, editing: { state: true } };
  declare value: string;
  /** A heading of the second level. */
  declare small: boolean;
  /** What is renamed, for the button and the field. */
  declare label: string;
  declare private editing: boolean;

  static override styles = [
    studio,
    css`
      :host,
      form {
        display: flex;
        align-items: center;
        gap: var(--mb-space-2);
        min-width: 0;
      }
      h2 {
        margin: 0;
        overflow-wrap: anywhere;
      }
      input {
        min-height: 32px;
        width: min(320px, 56vw);
        padding: 0 var(--mb-space-2);
        border: 1px solid var(--mb-line);
        border-radius: var(--mb-radius);
        background: var(--mb-raised);
        color: var(--mb-text);
        font: 400 var(--mb-text-s) var(--mb-font);
        box-sizing: border-box;
      }
    `,
  ];

  constructor() {
    super();
    this.value = "";
    this.small = false;
    this.label = "";
    this.editing = false;
  }

  private readonly edit = async (): Promise<void> => {
    this.editing = true;
    await this.updateComplete;
    this.renderRoot.querySelector("input")?.select();
  };

  private readonly done = async (event?: SubmitEvent): Promise<void> => {
    event?.preventDefault();
    const title = this.renderRoot.querySelector("input")?.value.trim();
    this.editing = false;
    if (event && title && title !== this.value) this.dispatchEvent(new CustomEvent("rename", { detail: title }));
    await this.updateComplete;
    this.renderRoot.querySelector<HTMLElement>("button")?.focus();
  };

  private readonly key = (event: KeyboardEvent): void => {
    event.stopPropagation();
    if (event.key === "Escape") void this.done();
  };

  override render(): TemplateResult {
    const rename = t("studio.rename", "Rename {what}", { what: this.label });
    if (this.editing)
      return html`<form @submit=${this.done}>
        <input aria-label=${t("studio.title_of", "Title of {what}", { what: this.label })} .value=${this.value} required maxlength="200" @keydown=${this.key} />
        <button>${t("studio.save", "Save")}</button>
        <button type="button" class="plain" @click=${() => this.done()}>${t("studio.cancel", "Cancel")}</button>
      </form>`;
    return html`${this.small ? html`<h2>${this.value}</h2>` : html`<h1>${this.value}</h1>`}
      <button class="plain" title=${rename} @click=${this.edit}><mb-icon name="pencil" label=${rename}></mb-icon></button>`;
  }
}
customElements.define("mb-studio-title", MbStudioTitle);
