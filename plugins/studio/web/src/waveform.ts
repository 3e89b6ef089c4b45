/** `<mb-studio-waveform>`: what was recorded, how far it has played, and a way to any place in it. */
import { css, html, LitElement, type PropertyValues } from "lit";
import { t } from "@maxbooster/ui";
import { bars, type Drawn } from "./peaks";
import { clock } from "./words";

const BAR = 2;
const GAP = 1;
const STEP_S = 5;

/** Events: `seek` with the seconds in `detail`. */
export class MbStudioWaveform extends LitElement {
  static override properties = { drawn: { attribute: false }, duration: { type: Number }, at: { type: Number } };
  declare drawn: Drawn | undefined;
  declare duration: number;
  declare at: number;
  private readonly resized = new ResizeObserver(() => this.draw());
  private readonly themed = new MutationObserver(() => this.draw());

  static override styles = css`
    :host {
      display: block;
      position: relative;
    }
    canvas {
      display: block;
      width: 100%;
      height: var(--mb-waveform-height, 168px);
      cursor: pointer;
      touch-action: pan-y;
    }
    canvas:focus-visible {
      outline: 2px solid var(--mb-accent);
      outline-offset: 4px;
      border-radius: 4px;
    }
  `;

  constructor() {
    super();
    this.duration = 0;
    this.at = 0;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.themed.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.resized.disconnect();
    this.themed.disconnect();
  }

  override firstUpdated(): void {
    this.resized.observe(this.canvas);
  }

  override updated(changed: PropertyValues): void {
    if (changed.has("drawn") || changed.has("at") || changed.has("duration")) this.draw();
  }

  private get canvas(): HTMLCanvasElement {
    return this.renderRoot.querySelector("canvas")!;
  }

  private draw(): void {
    const { canvas } = this;
    const { clientWidth: width, clientHeight: height } = canvas;
    const dense = devicePixelRatio || 1;
    canvas.width = Math.round(width * dense);
    canvas.height = Math.round(height * dense);
    const pen = canvas.getContext("2d")!;
    pen.scale(dense, dense);
    const ink = getComputedStyle(this);
    const [accent, rest, glow] = ["--mb-accent-text", "--mb-faint", "--mb-text"].map((token) => ink.getPropertyValue(token)) as [string, string, string];
    const head = this.duration ? (this.at / this.duration) * width : 0;
    if (this.drawn) this.drawBars(pen, width, height, head, { accent, rest, glow });
    pen.globalAlpha = 1;
    if (this.at > 0) {
      pen.fillStyle = accent;
      pen.fillRect(Math.min(Math.round(head), width - 1), 0, 1, height);
    }
  }

  private drawBars(pen: CanvasRenderingContext2D, width: number, height: number, head: number, ink: { accent: string; rest: string; glow: string }): void {
    const count = Math.max(1, Math.floor(width / (BAR + GAP)));
    bars(this.drawn!, count).forEach(({ peak, mean }, place) => {
      const x = place * (BAR + GAP);
      const played = x < head;
      const bar = (tall: number, color: string, alpha: number) => {
        const size = Math.max(1, tall * (height - 8));
        pen.globalAlpha = alpha;
        pen.fillStyle = color;
        pen.fillRect(x, (height - size) / 2, BAR, size);
      };
      bar(peak, played ? ink.accent : ink.rest, played ? 1 : 0.75);
      bar(mean * 0.55, ink.glow, played ? 0.75 : 0.55);
    });
  }

  private seek(seconds: number): void {
    const detail = Math.min(Math.max(seconds, 0), this.duration);
    this.dispatchEvent(new CustomEvent("seek", { detail, bubbles: true, composed: true }));
  }

  private readonly pressed = (event: PointerEvent): void => {
    const box = this.canvas.getBoundingClientRect();
    const to = (moved: PointerEvent) => this.seek(((moved.clientX - box.left) / box.width) * this.duration);
    to(event);
    this.canvas.setPointerCapture(event.pointerId);
    this.canvas.onpointermove = to;
    this.canvas.onpointerup = this.canvas.onpointercancel = () => (this.canvas.onpointermove = null);
  };

  private readonly keyed = (event: KeyboardEvent): void => {
    const to = { ArrowLeft: this.at - STEP_S, ArrowRight: this.at + STEP_S, Home: 0, End: this.duration }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    this.seek(to);
  };

  override render() {
    return html`<canvas
      role="slider"
      tabindex="0"
      aria-label=${t("studio.position", "Position")}
      aria-valuemin="0"
      aria-valuemax=${Math.round(this.duration)}
      aria-valuenow=${Math.round(this.at)}
      aria-valuetext=${t("studio.position_of", "{at} of {whole}", { at: clock(this.at), whole: clock(this.duration) })}
      @pointerdown=${this.pressed}
      @keydown=${this.keyed}
    ></canvas>`;
  }
}
customElements.define("mb-studio-waveform", MbStudioWaveform);
