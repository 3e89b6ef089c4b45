/**
 * The sound kernel in the browser: the same C as in the server, compiled to WebAssembly, fed with the same numbers, and so the same bits.
 *
 * Coefficients are never computed here: a chain comes as the list that `Chain.numbers(rate_hz)` gives in Python, a meter as `Meter.numbers(…)`.
 */

export const QUANTUM = 64;
const LAYOUT = 2;
const NUMBERS = 65;
const WEIGHTING = 10;
const MOST_FRAMES = 4096;
const HOPS = { momentary: 20, shortTerm: 150 };

interface Functions {
  memory: WebAssembly.Memory;
  __heap_base: WebAssembly.Global<"i32">;
  kernel_layout(): number;
  kernel_numbers(): number;
  master_bytes(): number;
  master_open(master: number, channels: number, numbers: number): void;
  master_set(master: number, numbers: number): void;
  master_latency(master: number): number;
  master_push(master: number, from: number, frames: number, to: number): number;
  meter_bytes(): number;
  meter_open(meter: number, rate: number, channels: number, weighting: number): void;
  meter_push(meter: number, from: number, frames: number, hops: number): number;
  meter_peaks(meter: number, peaks: number): void;
}

/** Fetched and compiled once; a module can be posted to a worklet. */
export async function compile(url = "/static/studio/kernel.wasm"): Promise<WebAssembly.Module> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`The sound kernel did not come: ${url} answered ${response.status}.`);
  return WebAssembly.compile(await response.arrayBuffer());
}

/** One instance with its own memory; what is opened in it lives as long as it. */
export class Kernel {
  readonly functions: Functions;
  private free: number;

  constructor(module: WebAssembly.Module) {
    this.functions = new WebAssembly.Instance(module).exports as unknown as Functions;
    this.free = this.functions.__heap_base.value as number;
    if (this.functions.kernel_layout() !== LAYOUT || this.functions.kernel_numbers() !== NUMBERS)
      throw new Error("The sound kernel and this page are of different versions: load the page again.");
  }

  /** A mono or stereo chain. */
  chain(channels: number, numbers: readonly number[]): Chain {
    return new Chain(this, channels, numbers);
  }

  /** A meter at this rate. */
  meter(rate: number, channels: number, numbers: readonly number[]): Meter {
    return new Meter(this, rate, channels, numbers);
  }

  /** The address of memory that nobody else has, aligned to 64 bytes. */
  reserve(bytes: number): number {
    const at = Math.ceil(this.free / 64) * 64;
    this.free = at + bytes;
    const { memory } = this.functions;
    const missing = this.free - memory.buffer.byteLength;
    if (missing > 0) memory.grow(Math.ceil(missing / 65536));
    return at;
  }

  floats(at: number, count: number): Float32Array {
    return new Float32Array(this.functions.memory.buffer, at, count);
  }

  doubles(at: number, count: number): Float64Array {
    return new Float64Array(this.functions.memory.buffer, at, count);
  }
}

/** Blocks in and out as planes, one array per channel; the output is late by `latencyFrames`. */
export class Chain {
  private readonly state: number;
  private readonly numbers: number;
  private readonly block: number;

  constructor(
    private readonly kernel: Kernel,
    readonly channels: number,
    numbers: readonly number[],
  ) {
    const { functions } = kernel;
    this.state = kernel.reserve(functions.master_bytes());
    this.numbers = kernel.reserve(NUMBERS * 4);
    this.block = kernel.reserve(MOST_FRAMES * channels * 4);
    functions.master_open(this.state, channels, this.write(numbers));
  }

  get latencyFrames(): number {
    return this.kernel.functions.master_latency(this.state);
  }

  /** Other settings, from the next quantum on. */
  set(numbers: readonly number[]): void {
    this.kernel.functions.master_set(this.state, this.write(numbers));
  }

