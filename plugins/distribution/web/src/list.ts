/** All releases: what each is, and where it stands. */
import { css, html, nothing } from "lit";
import { date, Filling, loadTable, Narrow, page, t, type Column } from "@maxbooster/ui";
import { needsSomebody, thumbnail, type Delivery, type ReleaseRow } from "./api";
import { Part } from "./part";
import { isAhead, KINDS, storeCount } from "./sending";
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
  private readonly releases = new Filling<ReleaseRow>(() => this.compose());
  /** None are known yet: whether a release was sent is not said before. */
  private deliveries: Delivery[] | undefined;
  private readonly narrow = new Narrow(this);
  private simulated = false;

  constructor() {
    super();
    void loadTable();
  }

  protected async load(): Promise<void> {
    const deliveries = this.api.newest().then((found) => {
      this.deliveries = found;
      this.compose();
    });
    const outlets = this.api.outlets().then(({ sandbox }) => (this.simulated = sandbox));
    await Promise.all([this.releases.read(this.api.releases), deliveries, outlets]);
  }

  private compose(): void {
    const newest = new Map<string, Delivery[]>();
    for (const each of this.deliveries ?? []) newest.set(each.release, [...(newest.get(each.release) ?? []), each]);
    const of = ({ id }: ReleaseRow) => (this.deliveries ? standing(newest.get(id) ?? []) : UNKNOWN);
    this.rows = this.releases.rows?.toSorted(latestFirst).map((row) => ({ ...row, standing: of(row) }));
    this.requestUpdate();
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
      ?filling=${this.releases.partial}
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
      { key: "standing", title: t("releases.standing", "Status"), width: "minmax(0, 1.4fr)", filter: true, text: ({ standing: { text } }) => text, sort: (one, other) => TONES.indexOf(one.standing.tone) - TONES.indexOf(other.standing.tone), render: ({ standing: { text, tone }, release_date }) => html`<span style="color: var(${COLORS[tone]}); white-space: normal">${text}</span>${this.narrow.is && release_date ? html`<small>${date(release_date)}</small>` : nothing}` },
    ];
  }

  private named(row: Row) {
    const picture = row.cover_file_id ? html`<img src=${thumbnail(row.cover_file_id)} alt="" width="44" height="44" loading="lazy" style=${COVER} />` : html`<span style=${COVER}><mb-icon name="disc-3"></mb-icon></span>`;
    return html`<span style="display: flex; gap: 12px; align-items: center">${picture}
      <span style="min-width: 0"><a href="/releases/${row.id}" style="text-decoration: none">${row.title || t("releases.untitled", "Untitled")}</a><small>${[row.artists, KINDS[row.kind]].filter(Boolean).join(" · ")}</small></span></span>`;
  }
}

/** The latest release date first; without one it is in the making, and before them all. */
const latestFirst = (one: ReleaseRow, other: ReleaseRow): number => (other.release_date ?? "9").localeCompare(one.release_date ?? "9");

/** What needs attention first. */
const TONES = ["wrong", "wait", "ok", "quiet"];
const UNKNOWN = { text: "…", tone: "quiet" };
const COLORS: Record<string, string> = { wrong: "--mb-danger", wait: "--mb-info", ok: "--mb-ok", quiet: "--mb-quiet" };
/** Cells are drawn inside the table, where this page's classes don't reach. */
const COVER = "display: grid; flex: none; place-items: center; width: 44px; height: 44px; border-radius: 4px; background: var(--mb-raised); color: var(--mb-faint); object-fit: cover";

/** Where a release stands, from its newest delivery to each outlet: what needs somebody first. */
export function standing(deliveries: Pick<Delivery, "state" | "words" | "clock" | "outlet_title" | "stands_still" | "on_sale_from">[]): { text: string; tone: string } {
  const wrong = deliveries.filter(needsSomebody);
  if (wrong.length === 1) return { text: t("releases.stuck_one", "Needs attention: {store}", { store: wrong[0]!.outlet_title }), tone: "wrong" };
  if (wrong.length) return { text: t("releases.stuck", "Needs attention at {n} stores", { n: wrong.length }), tone: "wrong" };
  const late = deliveries.find(({ clock }) => clock === "late" || clock === "at risk");
  if (late) return { text: t("releases.slow", "{store} is late", { store: late.outlet_title }), tone: "wait" };
  const open = deliveries.filter(({ clock }) => clock === "on time");
  if (open.length) return { text: t("releases.going", "Delivering to {n} of {all}", { n: open.length, all: deliveries.length }), tone: "wait" };
  const live = deliveries.filter(({ state }) => state === "live").length;
  const onSale = deliveries.map(({ on_sale_from }) => on_sale_from).find(isAhead);
  if (live && onSale) return { text: t("releases.ready", "Ready on {stores} · goes live {day}", { stores: storeCount(live), day: date(onSale) }), tone: "ok" };
  if (live) return { text: t("releases.live", "Live on {stores}", { stores: storeCount(live) }), tone: "ok" };
  if (deliveries.length) return { text: t("releases.down", "Taken down"), tone: "quiet" };
  return { text: t("releases.draft", "Draft"), tone: "quiet" };
}
customElements.define("mb-releases-list", ReleaseList);
