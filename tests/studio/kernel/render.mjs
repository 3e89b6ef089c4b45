/* Renders in.f32 (stereo frames) with what the browser loads, kernel.js and kernel.wasm, and reads the meter after a second. */
import { readFileSync, writeFileSync } from "node:fs";

const { static: folder, folder: work, numbers, meter, rate } = JSON.parse(readFileSync(0, "utf8"));
const { Kernel } = await import(`${folder}/kernel.js`);

const kernel = new Kernel(new WebAssembly.Module(readFileSync(`${folder}/kernel.wasm`)));
const chain = kernel.chain(2, numbers);
const reading = kernel.meter(rate, 2, meter);
const bytes = readFileSync(`${work}/in.f32`);
const input = new Float32Array(bytes.buffer, bytes.byteOffset, bytes.length / 4);
let read;
const output = new Float32Array(input.length);
for (let start = 0; start < input.length / 2; start += 128) {
  const planes = [0, 1].map((side) => Float32Array.from({ length: 128 }, (_, frame) => input[2 * (start + frame) + side]));
  const out = [new Float32Array(128), new Float32Array(128)];
  chain.run(planes, out);
  reading.push(out);
  if (start + 128 === rate) read = reading.read();
  for (let frame = 0; frame < 128; frame++) for (const side of [0, 1]) output[2 * (start + frame) + side] = out[side][frame];
}
writeFileSync(`${work}/out.f32`, output);
console.log(JSON.stringify({ latencyFrames: chain.latencyFrames, ...read }));
