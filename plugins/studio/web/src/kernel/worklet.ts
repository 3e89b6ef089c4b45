/**
 * The chain in the audio thread: `new AudioWorkletNode(context, "mb-studio-chain", { processorOptions })`.
 *
 * Post `{ numbers }` for other settings. With `meter` numbers a reading of the output comes every 50 ms.
 */
import { Kernel, type Chain, type Meter } from "./kernel.ts";

declare const sampleRate: number;
declare function registerProcessor(name: string, processor: typeof AudioWorkletProcessor): void;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
  constructor(options: { processorOptions: ChainOptions });
}

export interface ChainOptions {
  /** The bytes of kernel.wasm, or the compiled module. */
  wasm: ArrayBuffer | WebAssembly.Module;
  channels: number;
  numbers: readonly number[];
  meter?: readonly number[];
}

class ChainProcessor extends AudioWorkletProcessor {
  private readonly chain: Chain;
  private readonly meter: Meter | undefined;
  private untilReading = 0;

  constructor(options: { processorOptions: ChainOptions }) {
    super(options);
    const { wasm, channels, numbers, meter } = options.processorOptions;
    const kernel = new Kernel(wasm instanceof WebAssembly.Module ? wasm : new WebAssembly.Module(wasm));
    this.chain = kernel.chain(channels, numbers);
    this.meter = meter && kernel.meter(sampleRate, channels, meter);
    this.port.onmessage = ({ data }: MessageEvent<{ numbers: readonly number[] }>) => this.chain.set(data.numbers);
    this.port.postMessage({ latencyFrames: this.chain.latencyFrames });
  }

  process([input]: Float32Array[][], [output]: Float32Array[][]): boolean {
    if (!output) return true;
    this.chain.run(input ?? [], output);
    if (this.meter) this.read(this.meter, output);
    return true;
  }

  private read(meter: Meter, output: Float32Array[]): void {
    meter.push(output);
    this.untilReading -= output[0]?.length ?? 0;
    if (this.untilReading > 0) return;
    this.untilReading = sampleRate / 20;
    this.port.postMessage({ reading: meter.read() });
  }
}

registerProcessor("mb-studio-chain", ChainProcessor);
