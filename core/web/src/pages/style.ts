/** Everything of the kit on one page, as it looks with something in it. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { bytes, confirmed, date, keycaps, money, notify, number, page, shortcuts, t, undoable } from "@maxbooster/ui";
import { Problem } from "../api/problem";
import "../ui/chart";
import type { JsonSchema } from "../ui/schema-form";
import "../ui/schema-form";
import type { Column } from "../ui/table";
import "../ui/table";
import "../ui/upload";

interface Line {
  id: number;
  track: string;
  outlet: string;
  territory: string;
  streams: number;
  earned: number;
  reported: string;
}

const TRACKS = ["Nightfall", "Harbour Lights", "Slow Tide", "Paper Moon", "Signal Fire", "Low Cloud", "Second Summer", "Halo", "Northbound"];
const OUTLETS = ["Spotify", "Apple Music", "YouTube Music", "Amazon Music", "Deezer", "TIDAL", "Qobuz", "Audiomack"];
const LANDS = ["Germany", "United States", "United Kingdom", "Brazil", "Japan", "Mexico", "France", "Poland", "South Korea", "Netherlands"];
const TOKENS = ["ground", "raised", "lifted", "line", "faint", "quiet", "text", "accent", "ok", "danger", "info"];

/** Always the same lines, without two alike beside each other. */
function statement(count: number): Line[] {
  let seed = 7;
  const upTo = (limit: number) => (seed = (seed * 48_271) % 2_147_483_647) % limit;
  return Array.from({ length: count }, (_, id) => {
    const streams = 1 + Math.floor(upTo(4000) ** 2 / 900);
    const day = new Date(Date.UTC(2026, 9, 31 - upTo(90))).toISOString();
    return { id, track: TRACKS[upTo(9)]!, outlet: OUTLETS[upTo(8)]!, territory: LANDS[upTo(10)]!, streams, earned: Math.round(streams * (0.18 + upTo(30) / 100)), reported: day };
  });
}

const COLUMNS: Column<Line>[] = [
  { key: "track", title: "Track", width: "minmax(0, 1.6fr)" },
  { key: "outlet", title: "Store", filter: true },
  { key: "territory", title: "Territory", filter: true, render: ({ territory }) => html`<span style="color: var(--mb-quiet)">${territory}</span>` },
  { key: "reported", title: "Reported", width: "116px", render: ({ reported }) => html`<span style="color: var(--mb-quiet)">${date(reported)}</span>` },
  { key: "streams", title: "Streams", width: "96px", align: "end", render: ({ streams }) => number(streams) },
  { key: "earned", title: "Earned", width: "96px", align: "end", render: ({ earned }) => money(earned, "EUR") },
];

const BY_EARNINGS = { key: "earned", descending: true };

const RELEASE: JsonSchema = {
  type: "object",
  required: ["title", "kind", "tracks", "release_date", "contact"],
  properties: {
    title: { type: "string", title: "Title", minLength: 1, maxLength: 120, description: "As stores will show it." },
    kind: { enum: ["album", "single", "ep"], title: "Kind", default: "album" },
    release_date: { type: "string", format: "date", title: "Release date", description: "Stores want it 14 days ahead." },
    tracks: { type: "integer", minimum: 1, maximum: 99, title: "Tracks", default: 9 },
    genres: { type: "array", items: { type: "string" }, title: "Genres", maxItems: 3, description: "Up to three. Press Enter after each." },
    outlets: { type: "array", items: { enum: ["streaming", "downloads", "video"] }, title: "Stores", default: ["streaming", "downloads"] },
    explicit: { type: "boolean", title: "Explicit lyrics", default: false },
    notes: { type: "string", maxLength: 1000, title: "Notes for the stores" },
    contact: { $ref: "#/$defs/Contact" },
  },
  $defs: {
    Contact: {
      type: "object",
      title: "Contact",
      required: ["email"],
      properties: { email: { type: "string", format: "email", title: "Email" }, site: { type: "string", format: "uri", title: "Website" } },
    },
  },
};
const REFUSED = {
  type: "urn:maxbooster:problem:invalid",
  title: "Something is not right",
  status: 400,
  detail: "Stores could not reach this address twice. Give one that somebody reads.",
  field: "contact.email",
};

const DAYS = Array.from({ length: 60 }, (_, day) => new Date(Date.UTC(2026, 8, 1 + day)));
const wave = (size: number, speed: number) => DAYS.map((_, day) => Math.round(size * (1 + 0.35 * Math.sin(day / speed) + day / 70 + (day > 33 ? 0.6 * Math.exp(-(day - 34) / 9) : 0))));

