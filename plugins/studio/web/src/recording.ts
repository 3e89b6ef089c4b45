/** `<mb-studio-recording>`: one recording, its masters, and a comparison at equal loudness. */
import { html, LitElement, nothing, type PropertyValues, type TemplateResult } from "lit";
import { confirmed, duration, keycaps, shortcuts, t } from "@maxbooster/ui";
import { Api, contentOf, type Format, type Host, type Master, type Recording, type Rendering, type Target, type Wishes } from "./api";
import "./comments";
import "./curves";
import { explainedStyles, numbers, why } from "./explained";
import { outlets, outletStyles } from "./outlets";
import { Player, type Side } from "./player";
import { progress, progressStyles } from "./progress";
import { recordingStyles } from "./recording-styles";
import { studio } from "./styles";
import "./sharing";
import "./targets";
import "./title";
import "./waveform";
import { clock, level, rate } from "./words";
import { Workspace } from "./workspace";

const FORMATS = [
  ["wav24", "WAV 24-bit"],
  ["wav16", "WAV 16-bit"],
  ["wav32f", "WAV 32-bit float"],
  ["flac24", "FLAC 24-bit"],
  ["flac16", "FLAC 16-bit"],
] as const;

export class MbStudioRecording extends LitElement {
  static override properties = {
    host: { attribute: false },
    recordingId: { attribute: "recording-id" },
    targets: { state: true },
    at: { state: true },
    format: { state: true },
    unplayable: { state: true },
    adding: { state: true },
  };
  declare host: Host;
  declare recordingId: string;
  declare private targets: Target[];
  declare private at: number;
  declare private format: Format;
  declare private unplayable: string;
  declare private adding: boolean;
  private work!: Workspace;
  private player: Player | undefined;
  private wanted: { master: string; format: Format } | undefined;
  private frame = 0;
  private keys: (() => void)[] = [];

  static override styles = [studio, recordingStyles, explainedStyles, outletStyles, progressStyles];

