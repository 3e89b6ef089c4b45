import "@awesome.me/webawesome/dist/components/button/button.js";
import "@awesome.me/webawesome/dist/components/copy-button/copy-button.js";
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { asked, confirmed, date, field, form, FormController, loadChart, loadTable, notify, number, page, t, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { focusOn } from "../shell/focus";
import { Loaded } from "../shell/loaded";
import { session } from "../shell/session";

type Link = components["schemas"]["LinkOut"];
type Statistics = components["schemas"]["LinkStatistics"];

/** Days of a link's clicks that are drawn. */
const DAYS = 30;

/** Short links of the account, and how often they're followed. */
class MbLinks extends LitElement {
  static override properties = { making: { state: true }, opened: { state: true }, statistics: { state: true }, changing: { state: true } };
  static override styles = [page, form];
  declare private making: boolean;
  declare private opened: string;
  declare private statistics: Statistics | undefined;
  declare private changing: boolean;
  private readonly links = new Loaded(this, () => api.list("/api/core/links"));
  private readonly create = new FormController(this, async ({ target = "", title = "" }) => {
    const link = await api.post("/api/core/links", { body: { target, title } });
    this.making = false;
    await this.links.again();
    await this.open(link.id);
  }, { draft: "links/new" });
  private readonly change = new FormController(this, async ({ target = "", title = "" }) => {
    const link = this.link;
    if (!link) return;
    await api.patch("/api/core/links/{link_id}", { link_id: link.id, body: { version: link.version, target, title } });
    this.changing = false;
    await this.links.again();
  }, { draft: () => (this.changing && this.opened ? `links/${this.opened}` : undefined), again: this.links.again, later: true });

  constructor() {
    super();
    this.making = session.may("link.write") && asked("create");
    this.opened = "";
    this.changing = false;
    void loadTable();
    void loadChart();
  }

  private get link(): Link | undefined {
    return this.links.value?.find(({ id }) => id === this.opened);
  }

  private async open(id: string): Promise<void> {
    this.opened = id;
    this.changing = false;
    this.statistics = undefined;
    await this.doing(async () => {
      const statistics = await api.get("/api/core/links/{link_id}/statistics", { link_id: id });
      if (this.opened === id) this.statistics = statistics;
    });
  }

  /** What the server says against it is shown. */
  private async doing(act: () => Promise<unknown>): Promise<boolean> {
    try {
      await act();
      return true;
    } catch (error) {
      notify({ text: error instanceof Error ? error.message : String(error), tone: "danger" });
      return false;
    }
  }

  private async turn(link: Link): Promise<void> {
    await this.doing(() => api.patch("/api/core/links/{link_id}", { link_id: link.id, body: { version: link.version, enabled: !link.enabled } }));
    await this.links.again();
  }

  private async forget(link: Link): Promise<void> {
    const title = t("links.delete_title", "Delete {link}?", { link: short(link) });
    const text = t("links.delete_text", "Wherever it was posted it stops working, and its clicks are deleted. It can’t be restored. To keep the numbers, turn it off.");
    if (!(await confirmed({ title, text, action: t("links.delete", "Delete link") }))) return;
    if (await this.doing(() => api.delete("/api/core/links/{link_id}", { link_id: link.id }))) {
      this.opened = "";
      notify(t("links.deleted", "{link} is deleted.", { link: short(link) }));
    }
    await this.links.again();
  }

  override render(): TemplateResult {
    const may = session.may("link.write");
    return html`<div class="head">
        <div>
          <h1>${t("links.title", "Short links")}</h1>
          <p>${t("links.text", "For posts, profiles and posters. Clicks are counted without cookies.")}</p>
        </div>
        ${may && !this.making ? html`<wa-button variant="brand" @click=${() => (this.making = true)}>${t("links.new", "New link")}</wa-button>` : nothing}
      </div>
      ${this.making ? this.newLink() : nothing} ${this.links.show((list) => (list.length || !this.making ? this.table(list) : html``))} ${this.link ? this.details(this.link) : nothing}`;
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("making") && this.making) void focusOn(this, "wa-input[name=target]");
    if (changed.has("changing") && this.changing) void focusOn(this, "wa-input[name=target]");
    if (changed.has("opened") && this.opened) void focusOn(this, "h2");
  }

  private newLink(): TemplateResult {
    return html`<form ${this.create.here()}>
      ${this.fields(this.create)}
      <div class="actions">
        <wa-button type="submit" variant="brand" ?loading=${this.create.pending}>${t("links.create", "Create link")}</wa-button>
        <wa-button appearance="plain" @click=${() => (this.making = false)}>${t("links.cancel", "Cancel")}</wa-button>
      </div>
    </form>`;
  }

  private fields(controller: FormController, link?: Link): TemplateResult {
    return html`${field(controller, { name: "target", label: t("links.target", "Leads to"), hint: t("links.target_hint", "A web address, such as https://example.com/tour"), inputmode: "url", maxlength: 2000, value: link?.target ?? "" })}
      ${field(controller, { name: "title", label: t("links.name", "What it’s for"), hint: t("links.name_hint", "Only you see this"), required: false, maxlength: 200, value: link?.title ?? "" })} ${controller.words(["target", "title"])}`;
  }

  private table(list: Link[]): TemplateResult {
    return html`<mb-table
      label=${t("links.title", "Short links")}
      search=${t("links.search", "Search links")}
      kept=""
      roomy
      .columns=${this.columns()}
      .rows=${list}
      @row-open=${(event: CustomEvent<{ row: Link }>) => this.open(event.detail.row.id)}
    >
      <mb-empty slot="empty" icon="link" heading=${t("links.none", "No short links yet")} text=${t("links.none_text", "Create one for a post or a poster, and see here how often it’s followed.")}></mb-empty>
    </mb-table>`;
  }

  private columns(): Column<Link>[] {
    return [
      { key: "url", title: t("links.link", "Link"), width: "minmax(0, 1.4fr)", text: (link) => `${short(link)} ${link.title}`, render: (link) => html`${short(link)}<small>${link.title}</small>` },
      { key: "target", title: t("links.target", "Leads to"), width: "minmax(0, 2fr)", narrow: false, render: ({ target }) => html`<span title=${target}>${target}</span>` },
      { key: "clicks", title: t("links.clicks", "Clicks"), width: "90px", align: "end", text: ({ clicks }) => number(clicks) },
      { key: "enabled", title: t("links.status", "Status"), width: "72px", text: ({ enabled }) => (enabled ? t("links.on", "On") : t("links.off", "Off")) },
    ];
  }

  private details(link: Link): TemplateResult {
    return html`<section aria-label=${short(link)}>
      <h2 tabindex="-1">${short(link)}</h2>
      <p><a href=${link.url} target="_blank" rel="noopener">${link.url}</a> <wa-copy-button value=${link.url} copy-label=${t("links.copy", "Copy link")}></wa-copy-button></p>
      ${this.changing ? this.changeForm(link) : session.may("link.write") ? this.actions(link) : nothing} ${this.statistics ? this.numbers(this.statistics) : nothing}
    </section>`;
  }

  private actions(link: Link): TemplateResult {
    return html`<div class="actions">
      <wa-button size="s" appearance="outlined" @click=${() => (this.changing = true)}>${t("links.edit", "Edit")}</wa-button>
      <wa-button size="s" appearance="outlined" @click=${() => this.turn(link)}>${link.enabled ? t("links.turn_off", "Turn off") : t("links.turn_on", "Turn on")}</wa-button>
      <wa-button size="s" appearance="outlined" @click=${() => this.forget(link)}>${t("links.delete_short", "Delete")}</wa-button>
    </div>`;
  }

  private changeForm(link: Link): TemplateResult {
    return html`<form ${this.change.here()}>
      ${this.fields(this.change, link)}
      <div class="actions">
        <wa-button type="submit" variant="brand" ?loading=${this.change.pending}>${t("links.save", "Save")}</wa-button>
        <wa-button appearance="plain" @click=${() => (this.changing = false)}>${t("links.cancel", "Cancel")}</wa-button>
      </div>
    </form>`;
  }

  private numbers({ clicks, days, referrers }: Statistics): TemplateResult {
    if (!clicks) return html`<p style="margin-top: var(--mb-space-4)">${t("links.no_clicks", "Nobody has followed it yet.")}</p>`;
    const counted = new Map(days.map((each) => [each.day, each.clicks]));
    const drawn = lastDays(DAYS);
    const series = [{ name: t("links.clicks", "Clicks"), values: drawn.map((day) => counted.get(day) ?? 0) }];
    return html`<mb-chart style="margin-top: var(--mb-space-4)" kind="bar" label=${t("links.last_days", "Clicks in the last {n} days", { n: DAYS })} across=${t("links.day", "Day")} .labels=${drawn.map((day) => date(day))} .series=${series} .format=${number}></mb-chart>
      <h3 style="font-size: var(--mb-text-m)">${t("links.from", "Where clicks come from")}</h3>
      <ul class="rows">${referrers.map((each) => html`<li><span class="what">${host(each.referrer)}</span><span class="end">${number(each.clicks)}</span></li>`)}</ul>`;
  }
}
customElements.define("mb-links", MbLinks);

const short = ({ url }: Link): string => url.replace(/^https?:\/\//, "");

const host = (referrer: string): string => (referrer === "*" ? t("links.other_hosts", "Other sites") : referrer || t("links.no_host", "Apps, email and typed addresses"));

/** The latest `count` days in UTC, as `2026-09-30`. */
function lastDays(count: number): string[] {
  const today = Date.now();
  return Array.from({ length: count }, (_, place) => new Date(today - (count - 1 - place) * 86_400_000).toISOString().slice(0, 10));
}
