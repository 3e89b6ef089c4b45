/** `<mb-upload>`: files dropped or chosen go to the server one after another, and survive cuts and reloads. */
import { css, html, LitElement, nothing, type TemplateResult } from "lit";
import { bytes, number } from "./format";
import { t } from "./i18n";
import "./icons";
import { timeLeft } from "./pace";
import { Transfer, type State } from "./transfer";

const ICONS: Record<State, string> = {
  waiting: "clock", receiving: "upload", paused: "clock", cut: "triangle-alert", checking: "shield-check", ready: "circle-check",
  rejected: "circle-x", failed: "circle-alert", canceled: "x",
};

/** Events: `file-ready`, `file-rejected` (each with the server's file). */
export class MbUpload extends LitElement {
  static override properties = { accept: {}, label: {}, hint: {}, single: { type: Boolean }, purpose: {}, transfers: { state: true }, over: { state: true } };
  /** As of `<input type="file">`: `audio/*,.wav`. */
  declare accept: string;
  declare label: string;
  declare hint: string;
  declare single: boolean;
  /** What the files are, where that takes a permission beyond reading files: `distribution.statement`. */
  declare purpose: string;
  declare private transfers: Transfer[];
  declare private over: boolean;

  static override styles = css`
    :host {
      display: block;
      font-size: var(--mb-text-s);
      font-variant-numeric: tabular-nums;
    }
    .zone {
      display: flex;
      flex-wrap: wrap;
      align-items: center;
      gap: var(--mb-space-3);
      padding: var(--mb-space-6);
      border: 1px dashed var(--mb-line);
      border-radius: var(--mb-radius);
      transition: border-color var(--mb-quick), background var(--mb-quick);
    }
    .over {
      border-color: var(--mb-accent);
      background: var(--mb-raised);
    }
    .zone > mb-icon {
      color: var(--mb-quiet);
    }
    .words {
      flex: 1 1 200px;
    }
    .words strong {
      display: block;
      font-weight: 550;
    }
    .quiet {
      color: var(--mb-quiet);
    }
    button {
      min-height: 32px;
      padding: 0 var(--mb-space-3);
      border: 1px solid var(--mb-line);
      border-radius: var(--mb-radius);
      background: var(--mb-lifted);
      color: var(--mb-text);
      font: inherit;
      font-weight: 550;
      cursor: pointer;
    }
    button:hover {
      border-color: var(--mb-faint);
    }
    .plain {
      padding: 0 var(--mb-space-2);
      border-color: transparent;
      background: none;
      color: var(--mb-quiet);
      font-weight: 400;
    }
    .plain:hover {
      color: var(--mb-text);
    }
    button:focus-visible {
      outline: 2px solid var(--mb-accent);
      outline-offset: 2px;
    }
    ul {
      margin: var(--mb-space-2) 0 0;
      padding: 0;
      list-style: none;
    }
    li {
      position: relative;
      display: flex;
      align-items: center;
      gap: var(--mb-space-3);
      min-height: 52px;
      border-bottom: 1px solid var(--mb-line);
    }
    .what {
      flex: 1;
      min-width: 0;
    }
    .name,
    .how {
      display: block;
      overflow: hidden;
      text-overflow: ellipsis;
      white-space: nowrap;
    }
    .rejected .how,
    .failed .how {
      white-space: normal;
    }
    .how {
      color: var(--mb-quiet);
    }
    .ready > mb-icon {
      color: var(--mb-ok);
    }
    .rejected > mb-icon,
    .rejected .how,
    .failed > mb-icon,
    .failed .how {
      color: var(--mb-danger);
    }
    .receiving > mb-icon,
    .cut > mb-icon {
      color: var(--mb-text);
    }
    .bar {
      position: absolute;
      inset: auto 0 -1px;
      height: 2px;
      overflow: hidden;
    }
    .bar i {
      display: block;
      height: 100%;
      background: var(--mb-text);
      transform-origin: left;
      transition: transform var(--mb-quick);
    }
    .paused .bar i,
    .cut .bar i {
      background: var(--mb-faint);
    }
    .checking .bar i {
      background: var(--mb-ok);
    }
    @media (prefers-reduced-motion: reduce) {
      .zone,
      .bar i {
        transition: none;
      }
    }
  `;

  constructor() {
    super();
    this.accept = "";
    this.label = t("upload.drop", "Drop files here");
    this.hint = t("upload.hint", "If the connection drops or you close the page, choose the same file again and the upload resumes.");
    this.single = false;
    this.purpose = "";
    this.transfers = [];
    this.over = false;
  }

  /** Begins with each as soon as those before are through. */
  add(files: Iterable<File>): void {
    const added = [...files].slice(0, this.single ? 1 : undefined).map((file) => this.watched(new Transfer(file, this.purpose)));
    this.transfers = [...this.transfers, ...added];
    this.next();
  }

  private watched(transfer: Transfer): Transfer {
    transfer.addEventListener("change", () => this.changed(transfer));
    transfer.addEventListener("over", () => this.tell(transfer));
    return transfer;
  }

