import "@awesome.me/webawesome/dist/components/button/button.js";
import { html, LitElement, nothing } from "lit";
import { exactly, loadTable, notify, number, page, t, when, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { events } from "../shell/panels";
import { session } from "../shell/session";

type Job = components["schemas"]["JobOut"];
const ICONS: Record<string, string> = { ready: "clock", running: "activity", done: "check", dead: "circle-alert", cancelled: "x" };
const STATES: Record<string, string> = { ready: "waiting", running: "running", done: "done", dead: "failed", cancelled: "cancelled" };

class MbWork extends LitElement {
  static override styles = page;
  private readonly jobs = new Loaded(this, async () => (await api.GET("/api/core/jobs", { params: { query: { limit: 200 } } })).data);

  constructor() {
    super();
    void loadTable();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    events.addEventListener("catch-up", this.again);
    events.addEventListener("job", this.again);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    events.removeEventListener("catch-up", this.again);
    events.removeEventListener("job", this.again);
  }

  private readonly again = (): void => void this.jobs.again();

  private async steer(job: Job, how: "cancel" | "retry"): Promise<void> {
    const path = { params: { path: { job_id: job.id } } };
    if (how === "cancel") await api.POST("/api/core/jobs/{job_id}/cancel", path);
    else await api.POST("/api/core/jobs/{job_id}/retry", path);
    notify(how === "cancel" ? t("work.cancelled", "Cancelled.") : t("work.again", "It is tried again."));
    await this.jobs.again();
  }

  private columns(): Column<Job>[] {
    return [
      { key: "state", title: t("work.state", "State"), width: "120px", render: (job) => this.state(job) },
      { key: "name", title: t("work.what", "What"), render: (job) => t(`job.${job.name}`, job.name) },
      { key: "note", title: t("work.note", "How it goes"), width: "minmax(0, 2fr)", render: (job) => html`<span title=${job.note ?? ""}>${job.note ?? ""}</span>` },
      { key: "created_at", title: t("work.since", "Since"), width: "110px", render: (job) => html`<span title=${exactly(job.created_at)}>${when(job.created_at)}</span>` },
      { key: "id", title: t("work.do", "Do"), width: "110px", align: "end", sort: false, render: (job) => this.actions(job) },
    ];
  }

  private state(job: Job) {
    const words = t(`work.${job.state}`, STATES[job.state] ?? job.state);
    const share = job.state === "running" && job.progress ? ` ${number(job.progress, { style: "percent" })}` : "";
    return html`<mb-icon name=${ICONS[job.state] ?? "circle"}></mb-icon> ${words}${share}`;
  }

  private actions(job: Job) {
    if (!session.may("job.control")) return nothing;
    const button = (how: "cancel" | "retry", words: string) =>
      html`<wa-button size="s" appearance="outlined" @click=${() => this.steer(job, how)}>${words}</wa-button>`;
    if (job.state === "ready" || job.state === "running") return button("cancel", t("work.cancel", "Cancel"));
    return job.state === "dead" ? button("retry", t("work.retry", "Try again")) : nothing;
  }

  override render() {
    return html`<h1>${t("work.title", "Work")}</h1>
      <p>${t("work.text", "What the platform does for you in the background.")}</p>
      ${this.jobs.show((list) =>
        list.length
          ? html`<mb-table label=${t("work.title", "Work")} .columns=${this.columns()} .rows=${list}></mb-table>`
          : html`<mb-empty
              icon="list-checks"
              heading=${t("work.none", "There is nothing to do")}
              text=${t("work.none_text", "Long work, a master or a delivery, shows up here with its progress, and can be cancelled or tried again.")}
            ></mb-empty>`,
      )}`;
  }
}
customElements.define("mb-work", MbWork);
