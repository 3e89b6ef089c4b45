/** One release: what it is, where it is at each outlet, and what needs somebody. */
import { html, nothing, type TemplateResult } from "lit";
import { confirmed, date, duration, FormController, notify, page, Refresh, t, undoable, when } from "@maxbooster/ui";
import { content, needsSomebody, words, type Deliveries, type Delivery, type Finding, type Outlets, type Plan, type Release, type Review, type Split, type UnsentChanges } from "./api";
import { artistLine, asNew } from "./fields";
import { Part } from "./part";
import { overview } from "./overview-style";
import { style } from "./style";
import { blocks } from "./describing";
import { checked, changeCount, confirmDiscarding, confirmReinstating, confirmTakedown, heldBack, isAhead, KINDS, listed, summary, territories, trackCount, warningCount } from "./sending";
import { ALL, isAll, withStage, type Wanted } from "./history";
import { isThere, STAGES } from "./outlet-row";
import "./public-page";
import "./tracks";

const LOOK_AGAIN_MS = 2000;

export class ReleaseOverview extends Part {
  static override properties = { ...Part.properties, release: {}, chosen: { state: true }, wanted: { state: true } };
  static override styles = [page, style, overview];
  declare release: string;
  /** Outlets to send to; undefined: all that are ready. */
  declare chosen: ReadonlySet<string> | undefined;
  declare private wanted: Wanted;
  private found: Release | undefined;
  private review: Review | undefined;
  private outlets: Outlets | undefined;
  private sent: Deliveries | undefined;
  private edited: UnsentChanges | undefined;
  private splits = new Map<string, Split>();
  private payees = new Map<string, string>();
  private timer = 0;
  /** What the form about keeping something as it is is about. */
  private overriding: Finding | undefined;

  constructor() {
    super();
    this.wanted = ALL;
    new Refresh(this, () => this.again(), ["catch-up", "event"]);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.timer = window.setInterval(() => {
      if (document.visibilityState === "visible" && this.current.some(({ clock }) => clock !== "ended")) void this.again();
    }, LOOK_AGAIN_MS);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearInterval(this.timer);
  }

  protected async load(): Promise<void> {
    const { release, api } = this;
    [this.found, this.review, this.outlets, this.sent, this.edited] = await Promise.all([
      api.release(release), api.reviewRelease(release), api.outlets(), api.deliveries(release), api.unsent(release),
    ]);
    await this.loadSplits();
  }

  /** Who is paid, for those who may see it; the release shows without. */
  private async loadSplits(): Promise<void> {
    if (!this.host.may("royalty.read")) return;
    const ids = this.found!.tracks.map(({ id }) => id);
    try {
      const [payees, splits] = await Promise.all([
        this.host.may("payee.read") ? this.api.payees() : [], Promise.all(ids.map(async (id) => [id, await this.api.split(id)] as const)),
      ]);
      this.payees = new Map(payees.map(({ id, name }) => [id, name]));
      this.splits = new Map(splits);
    } catch (error) {
      this.failure = words(error);
    }
  }

  /** The newest delivery to each outlet, what needs somebody first. */
  private get current(): Delivery[] {
    const all = this.sent?.deliveries ?? [];
    const newest = all.filter((each) => !all.some((other) => other.outlet === each.outlet && other.number > each.number));
    return newest.sort((one, other) => need(one) - need(other) || one.outlet_title.localeCompare(other.outlet_title));
  }

  private get unsent(): Outlets["outlets"] {
    return (this.outlets?.outlets ?? []).filter(({ name }) => !this.current.some(({ outlet }) => outlet === name));
  }

  private get going(): string[] {
    return this.unsent.filter(({ name, ready }) => ready && (this.chosen?.has(name) ?? true)).map(({ name }) => name);
  }

