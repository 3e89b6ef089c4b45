/** The job tray: what is being worked on, how far it is, and a way to stop it. */
import { css, html, LitElement, nothing } from "lit";
import { number, t, withMoney } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { jobTitle, plumbing } from "./jobs";
import { events } from "./panels";
import { session } from "./session";

type Job = components["schemas"]["JobOut"];
const OPEN = ["ready", "running"];

class MbTray extends LitElement {
  static override properties = { jobs: { state: true }, open: { state: true } };
  declare jobs: Job[];
  declare open: boolean;
  private loading = false;
  private stale = false;

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
    .now {
      display: flex;
      align-items: center;
      gap: var(--mb-space-2);
      min-height: 32px;
      padding: 0 var(--mb-space-2);
      border-radius: 6px;
      color: var(--mb-quiet);
    }
    .now:hover {
      background: var(--mb-raised);
    }
    .ring {
      width: 14px;
      height: 14px;
      border-radius: 50%;
      background: conic-gradient(var(--mb-text) calc(var(--share) * 1turn), var(--mb-line) 0);
      mask: radial-gradient(circle, transparent 4px, black 4.5px);
    }
    .list {
      position: absolute;
      inset-inline-end: 0;
      inset-block-start: 40px;
      z-index: 20;
      width: min(360px, calc(100vw - 32px));
      max-height: 60vh;
      overflow-y: auto;
      margin: 0;
      padding: var(--mb-space-2) var(--mb-space-4);
      border: 1px solid var(--mb-line);
      border-radius: var(--mb-radius);
      background: var(--mb-raised);
      list-style: none;
    }
    li {
      display: flex;
      align-items: center;
      gap: var(--mb-space-3);
      padding: var(--mb-space-2) 0;
    }
    li + li {
      border-top: 1px solid var(--mb-line);
    }
    .what {
      flex: 1;
      min-width: 0;
    }
    small {
      display: block;
      color: var(--mb-quiet);
      font-size: var(--mb-text-xs);
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .stop {
      color: var(--mb-quiet);
    }
    .stop:hover {
      color: var(--mb-text);
      text-decoration: underline;
    }
    @media (max-width: 600px) {
      .words {
        display: none;
      }
    }
  `;

  constructor() {
    super();
    this.jobs = [];
    this.open = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    events.addEventListener("catch-up", this.load);
    events.addEventListener("job", this.load);
    document.addEventListener("click", this.closeElsewhere);
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    events.removeEventListener("catch-up", this.load);
    events.removeEventListener("job", this.load);
    document.removeEventListener("click", this.closeElsewhere);
  }

  /** Hints come in bursts: while one load is under way, one more is remembered. */
  private readonly load = async (): Promise<void> => {
    if (!session.may("job.read")) return;
    if (this.loading) {
      this.stale = true;
      return;
    }
    this.loading = true;
    try {
      const { items } = await api.get("/api/core/jobs", { limit: 50 });
      this.jobs = items.filter((job) => OPEN.includes(job.state) && !plumbing(job) && (job.state === "running" || job.progress));
    } catch {
      // without a connection the last that was known stays; the next catch-up loads it anew
    } finally {
      this.loading = false;
    }
    if (this.stale) {
      this.stale = false;
      await this.load();
    }
  };

  private readonly closeElsewhere = (event: Event): void => {
    if (!event.composedPath().includes(this)) this.open = false;
  };

  private async stop(job: Job): Promise<void> {
    await api.post("/api/core/jobs/{job_id}/cancel", { job_id: job.id });
    await this.load();
  }

  override render() {
    const [first] = this.jobs;
    if (!first) return nothing;
    const share = this.jobs.reduce((sum, job) => sum + (job.progress ?? 0), 0) / this.jobs.length;
    const words =
      this.jobs.length === 1 ? `${jobTitle(first.name)} · ${number(share, { style: "percent" })}` : t("tray.many", "{n} jobs", { n: this.jobs.length });
    return html`<button class="now" aria-expanded=${this.open} aria-label=${words} @click=${() => (this.open = !this.open)}>
        <span class="ring" style=${`--share:${share}`}></span><span class="words" role="status">${words}</span>
      </button>
      ${this.open ? html`<ul class="list">${this.jobs.map((job) => this.row(job))}</ul>` : nothing}`;
  }

  private row(job: Job) {
    return html`<li>
      <span class="ring" style=${`--share:${job.progress ?? 0}`}></span>
      <span class="what">${jobTitle(job.name)} <small>${job.note ? withMoney(job.note) : number(job.progress ?? 0, { style: "percent" })}</small></span>
      ${session.may("job.control") ? html`<button class="stop" @click=${() => this.stop(job)}>${t("work.cancel", "Cancel")}</button>` : nothing}
    </li>`;
  }
}
customElements.define("mb-tray", MbTray);
