/** `<mb-draft .draft=…>`: what the device kept of a form, what clashes with what others saved, and the way back. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import type { Clash, Draft } from "./draft";
import { moment } from "./format";
import { t } from "./i18n";
import "./icons";

class MbDraft extends LitElement {
  static override properties = { draft: { attribute: false } };
  declare draft: Draft | undefined;
  private unwatch: (() => void) | undefined;

  static override styles = css`
    :host {
      display: block;
      grid-column: 1 / -1;
      flex-basis: 100%;
      max-width: 640px;
      font-size: var(--mb-text-s);
    }
    :host([empty]) {
      display: none;
    }
    div,
    p,
    ul {
      margin: 0;
      padding: 0;
    }
    p,
    li {
      display: flex;
      flex-wrap: wrap;
      gap: var(--mb-space-1) var(--mb-space-3);
      align-items: baseline;
      padding: var(--mb-space-2) 0;
      color: var(--mb-quiet);
      overflow-wrap: anywhere;
    }
    ul {
      list-style: none;
    }
    li {
      display: block;
      border-top: 1px solid var(--mb-line);
      color: var(--mb-text);
    }
    li span {
      display: block;
    }
    .refused {
      color: var(--mb-danger);
    }
    button {
      min-height: 24px;
      padding: 0;
      border: 0;
      background: none;
      color: var(--mb-text);
      font: inherit;
      text-align: start;
      text-decoration: underline;
      text-underline-offset: 3px;
      overflow-wrap: anywhere;
      cursor: pointer;
    }
    li button {
      display: block;
      min-height: 28px;
    }
  `;

  override connectedCallback(): void {
    super.connectedCallback();
    this.listen();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.unwatch?.();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has("draft")) this.listen();
    const { draft } = this;
    this.toggleAttribute("empty", !draft || !(draft.restored || draft.clashes.length || draft.waiting));
  }

  private listen(): void {
    this.unwatch?.();
    this.unwatch = this.draft?.watch(() => this.requestUpdate());
  }

  override render(): TemplateResult {
    const { draft } = this;
    return html`<div role="status">${draft ? [this.standing(draft), this.gone(draft), this.clashes(draft)] : nothing}</div>`;
  }

  private standing(draft: Draft): TemplateResult | typeof nothing {
    const { restored, waiting, refused } = draft;
    if (!restored && !waiting) return nothing;
    const said = waiting
      ? t("draft.waiting", "Waiting to be sent. It goes out when you’re back online.")
      : t("draft.restored", "Restored from {when}.", { when: moment(restored!) });
    return html`<p><span>${said}</span> <button type="button" @click=${draft.discard}>${t("draft.discard", "Discard")}</button></p>
      ${refused ? html`<p class="refused">${t("draft.refused", "It couldn’t be saved: {reason}", { reason: refused })}</p>` : nothing}`;
  }

  private gone(draft: Draft): TemplateResult[] {
    const gone = Object.entries(draft.form.gone?.() ?? {}).filter(([, value]) => value !== "" && value !== false && value !== null);
    return gone.map(([name, value]) => html`<p>${t("draft.gone", "The field “{name}” isn’t in this form any more. You had entered: {value}", { name, value: said(value) })}</p>`);
  }

  private clashes(draft: Draft): TemplateResult | typeof nothing {
    if (!draft.clashes.length) return nothing;
    return html`<p>${t("draft.clash", "This was changed elsewhere while you were editing. Choose for each field:")}</p>
      <ul>
        ${draft.clashes.map((clash) => this.clash(draft, clash))}
      </ul>`;
  }

  private clash(draft: Draft, clash: Clash): TemplateResult {
    const choose = (value: unknown, words: string) => html`<button type="button" @click=${() => draft.choose(clash, value)}>${words}</button>`;
    return html`<li>
      <span>${draft.label(clash.path)}</span>
      ${choose(clash.mine, t("draft.mine", "Keep yours: {value}", { value: said(clash.mine) }))}
      ${choose(clash.theirs, t("draft.theirs", "Use theirs: {value}", { value: said(clash.theirs) }))}
    </li>`;
  }
}
customElements.define("mb-draft", MbDraft);

/** A value in words: texts as they are, a list by its rows, an object by the texts in it. */
function said(value: unknown): string {
  if (value === undefined || value === null || value === "") return t("draft.nothing", "nothing");
  if (typeof value === "boolean") return value ? t("draft.on", "on") : t("draft.off", "off");
  if (Array.isArray(value)) return value.length ? value.map(said).join(", ") : t("draft.nothing", "nothing");
  if (typeof value !== "object") return String(value);
  const { title, name } = value as Record<string, unknown>;
  return title || name ? said(title || name) : Object.values(value).filter((each) => each !== null && each !== "").map(said).join(" · ");
}
