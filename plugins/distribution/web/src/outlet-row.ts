/** A release at one outlet: where it is, how long that has taken, and, opened, every stage with its messages. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { date, exactly, t, when } from "@maxbooster/ui";
import { content, words, type Api, type Delivery } from "./api";
import { isAhead } from "./sending";
import { fits, type Wanted } from "./history";
import { style } from "./style";

const HUES = [155, 230, 25, 75, 300, 195];
const TONES: Record<Delivery["state"], string> = {
  queued: "wait", packaging: "wait", sending: "wait", sent: "wait", acknowledged: "wait", live: "ok", down: "quiet", rejected: "wrong", failed: "wrong",
};
const SHARES: Record<string, number> = {
  queued: 0.05, packaging: 0.15, sending: 0.3, sent: 0.5, acknowledged: 0.75, live: 1, down: 1, rejected: 1, failed: 1,
};
const ICONS: Record<string, string> = { ok: "check", wrong: "x", wait: "clock", quiet: "minus" };
export const STAGES: Record<string, string> = {
  queued: "Queued", packaging: "Packaging", sending: "Packaged and validated", sent: "Delivered", acknowledged: "Accepted", live: "Live", down: "Taken down",
  rejected: "Rejected", failed: "Failed",
};

/** A store that has it ready shows it to nobody before its day. */
const stageName = (state: string, { on_sale_from }: Delivery): string =>
  state === "live" && isAhead(on_sale_from) ? t("releases.ready_until", "Ready, goes live {day}", { day: date(on_sale_from) }) : (STAGES[state] ?? state);

export class OutletRow extends LitElement {
  static override properties = {
    delivery: { attribute: false }, history: { attribute: false }, api: { attribute: false }, busy: { type: Boolean }, only: { attribute: false }, open: { state: true }, diff: { state: true },
  };
  declare delivery: Delivery;
  declare history: Delivery[];
  declare api: Api;
  declare busy: boolean;
  /** Which stages of the history are shown; absent: all. */
  declare only: Wanted | undefined;
  declare open: boolean;
  declare diff: string;

  static override styles = [
    style,
    css`
      :host {
        display: block;
        max-width: none;
        border-bottom: 1px solid var(--mb-line);
        font-size: var(--mb-text-s);
      }
      .row {
        display: flex;
        align-items: center;
        gap: var(--mb-space-2);
      }
      .row > .plain {
        flex: none;
      }
      button.line {
        flex: 1;
        min-width: 0;
        display: grid;
        grid-template-columns: 24px minmax(90px, 1fr) minmax(0, 2.4fr) minmax(60px, 1fr) minmax(0, 110px) 16px;
        gap: var(--mb-space-3);
        align-items: center;
        width: 100%;
        min-height: 44px;
        padding: var(--mb-space-2) 0;
        border: 0;
        background: none;
        color: var(--mb-text);
        font: inherit;
        text-align: start;
        cursor: pointer;
      }
      button.line:hover {
        background: var(--mb-raised);
      }
      .badge {
        display: grid;
        place-items: center;
        width: 22px;
        height: 22px;
        border-radius: 5px;
        background: oklch(0.78 0.13 var(--hue));
        color: oklch(0.22 0.03 var(--hue));
        font-size: var(--mb-text-xs);
        font-weight: 700;
      }
      .words {
        color: var(--mb-quiet);
      }
      .words.wrong {
        color: var(--mb-danger);
      }
      .bar {
        height: 3px;
        border-radius: 2px;
        background: var(--mb-line);
      }
      .bar i {
        display: block;
        height: 100%;
        border-radius: 2px;
        background: currentcolor;
        transform-origin: left;
        transition: transform var(--mb-quick);
      }
      .quiet {
        color: var(--mb-faint);
      }
      .time {
        color: var(--mb-quiet);
        text-align: end;
        white-space: nowrap;
      }
      .time.late {
        color: var(--mb-danger);
      }
      .more {
        padding: 0 0 var(--mb-space-4) 36px;
      }
      ol {
        margin: 0 0 var(--mb-space-3);
        padding: 0;
        list-style: none;
      }
      ol li {
        display: grid;
        grid-template-columns: minmax(0, 170px) minmax(0, 1fr);
        gap: var(--mb-space-3);
        padding: 3px 0;
      }
      ol span:last-child {
        color: var(--mb-quiet);
      }
      p {
        margin: 0 0 var(--mb-space-3);
        max-width: 64ch;
        color: var(--mb-quiet);
      }
      h3 {
        margin: 0 0 var(--mb-space-1);
        font-size: var(--mb-text-s);
        font-weight: 600;
      }
      .ways {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
        align-items: center;
      }
      a {
        color: var(--mb-text);
        text-decoration-color: var(--mb-faint);
        text-underline-offset: 3px;
      }
      .bar.wait {
        color: var(--mb-info);
      }
      pre {
        overflow-x: auto;
        margin: var(--mb-space-3) 0 0;
        padding: var(--mb-space-3);
        border-radius: var(--mb-radius);
        background: var(--mb-raised);
        font: var(--mb-text-xs) / 1.5 var(--mb-mono);
      }
      @media (max-width: 640px) {
        button.line {
          grid-template-columns: 24px minmax(0, 1fr) 16px;
          row-gap: 0;
        }
        .words {
          grid-column: 2;
          order: 5;
        }
        .bar,
        .time {
          display: none;
        }
        .more {
          padding-inline-start: 0;
        }
        .row {
          align-items: flex-start;
        }
      }
    `,
  ];

  constructor() {
    super();
    this.open = false;
    this.busy = false;
    this.diff = "";
  }

