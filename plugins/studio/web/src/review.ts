/** `<mb-studio-review>`: a master that is shared by a link: listen, see the report, comment and download if that is allowed. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { duration, shortcuts, t } from "@maxbooster/ui";
import { BINS, type Curve, type Host, type MasterReview } from "./api";
import "./comments";
import "./curves";
import { explainedStyles, numbers } from "./explained";
import { outlets, outletStyles } from "./outlets";
import { decoded, type Drawn } from "./peaks";
import { recordingStyles } from "./recording-styles";
import { studio } from "./styles";
import "./waveform";
import { clock, rate } from "./words";

export class MbStudioReview extends LitElement {
  static override properties = {
    host: { attribute: false },
    objectId: { attribute: false },
    review: { state: true },
    at: { state: true },
    failure: { state: true },
  };
  declare host: Host;
  declare objectId: string;
  declare private review: MasterReview | undefined;
  declare private at: number;
  declare private failure: string;
  private readonly sound = document.createElement("audio");
  private drawn: Drawn | undefined;
  private curve: Curve | undefined;
  private frame = 0;
  private key: (() => void) | undefined;

  static override styles = [
    studio,
    recordingStyles,
    explainedStyles,
    outletStyles,
    css`
      .subtitle {
        margin-top: var(--mb-space-1);
      }
    `,
  ];

  constructor() {
    super();
    this.at = 0;
    this.failure = "";
    this.sound.preload = "metadata";
    for (const event of ["play", "pause", "ended", "seeked"]) this.sound.addEventListener(event, () => this.moved());
    this.sound.addEventListener("error", () => {
      if (this.sound.src) this.failure = t("studio.review_unplayable", "The sound can’t be played. Reload the page to try again.");
    });
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.key = shortcuts.register("space", { title: t("studio.key_play", "Play or pause"), run: this.toggle });
    void this.load();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.key?.();
    cancelAnimationFrame(this.frame);
    this.sound.pause();
    this.sound.removeAttribute("src");
    this.sound.load();
  }

  private async load(): Promise<void> {
    try {
      const { api } = this.host;
      const master = { master_id: this.objectId };
      const review = await api.get("/api/studio/masters/{master_id}/review", master);
      if (review.state === "done") {
        const [peaks, curve, audio] = await Promise.all([
          api.get("/api/studio/masters/{master_id}/peaks", { ...master, bins: BINS }), api.get("/api/studio/masters/{master_id}/loudness", master), api.get("/api/studio/masters/{master_id}/audio", master),
        ]);
        this.drawn = decoded(peaks);
        this.curve = curve;
        this.sound.src = audio.link;
      }
      this.review = review;
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  }

  private readonly toggle = (): void => {
    if (!this.sound.paused) return this.sound.pause();
    void this.sound.play().catch((error: unknown) => (this.failure = error instanceof Error ? error.message : String(error)));
  };

  private readonly moved = (): void => {
    cancelAnimationFrame(this.frame);
    this.at = this.sound.currentTime;
    if (!this.sound.paused) this.frame = requestAnimationFrame(this.moved);
    this.requestUpdate();
  };

  private readonly download = async (): Promise<void> => {
    try {
      const file = await this.host.api.get("/api/studio/masters/{master_id}/download", { master_id: this.objectId });
      Object.assign(document.createElement("a"), { href: file.link, download: file.name }).click();
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
  };

  override render(): TemplateResult {
    const { review } = this;
    const problem = this.failure ? html`<p class="problem" role="alert"><mb-icon name="triangle-alert"></mb-icon>${this.failure}</p>` : nothing;
    if (!review?.analysis) return html`${review ? html`<h1>${review.recording}</h1><p class="quiet">${t("studio.review_later", "This master isn’t finished yet. Come back later.")}</p>` : nothing}${problem}`;
    const found = review.analysis;
    return html`<div class="page">
      <div class="main">
        <div>
          <h1>${review.recording}</h1>
          <p class="quiet subtitle">${review.title} · ${duration(found.duration_s)} · ${rate(found.sample_rate_hz)}</p>
        </div>
        <mb-studio-waveform .drawn=${this.drawn} .duration=${found.duration_s} .at=${this.at} @seek=${(event: CustomEvent<number>) => (this.sound.currentTime = event.detail)}></mb-studio-waveform>
        ${this.transport(review)} ${problem}
        ${this.curve ? html`<mb-studio-curves .master=${this.curve} .target=${NaN} name=${review.recording}></mb-studio-curves>` : nothing}
        <mb-studio-comments .host=${this.host} master-id=${this.objectId} .at=${this.at} ?may-comment=${review.may_comment} @seek=${(event: CustomEvent<number>) => (this.sound.currentTime = event.detail)}></mb-studio-comments>
        <section><h2>${t("studio.where", "How stores will play it")}</h2>${outlets(review.compliance)}</section>
      </div>
      <aside>${numbers(found)}</aside>
    </div>`;
  }

  private transport({ may_download }: MasterReview): TemplateResult {
    const words = this.sound.paused ? t("studio.play", "Play") : t("studio.pause", "Pause");
    return html`<div class="transport">
      <button class="play primary" title="${words} (Space)" @click=${this.toggle}>
        <mb-icon name=${this.sound.paused ? "play" : "pause"} label=${words}></mb-icon><span class="time" aria-hidden="true">${clock(this.at)}</span>
      </button>
      <span class="room"></span>
      ${may_download ? html`<button @click=${this.download}><mb-icon name="download"></mb-icon>${t("studio.download", "Download")}</button>` : nothing}
    </div>`;
  }
}
customElements.define("mb-studio-review", MbStudioReview);