class MbStyle extends LitElement {
  static override properties = { chosen: { state: true }, problem: { state: true }, lines: { state: true } };
  declare chosen: number;
  declare problem: Problem | undefined;
  declare lines: Line[];
  private taken: (() => void)[] = [];

  static override styles = [
    page,
    css`
      :host {
        max-width: 1120px;
      }
      h2 {
        margin: var(--mb-space-12) 0 var(--mb-space-4);
      }
      .charts {
        display: grid;
        grid-template-columns: 3fr 2fr;
        gap: var(--mb-space-8);
      }
      .two {
        display: grid;
        grid-template-columns: minmax(0, 480px) minmax(0, 1fr);
        gap: 0 var(--mb-space-12);
        align-items: start;
      }
      .charts > *,
      .two > * {
        min-width: 0;
      }
      .actions {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2);
      }
      dl {
        display: grid;
        grid-template-columns: 1fr auto;
        margin: 0;
        font-size: var(--mb-text-s);
      }
      dt,
      dd {
        margin: 0;
        padding: var(--mb-space-2) 0;
        border-bottom: 1px solid var(--mb-line);
      }
      dd {
        text-align: end;
      }
      kbd {
        padding: 1px 6px;
        border: 1px solid var(--mb-line);
        border-radius: 4px;
        color: var(--mb-quiet);
        font: 400 var(--mb-text-xs) var(--mb-font);
      }
      .tokens {
        display: grid;
        grid-template-columns: repeat(auto-fill, minmax(84px, 1fr));
        gap: var(--mb-space-3);
        margin: 0 0 var(--mb-space-6);
        padding: 0;
        list-style: none;
        color: var(--mb-quiet);
        font-size: var(--mb-text-xs);
      }
      .tokens i {
        display: block;
        height: 40px;
        margin-bottom: var(--mb-space-1);
        border: 1px solid var(--mb-line);
        border-radius: 6px;
      }
      .type p {
        margin: 0;
        color: var(--mb-text);
      }
      @media (max-width: 900px) {
        .charts,
        .two {
          grid-template-columns: minmax(0, 1fr);
        }
      }
    `,
  ];

