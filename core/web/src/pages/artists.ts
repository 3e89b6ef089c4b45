/** A label's artists: what their accounts have, side by side, and a new account for one more. */
import "@awesome.me/webawesome/dist/components/button/button.js";
import { css, html, LitElement, nothing } from "lit";
import { asked, date, everyPage, field, form, FormController, loadTable, money, notify, number, page, t, type Column } from "@maxbooster/ui";
import { api } from "../api/client";
import type { components } from "../api/schema";
import { switchAccount } from "../shell/actions";
import { Loaded } from "../shell/loaded";
import { proven } from "../shell/prove";
import { router } from "../shell/router";
import { session } from "../shell/session";
import { sections, sectionStyle } from "./sections";

type RollUp = components["schemas"]["RollUpOut"];
type Shown = RollUp["columns"][number];
type Artist = components["schemas"]["RolledUp"];
type Value = components["schemas"]["RollUpRowOut"]["values"][string];
const AT_ONCE = 50;

/** A line of the table: a row of an artist's account, or the account itself where it has none. */
interface Line {
  id: string;
  account: string;
  artist: string;
  path: string;
  attention: boolean;
  values: Record<string, Value>;
}

class MbArtists extends LitElement {
  static override properties = { adding: { state: true }, partly: { state: true } };
  static override styles = [
    page,
    form,
    sectionStyle,
    css`
      :host {
        max-width: 1120px;
      }
      mb-table {
        --mb-table-height: max(360px, calc(100dvh - 320px));
      }
      form {
        margin-bottom: var(--mb-space-6);
      }
      .totals {
        display: flex;
        flex-wrap: wrap;
        gap: var(--mb-space-2) var(--mb-space-8);
        margin: 0 0 var(--mb-space-6);
        font-size: var(--mb-text-s);
      }
      .totals dt {
        color: var(--mb-quiet);
      }
      .totals dd {
        margin: 0;
        font-size: var(--mb-text-l);
        font-variant-numeric: tabular-nums;
      }
      .attention {
        color: var(--mb-danger);
      }
    `,
  ];
  declare private adding: boolean;
  /** Artists read so far, while there are more. */
  declare private partly: Artist[] | undefined;
  private readonly rollUps = new Loaded(this, () => api.get("/api/core/roll-ups"));
  private readonly artists = new Loaded(this, () => this.read());
  private readonly form = new FormController(this, async ({ name = "" }) => {
    const made = await proven(() => api.post("/api/core/sub-accounts", { body: { name } }));
    this.adding = false;
    notify(t("artists.added", "{name} has an account of their own now.", { name: made.name }));
    await session.load();
    await this.artists.again();
  }, { draft: "artists/new" });

  constructor() {
    super();
    this.adding = session.may("subaccount.create") && asked("add");
    void loadTable();
  }

  override connectedCallback(): void {
    super.connectedCallback();
    router.addEventListener("change", this.turn);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    router.removeEventListener("change", this.turn);
  }

  private readonly turn = (): void => void this.artists.again();

  private async read(): Promise<{ of: RollUp; artists: Artist[] } | undefined> {
    const rollUps = this.rollUps.value ?? (await api.get("/api/core/roll-ups"));
    const of = rollUps.find(({ name }) => pathOf(name) === router.path) ?? rollUps[0];
    if (!of) return undefined;
    this.partly = undefined;
    const artists = await everyPage(
      (cursor) => api.get("/api/core/roll-ups/{name}", { name: of.name, cursor, limit: AT_ONCE }),
      (growing) => (this.partly = growing),
    );
    this.partly = undefined;
    return { of, artists };
  }

  override render() {
    const rollUps = this.rollUps.value ?? [];
    return html`<div class="head">
        <div>
          <h1>${t("artists.title", "Artists")}</h1>
          <p>${t("artists.text", "What the artists of {account} have in their own accounts.", { account: session.me?.account?.name ?? "" })}</p>
        </div>
        ${session.may("subaccount.create") && !this.adding
          ? html`<wa-button variant="brand" @click=${() => (this.adding = true)}>${t("artists.add", "Add an artist’s account")}</wa-button>`
          : nothing}
      </div>
      ${this.adding ? this.newAccount() : nothing}
      ${rollUps.length
        ? sections(
            t("artists.title", "Artists"),
            rollUps.map(({ name, title }) => ({ path: pathOf(name), title: t(`rollup.${name}`, title) })),
            pathOf(this.artists.value?.of.name ?? rollUps[0]!.name),
          )
        : nothing}
      ${this.artists.show(({ of, artists }) => html`${this.table(of, artists)}`)}`;
  }

  private newAccount() {
    return html`<form ${this.form.here()}>
      ${field(this.form, { name: "name", label: t("artists.name", "Name of the artist or project") })} ${this.form.words(["name"])}
      <div class="actions">
        <wa-button type="submit" variant="brand" ?loading=${this.form.pending}>${t("artists.create", "Create account")}</wa-button>
        <wa-button appearance="outlined" @click=${() => (this.adding = false)}>${t("artists.cancel", "Cancel")}</wa-button>
      </div>
    </form>`;
  }