  /** Whole quanta of 64 frames, at most 4096 frames. A channel that is missing in `from` is silent. */
  run(from: readonly Float32Array[], to: readonly Float32Array[]): void {
    const frames = to[0]?.length ?? 0;
    if (frames % QUANTUM || frames > MOST_FRAMES)
      throw new Error(`A block of ${frames} frames: the chain takes multiples of ${QUANTUM}, at most ${MOST_FRAMES}.`);
    const block = this.kernel.floats(this.block, frames * this.channels);
    interleave(from, block, this.channels);
    this.kernel.functions.master_push(this.state, this.block, frames, this.block);
    for (let channel = 0; channel < to.length; channel++) {
      const plane = to[channel] as Float32Array;
      const source = Math.min(channel, this.channels - 1);
      for (let frame = 0; frame < frames; frame++) plane[frame] = block[frame * this.channels + source] as number;
    }
  }

  private write(numbers: readonly number[]): number {
    if (numbers.length !== NUMBERS || numbers[0] !== LAYOUT)
      throw new Error(`A chain of ${numbers.length} numbers: this page expects ${NUMBERS}. Load the page again.`);
    this.kernel.floats(this.numbers, NUMBERS).set(numbers);
    return this.numbers;
  }
}

export interface Reading {
  /** LUFS over 400 ms and 3 s (less at the beginning); −Infinity for silence. */
  momentary: number;
  shortTerm: number;
  /** dBTP since the beginning. */
  truePeak: number;
}

/** Loudness as it sounds; the server's meter, for whole files, also knows the gates. */
export class Meter {
  private readonly state: number;
  private readonly block: number;
  private readonly hops: number;
  private readonly peaks: number;
  private readonly weights: readonly number[];
  private readonly powers: number[] = [];

  constructor(
    private readonly kernel: Kernel,
    rate: number,
    readonly channels: number,
    numbers: readonly number[],
  ) {
    if (numbers.length !== WEIGHTING + channels)
      throw new Error(`A meter of ${numbers.length} numbers: ${channels} channels need ${WEIGHTING + channels}.`);
    const { functions } = kernel;
    this.state = kernel.reserve(functions.meter_bytes());
    this.block = kernel.reserve(MOST_FRAMES * channels * 4);
    this.hops = kernel.reserve((Math.ceil(MOST_FRAMES / Math.floor(rate / 50)) + 1) * channels * 8);
    this.peaks = kernel.reserve(2 * channels * 4);
    const weighting = kernel.reserve(WEIGHTING * 8);
    kernel.doubles(weighting, WEIGHTING).set(numbers.slice(0, WEIGHTING));
    this.weights = numbers.slice(WEIGHTING);
    functions.meter_open(this.state, rate, channels, weighting);
  }

  /** Planes of at most 4096 frames. */
  push(planes: readonly Float32Array[]): void {
    const frames = planes[0]?.length ?? 0;
    if (frames > MOST_FRAMES) throw new Error(`A block of ${frames} frames: the meter takes at most ${MOST_FRAMES}.`);
    interleave(planes, this.kernel.floats(this.block, frames * this.channels), this.channels);
    const count = this.kernel.functions.meter_push(this.state, this.block, frames, this.hops);
    const hops = this.kernel.doubles(this.hops, count * this.channels);
    for (let hop = 0; hop < count; hop++)
      this.powers.push(this.weights.reduce((sum, weight, c) => sum + weight * (hops[hop * this.channels + c] as number), 0));
    this.powers.splice(0, Math.max(0, this.powers.length - HOPS.shortTerm));
  }

  read(): Reading {
    this.kernel.functions.meter_peaks(this.state, this.peaks);
    const truePeak = Math.max(...this.kernel.floats(this.peaks + this.channels * 4, this.channels));
    return {
      momentary: lufs(this.powers.slice(-HOPS.momentary)),
      shortTerm: lufs(this.powers),
      truePeak: 20 * Math.log10(truePeak),
    };
  }
}

function lufs(powers: readonly number[]): number {
  return -0.691 + 10 * Math.log10(powers.reduce((sum, power) => sum + power, 0) / Math.max(1, powers.length));
}

function interleave(planes: readonly Float32Array[], block: Float32Array, channels: number): void {
  for (let channel = 0; channel < channels; channel++) {
    const plane = planes[Math.min(channel, planes.length - 1)];
    for (let at = channel, frame = 0; at < block.length; at += channels, frame++) block[at] = plane?.[frame] ?? 0;
  }
}
