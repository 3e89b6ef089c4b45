/** The tracks of a release: each can be played, with its ISRC, who made it, and who is paid for it. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { duration, number, t } from "@maxbooster/ui";
import { content, type Api, type AudioFacts, type Credit, type Host, type Split, type Track } from "./api";
import { roleTitle } from "./choices";
import { artistLine } from "./fields";
import { style } from "./style";

export class ReleaseTracks extends LitElement {
  static override properties = {
    tracks: { attribute: false }, facts: { attribute: false }, splits: { attribute: false }, payees: { attribute: false }, host: { attribute: false },
    line: {}, playing: { state: true }, at: { state: true }, failed: { state: true },
  };
  static override styles = [
    style,
    css`
      :host {
        display: block;
        max-width: none;
        font-size: var(--mb-text-s);
      }
      ol {
        margin: 0 0 var(--mb-space-8);
        padding: 0;
        border-top: 1px solid var(--mb-line);
        list-style: none;
      }
      li {
        display: grid;
        grid-template-columns: 32px minmax(0, 2fr) minmax(0, 1.4fr) 132px 48px;
        gap: 0 var(--mb-space-3);
        align-items: center;
        padding: var(--mb-space-2) 0;
        border-bottom: 1px solid var(--mb-line);
      }
      .play {
        display: grid;
        place-items: center;
        width: 32px;
        height: 32px;
        border: 1px solid var(--mb-line);
        border-radius: 50%;
        background: none;
        color: var(--mb-text);
        cursor: pointer;
      }
      .play:hover {
        background: var(--mb-raised);
      }
      .play:disabled {
        color: var(--mb-faint);
        cursor: default;
      }
      small {
        display: block;
        overflow: hidden;
        color: var(--mb-quiet);
        font-size: var(--mb-text-s);
        text-overflow: ellipsis;
      }
      .explicit {
        padding: 0 4px;
        border-radius: 3px;
        background: var(--mb-lifted);
        color: var(--mb-quiet);
        font-size: var(--mb-text-xs);
      }
      .isrc {
        font-family: var(--mb-mono);
        font-size: 0.9em;
      }
      .time {
        color: var(--mb-quiet);
        text-align: end;
        font-variant-numeric: tabular-nums;
      }
      .position {
        grid-column: 2 / -1;
        display: flex;
        gap: var(--mb-space-3);
        align-items: center;
        min-height: 28px;
        color: var(--mb-quiet);
        font-variant-numeric: tabular-nums;
      }
      input[type="range"] {
        flex: 1;
        min-width: 0;
        accent-color: var(--mb-accent);
      }
      details {
        grid-column: 2 / -1;
        color: var(--mb-quiet);
      }
      summary {
        width: fit-content;
        min-height: 24px;
        cursor: pointer;
      }
      dl {
        display: grid;
        grid-template-columns: minmax(0, 160px) minmax(0, 1fr);
        gap: 2px var(--mb-space-3);
        margin: var(--mb-space-1) 0;
      }
      dd {
        margin: 0;
        color: var(--mb-text);
      }
      a {
        color: var(--mb-text);
        text-decoration-color: var(--mb-faint);
        text-underline-offset: 3px;
      }
      @media (max-width: 720px) {
        li {
          grid-template-columns: 32px minmax(0, 1fr) 48px;
        }
        .split,
        .isrc {
          grid-column: 2 / -1;
        }
        .time {
          grid-column: 3;
          grid-row: 1;
        }
      }
    `,
  ];
  declare tracks: Track[];
  declare facts: { id: string; audio: AudioFacts | null }[];
  /** By track; what is missing is not known, or may not be read. */
  declare splits: ReadonlyMap<string, Split>;
  declare payees: ReadonlyMap<string, string>;
  declare host: Host;
  /** The release's artists: a track's are shown where they differ. */
  declare line: string;
  declare private playing: number;
  declare private at: number;
  declare private failed: string;
  private readonly audio = new Audio();

  constructor() {
    super();
    this.tracks = [];
    this.facts = [];
    this.splits = new Map();
    this.payees = new Map();
    this.line = "";
    this.playing = -1;
    this.at = 0;
    this.failed = "";
    this.audio.preload = "none";
    this.audio.addEventListener("timeupdate", () => (this.at = this.audio.currentTime));
    this.audio.addEventListener("ended", () => this.next());
    this.audio.addEventListener("error", () => this.broken());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.audio.pause();
    this.playing = -1;
  }

  private broken(): void {
    if (this.playing < 0) return;
    this.failed = t("releases.play_failed", "Your browser can’t play “{title}”. You can download it from Files.", { title: this.tracks[this.playing]!.title });
    this.playing = -1;
  }

  private toggle(index: number): void {
    const file = this.tracks[index]?.audio;
    this.failed = "";
    if (!file) return;
    if (this.playing === index) {
      this.audio.pause();
      this.playing = -1;
      return;
    }
    const source = new URL(content(file), location.href).href;
    if (this.audio.src !== source) {
      this.audio.src = source;
      this.at = 0;
    }
    this.playing = index;
    this.audio.play().catch((error: unknown) => {
      if (!(error instanceof DOMException && error.name === "AbortError")) this.broken();
    });
  }

  private next(): void {
    const following = this.tracks.findIndex(({ audio }, index) => index > this.playing && audio);
    this.playing = -1;
    if (following >= 0) this.toggle(following);
  }

  override render() {
    return html`<ol>${this.tracks.map((track, index) => this.track(track, index))}</ol>
      ${this.failed ? html`<p class="problem" role="alert">${this.failed}</p>` : nothing}`;
  }

  private track(track: Track, index: number): TemplateResult {
    const on = this.playing === index;
    const seconds = this.facts[index]?.audio?.duration_s;
    const title = track.title || t("releases.untitled", "Untitled");
    const label = on ? t("releases.pause", "Pause {title}", { title }) : t("releases.play", "Play {title}", { title });
    const own = artistLine(track.credits);
    return html`<li>
      <button class="play" aria-label=${label} ?disabled=${!track.audio} @click=${() => this.toggle(index)}><mb-icon name=${on ? "pause" : "play"}></mb-icon></button>
      <span>${index + 1}. ${title}${track.subtitle ? ` (${track.subtitle})` : ""}
        ${track.advisory === "Explicit" ? html`<span class="explicit" title=${t("releases.explicit", "Explicit")}>E</span>` : nothing}
        ${own && own !== this.line ? html`<small>${own}</small>` : nothing}</span>
      <span class="split">${this.split(track)}</span>
      <span class="isrc">${track.isrc || html`<span class="quiet">${t("releases.no_isrc", "No ISRC yet")}</span>`}</span>
      <span class="time">${seconds === undefined ? "—" : duration(seconds)}</span>
      ${on ? this.position(title, seconds ?? 0) : nothing} ${this.credits(track.credits)}
    </li>`;
  }

  private position(title: string, seconds: number): TemplateResult {
    const seek = (event: Event) => (this.audio.currentTime = Number((event.target as HTMLInputElement).value));
    return html`<span class="position">
      <input type="range" min="0" max=${seconds} step="0.1" .value=${String(this.at)} aria-label=${t("releases.position", "Position in {title}", { title })} aria-valuetext=${duration(this.at)} @input=${seek} />
      ${duration(this.at)}</span>`;
  }

  private split(track: Track): TemplateResult | typeof nothing {
    const split = track.id ? this.splits.get(track.id) : undefined;
    if (!split) return nothing;
    const share = (parts: number) => number(parts / split.whole, { style: "percent", maximumFractionDigits: 2 });
    const words = split.shares.length
      ? split.shares.map(({ payee, parts }) => `${this.payees.get(payee) ?? t("releases.payee", "payee")} ${share(parts)}`).join(", ")
      : t("releases.no_split", "No split yet");
    return html`<a href="/royalties/splits?track=${track.id}" title=${words}><small>${words}</small></a>`;
  }

  private credits(credits: Credit[]): TemplateResult | typeof nothing {
    const roles = [...new Set(credits.map(({ role }) => role))];
    if (!roles.length) return nothing;
    return html`<details><summary>${t("releases.credits", "Credits")}</summary>
      <dl>${roles.map((role) => html`<dt>${roleTitle(role)}</dt><dd>${credits.filter((each) => each.role === role).map(({ name }) => name).join(", ")}</dd>`)}</dl>
    </details>`;
  }
}
customElements.define("mb-releases-tracks", ReleaseTracks);
