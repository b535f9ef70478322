/** The other side of scripts/oracles/conv.py: numbers from a counter, and the sketch of a result. */

/** Streams of a case: 8 · its stream + these. */
export const STREAMS = { x: 0, kernel: 1, bias: 2, target: 3 } as const;
const SKETCH_STREAM = 2 ** 31;

/** uint32 of a stream and a counter; the constants are those of Wellons's lowbias32. */
function hash(stream: number, i: number): number {
  let h = (Math.imul(i + 1, 0x9e3779b1) + Math.imul(stream, 0x85ebca77)) | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return (h ^ (h >>> 16)) >>> 0;
}

/** float32 numbers in ±2^−exponent. */
export function countedNumbers(stream: number, count: number, exponent = 0): Float32Array<ArrayBuffer> {
  const scale = 2 ** -exponent;
  return Float32Array.from({ length: count }, (_, i) => ((hash(stream, i) >>> 8) / 2 ** 23 - 1) * scale);
}

/** What a fixture holds of a result: its bins, and after them the size of the roundings that float32 leaves in one. */
export type Sketch = readonly number[];

/**
 * Roundings are independent of each other, so a bin's error is a sum of many small ones of either sign: 6 times its size is
 * far out, and one wrong product lies far beyond that again.
 */
const MOST_SIZES = 6;
const ROUNDING = 2 ** -24;

/** The largest error of any bin, in tolerances: above 1 the result is wrong. */
export function sketchError(result: ArrayLike<number>, expected: Sketch): number {
  const bins = new Float64Array(expected.length - 1);
  for (let i = 0; i < result.length; i++) {
    const key = hash(SKETCH_STREAM, i);
    bins[(key >>> 1) % bins.length]! += key & 1 ? -result[i]! : result[i]!;
  }
  const tolerance = MOST_SIZES * ROUNDING * expected.at(-1)!;
  const worst = bins.reduce((most, bin, b) => Math.max(most, Math.abs(bin - expected[b]!)), 0);
  if (Number.isNaN(worst)) return Number.POSITIVE_INFINITY;
  return worst === 0 ? 0 : worst / tolerance;
}
