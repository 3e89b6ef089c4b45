/** A description that is being typed: its fields, and what outlets would refuse, shown at each. */
import { html, nothing, type TemplateResult } from "lit";
import { t } from "@maxbooster/ui";
import { words, type Change, type Description, type Finding, type Review } from "./api";
import { at, changed, stated } from "./fields";
import { Part } from "./part";
import { issueCount } from "./sending";

interface Box { hint?: string; type?: string; list?: readonly string[] }

const TYPING_MS = 350;

/** Whether a finding at `found` belongs to the field `field`, or to a part of it. */
export const covers = (field: string, found: string) => found === field || (found.startsWith(field) && (found[field.length] === "." || found[field.length] === "["));

/** Whether a store would reject the release for it, and nobody decided otherwise. */
export const blocks = ({ severity, override }: Finding) => severity === "ERROR" && !override;

export abstract class Describing extends Part {
  static override properties: Record<string, object> = { ...Part.properties, draft: { state: true }, review: { state: true }, everything: { state: true } };
  declare draft: Description | undefined;
  declare review: Review | undefined;
  /** Whether findings are shown at fields that nobody has touched yet. */
  declare everything: boolean;
  /** The stored release that is described, whose overrides count. */
  protected get about(): string | undefined {
    return undefined;
  }

  /** The outlets that would be asked. */
  protected ready: string[] = [];
  /** Fields that were changed, once an answer knows of it: nobody is told what was found before they typed. */
  private readonly touched = new Set<string>();
  private readonly changed = new Set<string>();
  private timer = 0;
  private asked = 0;

  constructor() {
    super();
    this.everything = false;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.timer);
  }

  /** Whether a finding is shown at one of the page's fields. */
  protected abstract shows(field: string): boolean;

  /** What would be found if it were sent like this; the newest answer counts. */
  protected async look(): Promise<void> {
    const mine = ++this.asked;
    const asked = [...this.changed];
    const review = await this.api.review(stated(this.draft!), this.ready, this.about);
    if (mine !== this.asked) return;
    this.review = review;
    for (const field of asked) {
      this.touched.add(field);
      this.changed.delete(field);
    }
  }

  protected put(...changes: Change[]): void {
    this.draft = changed(this.draft!, changes);
    for (const { field } of changes) this.changed.add(field);
    clearTimeout(this.timer);
    this.timer = window.setTimeout(() => {
      this.look().then(() => (this.failure = ""), (error: unknown) => (this.failure = words(error)));
    }, TYPING_MS);
  }

  protected found(field: string): Finding[] {
    if (!this.everything && ![...this.touched].some((each) => covers(field, each))) return [];
    return (this.review?.findings ?? []).filter((each) => (field === "tracks" ? each.field === field : covers(field, each.field)));
  }

  protected summary(): TemplateResult | typeof nothing {
    const { review } = this;
    if (!review) return nothing;
    const taken = new Set<string>();
    const offered = review.findings.filter(({ changes }) => {
      const free = changes.length > 0 && !changes.some(({ field }) => taken.has(field));
      if (free) for (const { field } of changes) taken.add(field);
      return free;
    });
    const rest = review.findings.filter(({ field }) => !this.shows(field));
    const said = review.blocking
      ? t("releases.to_fix", "{issues} before you can send it. You can save at any time.", { issues: issueCount(review.blocking) })
      : t("releases.clean", "Ready to send.");
    return html`<div class="summary" role="status" tabindex="-1">
        <span class=${review.blocking ? "wait" : "ok"}><mb-icon name=${review.blocking ? "triangle-alert" : "circle-check"}></mb-icon></span> <span>${said}</span>
        ${this.everything || !review.findings.length ? nothing : html`<button class="plain" @click=${() => (this.everything = true)}>${t("releases.show_all", "Show all issues")}</button>`}
        ${offered.length > 1 ? html`<button class="plain" @click=${() => this.put(...offered.flatMap(({ changes }) => changes))}>${t("releases.fix_all", "Apply {n} suggested fixes", { n: offered.length })}</button>` : nothing}
      </div>
      ${this.everything && rest.length ? html`<div class="rest">${rest.map((each) => this.finding(each))}</div>` : nothing}`;
  }

  private finding(found: Finding): TemplateResult {
    return html`<p class="finding ${blocks(found) ? "error" : ""}"><span>${found.message} <span class="quiet">${found.override ? t("releases.kept", "Kept as is: {reason}", { reason: found.override.reason }) : found.fix}</span></span>
      ${found.changes.length ? html`<button class="plain" aria-label="${t("releases.apply", "Apply")}: ${found.fix}" @click=${() => this.put(...found.changes)}>${t("releases.apply", "Apply")}</button>` : nothing}</p>`;
  }

  protected findings(field: string): TemplateResult {
    return html`<div class="findings" id="said-${field}">${this.found(field).map((each) => this.finding(each))}</div>`;
  }

  /** A label, its control, and what was found there. */
  protected box(field: string, label: string, control: (id: string, wrong: string) => TemplateResult, hint = ""): TemplateResult {
    const wrong = this.found(field).some(blocks);
    return html`<div class="box ${wrong ? "wrong-box" : ""}">
      <label for="in-${field}">${label}${hint ? html` <small>${hint}</small>` : nothing}</label>${control(`in-${field}`, String(wrong))} ${this.findings(field)}
    </div>`;
  }

  protected input(field: string, label: string, { hint = "", type = "text", list }: Box = {}): TemplateResult {
    const typed = (event: Event) => {
      const value = (event.target as HTMLInputElement).value;
      this.put({ field, value: value || (field.endsWith("title") && !field.endsWith("subtitle") ? "" : null) });
    };
    return this.box(
      field,
      label,
      (id, wrong) => html`<input id=${id} type=${type} maxlength="300" autocomplete="off" list=${list ? `${id}-list` : nothing} aria-invalid=${wrong} aria-describedby="said-${field}"
          .value=${String(at(this.draft!, field) ?? "")} @input=${typed} />${list ? html`<datalist id="${id}-list">${list.map((each) => html`<option value=${each}></option>`)}</datalist>` : nothing}`,
      hint,
    );
  }

  protected select(field: string, label: string, value: string, options: [string, string][], chosen: (value: string) => void): TemplateResult {
    return this.box(
      field,
      label,
      (id, wrong) => html`<select id=${id} aria-invalid=${wrong} aria-describedby="said-${field}" @change=${(event: Event) => chosen((event.target as HTMLSelectElement).value)}>
        ${options.map(([key, name]) => html`<option value=${key} ?selected=${key === value}>${name}</option>`)}
      </select>`,
    );
  }
}
