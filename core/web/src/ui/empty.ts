/** `<mb-empty>`: what a page says while there is nothing, and what to do first. Slot: the action. */
import { css, html, LitElement } from "lit";
import "./icons";

export class MbEmpty extends LitElement {
  static override properties = { icon: {}, heading: {}, text: {} };
  declare icon: string;
  declare heading: string;
  declare text: string;

  static override styles = css`
    :host {
      display: flex;
      gap: var(--mb-space-4);
      padding: var(--mb-space-4) 0;
      font-size: var(--mb-text-s);
    }
    mb-icon {
      margin-top: 2px;
      color: var(--mb-quiet);
    }
    strong {
      font-size: var(--mb-text-m);
      font-weight: 600;
    }
    p {
      max-width: 52ch;
      margin: var(--mb-space-1) 0 var(--mb-space-4);
      color: var(--mb-quiet);
    }
  `;

  constructor() {
    super();
    this.icon = "circle";
    this.heading = "";
    this.text = "";
  }

  override render() {
    return html`<mb-icon name=${this.icon} size="20"></mb-icon>
      <div><strong>${this.heading}</strong><p>${this.text}</p><slot></slot></div>`;
  }
}
customElements.define("mb-empty", MbEmpty);
