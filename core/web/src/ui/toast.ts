/** Short words at the edge of the page, with a way back where there is one. */
import { css, html, LitElement } from "lit";

export interface Notice {
  text: string;
  tone?: "plain" | "danger";
  /** Offered beside the text: what undoing is called, and how it is done. */
  action?: { label: string; run: () => void };
}

const SHOWN_MS = 6000;

export class MbToasts extends LitElement {
  static override properties = { notices: { state: true } };
  declare notices: Notice[];

  static override styles = css`
    :host {
      position: fixed;
      inset-block-end: var(--mb-space-6);
      inset-inline: 0;
      display: grid;
      justify-items: center;
      gap: var(--mb-space-2);
      padding-inline: var(--mb-space-4);
      pointer-events: none;
      z-index: 900;
    }
    div {
      display: flex;
      gap: var(--mb-space-4);
      align-items: center;
      max-width: 520px;
      padding: var(--mb-space-3) var(--mb-space-4);
      border: 1px solid var(--mb-line);
      border-radius: var(--mb-radius);
      background: var(--mb-lifted);
      font-size: var(--mb-text-s);
      pointer-events: auto;
    }
    .danger {
      color: var(--mb-danger);
    }
    button {
      border: 0;
      background: none;
      color: var(--mb-text);
      font: inherit;
      font-weight: 600;
      text-decoration: underline;
      text-underline-offset: 3px;
      cursor: pointer;
    }
  `;

  constructor() {
    super();
    this.notices = [];
  }

  show(notice: Notice): void {
    this.notices = [...this.notices, notice];
    setTimeout(() => this.drop(notice), SHOWN_MS);
  }

  private drop(notice: Notice): void {
    this.notices = this.notices.filter((each) => each !== notice);
  }

  override render() {
    return this.notices.map(
      (notice) => html`<div role="status" class=${notice.tone ?? "plain"}>
        <span>${notice.text}</span>
        ${notice.action ? html`<button @click=${() => (notice.action!.run(), this.drop(notice))}>${notice.action.label}</button>` : ""}
      </div>`,
    );
  }
}
customElements.define("mb-toasts", MbToasts);

export function notify(notice: Notice | string): void {
  const shown = document.querySelector("mb-toasts") as MbToasts | null;
  shown?.show(typeof notice === "string" ? { text: notice } : notice);
}