  constructor() {
    super();
    this.chosen = 0;
    this.lines = statement(10_000);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const jump = (selector: string) => () => this.renderRoot.querySelector<HTMLElement>(selector)?.scrollIntoView({ block: "start" });
    this.taken = [
      shortcuts.register("j f", { title: t("style.to_form", "Jump to the form"), run: jump("mb-form") }),
      shortcuts.register("j u", { title: t("style.to_upload", "Jump to uploads"), run: jump("mb-upload") }),
      shortcuts.register("ctrl+alt+t", { title: t("style.to_top", "Back to the top"), run: () => scrollTo({ top: 0 }) }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const away of this.taken) away();
  }

  private hide(): void {
    const table = this.renderRoot.querySelector("mb-table") as import("../ui/table").MbTable;
    const [before, hidden] = [this.lines, new Set(table.selection)];
    this.lines = before.filter((line) => !hidden.has(line));
    table.selection = [];
    undoable(t("style.hidden", "{n} lines are hidden.", { n: number(hidden.size) }), () => (this.lines = before));
  }

  private async deleteRelease(): Promise<void> {
    const yes = await confirmed({
      title: t("style.delete", "Delete “Nightfall”?"),
      text: t("style.delete_why", "It was never delivered, so no store is affected. This can’t be undone."),
      loses: [t("style.lose_tracks", "9 tracks and their masters, 1.2 GB"), t("style.lose_splits", "The splits that 3 payees accepted")],
      action: t("style.delete_go", "Delete 9 tracks"),
    });
    notify(yes ? t("style.deleted", "Deleted.") : t("style.kept", "Nothing was deleted."));
  }

  override render() {
    return html`<h1>${t("style.title", "The kit")}</h1>
      <p>${t("style.text", "What pages and panels are made of. Everything works by keyboard, in both themes.")}</p>
      ${this.table()} ${this.charts()}
      <div class="two">
        <section>${this.form()}</section>
        <section>${this.uploads()} ${this.questions()} ${this.first()} ${this.keys()}</section>
      </div>
      ${this.tokens()}`;
  }

  private table() {
    return html`<h2>${t("style.table", "Statement lines")}</h2>
      <mb-table
        label=${t("style.table", "Statement lines")}
        search=${t("style.search", "Search the statement")}
        kept=""
        selectable
        .columns=${COLUMNS}
        .rows=${this.lines}
        .order=${BY_EARNINGS}
        @selection-change=${(event: CustomEvent<{ rows: Line[] }>) => (this.chosen = event.detail.rows.length)}
        @row-open=${(event: CustomEvent<{ row: Line }>) => notify(`${event.detail.row.track} · ${event.detail.row.outlet}`)}
      >
        ${this.chosen ? html`<wa-button slot="actions" size="s" appearance="outlined" @click=${this.hide}>${t("style.hide", "Hide")}</wa-button>` : nothing}
      </mb-table>`;
  }

  private charts() {
    const day = new Intl.DateTimeFormat("en", { day: "numeric", month: "short", timeZone: "UTC" });
    return html`<h2>${t("style.charts", "Charts")}</h2>
      <div class="charts">
        <mb-chart
          kind="area"
          label=${t("style.streams", "Streams per day")}
          across=${t("style.day", "Day")}
          .labels=${DAYS.map((each) => day.format(each))}
          .series=${[{ name: "Spotify", values: wave(2400, 3.3) }, { name: "Apple Music", values: wave(1100, 4.1) }]}
        ></mb-chart>
        <mb-chart
          kind="bar"
          label=${t("style.earned", "Earned per month")}
          across=${t("style.month", "Month")}
          .labels=${["May", "Jun", "Jul", "Aug", "Sep", "Oct"]}
          .series=${[{ name: t("style.earned_name", "Earned"), values: [412.5, 390.1, 455.72, 610.4, 588.0, 731.25] }]}
          .format=${(euros: number) => money(Math.round(euros * 100), "EUR")}
        ></mb-chart>
      </div>`;
  }

  private form() {
    return html`<h2>${t("style.form", "Form from a schema")}</h2>
      <mb-form
        .schema=${RELEASE}
        .given=${{ title: "Nightfall", genres: ["Ambient"], contact: { email: "" } }}
        .problem=${this.problem}
        unkept="an example"
        submit-label=${t("style.save", "Save the release")}
        @form-submit=${() => (this.problem = new Problem(REFUSED))}
      ></mb-form>`;
  }

  private uploads() {
    return html`<h2>${t("style.upload", "Uploads")}</h2>
      <mb-upload
        label=${t("style.drop", "Drop recordings here")}
        @file-ready=${(event: CustomEvent<{ file: { name: string; size: number } }>) =>
          notify(t("style.ready", "{name} is ready, {size}.", { name: event.detail.file.name, size: bytes(event.detail.file.size) }))}
      ></mb-upload>`;
  }

  private questions() {
    return html`<h2>${t("style.lost", "Confirmation and undo")}</h2>
      <div class="actions">
        <wa-button appearance="outlined" @click=${this.deleteRelease}>${t("style.delete_ask", "Delete…")}</wa-button>
        <wa-button appearance="outlined" @click=${() => undoable(t("style.archived", "“Halo” is archived."), () => notify(t("style.back", "“Halo” is back.")))}
          >${t("style.archive", "Archive")}</wa-button
        >
      </div>`;
  }

  private first() {
    return html`<h2>${t("style.first", "First use")}</h2>
      <mb-empty
        icon="disc-3"
        heading=${t("style.none", "No releases yet")}
        text=${t("style.none_why", "A release is your music with its cover, credits and splits. Upload a recording to start.")}
      >
        <wa-button appearance="outlined">${t("style.start", "Create a release")}</wa-button>
      </mb-empty>`;
  }

  private keys() {
    const caps = (keys: string) => keycaps(keys).map((stroke) => html`${stroke.map((cap) => html`<kbd>${cap}</kbd> `)}`);
    return html`<h2>${t("style.keys", "Shortcuts on this page")}</h2>
      <dl>
        ${shortcuts.all().map(({ keys, title }) => html`<dt>${title}</dt><dd>${caps(keys)}</dd>`)}
      </dl>`;
  }

  private tokens() {
    return html`<h2>${t("style.tokens", "Color and type")}</h2>
      <ul class="tokens">
        ${TOKENS.map((each) => html`<li><i style="background: var(--mb-${each})"></i>${each}</li>`)}
      </ul>
      <div class="type">
        ${["xl", "l", "m", "s", "xs"].map((each) => html`<p style="font-size: var(--mb-text-${each})">−14.0 LUFS · Delivered to Spotify, live in about 2 days</p>`)}
      </div>`;
  }
}
customElements.define("mb-style", MbStyle);