  private changed(transfer: Transfer): void {
    this.requestUpdate();
    if (transfer.isOver || ["checking", "paused"].includes(transfer.state)) this.next();
  }

  private next(): void {
    if (this.transfers.some(({ state }) => state === "receiving" || state === "cut")) return;
    void this.transfers.find(({ state }) => state === "waiting")?.start();
  }

  private tell({ state, stored }: Transfer): void {
    if (state !== "ready" && state !== "rejected") return;
    this.dispatchEvent(new CustomEvent(`file-${state}`, { detail: { file: stored }, bubbles: true, composed: true }));
  }

  private drop(transfer: Transfer): void {
    this.transfers = this.transfers.filter((each) => each !== transfer);
    if (!transfer.isOver) void transfer.cancel();
    this.next();
  }

  private again(transfer: Transfer): void {
    this.transfers = this.transfers.map((each) => (each === transfer ? this.watched(new Transfer(transfer.file, this.purpose)) : each));
    this.next();
  }

  private readonly dropped = (event: DragEvent): void => {
    event.preventDefault();
    this.over = false;
    this.add(event.dataTransfer?.files ?? []);
  };

  private readonly dragged = (event: DragEvent): void => {
    event.preventDefault();
    this.over = true;
  };

  private readonly chosen = (event: Event): void => {
    const input = event.target as HTMLInputElement;
    this.add([...(input.files ?? [])]);
    input.value = "";
  };

  override render(): TemplateResult {
    return html`<div class="zone ${this.over ? "over" : ""}" @dragover=${this.dragged} @dragleave=${() => (this.over = false)} @drop=${this.dropped}>
        <mb-icon name="upload" size="20"></mb-icon>
        <div class="words"><strong>${this.label}</strong><span class="quiet">${this.hint}</span></div>
        <button @click=${() => this.renderRoot.querySelector("input")!.click()}>
          ${this.single ? t("upload.choose_one", "Choose a file") : t("upload.choose", "Choose files")}
        </button>
        <input type="file" hidden ?multiple=${!this.single} accept=${this.accept || nothing} @change=${this.chosen} />
      </div>
      ${this.transfers.length ? html`<ul aria-label=${t("upload.list", "Files")}>${this.transfers.map((each) => this.line(each))}</ul>` : nothing}`;
  }

  private line(transfer: Transfer): TemplateResult {
    const { state, file } = transfer;
    return html`<li class=${state}>
      <mb-icon name=${ICONS[state]}></mb-icon>
      <span class="what"><span class="name">${file.name}</span><span class="how" aria-live=${state === "receiving" ? "off" : "polite"}>${this.how(transfer)}</span></span>
      ${this.ways(transfer)}
      ${["receiving", "paused", "cut", "checking"].includes(state)
        ? html`<span class="bar" role="progressbar" aria-label=${file.name} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${Math.round(transfer.share * 100)}
            ><i style="transform: scaleX(${transfer.share})"></i
          ></span>`
        : nothing}
    </li>`;
  }

  private how(transfer: Transfer): string {
    const { file, sent, reason } = transfer;
    const share = number(Math.floor(transfer.share * 100) / 100, { style: "percent" });
    switch (transfer.state) {
      case "waiting":
        return t("upload.waiting", "{size} · waiting", { size: bytes(file.size) });
      case "receiving":
        return this.speed(transfer);
      case "paused":
        return t("upload.paused", "Paused at {share} · {sent} uploaded", { share, sent: bytes(sent) });
      case "cut":
        return t("upload.cut", "Connection lost at {share} · resumes when you’re back online", { share });
      case "checking":
        return t("upload.checking", "Uploaded · checking the file");
      case "ready":
        return t("upload.ready", "{size} · ready", { size: bytes(file.size) });
      case "rejected":
        return t("upload.rejected", "Rejected: {reason}", { reason });
      default:
        return reason;
    }
  }

  private speed({ file, sent, pace }: Transfer): string {
    const left = pace.secondsLeft(file.size);
    const words = [t("upload.of", "{sent} of {size}", { sent: bytes(sent), size: bytes(file.size) })];
    if (left !== undefined) words.push(t("upload.rate", "{rate}/s", { rate: bytes(pace.rate) }), timeLeft(left));
    return words.join(" · ");
  }

  private ways(transfer: Transfer): TemplateResult {
    const { state, file } = transfer;
    const way = (label: string, run: () => void) => html`<button class="plain" aria-label="${label}: ${file.name}" @click=${run}>${label}</button>`;
    return html`${state === "receiving" ? way(t("upload.pause", "Pause"), () => transfer.pause()) : nothing}
    ${state === "paused" ? way(t("upload.resume", "Resume"), () => transfer.resume()) : nothing}
    ${state === "failed" ? way(t("upload.again", "Retry"), () => this.again(transfer)) : nothing}
    ${transfer.isOver && state !== "ready" ? way(t("upload.dismiss", "Dismiss"), () => this.drop(transfer)) : nothing}
    ${transfer.isOver || state === "checking" ? nothing : way(t("upload.cancel", "Cancel"), () => this.drop(transfer))}`;
  }
}
customElements.define("mb-upload", MbUpload);
