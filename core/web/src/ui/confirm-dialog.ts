/** The question before something is lost. Pages ask it by `confirmed()`. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/dialog/dialog.js";
import { css, html, LitElement, nothing } from "lit";
import type { Question } from "./confirm";
import { t } from "./i18n";

export class MbConfirm extends LitElement {
  static override properties = { question: { attribute: false }, open: { state: true } };
  declare question: Question;
  declare private open: boolean;
  answer: (yes: boolean) => void = () => {};
  private yes = false;

  static override styles = css`
    wa-dialog {
      --width: min(440px, calc(100vw - 32px));
    }
    p,
    ul {
      margin: 0 0 var(--mb-space-3);
      color: var(--mb-quiet);
      font-size: var(--mb-text-s);
    }
    ul {
      padding-inline-start: var(--mb-space-4);
    }
    dl {
      display: grid;
      grid-template-columns: minmax(0, 110px) minmax(0, 1fr);
      gap: var(--mb-space-2) var(--mb-space-4);
      margin: 0;
      font-size: var(--mb-text-s);
    }
    dt {
      color: var(--mb-quiet);
    }
    dd {
      margin: 0;
    }
    li {
      color: var(--mb-text);
    }
  `;

  constructor() {
    super();
    this.open = true;
  }

  private readonly closed = (event: Event): void => {
    if ((event.target as Element).localName !== "wa-dialog") return;
    this.answer(this.yes);
    this.remove();
  };

  private close(yes: boolean): void {
    this.yes = yes;
    this.open = false;
  }

  override render() {
    const { title, text, facts, loses, action, harmless } = this.question;
    return html`<wa-dialog label=${title} ?open=${this.open} @wa-hide=${() => (this.open = false)} @wa-after-hide=${this.closed}>
      ${text ? html`<p>${text}</p>` : nothing}
      ${facts ? html`<dl>${facts.map(([name, value]) => html`<dt>${name}</dt><dd>${value}</dd>`)}</dl>` : nothing}
      ${loses?.length
        ? html`<p>${t("confirm.loses", "You will lose:")}</p>
            <ul>${loses.map((each) => html`<li>${each}</li>`)}</ul>`
        : nothing}
      <wa-button slot="footer" appearance="outlined" autofocus @click=${() => this.close(false)}>${t("confirm.keep", "Cancel")}</wa-button>
      <wa-button slot="footer" variant=${harmless ? "brand" : "danger"} @click=${() => this.close(true)}>${action}</wa-button>
    </wa-dialog>`;
  }
}
customElements.define("mb-confirm", MbConfirm);
