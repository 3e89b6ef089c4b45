/** What somebody shared, for whoever has the link, or is in the account. The token stands behind the `#`: it is in no log. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { date, exactly, notify, t } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Problem } from "../api/problem";
import { Visit } from "../shell/visit";
import { alone, framed } from "./alone";

type Opened = Omit<components["schemas"]["OpenedGrant"], "id">;
type View = HTMLElement & { host?: unknown; objectId?: string };

async function received(id: string): Promise<Opened | undefined> {
  const grants = await api.get("/api/core/grants/received");
  return grants.find((each) => each.id === id);
}

class MbReview extends LitElement {
  static override properties = { opened: { state: true }, view: { state: true }, ended: { state: true }, failure: { state: true } };
  declare private opened: Opened | undefined;
  declare private view: View | undefined;
  declare private ended: boolean;
  declare private failure: string;
  private visit: Visit | undefined;

  static override styles = [
    alone,
    css`
      :host([open]) {
        justify-items: stretch;
        padding: var(--mb-space-6) var(--mb-space-4) var(--mb-space-8);
        width: min(100%, 960px);
        margin: 0 auto;
        box-sizing: border-box;
      }
      header {
        display: flex;
        flex-wrap: wrap;
        align-items: baseline;
        justify-content: space-between;
        gap: var(--mb-space-2) var(--mb-space-4);
        color: var(--mb-quiet);
        font-size: var(--mb-text-s);
      }
      header .mark {
        color: var(--mb-text);
        font-size: var(--mb-text-m);
      }
    `,
  ];

  constructor() {
    super();
    this.ended = false;
    this.failure = "";
  }

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener("hashchange", this.follow);
    this.follow();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener("hashchange", this.follow);
    this.visit?.close();
  }

  private readonly follow = (): void => {
    this.visit?.close();
    this.opened = this.view = undefined;
    this.ended = false;
    this.failure = "";
    const visit = new Visit(location.hash.slice(1));
    visit.addEventListener("ended", () => this.end());
    this.visit = visit;
    void this.open(visit);
  };

  private async open(visit: Visit): Promise<void> {
    try {
      const opened = visit.isByLink ? await visit.api.get("/api/core/grants/open") : await received(visit.id);
      if (!opened) return visit.end();
      await import(/* @vite-ignore */ opened.module);
      if (visit !== this.visit) return;
      const view: View = document.createElement(opened.tag);
      view.objectId = opened.object_id;
      view.host = Object.freeze({ api: visit.api, notify, t });
      document.title = `${opened.title} · Max Booster`;
      this.opened = opened;
      this.view = view;
      void visit.watch();
    } catch (error) {
      if (!this.ended && visit === this.visit) this.failure = error instanceof Problem ? error.details.detail : t("review.failed", "This page can’t be shown. Reload it.");
    }
  }

  /** What played stops with its view. */
  private end(): void {
    this.ended = true;
    this.view = undefined;
    document.title = "Max Booster";
  }

  override render(): TemplateResult {
    const { opened, view } = this;
    this.toggleAttribute("open", Boolean(opened && view));
    if (this.ended)
      return framed(
        t("review.ended", "This link has ended"),
        html`<p role="status">${t("review.ended_text", "It was turned off, its time is over, or it is not complete. Ask whoever sent it for a new one.")}</p>`,
      );
    if (this.failure) return framed(t("review.not_shown", "This page can’t be shown"), html`<p role="alert">${this.failure}</p>`);
    if (!opened || !view) return html`${nothing}`;
    return html`<header>
        <div class="mark"><span><mb-icon name="chevron-up"></mb-icon></span>Max Booster</div>
        <span>${t("review.shared_by", "Shared by {owner}", { owner: opened.owner })} ·
          <span title=${exactly(opened.expires_at)}>${t("review.until", "until {date}", { date: date(opened.expires_at) })}</span></span>
      </header>
      ${view}`;
  }
}
customElements.define("mb-review", MbReview);