  constructor() {
    super();
    this.targets = [];
    this.at = 0;
    this.format = FORMATS[0][0];
    this.unplayable = "";
    this.adding = false;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.work = new Workspace(this.host, this.recordingId);
    this.work.addEventListener("change", this.changed);
    this.work.open();
    void new Api(this.host).targets().then((targets) => (this.targets = targets), () => undefined);
    this.keys = [
      shortcuts.register("space", { title: t("studio.key_play", "Play or pause"), run: this.toggle }),
      shortcuts.register("a", { title: t("studio.key_mix", "Hear the mix"), run: () => this.listen("mix") }),
      shortcuts.register("b", { title: t("studio.key_master", "Hear the master"), run: () => this.listen("master") }),
      shortcuts.register("l", { title: t("studio.key_loop", "Loop"), run: () => this.player?.loop() }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.work.close();
    this.player?.end();
    this.player = undefined;
    cancelAnimationFrame(this.frame);
    for (const away of this.keys) away();
  }

  private get chosen(): Master | undefined {
    return this.work.chosen;
  }

  private get side(): Side {
    return this.player?.side ?? "mix";
  }

  private readonly changed = (): void => {
    const { recording, chosen } = this.work;
    if (recording?.state === "done" && recording.analysis) {
      const chain = chosen && this.work.chains.get(chosen.id);
      if (!this.player) this.player = this.newPlayer(recording);
      void this.player.use(chain);
    }
    this.deliver();
    this.requestUpdate();
  };

  private newPlayer(recording: Recording): Player {
    const player = new Player(contentOf(recording.play_file_id), recording.analysis!.sample_rate_hz, undefined);
    player.addEventListener("change", this.moved);
    player.addEventListener("failure", (event) => (this.unplayable = (event as CustomEvent<string>).detail));
    return player;
  }

  /** The play-head follows at the display's rate while it plays. */
  private readonly moved = (): void => {
    cancelAnimationFrame(this.frame);
    this.at = this.player?.at ?? 0;
    this.requestUpdate();
    if (this.player?.isPlaying) this.frame = requestAnimationFrame(this.moved);
  };

  private readonly toggle = (): void => {
    this.unplayable = "";
    void this.player?.toggle();
  };

  private listen(side: Side): void {
    void this.player?.listen(side);
  }

  private readonly begin = async (event: CustomEvent<Wishes>): Promise<void> => {
    this.adding = false;
    await this.work.begin(event.detail);
  };

  private async choose(master: Master): Promise<void> {
    await this.work.choose(master);
  }

  private async download(master: Master): Promise<void> {
    this.wanted = { master: master.id, format: this.format };
    const rendering = await this.work.render(master, this.format);
    if (rendering) this.deliver(rendering);
  }

  /** What was asked for is saved as soon as it is there. */
  private deliver(known?: Rendering): void {
    const wanted = this.wanted;
    if (!wanted) return;
    const master = this.work.masters.find(({ id }) => id === wanted.master);
    const found = known ?? master?.renderings.find(({ format }) => format === wanted.format);
    if (found && ["failed", "canceled"].includes(found.state)) this.wanted = undefined;
    if (found?.state !== "done" || !found.file_id) return;
    this.wanted = undefined;
    Object.assign(document.createElement("a"), { href: contentOf(found.file_id), download: "" }).click();
  }

  private async drop(master: Master): Promise<void> {
    const yes = await confirmed({
      title: t("studio.delete_title", "Delete the master “{title}”?", { title: master.title }),
      text: t("studio.delete_why", "Its settings and measurements are lost. Its files stay among your files."),
      action: t("studio.delete_action", "Delete master"),
    });
    if (yes) await this.work.drop(master);
  }

  private readonly forget = async (): Promise<void> => {
    const { recording, masters } = this.work;
    if (!recording) return;
    const yes = await confirmed({
      title: t("studio.remove_title", "Remove “{title}” from mastering?", { title: recording.title }),
      text: t("studio.remove_why", "The files stay among your files. What was measured and decided is lost."),
      loses: masters.length ? [t("studio.remove_loses", "{n} masters with their settings", { n: masters.length })] : [],
      action: t("studio.remove", "Remove"),
    });
    if (!yes) return;
    if (await this.work.remove()) this.host.navigate("/master");
  };

  override updated(changed: PropertyValues): void {
    if (changed.has("recordingId") && this.work?.recording) document.title = `${this.work.recording.title} · Master`;
  }

  override render(): TemplateResult | typeof nothing {
    const { recording, failure } = this.work;
    if (!recording) return failure ? this.broken(failure) : nothing;
    if (recording.state !== "done") return this.waiting(recording);
    return html`<div class="page">
      <div class="main">
        ${this.head(recording)} ${this.picture(recording)} ${this.transport(recording)} ${this.problems()} ${this.notices(recording)} ${this.makings()}
        <mb-studio-curves
          .mix=${this.work.curves.get(recording.id)}
          .master=${this.chosen && this.work.curves.get(this.chosen.id)}
          .target=${this.chosen?.target.integrated_lufs ?? NaN}
          name=${recording.title}
        ></mb-studio-curves>
        ${this.chosen ? this.comments(this.chosen) : nothing} ${this.where(recording)}
      </div>
      <aside aria-label=${t("studio.measured", "What was measured")}>${this.aside(recording)}</aside>
    </div>`;
  }

  private comments({ id }: Master): TemplateResult {
    const { host } = this;
    return html`<mb-studio-comments .host=${host} master-id=${id} .at=${this.at} name=${host.user?.name ?? ""} ?may-comment=${host.may("studio.comment")} @seek=${(event: CustomEvent<number>) => this.player?.seek(event.detail)}></mb-studio-comments>`;
  }

  private head(recording: Recording): TemplateResult {
    const found = recording.analysis!;
    const channels = found.channels === 1 ? t("studio.mono", "mono") : found.channels === 2 ? t("studio.two", "stereo") : t("studio.channels", "{n} channels", { n: found.channels });
    return html`<div class="head">
      <div>
        <mb-studio-title
          value=${recording.title}
          label=${t("studio.this_recording", "recording")}
          @rename=${(event: CustomEvent<string>) => this.work.rename("recordings", recording.id, event.detail)}
        ></mb-studio-title>
        <span class="quiet">${duration(found.duration_s)} · ${rate(found.sample_rate_hz)} · ${channels}</span>
      </div>
      ${this.chosen ? this.sides() : nothing}
    </div>`;
  }

  private sides(): TemplateResult {
    const side = (which: Side, words: string, key: string) =>
      html`<button aria-pressed=${this.side === which} title="${words} (${key})" @click=${() => this.listen(which)}>${words}</button>`;
    return html`<div class="sides">
      <div class="segments" role="group" aria-label=${t("studio.compare", "Compare")}>
        ${side("mix", t("studio.mix", "Mix"), "A")} ${side("master", t("studio.master", "Master"), "B")}
      </div>
      <span class="quiet">${t("studio.matched", "matched loudness")}</span>
    </div>`;
  }

  private picture(recording: Recording): TemplateResult {
    const shown = this.side === "master" && this.chosen ? this.chosen.id : recording.id;
    return html`<mb-studio-waveform
      .drawn=${this.work.peaks.get(shown)}
      .duration=${recording.analysis!.duration_s}
      .at=${this.at}
      @seek=${(event: CustomEvent<number>) => this.player?.seek(event.detail)}
    ></mb-studio-waveform>`;
  }

  private transport(recording: Recording): TemplateResult {
    const playing = this.player?.isPlaying ?? false;
    const words = playing ? t("studio.pause", "Pause") : t("studio.play", "Play");
    const cap = (keys: string, what: string) => html`<span><kbd>${keycaps(keys)[0]![0]}</kbd> ${what}</span>`;
    return html`<div class="transport">
      <button class="play" title="${words} (Space)" @click=${this.toggle}>
        <mb-icon name=${playing ? "pause" : "play"} label=${words}></mb-icon><span class="time" aria-hidden="true">${clock(this.at)}</span>
      </button>
      <button class="plain" aria-pressed=${this.player?.loops ?? false} title=${t("studio.loop_hint", "Loop (L)")} @click=${() => this.player?.loop()}>
        <mb-icon name="repeat"></mb-icon>${t("studio.loop", "Loop")}
      </button>
      ${this.chosen ? html`<span class="caps quiet" aria-hidden="true">${cap("a", t("studio.key_a", "mix"))} ${cap("b", t("studio.key_b", "master"))}</span>` : nothing}
      <span class="room"></span>
      ${this.chosen ? this.downloads(this.chosen) : this.fits(recording) ? this.chooser(true) : nothing}
    </div>`;
  }

  private fits({ analysis }: Recording): boolean {
    return Boolean(analysis && analysis.channels <= 2 && analysis.integrated_lufs !== null);
  }

  private chooser(primary: boolean): TemplateResult {
    return html`<mb-studio-targets .targets=${this.targets} .references=${this.work.references} ?primary=${primary} @master-for=${this.begin}></mb-studio-targets>`;
  }

  private downloads(master: Master): TemplateResult {
    const busy = master.renderings.find(({ format, state }) => format === this.format && ["queued", "working"].includes(state));
    const offers = this.work.offers.get(master.id) ?? [];
    return html`<span class="row"><select aria-label=${t("studio.format", "Format")} .value=${this.format} @change=${(event: Event) => (this.format = (event.target as HTMLSelectElement).value as Format)}>
        ${FORMATS.map(([name, title]) => html`<option value=${name}>${title}</option>`)}
      </select>
      <button class=${offers.length ? "" : "primary"} ?disabled=${Boolean(busy)} @click=${() => this.download(master)}>
        <mb-icon name="download"></mb-icon>${busy ? t("studio.writing", "Rendering …") : t("studio.download", "Download")}
      </button>
      ${offers.map(({ title, address }, place) => html`<a class="button ${place ? "" : "primary"}" href=${address}>${title}</a>`)}</span>`;
  }

  private problems(): TemplateResult | typeof nothing {
    const words = this.work.failure || this.unplayable;
    return words ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${words}</p>` : nothing;
  }

  /** What is odd about the file, and how it was read. */
  private notices({ analysis }: Recording): TemplateResult | typeof nothing {
    const found = analysis?.notices ?? [];
    if (!found.length) return nothing;
    return html`<ul class="notices" aria-label=${t("studio.notices", "About this file")}>
      ${found.map((notice) => html`<li class="quiet"><mb-icon name="info"></mb-icon>${notice}</li>`)}
    </ul>`;
  }

  /** The versions that there are, those under way, and a way to another. */
  private makings(): TemplateResult | typeof nothing {
    const { finished, pending, working } = this.work;
    if (!finished.length && !pending.length) return nothing;
    return html`<section class="versions">
      ${finished.length
        ? html`<div class="row" role="group" aria-label=${t("studio.versions", "Versions")}>
            ${finished.map((each) => this.version(each))}
            ${this.adding ? html`${this.chooser(false)}<button class="plain" @click=${() => (this.adding = false)}>${t("studio.cancel", "Cancel")}</button>` : html`<button class="plain" @click=${() => (this.adding = true)}><mb-icon name="plus"></mb-icon>${t("studio.another", "Another version")}</button>`}
          </div>`
        : nothing}
      ${pending.map((each) => {
        const words = t("studio.mastering", "Mastering for {target}", { target: each.target.title });
        if (["queued", "working"].includes(each.state)) return progress({ job: each.job, words, share: working.get(each.job)?.share ?? 0 }, () => this.work.cancel(each.job));
        return this.unmade(each, words);
      })}
    </section>`;
  }

  /** A master that failed or was stopped, and the ways on. */
  private unmade(master: Master, words: string): TemplateResult {
    const why = master.state === "canceled" ? t("studio.mastering_stopped", "stopped") : master.reason;
    return html`<div class="row">
      <p class=${master.state === "failed" ? "problem" : "quiet"} role=${master.state === "failed" ? "alert" : nothing}>
        ${master.state === "failed" ? html`<mb-icon name="triangle-alert"></mb-icon>` : nothing}${words}: ${why}
      </p>
      <button class="plain" @click=${() => this.work.repeat(master)}>${t("studio.again", "Try again")}</button>
      <button class="plain" @click=${() => this.work.drop(master)}>${t("studio.remove", "Remove")}</button>
    </div>`;
  }

  private version(master: Master): TemplateResult {
    const loudness = master.analysis?.integrated_lufs;
    return html`<button class="version" aria-pressed=${master.id === this.chosen?.id} @click=${() => this.choose(master)}>
      ${master.title} <span class="quiet">${level(loudness)}</span>
    </button>`;
  }

  private where(recording: Recording): TemplateResult | typeof nothing {
    const found = this.chosen?.compliance ?? recording.compliance;
    if (!found.length) return nothing;
    return html`<section>
      <h2>${this.chosen ? t("studio.where", "How stores will play it") : t("studio.where_now", "How stores would play it as it is")}</h2>
      ${outlets(found, this.chosen?.target.name)}
    </section>`;
  }

  private aside(recording: Recording): TemplateResult {
    const master = this.chosen;
    const before = recording.analysis!;
    return html`${master?.analysis ? numbers(master.analysis, before) : numbers(before)}
      ${master
        ? html`<mb-studio-title
              small
              value=${master.title}
              label=${t("studio.this_master", "master")}
              @rename=${(event: CustomEvent<string>) => this.work.rename("masters", master.id, event.detail)}
            ></mb-studio-title>
            ${why(master)}
            ${this.host.may("grant.write") ? html`<mb-studio-sharing .host=${this.host} master-id=${master.id}></mb-studio-sharing>` : nothing}
            <button class="plain remove" @click=${() => this.drop(master)}><mb-icon name="trash-2"></mb-icon>${t("studio.delete_master", "Delete this master")}</button>`
        : html`<p class="quiet">${this.fits(recording) ? t("studio.next", "Choose where it will play. The chain is chosen from what was measured, and explained here.") : this.unfit(recording)}</p>`}
      <button class="plain remove" @click=${this.forget}><mb-icon name="trash-2"></mb-icon>${t("studio.remove_this", "Remove this recording")}</button>`;
  }

  private unfit({ analysis }: Recording): string {
    if (analysis!.channels > 2) return t("studio.surround", "A master is mono or stereo. Mix it down, then upload it again.");
    return t("studio.silent", "Nothing in it is loud enough to be measured, so there is nothing to master.");
  }

  private waiting(recording: Recording): TemplateResult {
    const working = this.work.working.get(recording.job);
    const over = recording.state === "failed" || recording.state === "canceled";
    return html`<div class="waiting">
      <h1>${recording.title}</h1>
      ${over
        ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${recording.reason ?? t("studio.stopped", "Measuring was stopped.")}</p>
            <div class="row">
              <a class="button primary" href="/master">${t("studio.bring_another", "Upload another file")}</a>
              <button @click=${() => this.work.again()}>${t("studio.again", "Try again")}</button>
              <button class="plain" @click=${this.forget}>${t("studio.remove", "Remove")}</button>
            </div>`
        : progress(
            { job: recording.job, words: working ? t("studio.measuring", "Measuring loudness, peaks and spectrum") : t("studio.queued", "Queued"), share: working?.share ?? 0 },
            () => this.work.cancel(recording.job),
          )}
    </div>`;
  }

  private broken(words: string): TemplateResult {
    return html`<div class="waiting">
      <h1>${t("studio.not_shown", "This recording can’t be shown")}</h1>
      <p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${words}</p>
      <div class="row"><a class="button" href="/master">${t("studio.all", "All recordings")}</a></div>
    </div>`;
  }
}
customElements.define("mb-studio-recording", MbStudioRecording);
