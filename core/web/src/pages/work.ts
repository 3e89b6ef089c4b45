import "@awesome.me/webawesome/dist/components/button/button.js";
import { html, LitElement, nothing } from "lit";
import { exactly, notify, number, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";

type Job = components["schemas"]["JobOut"];
const ICONS: Record<string, string> = { ready: "clock", running: "activity", done: "check", dead: "circle-alert", cancelled: "x" };

class MbWork extends LitElement {
  static override styles = page;
  private readonly jobs = new Loaded(this, async () => (await api.GET("/api/core/jobs", { params: { query: { limit: 100 } } })).data);

  private async steer(job: Job, how: "cancel" | "retry"): Promise<void> {
    const path = { params: { path: { job_id: job.id } } };
    if (how === "cancel") await api.POST("/api/core/jobs/{job_id}/cancel", path);
    else await api.POST("/api/core/jobs/{job_id}/retry", path);
    notify(how === "cancel" ? t("work.cancelled", "Cancelled.") : t("work.again", "It is tried again."));
    await this.jobs.again();
  }

  override render() {
    return html`<h1>${t("work.title", "Work")}</h1>
      <p>${t("work.text", "What the platform does for you in the background.")}</p>
      ${this.jobs.show((list) =>
        list.length ? html`<ul class="rows">${list.map((job) => this.row(job))}</ul>` : html`<p>${t("work.none", "There is nothing to do.")}</p>`,
      )}`;
  }

  private row(job: Job) {
    const share = job.state === "running" && job.progress ? ` · ${number(job.progress, { style: "percent" })}` : "";
    const may = session.may("job.control");
    return html`<li>
      <mb-icon name=${ICONS[job.state] ?? "circle"} label=${job.state}></mb-icon>
      <span class="what">${job.name}<small>${job.note ?? job.state}${share}</small></span>
      <span class="quiet" title=${exactly(job.created_at)}>${when(job.created_at)}</span>
      ${may && (job.state === "ready" || job.state === "running")
        ? html`<wa-button size="s" appearance="outlined" @click=${() => this.steer(job, "cancel")}>${t("work.cancel", "Cancel")}</wa-button>`
        : nothing}
      ${may && job.state === "dead"
        ? html`<wa-button size="s" appearance="outlined" @click=${() => this.steer(job, "retry")}>${t("work.retry", "Try again")}</wa-button>`
        : nothing}
    </li>`;
  }
}
customElements.define("mb-work", MbWork);
