/** A/B: the recording, and the recording through the master's chain, in time with each other and equally loud. */
import { t } from "@maxbooster/ui";
import type { ChainOut } from "./api";

export type Side = "mix" | "master";

const SWAP_S = 0.012;
const KERNEL = "/static/studio/kernel.wasm";
const WORKLET = "/static/studio/worklet.js";

interface Paths {
  context: AudioContext;
  chain: AudioWorkletNode | undefined;
  gains: Record<Side, GainNode>;
}

/** How loud each side plays, so that both are as loud as the quieter one. */
export function matched({ before_lufs, after_lufs }: Pick<ChainOut, "before_lufs" | "after_lufs">): Record<Side, number> {
  const louder = after_lufs - before_lufs;
  return { mix: 10 ** (Math.min(louder, 0) / 20), master: 10 ** (-Math.max(louder, 0) / 20) };
}

/** Events: `change` when something else is to be shown, `failure` with the words in `detail`. */
export class Player extends EventTarget {
  side: Side = "mix";
  private audio: HTMLAudioElement;
  private paths: Promise<Paths> | undefined;

  constructor(
    private readonly source: string,
    private readonly rate: number,
    private chain: ChainOut | undefined,
  ) {
    super();
    this.audio = this.element();
  }

  /** An element can be wired to one AudioContext only, so each context gets its own. */
  private element(): HTMLAudioElement {
    const audio = new Audio();
    audio.preload = "metadata";
    audio.src = this.source;
    for (const event of ["play", "pause", "ended", "seeked"]) audio.addEventListener(event, () => this.changed());
    audio.addEventListener("error", () => audio === this.audio && this.fail(t("studio.unplayable", "This browser cannot play the file. Download the master to hear it.")));
    return audio;
  }

  get isPlaying(): boolean {
    return !this.audio.paused && !this.audio.ended;
  }

  get at(): number {
    return this.audio.currentTime;
  }

  get loops(): boolean {
    return this.audio.loop;
  }

  seek(seconds: number): void {
    this.audio.currentTime = seconds;
    this.changed();
  }

  loop(): void {
    this.audio.loop = !this.audio.loop;
    this.changed();
  }

  async toggle(): Promise<void> {
    if (this.isPlaying) return this.audio.pause();
    try {
      this.paths ??= this.open();
      const { context } = await this.paths;
      await context.resume();
      await this.audio.play();
    } catch (error) {
      await this.close();
      this.fail(error instanceof Error ? error.message : String(error));
    }
  }

  async listen(side: Side): Promise<void> {
    this.side = this.chain ? side : "mix";
    this.changed();
    const paths = await this.paths?.catch(() => undefined);
    if (paths) this.mix(paths);
  }

  /** Another version of the master, from the next moment on. */
  async use(chain: ChainOut | undefined): Promise<void> {
    const [before, paths] = [this.chain, await this.paths?.catch(() => undefined)];
    this.chain = chain;
    if (!chain) this.side = "mix";
    else if (!before && !this.isPlaying) this.side = "master";
    if (paths && chain && before) {
      paths.chain?.port.postMessage({ numbers: chain.numbers });
      this.mix(paths);
    } else if (paths) await this.close();
    this.changed();
  }

  /** Silent, and rewound no further than to where it was; it can be played again. */
  async close(): Promise<void> {
    const { currentTime, loop } = this.audio;
    this.audio.pause();
    const paths = await this.paths?.catch(() => undefined);
    this.paths = undefined;
    await paths?.context.close();
    this.audio = this.element();
    Object.assign(this.audio, { currentTime, loop });
  }

  end(): void {
    void this.close().then(() => this.audio.removeAttribute("src"));
  }

  /** Source → delay → mix gain, and source → chain → master gain; the delay is the chain's own. */
  private async open(): Promise<Paths> {
    const context = new AudioContext({ sampleRate: this.rate });
    const source = context.createMediaElementSource(this.audio);
    const gains = { mix: context.createGain(), master: context.createGain() };
    for (const gain of Object.values(gains)) gain.connect(context.destination);
    const chain = this.chain && (await this.chainNode(context, this.chain));
    const delay = context.createDelay(1);
    delay.delayTime.value = chain ? chain.latency / this.rate : 0;
    source.connect(delay).connect(gains.mix);
    if (chain) source.connect(chain.node).connect(gains.master);
    const paths = { context, chain: chain?.node, gains };
    this.mix(paths, 0);
    return paths;
  }

  private async chainNode(context: AudioContext, { channels, numbers }: ChainOut): Promise<{ node: AudioWorkletNode; latency: number }> {
    const [wasm] = await Promise.all([fetch(KERNEL).then((answer) => answer.arrayBuffer()), context.audioWorklet.addModule(WORKLET)]);
    const node = new AudioWorkletNode(context, "mb-studio-chain", {
      channelCount: channels,
      channelCountMode: "explicit",
      outputChannelCount: [channels],
      processorOptions: { wasm, channels, numbers },
    });
    const latency = await new Promise<number>((known, failed) => {
      node.port.onmessage = ({ data }: MessageEvent<{ latencyFrames?: number }>) => known(data.latencyFrames ?? 0);
      node.onprocessorerror = () => failed(new Error("The sound kernel did not start in this browser."));
    });
    return { node, latency };
  }

  private mix({ context, gains }: Paths, within = SWAP_S): void {
    const loud = this.chain ? matched(this.chain) : { mix: 1, master: 0 };
    for (const side of ["mix", "master"] as const) {
      gains[side].gain.setTargetAtTime(side === this.side ? loud[side] : 0, context.currentTime, within / 3);
    }
  }

  private changed(): void {
    this.dispatchEvent(new Event("change"));
  }

  private fail(detail: string): void {
    this.dispatchEvent(new CustomEvent("failure", { detail }));
  }
}
