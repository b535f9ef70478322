import { UniformStream } from '#steepest/core/random.js';

/** Rows × columns of numbers between −1 and 1 and targets that depend on them, the same in every run. */
export function problem(rows: number, cols: number, targets: number, seed = 1) {
  const draw = new UniformStream(seed, 7);
  const x = Float64Array.from({ length: rows * cols }, (_, i) => 2 * draw.at(i) - 1);
  const y = new Float64Array(rows * targets);
  const weight = Float64Array.from({ length: rows }, (_, i) => Math.floor(4 * draw.at(i + 1e9)) / 2);
  for (let i = 0; i < rows; i++) {
    for (let k = 0; k < targets; k++) {
      let value = 0.5 + k + 0.1 * draw.at(2e9 + i * targets + k);
      for (let j = 0; j < cols; j++) value += x[i * cols + j]! * ((j % 5) - 2 + k);
      y[i * targets + k] = value;
    }
  }
  return { x, y, weight };
}

/** The same values in memory that threads can read. */
export function shared(values: Float64Array): Float64Array<SharedArrayBuffer> {
  const copy = new Float64Array(new SharedArrayBuffer(values.byteLength));
  copy.set(values);
  return copy;
}
