import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { exactly, loadTable, more, notify, number, page, showMore, t, when, withMoney, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { jobTitle, plumbing } from "../shell/jobs";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";

type Job = components["schemas"]["JobOut"];
const ICONS: Record<string, string> = { ready: "clock", running: "activity", done: "check", dead: "circle-alert", canceled: "x" };
const NEWEST = 200;

class MbWork extends LitElement {
  static override properties = { everything: { state: true } };
  static override styles = [
    page,
    more,
    css`
      mb-table {
        --mb-table-height: max(360px, calc(100dvh - 280px));
      }
    `,
  ];
  /** Whether the steps in between are listed too, with names and ids. */
  declare private everything: boolean;
  private readonly jobs = new Loaded(this, async () => (await api.get("/api/core/jobs", { limit: NEWEST })).items, ["job"]);

  constructor() {
    super();
    this.everything = false;
    void loadTable();
  }

  private async steer(job: Job, how: "cancel" | "retry"): Promise<void> {
    const path = { job_id: job.id };
    try {
      if (how === "cancel") await api.post("/api/core/jobs/{job_id}/cancel", path);
      else await api.post("/api/core/jobs/{job_id}/retry", path);
      notify(how === "cancel" ? t("work.was_canceled", "Job canceled.") : t("work.again", "Job restarted."));
    } catch (error) {
      notify({ text: error instanceof Error ? error.message : String(error), tone: "danger" });
    }
    await this.jobs.again();
  }

  private columns(): Column<Job>[] {
    const code = (text: string) => html`<span class="code" title=${text}>${text}</span>`;
    return [
      { key: "state", title: t("work.state", "Status"), width: "130px", filter: true, text: ({ state }) => stateTitle(state), render: (job) => this.state(job) },
      { key: "name", title: t("work.what", "Job"), text: ({ name }) => jobTitle(name), render: ({ name }) => html`<span title=${jobTitle(name)}>${jobTitle(name)}</span>` },
      { key: "note", title: t("work.note", "Progress"), width: "minmax(0, 1.5fr)", text: ({ note }) => withMoney(note ?? ""), narrow: false },
      ...(this.everything ? [{ key: "code", title: t("work.name", "Name"), narrow: false, text: ({ name }: Job) => name, render: ({ name }: Job) => code(name) }, { key: "id", title: "ID", narrow: false, render: ({ id }: Job) => code(id) }] : []),
      { key: "created_at", title: t("work.since", "Started"), width: "120px", text: ({ created_at }) => when(created_at), render: ({ created_at }) => html`<span title=${exactly(created_at)}>${when(created_at)}</span>` },
      { key: "actions", title: "", width: "104px", align: "end", sort: false, render: (job) => this.actions(job) },
    ];
  }

  private state(job: Job) {
    const share = job.state === "running" && job.progress ? ` ${number(job.progress, { style: "percent" })}` : "";
    return html`<span style="${STATE}${job.state === "dead" ? "; color: var(--mb-danger)" : ""}"><mb-icon name=${ICONS[job.state] ?? "circle"}></mb-icon>${stateTitle(job.state)}${share}</span>`;
  }

  private actions(job: Job) {
    if (!session.may("job.control")) return nothing;
    const button = (how: "cancel" | "retry", words: string) =>
      html`<wa-button size="s" appearance="outlined" aria-label="${words}: ${jobTitle(job.name)}" @click=${() => this.steer(job, how)}>${words}</wa-button>`;
    if (job.state === "ready" || job.state === "running") return button("cancel", t("work.cancel", "Cancel"));
    return job.state === "dead" ? button("retry", t("work.retry", "Retry")) : nothing;
  }

  override render() {
    return html`<h1>${t("work.title", "Jobs")}</h1>
      <p>${t("work.text", "What Max Booster is doing for you in the background, and what it has finished.")}</p>
      ${this.jobs.show((list) => (list.length ? this.table(list) : this.empty()))}`;
  }

  private table(list: Job[]) {
    const rows = this.everything ? list : list.filter((job) => !plumbing(job));
    return html`<mb-table label=${t("work.title", "Jobs")} search=${t("work.search", "Search jobs")} kept="" .columns=${this.columns()} .rows=${rows}>
        <div slot="empty">${this.empty()}</div>
      </mb-table>
      ${showMore(t("work.details", "Show every step, with names and IDs"), this.everything, (shown) => (this.everything = shown))}
      ${list.length === NEWEST ? html`<p>${t("work.newest", "These are the newest {n} jobs.", { n: number(NEWEST) })}</p>` : nothing}`;
  }

  private empty() {
    return html`<mb-empty
      icon="list-checks"
      heading=${t("work.none", "No jobs yet")}
      text=${t("work.none_text", "Masters, deliveries and statement imports show up here with their progress. You can cancel or retry them.")}
    ></mb-empty>`;
  }
}
/** Cells are drawn inside the table, where this page's classes don't reach. */
const STATE = "display: inline-flex; gap: var(--mb-space-2); align-items: center";
customElements.define("mb-work", MbWork);

function stateTitle(state: string): string {
  const titles: Record<string, string> = {
    ready: t("work.ready", "Waiting"),
    running: t("work.running", "Running"),
    done: t("work.done", "Done"),
    dead: t("work.dead", "Failed"),
    canceled: t("work.canceled", "Canceled"),
  };
  return titles[state] ?? state;
}
