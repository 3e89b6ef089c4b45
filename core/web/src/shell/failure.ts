/** What could not be shown: named, with the reason, and the way on. */
import { css, html, LitElement } from "lit";
import { t } from "@maxbooster/ui";

class MbFailure extends LitElement {
  static override properties = { heading: {}, text: {} };
  declare heading: string;
  declare text: string;

  static override styles = css`
    :host {
      display: block;
      max-width: 560px;
      margin: 12vh auto 0;
      padding: 0 var(--mb-space-6);
    }
    h1 {
      display: flex;
      gap: var(--mb-space-2);
      align-items: center;
      font-size: var(--mb-text-l);
      font-weight: 600;
    }
    mb-icon {
      color: var(--mb-danger);
    }
    p {
      color: var(--mb-quiet);
    }
    button {
      min-height: 32px;
      padding: 0 var(--mb-space-3);
      border: 1px solid var(--mb-line);
      border-radius: var(--mb-radius);
      background: var(--mb-lifted);
      color: var(--mb-text);
      font: 550 var(--mb-text-s) var(--mb-font);
      cursor: pointer;
    }
    p {
      overflow-wrap: anywhere;
    }
    a {
      color: var(--mb-text);
      text-underline-offset: 3px;
    }
  `;

  override render() {
    return html`<div role="alert">
      <h1><mb-icon name="circle-alert" size="20"></mb-icon>${this.heading}</h1>
      <p>${this.text}</p>
      <p><button @click=${() => location.reload()}>${t("shell.again", "Try again")}</button></p>
      <p><a href="/home">${t("shell.go_home", "Go to Home")}</a></p>
    </div>`;
  }
}
customElements.define("mb-failure", MbFailure);
