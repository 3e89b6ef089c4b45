/** `<mb-upgrade>`: a quiet bar once the server has newer pages than those that are open. Nothing reloads by itself. */
import { css, html, LitElement, nothing } from "lit";
import { confirmed, t } from "@maxbooster/ui";
import { isControlled, reloadAnew } from "../service-worker/registration";
import { events } from "./panels";
import { somethingTyped } from "./typed";

class MbUpgrade extends LitElement {
  static override properties = { shown: { state: true } };
  declare private shown: boolean;
  /** Whether the worker served this page from the start. */
  private served = isControlled();

  static override styles = css`
    :host {
      position: fixed;
      inset-block-end: 0;
      inset-inline: 0;
      z-index: 4;
    }
    p {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      justify-content: center;
      gap: var(--mb-space-1) var(--mb-space-4);
      margin: 0;
      padding: var(--mb-space-2) var(--mb-space-4);
      border-block-start: 1px solid var(--mb-line);
      background: var(--mb-raised);
      font-size: var(--mb-text-s);
    }
    button {
      min-height: 24px;
      padding: 0;
      border: 0;
      background: none;
      color: var(--mb-quiet);
      font: inherit;
      text-decoration: underline;
      text-underline-offset: 3px;
      cursor: pointer;
    }
    .reload {
      color: var(--mb-text);
      font-weight: 600;
    }
  `;

  constructor() {
    super();
    this.shown = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    events.addEventListener("new-build", this.told);
    events.addEventListener("new-version", this.show);
    navigator.serviceWorker?.addEventListener("controllerchange", this.replaced);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    events.removeEventListener("new-build", this.told);
    events.removeEventListener("new-version", this.show);
    navigator.serviceWorker?.removeEventListener("controllerchange", this.replaced);
  }

  /** Where the worker serves the pages, the new ones are here once it has them. */
  private readonly told = (): void => {
    if (!isControlled()) this.show();
  };

  /** Another tab went on to the new version: this one follows, unless something may be lost. */
  private readonly replaced = (): void => {
    if (!this.served) this.served = true;
    else if (somethingTyped()) this.show();
    else location.reload();
  };

  private readonly show = (): void => {
    this.shown = true;
  };

  private readonly reload = async (): Promise<void> => {
    const question = {
      title: t("upgrade.typed", "Reload now?"),
      text: t("upgrade.typed_text", "What you typed is kept on this device and is there again afterwards, except passwords, codes and chosen files."),
      action: t("upgrade.reload", "Reload"),
      harmless: true,
    };
    if (!somethingTyped() || (await confirmed(question))) await reloadAnew();
  };

  private readonly later = (): void => {
    events.removeEventListener("new-build", this.told);
    events.removeEventListener("new-version", this.show);
    this.shown = false;
  };

  override render() {
    return html`<div role="status">
      ${this.shown
        ? html`<p>
            <span>${t("upgrade.here", "A new version is ready.")}</span>
            <button class="reload" @click=${this.reload}>${t("upgrade.reload", "Reload")}</button>
            <button @click=${this.later}>${t("upgrade.later", "Later")}</button>
          </p>`
        : nothing}
    </div>`;
  }
}
customElements.define("mb-upgrade", MbUpgrade);