  override render() {
    if (!this.found || !this.outlets) return this.problem();
    const said = this.found.description;
    return html`${this.sandbox(this.outlets.sandbox)} ${this.problem()}
      <div class="whole">
        <div class="left">
          <div class="cover">${said.cover ? html`<img src=${content(said.cover)} alt=${t("releases.cover_of", "Cover of {title}", { title: said.title })} />` : html`<mb-icon name="disc-3" size="20"></mb-icon>`}</div>
          ${this.facts()}
        </div>
        <div>
          <div class="head">
            <div><h1>${said.title || t("releases.untitled", "Untitled")}${said.subtitle ? ` (${said.subtitle})` : ""}</h1>
              <p>${[artistLine(said.credits), KINDS[said.kind]].filter(Boolean).join(" · ")}</p></div>
            <div class="actions">${this.actions()}</div>
          </div>
          ${this.stages()} ${this.attention()} ${this.unsentChanges()}
          <h2 class="first">${t("releases.tracks", "Tracks")}</h2>
          <mb-releases-tracks .tracks=${said.tracks} .facts=${this.found.tracks} .splits=${this.splits} .payees=${this.payees} .host=${this.host} line=${artistLine(said.credits)}></mb-releases-tracks>
          ${this.deliveries()} ${this.choices()}
          <mb-releases-public .host=${this.host} release=${this.release} live=${this.current.filter(({ state }) => state === "live").length}></mb-releases-public>
        </div>
      </div>`;
  }

  private facts(): TemplateResult {
    const { description: said, tracks } = this.found!;
    const seconds = tracks.reduce((sum, { audio }) => sum + (audio?.duration_s ?? 0), 0);
    const line = (name: string, value: string | null | undefined) => html`<dt>${name}</dt><dd>${value || "—"}</dd>`;
    return html`<dl>
      ${line("UPC", said.upc)} ${line(t("releases.label", "Label"), said.label)}
      ${line(t("releases.f_date", "Release date"), said.release_date ? date(said.release_date) : "")}
      ${line(t("releases.tracks", "Tracks"), `${trackCount(tracks.length)} · ${duration(seconds)}`)}
      ${line(t("releases.territories", "Territories"), territories(said.deals))} ${line(t("releases.genre", "Genre"), said.genre)}
    </dl>`;
  }

  private actions(): TemplateResult {
    const there = this.current.filter(isThere);
    const blocked = Boolean(this.review?.blocking);
    const primary = this.going.length > 0;
    return html`${there.length
        ? html`<wa-button appearance="outlined" ?loading=${this.busy === "down"} @click=${() => this.takeDown(there)}>${t("releases.take_down", "Take down…")}</wa-button>`
        : nothing}
      ${this.current.length || !this.host.may("release.write")
        ? nothing
        : html`<wa-button appearance="plain" ?loading=${this.busy === "remove"} @click=${this.discard}>${t("releases.delete", "Delete…")}</wa-button>`}
      <wa-button appearance="outlined" variant=${blocked ? "brand" : "neutral"} href="/releases/${this.release}/edit">${t("releases.edit", "Edit")}</wa-button>
      ${primary && !blocked
        ? html`<wa-button variant="brand" ?loading=${this.busy === "send"} @click=${() => this.send(this.going)}>${this.going.length === 1
            ? t("releases.send_one", "Send to {store}…", { store: this.unsent.find(({ name }) => name === this.going[0])!.title })
            : t("releases.send", "Send to {n} stores…", { n: this.going.length })}</wa-button>`
        : nothing}`;
  }

  /** What stores don't have yet: it can be sent, or given up. */
  private unsentChanges(): TemplateResult | typeof nothing {
    const { changes = [], stores = [], refused = null } = this.edited ?? {};
    if (!changes.length) return nothing;
    const said = t("releases.unsent", "{changes} since this was sent to {stores}", { changes: changeCount(changes.length), stores: listed(stores) });
    return html`<div class="unsent">
      <details><summary>${said}</summary>
        <ul class="rows">${changes.map(({ label, stores: theirs, yours }) => html`<li><span class="what">${label}<small>${theirs ?? "—"} → ${yours ?? "—"}</small></span></li>`)}</ul></details>
      ${this.host.may("release.write")
        ? html`<wa-button size="s" appearance="outlined" ?disabled=${refused !== null} ?loading=${this.busy === "discard"} @click=${this.discardChanges}>${t("releases.discard", "Discard changes…")}</wa-button>`
        : nothing}
      ${refused ? html`<small>${refused}</small>` : nothing}
    </div>`;
  }

  private readonly discardChanges = async (): Promise<void> => {
    const edited = this.edited!;
    if (!(await confirmDiscarding(this.found!.description.title, edited))) return;
    await this.doing("discard", () => this.api.discardUnsent(this.release, edited.version), t("releases.discarded", "Changes discarded. This is what stores have."));
  };

