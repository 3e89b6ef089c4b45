/** One recording and its masters, as they are on the server right now. */
import { Api, type ChainOut, type Curve, type Format, type Host, type JobHint, type Master, type Offer, type Recording, type RecordingRow, type Rendering, type Wishes } from "./api";
import { decoded, type Drawn } from "./peaks";
import type { Working } from "./progress";

const LOOK_MS = 1200;
const OPEN = ["queued", "working"];

type Unfinished = Pick<Rendering, "id" | "job" | "state">;

function wishesOf({ target, intensity, reference_id }: Master): Wishes {
  const named = target.name === "reference" ? {} : { target: target.name };
  return { ...named, intensity, ...(reference_id ? { reference_id } : {}) };
}

/** Events: `change` whenever there is something new to show. */
export class Workspace extends EventTarget {
  recording: Recording | undefined;
  masters: Master[] = [];
  chosen: Master | undefined;
  /** By job. */
  readonly working = new Map<string, Working>();
  /** By the id of a recording or a master. */
  readonly peaks = new Map<string, Drawn>();
  readonly curves = new Map<string, Curve>();
  readonly chains = new Map<string, ChainOut>();
  readonly offers = new Map<string, Offer[]>();
  /** What a master may be compared with: other recordings that have a loudness. */
  references: RecordingRow[] = [];
  failure = "";
  private readonly api: Api;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly host: Host,
    readonly id: string,
  ) {
    super();
    this.api = new Api(host);
  }

  open(): void {
    for (const hint of ["catch-up", "event"]) this.host.events.addEventListener(hint, this.load);
    this.host.events.addEventListener("job", this.heard);
    void this.load();
    void this.api.recordings().then((recordings) => {
      this.references = recordings.filter(({ id, integrated_lufs }) => id !== this.id && integrated_lufs !== null);
      this.changed();
    }, () => undefined);
  }

  close(): void {
    for (const hint of ["catch-up", "event"]) this.host.events.removeEventListener(hint, this.load);
    this.host.events.removeEventListener("job", this.heard);
    clearTimeout(this.timer);
  }

  get finished(): Master[] {
    return this.masters.filter(({ state }) => state === "done");
  }

  /** The masters that are being made, or could not be. */
  get pending(): Master[] {
    return this.masters.filter(({ state }) => state !== "done");
  }

  readonly load = async (): Promise<void> => {
    clearTimeout(this.timer);
    await this.guarded(async () => {
      const known = new Set(this.finished.map(({ id }) => id));
      [this.recording, this.masters] = await Promise.all([this.api.recording(this.id), this.api.masters(this.id)]);
      const [newest] = this.finished;
      const kept = this.finished.find(({ id }) => id === this.chosen?.id);
      this.chosen = newest && known.size && !known.has(newest.id) ? newest : (kept ?? newest);
      await Promise.all([this.picture("recordings", this.recording), this.chosen && this.choose(this.chosen), this.follow()]);
    });
  };

  async choose(master: Master): Promise<void> {
    this.chosen = master;
    await this.guarded(async () => {
      const chain = this.chains.has(master.id) ? undefined : this.api.chain(master.id);
      await this.picture("masters", master);
      if (chain) this.chains.set(master.id, await chain);
      if (!this.offers.has(master.id)) this.offers.set(master.id, await this.api.offers(master.id));
    });
  }

  begin = (wishes: Wishes) => this.guarded(() => this.api.begin(this.id, wishes).then(this.load));
  rename = (of: "recordings" | "masters", id: string, title: string) => this.guarded(() => this.api.rename(of, id, title).then(this.load));
  again = () => this.guarded(() => this.api.bring(this.recording!.file_id).then(this.load));
  drop = (master: Master) => this.guarded(() => this.api.deleteMaster(master.id).then(this.load));
  repeat = (master: Master) => this.guarded(() => this.api.deleteMaster(master.id).then(() => this.begin(wishesOf(master))));
  /** Whether it is gone. */
  async remove(): Promise<boolean> {
    let gone = false;
    await this.guarded(async () => {
      await this.api.deleteRecording(this.id);
      gone = true;
    });
    return gone;
  }

  /** The format's rendering, made if need be. */
  async render(master: Master, format: Format): Promise<Rendering | undefined> {
    let rendering: Rendering | undefined;
    await this.guarded(async () => (rendering = await this.api.render(master.id, format)));
    if (rendering?.state !== "done") await this.load();
    return rendering;
  }

  async cancel(job: string): Promise<void> {
    await this.guarded(async () => {
      await this.api.cancel(job);
      this.working.delete(job);
      await this.load();
    });
  }

  private async picture(of: "recordings" | "masters", { id, state }: { id: string; state: string }): Promise<void> {
    if (state !== "done" || this.peaks.has(id)) return;
    const [peaks, curve] = await Promise.all([this.api.peaks(of, id), this.api.curve(of, id)]);
    this.peaks.set(id, decoded(peaks));
    this.curves.set(id, curve);
  }

  private get unfinished(): Unfinished[] {
    const renderings = this.masters.flatMap((master) => master.renderings);
    return [...(this.recording ? [this.recording] : []), ...this.masters, ...renderings].filter(({ state }) => OPEN.includes(state));
  }

  /** Ask the jobs of what is not finished how far they are, and look again soon. */
  private async follow(): Promise<void> {
    const open = this.unfinished;
    for (const job of this.working.keys()) if (!open.some((each) => each.job === job)) this.working.delete(job);
    await Promise.all(
      open.map(async (each) => {
        const { progress, note } = await this.api.job(each.job);
        this.working.set(each.job, { job: each.job, words: note ?? "", share: progress ?? 0 });
      }),
    );
    if (open.length) this.timer = setTimeout(this.load, LOOK_MS);
  }

  private readonly heard = (event: Event): void => {
    const { id, state, progress, note } = (event as CustomEvent<JobHint>).detail;
    if (!this.unfinished.some(({ job }) => job === id)) return;
    if (state !== "running") return void this.load();
    this.working.set(id, { job: id, words: note ?? "", share: progress ?? 0 });
    this.changed();
  };

  private async guarded(work: () => Promise<unknown>): Promise<void> {
    try {
      await work();
      this.failure = "";
    } catch (error) {
      this.failure = error instanceof Error ? error.message : String(error);
    }
    this.changed();
  }

  private changed(): void {
    this.dispatchEvent(new Event("change"));
  }
}
