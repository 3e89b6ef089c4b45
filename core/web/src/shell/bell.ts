/** The bell: what people should know when they look in. Opening it counts as having read. */
import { css, html, LitElement, nothing } from "lit";
import { exactly, t, when, withMoney } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { jobTitle } from "./jobs";
import { events } from "./panels";
import { keepPush } from "./push";
import { router } from "./router";
import { session } from "./session";

type Notice = components["schemas"]["NoticeOut"];
const ICONS: Record<string, string> = { info: "circle", good: "circle-check", danger: "triangle-alert" };

class MbBell extends LitElement {
  static override properties = { notices: { state: true }, unread: { state: true }, open: { state: true } };
  declare notices: Notice[];
  declare unread: number;
  declare open: boolean;

  static override styles = css`
    :host {
      position: relative;
      font-size: var(--mb-text-s);
      font-weight: 400;
    }
    button {
      border: 0;
      background: none;
      color: inherit;
      font: inherit;
      cursor: pointer;
    }
    .bell {
      position: relative;
      display: grid;
      place-items: center;
      width: 32px;
      height: 32px;
      border-radius: 6px;
      color: var(--mb-quiet);
    }
    .bell:hover {
      background: var(--mb-raised);
      color: var(--mb-text);
    }
    .count {
      position: absolute;
      inset-block-start: 1px;
      inset-inline-end: 0;
      min-width: 14px;
      padding: 0 3px;
      border-radius: 8px;
      background: var(--mb-accent);
      color: var(--mb-on-accent);
      font-size: 10px;
      font-weight: 650;
      line-height: 14px;
      font-variant-numeric: tabular-nums;
    }
    .list {
      position: absolute;
      inset-inline-end: 0;
      inset-block-start: 40px;
      z-index: 20;
      width: min(380px, calc(100vw - 32px));
      max-height: 60vh;
      overflow-y: auto;
      padding: var(--mb-space-2) var(--mb-space-4);
      border: 1px solid var(--mb-line);
      border-radius: var(--mb-radius);
      background: var(--mb-raised);
    }
    ul {
      margin: 0;
      padding: 0;
      list-style: none;
    }
    li + li {
      border-top: 1px solid var(--mb-line);
    }
    .notice {
      display: flex;
      gap: var(--mb-space-3);
      width: 100%;
      padding: var(--mb-space-3) 0;
      text-align: start;
    }
    .notice:not([disabled]):hover strong {
      text-decoration: underline;
    }
    .notice[disabled] {
      color: inherit;
      cursor: default;
    }
    strong {
      font-weight: 550;
    }
    small {
      display: block;
      color: var(--mb-quiet);
      font-size: var(--mb-text-xs);
      overflow-wrap: anywhere;
    }
    .words {
      flex: 1;
      min-width: 0;
    }
    mb-icon {
      margin-top: 2px;
      color: var(--mb-quiet);
    }
    .good {
      color: var(--mb-ok);
    }
    .danger {
      color: var(--mb-danger);
    }
    .foot {
      padding-top: var(--mb-space-3);
      border-top: 1px solid var(--mb-line);
      text-align: center;
    }
    .foot a {
      color: inherit;
    }
    p {
      margin: var(--mb-space-3) 0;
      color: var(--mb-quiet);
    }
  `;

  constructor() {
    super();
    this.notices = [];
    this.unread = 0;
    this.open = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    events.addEventListener("catch-up", this.load);
    events.addEventListener("event", this.hear);
    document.addEventListener("click", this.closeElsewhere);
    void this.load();
    if (session.me?.user) void keepPush(session.me.csrf ?? "").catch(() => undefined);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    events.removeEventListener("catch-up", this.load);
    events.removeEventListener("event", this.hear);
    document.removeEventListener("click", this.closeElsewhere);
  }

  private readonly hear = (event: Event): void => {
    if ((event as CustomEvent<{ name: string }>).detail.name === "notice.given") void this.load();
  };

  private readonly load = async (): Promise<void> => {
    if (!session.me?.account) return;
    try {
      const { notices, unread, has_times } = await api.get("/api/core/notices");
      this.notices = notices;
      this.unread = unread;
      if (!has_times) await sayTimes();
    } catch {
      // without a connection the last that was known stays; the next catch-up loads it anew
    }
  };

  private readonly closeElsewhere = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.open = false;
  };

  private async toggle(): Promise<void> {
    this.open = !this.open;
    if (!this.open || !this.unread) return;
    await api.post("/api/core/notices/read");
    this.unread = 0;
  }

  private follow(notice: Notice): void {
    this.open = false;
    router.go(notice.path);
  }

  override render() {
    const label = this.unread ? t("bell.unread", "Notifications, {n} unread", { n: this.unread }) : t("bell.none_unread", "Notifications");
    return html`<button class="bell" aria-label=${label} aria-expanded=${this.open} @click=${this.toggle}>
        <mb-icon name="bell"></mb-icon>${this.unread ? html`<span class="count" aria-hidden="true">${Math.min(this.unread, 99)}</span>` : nothing}
      </button>
      ${this.open
        ? html`<div class="list">
            ${this.notices.length
              ? html`<ul>${this.notices.map((each) => html`<li>${this.notice(each)}</li>`)}</ul>`
              : html`<p>${t("bell.empty", "No notifications yet. You’ll hear here when something finishes or needs attention.")}</p>`}
            <p class="foot"><a href="/notifications" @click=${() => (this.open = false)}>${t("bell.settings", "Notification settings")}</a></p>
          </div>`
        : nothing}`;
  }

  private notice(each: Notice) {
    return html`<button class="notice" ?disabled=${!each.path} @click=${() => this.follow(each)}>
      <mb-icon class=${each.tone} name=${ICONS[each.tone] ?? "circle"}></mb-icon>
      <span class="words">
        <strong>${worded(each)}</strong>${each.text ? html`<small>${withMoney(each.text)}</small>` : nothing}
        <small title=${exactly(each.at)}>${when(each.at)}</small>
      </span>
    </button>`;
  }
}
customElements.define("mb-bell", MbBell);

/** Once, so that digests come in the person's own morning and language. */
async function sayTimes(): Promise<void> {
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone;
  await api.put("/api/core/notices/times", { body: { zone, language: document.documentElement.lang || "en" } });
}

/** In the person's language; a job among the facts by the words that its plugin gave it. */
export function worded(notice: Notice): string {
  const facts = { ...notice.facts };
  if (typeof facts.job === "string") facts.job = jobTitle(facts.job);
  return withMoney(t(`notice.${notice.kind}`, notice.title, facts));
}