  private stages(): TemplateResult {
    const all = this.current;
    const packed = all.filter(({ message_file }) => message_file).length;
    const arrived = all.filter(({ state }) => ["sent", "acknowledged", "live", "down"].includes(state)).length;
    const live = all.filter(({ state }) => state === "live").length;
    const wrong = all.some(needsSomebody);
    const expected = all.filter(({ state }) => state === "sent" || state === "acknowledged").map(({ expected_from }) => expected_from).sort()[0];
    const blocking = this.review?.blocking ?? 0;
    const onSale = all.map(({ on_sale_from }) => on_sale_from).find(isAhead);
    const stage = (name: string, text: string, tone: string) => html`<li class=${tone}>${name}<small>${text}</small></li>`;
    const share = (done: number) => (!all.length ? "quiet" : done === all.length ? "ok" : "wait");
    return html`<ol class="stages">
      ${stage(
        t("releases.checked", "Checked"),
        this.review ? checked(this.review) : "",
        blocking ? "wait" : "ok",
      )}
      ${stage(t("releases.packaged", "Packaged"), all.length ? t("releases.messages", "ERN 4.3, {n} of {all} validated", { n: packed, all: all.length }) : t("releases.not_yet", "Not yet"), share(packed))}
      ${stage(
        t("releases.delivering", "Delivered"),
        all.length ? t("releases.of", "{n} of {all}", { n: arrived, all: all.length }) : t("releases.not_yet", "Not yet"),
        wrong ? "wrong" : share(arrived),
      )}
      ${stage(
        onSale && live ? t("releases.is_ready", "Ready in stores") : t("releases.is_live", "Live"),
        live && onSale ? t("releases.ready_at", "{n} of {all}, goes live {day}", { n: live, all: all.length, day: date(onSale) }) : live ? t("releases.live_at", "{n} of {all} stores", { n: live, all: all.length }) : expected ? t("releases.expected", "Expected {when}", { when: when(expected) }) : all.length && all.every(({ state }) => state === "down") ? t("releases.stage_down", "Taken down") : t("releases.not_yet", "Not yet"),
        live ? (live === all.length && !onSale ? "ok" : "wait") : "quiet",
      )}
    </ol>`;
  }

  private attention(): TemplateResult | typeof nothing {
    const open = this.review?.findings.filter(({ override }) => !override) ?? [];
    const first = open.find(blocks);
    const more = open.filter((each) => each !== first);
    const box = first && html`<div class="attention">
      <mb-icon name="triangle-alert"></mb-icon>
      <div>${placed(first)}<span>${first.fix}</span></div>
      <wa-button appearance="outlined" size="s" href=${this.placeOf(first)}>${t("releases.fix", "Fix")}</wa-button>
      ${first.overridable && this.host.may("release.submit") ? this.keepAsIs(first) : nothing}
    </div>`;
    return html`${box ?? nothing} ${more.length ? this.rest(more) : nothing} ${this.kept()}`;
  }

  /** Each with the way to its field. */
  private rest(findings: Finding[]): TemplateResult {
    const issues = findings.filter(blocks).length;
    const title = [issues === 1 ? t("releases.one_more_issue", "1 more issue to fix") : issues ? t("releases.more_issues", "{n} more issues to fix", { n: issues }) : "", findings.length > issues ? warningCount(findings.length - issues) : ""].filter(Boolean).join(", ");
    return html`<details class="found"><summary>${title}</summary>
      <ul class="rows">${findings.map((each) => html`<li><span class="what">${placed(each)}<small>${each.fix}</small></span>
        <a href=${this.placeOf(each)} aria-label="${t("releases.fix", "Fix")}: ${placed(each)}">${t("releases.fix", "Fix")}</a></li>`)}</ul></details>`;
  }

  /** The field in the editor that a finding is about. */
  private placeOf = ({ field }: Finding): string => `/releases/${this.release}/edit?field=${encodeURIComponent(field)}`;

  private readonly keep = new FormController(
    this,
    async ({ reason = "" }) => {
      if (!reason.trim() || !this.overriding) return;
      await this.api.override(this.release, this.overriding, reason.trim());
      notify(t("releases.kept_now", "Kept as is. Your reason is on record."));
      await this.again();
    },
    { draft: () => this.overriding && `releases/${this.release}/override/${this.overriding.rule}/${this.overriding.field}` },
  );

