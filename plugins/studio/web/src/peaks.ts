/** The waveform's numbers: from the server's Base64 to what one bar on the screen shows. */

export interface Drawn {
  /** Per bin the largest magnitude over all channels, 0 to 1. */
  bins: Float32Array;
}

export interface Bar {
  /** The largest magnitude within the bar, and the mean of its bins' magnitudes. */
  peak: number;
  mean: number;
}

export function decoded(packed: { bins: number; channels: number; peaks: string }): Drawn {
  const bytes = Uint8Array.from(atob(packed.peaks), (each) => each.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  const bins = new Float32Array(packed.bins);
  const values = packed.channels * 2;
  for (let bin = 0; bin < packed.bins; bin++) {
    let most = 0;
    for (let value = 0; value < values; value++) most = Math.max(most, Math.abs(view.getInt16((bin * values + value) * 2, true)));
    bins[bin] = most / 32767;
  }
  return { bins };
}

/** As many bars as fit; fewer bins than bars are repeated. */
export function bars({ bins }: Drawn, count: number): Bar[] {
  return Array.from({ length: count }, (_, place) => {
    const begin = Math.floor((place * bins.length) / count);
    const end = Math.max(begin + 1, Math.floor(((place + 1) * bins.length) / count));
    const inside = bins.subarray(begin, end);
    return { peak: inside.reduce((one, other) => Math.max(one, other), 0), mean: inside.reduce((sum, each) => sum + each, 0) / Math.max(1, inside.length) };
  });
}