  override render(): TemplateResult {
    const { delivery: each } = this;
    const tone = each.stands_still ? "wrong" : TONES[each.state] ?? "wait";
    const hue = HUES[[...each.outlet].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % HUES.length];
    return html`<div class="row"><button class="line" aria-expanded=${this.open} @click=${() => (this.open = !this.open)}>
        <span class="badge" style="--hue: ${hue}" aria-hidden="true">${each.outlet_title[0]}</span>
        <span>${each.outlet_title}</span>
        <span class="words ${tone === "wrong" ? "wrong" : ""}">${each.words}</span>
        <span class="bar ${tone}"><i style="transform: scaleX(${SHARES[each.state] ?? 0})"></i></span>
        <span class="time ${each.clock === "late" || each.clock === "at risk" ? "late" : ""}">${this.clock()}</span>
        <span class=${tone}><mb-icon name=${ICONS[tone]!}></mb-icon></span>
      </button>
      ${this.turn()}</div>
      ${this.open ? this.more() : nothing}`;
  }

  /** The way down from this store alone, or back. */
  private turn(): TemplateResult | typeof nothing {
    const { delivery: each } = this;
    const store = each.outlet_title;
    const way = (event: string, words: string, label: string) =>
      html`<button class="plain" ?disabled=${this.busy} aria-label=${label} @click=${() => this.dispatchEvent(new CustomEvent(event))}>${words}</button>`;
    if (isThere(each)) return way("takedown", t("releases.take_down", "Take down…"), t("releases.take_down_from", "Take down from {store}…", { store }));
    if (isDown(each)) return way("putback", t("releases.put_back", "Reinstate…"), t("releases.put_back_on", "Reinstate on {store}…", { store }));
    return nothing;
  }

  private clock(): string {
    const { clock, due_at, ended_at, queued_at } = this.delivery;
    if (clock === "ended") return when(ended_at ?? queued_at);
    if (clock === "late") return t("releases.overdue", "overdue since {when}", { when: when(due_at) });
    const hours = Math.max(0, (Date.parse(due_at) - Date.now()) / 3_600_000);
    const left = hours >= 24 ? t("releases.days", "{d} d {h} h", { d: Math.floor(hours / 24), h: Math.floor(hours % 24) }) : t("releases.hours", "{h} h", { h: Math.ceil(hours) });
    return t("releases.clock", "{left} left", { left });
  }

  private more(): TemplateResult {
    const { delivery: each } = this;
    return html`<div class="more">
      ${each.state === "failed" || each.state === "rejected" ? nothing : each.note ? html`<p>${each.note}</p>` : nothing}
      ${each.advice ? html`<p>${each.advice}</p>` : nothing}
      ${this.history.map(
        (one) => html`${this.history.length > 1 ? html`<h3>${kind(one)}</h3>` : nothing}
          <ol>${one.stages.filter((stage) => !this.only || fits(stage, this.only)).map((stage) => html`<li><span>${stageName(stage.state, one)}</span><span>${moment(stage.at)}${stage.note && one !== each ? ` · ${stage.note}` : ""}</span></li>`)}</ol>`,
      )}
      <div class="ways">${this.ways()}</div>
      ${this.diff ? html`<pre tabindex="0">${this.diff}</pre>` : nothing}
    </div>`;
  }

  private ways(): TemplateResult {
    const { delivery: each } = this;
    const way = (label: string, event: string) =>
      html`<wa-button size="s" appearance="outlined" ?disabled=${this.busy} @click=${() => this.dispatchEvent(new CustomEvent(event))}>${label}</wa-button>`;
    return html`${each.state === "failed" || each.stands_still ? way(t("releases.retry", "Retry"), "retry") : nothing}
      ${each.state === "rejected" ? way(t("releases.resend", "Resend…"), "resend") : nothing}
      ${isThere(each) ? way(t("releases.resend_new", "Send update…"), "resend") : nothing}
      ${each.message_file ? html`<a href=${content(each.message_file)} target="_blank" rel="noopener">${t("releases.message", "Message")}</a>` : nothing}
      ${each.manifest_file ? html`<a href=${content(each.manifest_file)} target="_blank" rel="noopener">${t("releases.manifest", "Manifest")}</a>` : nothing}
      ${each.number > 1 ? html`<button class="plain" @click=${this.compare}>${t("releases.compare", "What changed")}</button>` : nothing}
      <code>${each.batch}</code>`;
  }

  private readonly compare = async (): Promise<void> => {
    try {
      this.diff = (await this.api.diff(this.delivery.id)).diff || t("releases.same", "Only the timestamps.");
    } catch (error) {
      this.diff = words(error);
    }
  };
}

/** Whether a store has it, or says that it arrived. */
export const isThere = ({ state, what }: Delivery): boolean => ["sent", "acknowledged", "live"].includes(state) && what !== "takedown";

const isDown = ({ state, what }: Delivery): boolean => what === "takedown" && ["sent", "acknowledged", "down"].includes(state);

/** Date and time here, and how long ago that is while it is near; exact on hover. */
function moment(iso: string): TemplateResult {
  const written = new Intl.DateTimeFormat(document.documentElement.lang || undefined, { dateStyle: "medium", timeStyle: "short" }).format(new Date(iso));
  const [near, day] = [when(iso), date(iso)];
  return html`<time datetime=${iso} title=${exactly(iso)}>${written}${near === day ? "" : ` · ${near}`}</time>`;
}

const kind = ({ what, number }: Delivery): string => {
  const names: Record<string, string> = { insert: "First delivery", update: "Update", takedown: "Takedown", reactivation: "Reinstated" };
  return `${names[what] ?? what} · ${number}`;
};
customElements.define("mb-releases-outlet", OutletRow);
