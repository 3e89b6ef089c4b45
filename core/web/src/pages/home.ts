import { css, html, LitElement, nothing } from "lit";
import { exactly, number, page, t, when } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { worded } from "../shell/bell";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";

type Step = components["schemas"]["FirstStep"];
type Notice = components["schemas"]["NoticeOut"];
const SHOWN = 8;

class MbHome extends LitElement {
  static override styles = [
    page,
    css`
      .bar {
        height: 3px;
        margin: var(--mb-space-2) 0 var(--mb-space-4);
        border-radius: 2px;
        background: linear-gradient(var(--mb-text) 0 0) no-repeat left / calc(var(--share) * 100%) 100% var(--mb-line);
      }
      :dir(rtl) .bar {
        background-position: right;
      }
      h2 {
        display: flex;
        align-items: baseline;
        gap: var(--mb-space-3);
      }
      h2 span {
        color: var(--mb-quiet);
        font-size: var(--mb-text-s);
        font-weight: 400;
        font-variant-numeric: tabular-nums;
      }
      .done .what {
        color: var(--mb-quiet);
      }
      .done mb-icon {
        color: var(--mb-ok);
      }
      .good {
        color: var(--mb-ok);
      }
      .danger {
        color: var(--mb-danger);
      }
    `,
  ];
  private readonly steps = new Loaded(this, () => api.get("/api/core/first-steps"), ["event"]);
  private readonly notices = new Loaded(this, async () => (await api.get("/api/core/notices", { limit: SHOWN })).notices, ["event"]);

  override render() {
    const name = session.me?.user?.name ?? "";
    return html`<h1>${t("home.title", "Good to see you, {name}", { name })}</h1>
      <p>${t("home.text", "You’re working in {account}.", { account: session.me?.account?.name ?? "" })}</p>
      ${this.steps.show((steps) => html`${this.first(steps)}`)} ${this.notices.show((notices) => html`${this.latest(notices)}`)}`;
  }

  /** Until all of it is done; then the page is for what happens. */
  private first(steps: Step[]) {
    const done = steps.filter((step) => step.done).length;
    if (done === steps.length) return nothing;
    const open = [...steps].sort((one, other) => Number(one.done) - Number(other.done));
    const next = open[0];
    return html`<h2>${t("home.first", "First steps")} <span>${t("home.share", "{done} of {all}", { done: number(done), all: number(steps.length) })}</span></h2>
      <div class="bar" role="progressbar" aria-label=${t("home.first", "First steps")} aria-valuemin="0" aria-valuemax=${steps.length} aria-valuenow=${done} style="--share:${done / steps.length}"></div>
      <ul class="rows">${open.map((step) => this.step(step, step === next))}</ul>`;
  }

  private step(step: Step, next: boolean) {
    const [title, why] = [t(`step.${step.id}`, step.title), t(`step.${step.id}.why`, step.why)];
    const go = next ? t("home.begin", "Start") : t("home.go", "Open");
    return html`<li class=${step.done ? "done" : ""}>
      <mb-icon name=${step.done ? "circle-check" : step.icon} size="20"></mb-icon>
      <span class="what">${title}<small>${why}</small></span>
      ${step.done
        ? html`<span class="quiet">${t("home.done", "Done")}</span>`
        : html`<a href=${step.path} aria-label="${go}: ${title}">${go}</a>`}
    </li>`;
  }

  private latest(notices: Notice[]) {
    return html`<h2>${t("home.latest", "Latest")}</h2>
      ${notices.length
        ? html`<ul class="rows">
            ${notices.map(
              (each) => html`<li>
                <mb-icon class=${each.tone} name=${each.tone === "danger" ? "triangle-alert" : "circle-check"}></mb-icon>
                <span class="what">${each.path ? html`<a href=${each.path}>${worded(each)}</a>` : worded(each)}${each.text ? html`<small>${each.text}</small>` : nothing}</span>
                <span class="quiet" title=${exactly(each.at)}>${when(each.at)}</span>
              </li>`,
            )}
          </ul>`
        : html`<p>${t("home.quiet", "Nothing yet. Finished work and anything that needs attention shows up here.")}</p>`}`;
  }
}
customElements.define("mb-home", MbHome);
