/* In the page: plays the samples through the worklet, and gives the SHA-256 of what is heard, in time with the input. */
async ({ numbers, rate, planes: encoded, frames }) => {
  const samples = encoded.map((plane) => new Float32Array(Uint8Array.from(atob(plane), (each) => each.charCodeAt(0)).buffer));
  const context = new OfflineAudioContext(2, samples[0].length, rate);
  await context.audioWorklet.addModule("/worklet.js");
  const wasm = await (await fetch("/kernel.wasm")).arrayBuffer();
  const node = new AudioWorkletNode(context, "mb-studio-chain", {
    outputChannelCount: [2],
    processorOptions: { wasm, channels: 2, numbers },
  });
  const latency = new Promise((resolve) => (node.port.onmessage = ({ data }) => resolve(data.latencyFrames)));
  const source = context.createBufferSource();
  source.buffer = context.createBuffer(2, samples[0].length, rate);
  samples.forEach((plane, side) => source.buffer.copyToChannel(plane, side));
  source.connect(node).connect(context.destination);
  source.start();
  const heard = await context.startRendering();
  const late = await latency;
  const planes = [heard.getChannelData(0), heard.getChannelData(1)];
  const joined = new Float32Array(frames * 2).map((_, at) => planes[at % 2][late + (at >> 1)]);
  const digest = await crypto.subtle.digest("SHA-256", joined);
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, "0")).join("");
}