  /** For what is right although a rule objects: the reason goes on record. */
  private keepAsIs(found: Finding): TemplateResult {
    this.overriding = found;
    return html`<details class="keep"><summary>${t("releases.keep", "Keep as is…")}</summary>
      <form ${this.keep.here()}>
        <label for="reason">${t("releases.keep_reason", "Why is this right? Your reason goes on record with the release.")}</label>
        <textarea id="reason" name="reason" rows="2" maxlength="1000" required></textarea>
        ${this.keep.words()}
        <wa-button type="submit" size="s" appearance="outlined" ?loading=${this.keep.pending}>${t("releases.keep_go", "Keep as is")}</wa-button>
      </form></details>`;
  }

  /** What somebody decided otherwise about. */
  private kept(): TemplateResult | typeof nothing {
    const kept = this.review?.findings.filter(({ override }) => override) ?? [];
    if (!kept.length) return nothing;
    const undo = (id: string) => this.doing("keep", () => this.api.withdraw(this.release, id), t("releases.kept_undone", "This issue counts again."));
    return html`<ul class="rows kept">${kept.map(
      (each) => html`<li><span class="what">${placed(each)}<small>${t("releases.kept", "Kept as is: {reason}", { reason: each.override!.reason })}</small></span>
        ${this.host.may("release.submit") ? html`<button class="plain" @click=${() => undo(each.override!.id)}>${t("releases.kept_undo", "Undo")}</button>` : nothing}</li>`,
    )}</ul>`;
  }

  private deliveries(): TemplateResult | typeof nothing {
    const all = this.current;
    if (!all.length) return nothing;
    const found = withStage(this.sent!.deliveries, this.wanted);
    const shown = isAll(this.wanted) ? all : all.filter(({ outlet }) => found.has(outlet));
    const history = (outlet: string) => this.sent!.deliveries.filter((each) => each.outlet === outlet);
    return html`<div class="over"><h2>${t("releases.stores", "Stores")} <span class="quiet">${all.length}</span></h2>
        <span class="quiet">${t("releases.sorted", "Needs attention first")}</span></div>
      ${this.filters(shown.length, all.length)}
      <div class="rows">${shown.map(
        (each) => html`<mb-releases-outlet .only=${isAll(this.wanted) ? undefined : this.wanted} .delivery=${each} .history=${history(each.outlet)} .api=${this.api} ?busy=${Boolean(this.busy)}
          @retry=${() => this.doing("retry", () => this.api.retry(each.id), t("releases.retrying", "Retrying the delivery."))}
          @resend=${() => this.send([each.outlet])} @putback=${() => this.reinstate(each)} @takedown=${() => this.takeDown([each])}></mb-releases-outlet>`,
      )}</div>`;
  }

  /** States that deliveries came into, on which days. */
  private filters(shown: number, all: number): TemplateResult {
    const { wanted } = this;
    const states = [...new Set(this.sent!.deliveries.flatMap(({ stages }) => stages.map(({ state }) => state)))];
    const change = (part: Partial<Wanted>) => (this.wanted = { ...wanted, ...part });
    const day = (name: "from" | "to", label: string) => html`<label>${label} <input type="date" .value=${wanted[name]} @change=${(event: Event) => change({ [name]: (event.target as HTMLInputElement).value })} /></label>`;
    return html`<div class="filters" role="search" aria-label=${t("releases.filter_history", "Filter delivery history")}>
      <label>${t("releases.state", "State")} <select @change=${(event: Event) => change({ state: (event.target as HTMLSelectElement).value })}>
        <option value="" ?selected=${!wanted.state}>${t("releases.any_state", "Any")}</option>
        ${states.map((state) => html`<option value=${state} ?selected=${state === wanted.state}>${STAGES[state] ?? state}</option>`)}
      </select></label>
      ${day("from", t("releases.from_day", "From"))} ${day("to", t("releases.to_day", "To"))}
      ${isAll(wanted) ? nothing : html`<output>${t("releases.of", "{n} of {all}", { n: shown, all })}</output><button class="plain" @click=${() => (this.wanted = ALL)}>${t("releases.clear_filter", "Clear")}</button>`}
    </div>`;
  }

