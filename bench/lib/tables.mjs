// Tables of random numbers for the estimators, the same in every run.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Numbers from −1 to 1. */
export function randomNumbers(seed) {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    return state / 2 ** 31;
  };
}

/**
 * Labels follow a logistic model of the columns, with noise: the class with the greatest score, for
 * two classes of a coin.
 */
export function labelledTable({ rows, cols, classes = 2 }) {
  const random = randomNumbers(7);
  const x = Float64Array.from({ length: rows * cols }, () => random() * 2);
  const gumbel = () => -Math.log(-Math.log((random() + 1) / 2 || 0.5));
  const weight = (c, j) => (((j + 3 * c) % 5) - 2) * 0.4;
  const y = Int32Array.from({ length: rows }, (_, r) => {
    const score = (c) => {
      let sum = c === 0 ? 0 : 0.3;
      if (c > 0) for (let j = 0; j < cols; j++) sum += weight(c - 1, j) * x[r * cols + j];
      return sum;
    };
    if (classes === 2) return (random() + 1) / 2 < 1 / (1 + Math.exp(-score(1))) ? 1 : 0;
    let [best, most] = [0, Number.NEGATIVE_INFINITY];
    for (let c = 0; c < classes; c++) {
      const value = score(c) + gumbel();
      if (value > most) [best, most] = [c, value];
    }
    return best;
  });
  return { x, y };
}

/** values / divisor in a SharedArrayBuffer, as steepest's readers return them. */
export function shared(values, Type, divisor = 1) {
  const out = new Type(new SharedArrayBuffer(values.length * Type.BYTES_PER_ELEMENT));
  for (let i = 0; i < out.length; i++) out[i] = values[i] / divisor;
  return out;
}

/** Files of raw numbers, which the rivals read. */
export function writeTable(scratch, name, { x, y }) {
  const files = { x: join(scratch, `${name}-x`), y: join(scratch, `${name}-y`) };
  writeFileSync(files.x, x);
  writeFileSync(files.y, y);
  return files;
}
