/** All releases: what each is, and where it stands. */
import { css, html, nothing } from "lit";
import { date, page, t } from "@maxbooster/ui";
import { content, needsSomebody, type Delivery, type ReleaseRow } from "./api";
import { Part } from "./part";
import { style } from "./style";

const KINDS = { single: "Single", ep: "EP", album: "Album" };

export class ReleaseList extends Part {
  static override properties = { ...Part.properties, filter: { state: true } };
  static override styles = [
    page,
    style,
    css`
      :host {
        max-width: 960px;
      }
      input {
        width: 100%;
        max-width: 320px;
        min-height: 36px;
        padding: 0 var(--mb-space-3);
        border: 1px solid var(--mb-line);
        border-radius: var(--mb-radius);
        background: var(--mb-raised);
        color: var(--mb-text);
        font: inherit;
        margin-bottom: var(--mb-space-4);
      }
      .rows > li {
        padding: 0;
      }
      .rows a {
        display: grid;
        grid-template-columns: 48px minmax(0, 2fr) minmax(0, 1fr) minmax(0, 1.6fr);
        gap: var(--mb-space-4);
        align-items: center;
        width: 100%;
        padding: var(--mb-space-2);
        color: var(--mb-text);
        text-decoration: none;
      }
      .rows a:hover {
        background: var(--mb-raised);
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
      }
      .cover {
        width: 48px;
        border-radius: 4px;
      }
      small {
        display: block;
        color: var(--mb-quiet);
        font-size: var(--mb-text-s);
      }
      @media (max-width: 640px) {
        .rows a {
          grid-template-columns: 48px minmax(0, 1fr);
          row-gap: 2px;
        }
        .cover {
          grid-row: span 2;
        }
        .day {
          display: none;
        }
        .stand {
          grid-column: 2;
        }
      }
    `,
  ];
  declare filter: string;
  private rows: ReleaseRow[] | undefined;
  private newest = new Map<string, Delivery[]>();
  private simulated = false;

  constructor() {
    super();
    this.filter = "";
  }

  protected async load(): Promise<void> {
    const [rows, { deliveries }, outlets] = await Promise.all([this.api.releases(), this.api.newest(), this.api.outlets()]);
    this.rows = rows;
    this.newest = new Map();
    for (const each of deliveries) this.newest.set(each.release, [...(this.newest.get(each.release) ?? []), each]);
    this.simulated = outlets.sandbox;
  }

  override render() {
    const rows = (this.rows ?? []).filter((row) => `${row.title} ${row.artists} ${row.upc ?? ""}`.toLowerCase().includes(this.filter.toLowerCase()));
    return html`<div class="head">
        <div><h1>${t("releases.title", "Releases")}</h1></div>
        <div class="actions">
          <wa-button appearance="plain" href="/releases/codes">${t("releases.codes_title", "Name and codes")}</wa-button>
          ${this.rows?.length
            ? html`<wa-button variant="brand" @click=${() => this.host.navigate("/releases/new")}>${t("releases.new", "New release")}</wa-button>`
            : nothing}
        </div>
      </div>
      ${this.sandbox(this.simulated)} ${this.problem()}
      ${(this.rows?.length ?? 0) > 6
        ? html`<input type="search" aria-label=${t("releases.search", "Search releases")} placeholder=${t("releases.search", "Search releases")}
            @input=${(event: Event) => (this.filter = (event.target as HTMLInputElement).value)} />`
        : nothing}
      ${this.rows === undefined
        ? nothing
        : this.rows.length
          ? html`<ul class="rows">${rows.map((row) => this.row(row))}</ul>
              ${rows.length ? nothing : html`<p role="status">${t("releases.none_match", "No release matches “{filter}”.", { filter: this.filter })}</p>`}`
          : this.empty()}`;
  }

  private empty() {
    const text = "Describe it, add the masters and a square cover, and send it to every outlet at once. What an outlet would refuse is found while you type.";
    return html`<mb-empty icon="disc-3" heading=${t("releases.first", "Your first release begins here")} text=${t("releases.first_text", text)}>
      <wa-button variant="brand" @click=${() => this.host.navigate("/releases/new")}>${t("releases.new", "New release")}</wa-button>
    </mb-empty>`;
  }

  private row(row: ReleaseRow) {
    const { text, tone } = standing(this.newest.get(row.id) ?? []);
    return html`<li><a href="/releases/${row.id}">
      <span class="cover">${row.cover_file_id ? html`<img src=${content(row.cover_file_id)} alt="" loading="lazy" />` : html`<mb-icon name="disc-3"></mb-icon>`}</span>
      <span>${row.title || t("releases.untitled", "Untitled")}<small>${[row.artists, KINDS[row.kind]].filter(Boolean).join(" · ")}</small></span>
      <span class="day quiet">${row.release_date ? date(row.release_date) : ""}</span>
      <span class="stand ${tone}">${text}</span>
    </a></li>`;
  }
}

/** Where a release stands, from its newest delivery to each outlet: what needs somebody first. */
export function standing(deliveries: Pick<Delivery, "state" | "words" | "clock" | "outlet_title" | "stands_still">[]): { text: string; tone: string } {
  const wrong = deliveries.filter(needsSomebody);
  if (wrong.length === 1) return { text: t("releases.stuck_one", "Needs you: {outlet}", { outlet: wrong[0]!.outlet_title }), tone: "wrong" };
  if (wrong.length) return { text: t("releases.stuck", "Needs you at {n} outlets", { n: wrong.length }), tone: "wrong" };
  const late = deliveries.find(({ clock }) => clock === "late" || clock === "at risk");
  if (late) return { text: t("releases.slow", "{outlet} is slow", { outlet: late.outlet_title }), tone: "wait" };
  const open = deliveries.filter(({ clock }) => clock === "on time");
  if (open.length) return { text: t("releases.going", "On its way to {n} of {all}", { n: open.length, all: deliveries.length }), tone: "wait" };
  const live = deliveries.filter(({ state }) => state === "live").length;
  if (live) return { text: t("releases.live", "Live on {n}", { n: live }), tone: "ok" };
  if (deliveries.length) return { text: t("releases.down", "Taken down"), tone: "quiet" };
  return { text: t("releases.draft", "Draft"), tone: "quiet" };
}
customElements.define("mb-releases-list", ReleaseList);