  private table(of: RollUp, artists: Artist[]) {
    if (!artists.length) {
      const text = t("artists.empty_text", "Give each artist of the label an account of their own: they see only their own music and money, the label sees all of it here.");
      return html`<mb-empty icon="users" heading=${t("artists.empty", "No artists have an account here yet")} text=${text}></mb-empty>`;
    }
    return html`${this.problems(artists)} ${totals(of, artists)}
      <mb-table
        label=${t(`rollup.${of.name}`, of.title)}
        search=${t("artists.search", "Search artists")}
        kept=""
        ?filling=${this.partly !== undefined}
        .columns=${columns(of)}
        .rows=${artists.flatMap(lines)}
        @row-open=${(event: CustomEvent<{ row: Line }>) => this.open(event.detail.row)}
      ></mb-table>`;
  }

  /** What is not in the table, artist by artist. */
  private problems(artists: Artist[]) {
    const failed = names(artists.filter((each) => each.failed));
    const longer = names(artists.filter((each) => each.has_more));
    return html`${failed ? html`<p class="problem" role="alert">${t("artists.failed", "This could not be read: {names}. Try again later.", { names: failed })}</p>` : nothing}
    ${longer ? html`<p>${t("artists.longer", "There is more than is shown here: {names}. Open the account to see all of it.", { names: longer })}</p>` : nothing}`;
  }

  private async open({ account, artist, path }: Line): Promise<void> {
    if (session.me?.accounts.some(({ id }) => id === account)) return switchAccount(account, path || "/home");
    notify(t("artists.no_member", "You are not a member of {name}’s account. Somebody there can invite you.", { name: artist }));
  }
}
customElements.define("mb-artists", MbArtists);

const pathOf = (name: string): string => `/artists/${name}`;
const names = (artists: Artist[]): string => artists.map(({ account_name }) => account_name).join(", ");

function lines({ account, account_name: artist, rows }: Artist): Line[] {
  if (!rows.length) return [{ id: account, account, artist, path: "", attention: false, values: {} }];
  return rows.map(({ values, path, needs_attention: attention }, place) => ({ id: `${account} ${place}`, account, artist, path, attention, values }));
}

function columns(of: RollUp): Column<Line>[] {
  const artist: Column<Line> = { key: "artist", title: t("artists.artist", "Artist"), filter: true };
  return [artist, ...of.columns.map((each, place) => column(of, each, place > 1))];
}

function column(of: RollUp, shown: Shown, spare: boolean): Column<Line> {
  const isFigure = shown.form === "number" || shown.form === "money";
  const text = ({ values }: Line) => words(of, shown, values[shown.name]);
  return {
    key: shown.name,
    title: t(`rollup.${of.name}.${shown.name}`, shown.title),
    align: isFigure ? "end" : "start",
    filter: shown.form === "status",
    narrow: !spare,
    text,
    render: (line) => (shown.form === "status" && line.attention ? html`<span class="attention">${text(line)}</span>` : text(line)),
    sort: (one, other) => compared(one.values[shown.name], other.values[shown.name]),
  };
}

function words(of: RollUp, { name, form, words: said }: Shown, value: Value | undefined): string {
  if (value === null || value === undefined || value === "") return "—";
  if (typeof value === "object") return money(value.amount, value.currency);
  if (form === "number") return number(Number(value));
  if (form === "date") return date(String(value));
  return form === "status" ? t(`rollup.${of.name}.${name}.${value}`, said?.[String(value)] ?? String(value)) : String(value);
}

function compared(one: Value | undefined, other: Value | undefined): number {
  const [left, right] = [one, other].map((value) => (value && typeof value === "object" ? value.amount : (value ?? "")));
  return typeof left === "number" && typeof right === "number" ? left - right : String(left).localeCompare(String(right));
}

/** Sums of money over all artists, each currency by itself. */
function totals(of: RollUp, artists: Artist[]) {
  const sums = of.columns
    .filter(({ form }) => form === "money")
    .flatMap((shown) => [...sumOf(shown, artists)].map(([currency, amount]) => ({ title: t(`rollup.${of.name}.${shown.name}`, shown.title), sum: money(amount, currency) })));
  if (!sums.length) return nothing;
  return html`<dl class="totals">${sums.map(({ title, sum }) => html`<div><dt>${title}</dt><dd>${sum}</dd></div>`)}</dl>`;
}

function sumOf({ name }: Shown, artists: Artist[]): Map<string, number> {
  const sums = new Map<string, number>();
  for (const { values } of artists.flatMap(({ rows }) => rows)) {
    const value = values[name];
    if (value && typeof value === "object") sums.set(value.currency, (sums.get(value.currency) ?? 0) + value.amount);
  }
  return sums;
}
