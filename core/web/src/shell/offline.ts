/** `<mb-offline>`: a quiet line while the server can’t be reached, and how old what the page shows is. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { moment, number, t } from "@maxbooster/ui";
import { connection } from "../api/connection";
import { changes, listWaiting } from "../kept/drafts";
import { shown } from "../kept/seen";
import { router } from "./router";
import { session } from "./session";

class MbOffline extends LitElement {
  static override properties = { online: { state: true }, since: { state: true }, waiting: { state: true }, refused: { state: true } };
  declare private online: boolean;
  /** When the oldest of what the page shows was read, in milliseconds. */
  declare private since: number | undefined;
  /** Changes that are to be sent. */
  declare private waiting: number;
  /** Changes that the server didn’t take. */
  declare private refused: number;

  static override styles = css`
    p {
      display: flex;
      flex-wrap: wrap;
      gap: var(--mb-space-1) var(--mb-space-4);
      align-items: center;
      margin: 0;
      padding: var(--mb-space-2) var(--mb-space-4);
      border-block-end: 1px solid var(--mb-line);
      background: var(--mb-raised);
      color: var(--mb-quiet);
      font-size: var(--mb-text-s);
    }
    p span:first-of-type {
      color: var(--mb-text);
    }
    a {
      color: var(--mb-text);
      text-underline-offset: 3px;
    }
  `;

  constructor() {
    super();
    this.online = true;
    this.waiting = this.refused = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    connection.addEventListener("change", this.changed);
    session.addEventListener("change", this.count);
    changes.addEventListener("change", this.count);
    shown.addEventListener("seen", this.seen);
    router.addEventListener("change", this.moved);
    this.changed();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    connection.removeEventListener("change", this.changed);
    session.removeEventListener("change", this.count);
    changes.removeEventListener("change", this.count);
    shown.removeEventListener("seen", this.seen);
    router.removeEventListener("change", this.moved);
  }

  private readonly changed = (): void => {
    this.online = connection.online;
    if (this.online) this.since = undefined;
    void this.count();
  };

  private readonly count = async (): Promise<void> => {
    const all = await listWaiting().catch(() => []);
    this.refused = all.filter(({ refused }) => refused).length;
    this.waiting = all.length - this.refused;
  };

  private readonly seen = (event: Event): void => {
    const { detail } = event as CustomEvent<number>;
    this.since = Math.min(this.since ?? detail, detail);
  };

  private readonly moved = (): void => {
    this.since = undefined;
  };

  override render(): TemplateResult {
    return html`<div role="status">
      ${this.online && !this.waiting && !this.refused
        ? nothing
        : html`<p>
            ${this.online ? nothing : html`<mb-icon name="wifi-off"></mb-icon><span>${t("offline.here", "You are offline. What you type is kept on this device.")}</span>`}
            ${this.since === undefined ? nothing : html`<span>${t("offline.since", "This page was last updated {when}.", { when: moment(this.since) })}</span>`}
            ${this.refused ? html`<a href="/drafts">${this.refused === 1 ? t("offline.refused_one", "1 change couldn’t be saved") : t("offline.refused_n", "{n} changes couldn’t be saved", { n: number(this.refused) })}</a>` : nothing}
            ${this.waiting ? html`<a href="/drafts">${this.waiting === 1 ? t("offline.waiting_one", "1 change waiting to be sent") : t("offline.waiting", "{n} changes waiting to be sent", { n: number(this.waiting) })}</a>` : nothing}
          </p>`}
    </div>`;
  }
}
customElements.define("mb-offline", MbOffline);
