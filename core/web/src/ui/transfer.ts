/** One file on its way to the server: received in pieces that survive a cut, then checked. */
import { Upload, type DetailedError } from "tus-js-client";
import { api, csrfHeaders } from "../api/client";
import type { components } from "../api/schema";
import { t } from "./i18n";
import { Pace } from "./pace";

export type StoredFile = components["schemas"]["StoredFile"];

/** `waiting`: for its turn; `cut`: for the network. */
export type State = "waiting" | "receiving" | "paused" | "cut" | "checking" | "ready" | "rejected" | "failed" | "canceled";

const ENDPOINT = "/api/core/uploads";
const PIECE_BYTES = 5_000_000;
const RETRY_MS = [0, 1000, 3000];
const CUT_RETRY_MS = 4000;
const POLL_MS = 700;
const OVER: State[] = ["ready", "rejected", "failed", "canceled"];

/** `change` whenever there is something new to show, `over` once when nothing more will happen. */
export class Transfer extends EventTarget {
  state: State = "waiting";
  sent = 0;
  /** Why it was rejected, or failed. */
  reason = "";
  stored: StoredFile | undefined;
  readonly pace = new Pace();
  private readonly upload: Upload;
  private timer: ReturnType<typeof setTimeout> | undefined;

  /** `purpose`: what the file is, where that takes a permission beyond reading files. */
  constructor(readonly file: File, readonly purpose = "") {
    super();
    this.upload = new Upload(file, {
      endpoint: ENDPOINT,
      chunkSize: PIECE_BYTES,
      retryDelays: RETRY_MS,
      removeFingerprintOnSuccess: true,
      metadata: { filename: file.name, filetype: file.type, ...(purpose ? { purpose } : {}) },
      onBeforeRequest: (request) => {
        for (const [name, value] of Object.entries(csrfHeaders())) request.setHeader(name, value);
      },
      onProgress: (sent) => this.progressed(sent),
      onSuccess: () => void this.check(),
      onError: (error) => this.broke(error),
    });
  }

  get isOver(): boolean {
    return OVER.includes(this.state);
  }

  get share(): number {
    return this.file.size ? this.sent / this.file.size : 1;
  }

  /** Begin, or go on where an earlier attempt with the same file ended, be it before the page was loaded anew. */
  async start(): Promise<void> {
    this.become("receiving");
    const earlier = await this.upload.findPreviousUploads();
    if (earlier[0]) this.upload.resumeFromPreviousUpload(earlier[0]);
    if (this.state === "receiving") this.upload.start();
  }

  pause(): void {
    void this.upload.abort();
    this.stopWaiting();
    this.become("paused");
  }

  resume(): void {
    this.stopWaiting();
    this.pace.begin();
    this.become("receiving");
    this.upload.start();
  }

  /** What arrived is thrown away. */
  async cancel(): Promise<void> {
    this.stopWaiting();
    this.become("canceled");
    await this.upload.abort(true).catch(() => undefined);
  }

  private become(state: State): void {
    if (this.isOver) return;
    this.state = state;
    this.dispatchEvent(new Event("change"));
    if (this.isOver) this.dispatchEvent(new Event("over"));
  }

  private progressed(sent: number): void {
    this.sent = sent;
    this.pace.note(sent, performance.now());
    this.dispatchEvent(new Event("change"));
  }

  private broke(error: Error | DetailedError): void {
    const answer = "originalResponse" in error ? error.originalResponse : null;
    if ("originalRequest" in error && error.originalRequest && !answer) return this.waitForNetwork();
    this.reason = worded(answer?.getBody()) || t("upload.failed", "The server didn’t accept the upload. Try again in a moment.");
    this.become("failed");
  }

  private waitForNetwork(): void {
    this.become("cut");
    addEventListener("online", this.goOn);
    this.timer = setTimeout(this.goOn, CUT_RETRY_MS);
  }

  private readonly goOn = (): void => {
    if (this.state !== "cut") return;
    if (navigator.onLine) return this.resume();
    this.stopWaiting();
    this.waitForNetwork();
  };

  private stopWaiting(): void {
    clearTimeout(this.timer);
    removeEventListener("online", this.goOn);
  }

  private async check(): Promise<void> {
    this.sent = this.file.size;
    this.become("checking");
    const id = this.upload.url?.split("/").at(-1) ?? "";
    while (!this.isOver) {
      const stored = await api.get("/api/core/files/{file_id}", { file_id: id }).catch(() => undefined);
      if (stored?.state === "ready" || stored?.state === "rejected") return this.settle(stored, stored.state);
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
  }

  private settle(stored: StoredFile, state: "ready" | "rejected"): void {
    this.stored = stored;
    this.reason = stored.reason ?? "";
    this.become(state);
  }
}

function worded(body: string | undefined): string {
  try {
    return (JSON.parse(body ?? "") as { detail?: string }).detail ?? "";
  } catch {
    return "";
  }
}
