/** All releases: what each is, and where it stands. */
import { css, html, nothing } from "lit";
import { date, loadTable, page, t, type Column } from "@maxbooster/ui";
import { content, needsSomebody, type Delivery, type ReleaseRow } from "./api";
import { Part } from "./part";
import { KINDS, storeCount } from "./sending";
import { style } from "./style";

interface Row extends ReleaseRow { standing: { text: string; tone: string } }

export class ReleaseList extends Part {
  static override styles = [
    page,
    style,
    css`
      :host {
        max-width: 960px;
      }
      mb-table {
        --mb-table-height: max(400px, calc(100dvh - 260px));
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
      }
    `,
  ];
  private rows: Row[] | undefined;
  private simulated = false;

  constructor() {
    super();
    void loadTable();
  }

  protected async load(): Promise<void> {
    const [rows, { deliveries }, outlets] = await Promise.all([this.api.releases(), this.api.newest(), this.api.outlets()]);
    const newest = new Map<string, Delivery[]>();
    for (const each of deliveries) newest.set(each.release, [...(newest.get(each.release) ?? []), each]);
    this.rows = rows.map((row) => ({ ...row, standing: standing(newest.get(row.id) ?? []) }));
    this.simulated = outlets.sandbox;
  }

  override render() {
    return html`<div class="head">
        <div><h1>${t("releases.title", "Releases")}</h1></div>
        <div class="actions">
          <wa-button appearance="plain" href="/releases/codes">${t("releases.codes_title", "Label details and codes")}</wa-button>
          ${this.rows?.length ? this.create() : nothing}
        </div>
      </div>
      ${this.sandbox(this.simulated)} ${this.problem()} ${this.rows ? this.table(this.rows) : nothing}`;
  }

  private create() {
    return html`<wa-button variant="brand" @click=${() => this.host.navigate("/releases/new")}>${t("releases.new", "New release")}</wa-button>`;
  }

  private table(rows: Row[]) {
    return html`<mb-table
      roomy
      label=${t("releases.title", "Releases")}
      search=${t("releases.search", "Search releases")}
      kept=""
      .columns=${this.columns()}
      .rows=${rows}
      @row-open=${(event: CustomEvent<{ row: Row }>) => this.host.navigate(`/releases/${event.detail.row.id}`)}
    >
      <mb-empty slot="empty" icon="disc-3" heading=${t("releases.first", "Create your first release")} text=${t("releases.first_text", "Add your masters and a square cover, and send them to every store at once. Anything a store would reject shows up while you type.")}>
        ${this.create()}
      </mb-empty>
    </mb-table>`;
  }

  private columns(): Column<Row>[] {
    return [
      { key: "title", title: t("releases.f_title", "Title"), width: "minmax(0, 2.4fr)", text: ({ title, artists, upc }) => [title, artists, upc].filter(Boolean).join(" "), render: (row) => this.named(row) },
      { key: "kind", title: t("releases.f_kind", "Format"), hidden: true, filter: true, text: ({ kind }) => KINDS[kind] },
      { key: "release_date", title: t("releases.f_date", "Release date"), width: "130px", narrow: false, text: ({ release_date }) => (release_date ? date(release_date) : "") },
      { key: "standing", title: t("releases.standing", "Status"), width: "minmax(0, 1.4fr)", filter: true, text: ({ standing: { text } }) => text, sort: (one, other) => TONES.indexOf(one.standing.tone) - TONES.indexOf(other.standing.tone), render: ({ standing: { text, tone } }) => html`<span style="color: var(${COLORS[tone]})">${text}</span>` },
    ];
  }

  private named(row: Row) {
    const picture = row.cover_file_id ? html`<img src=${content(row.cover_file_id)} alt="" loading="lazy" style=${COVER} />` : html`<span style=${COVER}><mb-icon name="disc-3"></mb-icon></span>`;
    return html`<span style="display: flex; gap: 12px; align-items: center">${picture}
      <span style="min-width: 0"><a href="/releases/${row.id}" style="text-decoration: none">${row.title || t("releases.untitled", "Untitled")}</a><small>${[row.artists, KINDS[row.kind]].filter(Boolean).join(" · ")}</small></span></span>`;
  }
}

/** What needs attention first. */
const TONES = ["wrong", "wait", "ok", "quiet"];
const COLORS: Record<string, string> = { wrong: "--mb-danger", wait: "--mb-info", ok: "--mb-ok", quiet: "--mb-quiet" };
/** Cells are drawn inside the table, where this page's classes don't reach. */
const COVER = "display: grid; flex: none; place-items: center; width: 44px; height: 44px; border-radius: 4px; background: var(--mb-raised); color: var(--mb-faint); object-fit: cover";

/** Where a release stands, from its newest delivery to each outlet: what needs somebody first. */
export function standing(deliveries: Pick<Delivery, "state" | "words" | "clock" | "outlet_title" | "stands_still">[]): { text: string; tone: string } {
  const wrong = deliveries.filter(needsSomebody);
  if (wrong.length === 1) return { text: t("releases.stuck_one", "Needs attention: {store}", { store: wrong[0]!.outlet_title }), tone: "wrong" };
  if (wrong.length) return { text: t("releases.stuck", "Needs attention at {n} stores", { n: wrong.length }), tone: "wrong" };
  const late = deliveries.find(({ clock }) => clock === "late" || clock === "at risk");
  if (late) return { text: t("releases.slow", "{store} is late", { store: late.outlet_title }), tone: "wait" };
  const open = deliveries.filter(({ clock }) => clock === "on time");
  if (open.length) return { text: t("releases.going", "Delivering to {n} of {all}", { n: open.length, all: deliveries.length }), tone: "wait" };
  const live = deliveries.filter(({ state }) => state === "live").length;
  if (live) return { text: t("releases.live", "Live on {stores}", { stores: storeCount(live) }), tone: "ok" };
  if (deliveries.length) return { text: t("releases.down", "Taken down"), tone: "quiet" };
  return { text: t("releases.draft", "Draft"), tone: "quiet" };
}
customElements.define("mb-releases-list", ReleaseList);