  private choices(): TemplateResult | typeof nothing {
    const { unsent } = this;
    if (!unsent.length) return nothing;
    const blocked = Boolean(this.review?.blocking);
    const problems = unsent.flatMap(({ ready, problem }) => (ready || !problem ? [] : [problem]));
    return html`<h2>${this.current.length ? t("releases.elsewhere", "Not sent yet") : t("releases.stores", "Stores")}</h2>
      <ul class="rows">${unsent.map(
        ({ name, title, ready, sla_days }) => html`<li><label class="choice">
          <input type="checkbox" ?disabled=${!ready || blocked} .checked=${ready && (this.chosen?.has(name) ?? true)} @change=${(event: Event) => this.choose(name, (event.target as HTMLInputElement).checked)} />
          <span>${title}</span>
          <span>${ready ? t("releases.usually", "Usually live in {from}–{to} business days", { from: sla_days[0], to: sla_days[1] }) : t("releases.not_set_up", "Not set up yet")}</span>
        </label></li>`,
      )}</ul>
      ${problems.length
        ? html`<details><summary>${t("releases.set_up", "How to set up a store")}</summary>${problems.map((each) => html`<p>${each}</p>`)}</details>`
        : nothing}`;
  }

  private choose(name: string, on: boolean): void {
    const chosen = new Set(this.chosen ?? this.unsent.filter(({ ready }) => ready).map((each) => each.name));
    chosen[on ? "add" : "delete"](name);
    this.chosen = chosen;
  }

  /** A draft goes, with what stands nowhere else; it can be made again as it was. */
  private readonly discard = async (): Promise<void> => {
    const { description: said } = this.found!;
    const name = said.title || t("releases.untitled", "Untitled");
    const loses = [t("releases.loses_tracks", "The details of {tracks}. Their files stay.", { tracks: trackCount(said.tracks.length) }), ...(said.upc ? [t("releases.loses_upc", "The UPC {upc}", { upc: said.upc })] : [])];
    if (!(await confirmed({ title: t("releases.delete_title", "Delete “{title}”?", { title: name }), loses, action: t("releases.delete_action", "Delete draft") }))) return;
    this.busy = "remove";
    try {
      await this.api.remove(this.release);
    } catch (error) {
      this.failure = words(error);
      return;
    } finally {
      this.busy = "";
    }
    this.host.navigate("/releases");
    undoable(t("releases.deleted", "“{title}” deleted.", { title: name }), async () => {
      const { id } = await this.api.make(asNew(said));
      this.host.navigate(`/releases/${id}`);
    });
  };

  private async send(names: string[]): Promise<void> {
    const plan = await this.planned(names);
    if (!plan) return;
    const going = plan.deliveries.filter(({ what }) => what).map(({ outlet }) => outlet);
    if (!going.length) return notify({ text: heldBack(plan.deliveries), tone: "danger" });
    if (!(await confirmed(summary(this.found!.description, plan, this.splits)))) return;
    const said = t("releases.sending", "Sending. You can leave this page; delivery continues.");
    await this.doing("send", () => this.api.submit(this.release, going), said);
    this.chosen = undefined;
  }

  private async planned(names: string[]): Promise<Plan | undefined> {
    try {
      return await this.api.plan(this.release, names);
    } catch (error) {
      notify({ text: words(error), tone: "danger" });
      return undefined;
    }
  }

  private async takeDown(from: Delivery[]): Promise<void> {
    if (!(await confirmTakedown(this.found!.description.title, from.map(({ outlet_title }) => outlet_title)))) return;
    await this.doing("down", () => this.api.takeDown(this.release, from.map(({ outlet }) => outlet)), t("releases.going_down", "Telling the stores to take it down."));
  }

  private async reinstate({ outlet, outlet_title }: Delivery): Promise<void> {
    if (!(await confirmReinstating(this.found!.description.title, outlet_title))) return;
    await this.doing("back", () => this.api.putBack(this.release, [outlet]), t("releases.coming_back", "Reinstating it."));
  }
}

/** Refused and failed first, then what is on its way, the late before the others, then what is done. */
function need(delivery: Delivery): number {
  if (needsSomebody(delivery)) return 0;
  return ["late", "at risk", "on time", "ended"].indexOf(delivery.clock) + 1;
}

/** What was found, with the track that it is about. */
function placed({ field, message }: Finding): string {
  const index = /^tracks\[(\d+)\]/.exec(field)?.[1];
  return index === undefined ? message : t("releases.in_track", "Track {n}: {message}", { n: Number(index) + 1, message });
}
customElements.define("mb-releases-overview", ReleaseOverview);
