import { anyNumber } from '../../core/definition.js';
import { inverseNormal } from '../../core/normal.js';
import type { InitializerDefinition, InitializerRequest } from './definition.js';
import { uniformsOf } from './draw.js';

/**
 * A random matrix with orthonormal columns (rows, if it has more columns than rows), times gain;
 * every such matrix is as likely as every other (Saxe, McClelland & Ganguli 2014). Kernels of
 * convolutions are matrices with a column for each filter.
 *
 * Its distribution is that of Q in the QR factorisation of a matrix of normal numbers with R's
 * diagonal positive, which Keras and PyTorch compute. There is no need for the matrix: its
 * Householder vectors are themselves independent normal vectors of lengths m, m − 1, … (Stewart
 * 1980), so Q = H₁H₂…Hₙ·D is made from these alone, with half the operations.
 *
 * A matrix of 1,024 × 1,024 takes about half a second, and eight times as much at twice the size.
 */
export const orthogonal: InitializerDefinition<{ gain: number }> = {
  name: 'orthogonal',
  defaults: { gain: 1 },
  ranges: { gain: anyNumber },
  shapes: { accepts: (shape) => shape.length >= 2, words: 'an array of at least two dimensions' },
  fill({ gain }, request) {
    const { length, cols } = request;
    const rows = cols === 0 ? 0 : length / cols;
    const values = new Float32Array(length);
    const isTall = rows >= cols;
    const [m, n] = isTall ? [rows, cols] : [cols, rows];
    const reflectors = drawReflectors(m, n, request);
    const panel = Array.from({ length: PANEL }, () => new Float64Array(m)) as unknown as Panel;
    for (let left = 0; left < n; left += PANEL) {
      fillPanel(panel, reflectors, left);
      for (let j = 0; j < PANEL && left + j < n; j++) {
        const column = panel[j as 0];
        const [start, step] = isTall ? [left + j, cols] : [(left + j) * cols, 1];
        for (let i = 0; i < m; i++) values[start + i * step] = column[i]! * gain;
      }
    }
    return values;
  },
};

/**
 * Columns that all reflections are applied to before the next ones. Their four sums are independent,
 * and with 1,024 rows they stay in the first-level cache.
 */
const PANEL = 4;
type Panel = readonly [Float64Array, Float64Array, Float64Array, Float64Array];

/** H = I − v·vᵀ/h, of the rows from its number on; and the sign of D. */
interface Reflector {
  v: Float64Array;
  /** vᵀv / 2. */
  h: number;
  sign: number;
}

/**
 * Reflector k takes a normal vector x of length m − k to a multiple of e₁ (Golub & Van Loan §5.1):
 * v = x + sign(x₁)·‖x‖·e₁, whose factor −sign(x₁) D turns around. Sums are chains in ascending order.
 */
function drawReflectors(
  m: number,
  n: number,
  request: Pick<InitializerRequest, 'seed' | 'stream'>,
): Reflector[] {
  const uniforms = uniformsOf(request);
  let next = 0;
  return Array.from({ length: n }, (_, k) => {
    const v = new Float64Array(m - k);
    let squares = 0;
    for (let i = 0; i < v.length; i++) {
      const x = inverseNormal(uniforms.at(next++));
      v[i] = x;
      squares += x * x;
    }
    const norm = Math.sqrt(squares);
    const first = v[0]!;
    v[0] = first < 0 ? first - norm : first + norm;
    // vᵀv = 2·(‖x‖² + |x₁|·‖x‖).
    return { v, h: squares + Math.abs(first) * norm, sign: first < 0 ? 1 : -1 };
  });
}

/** Columns from `left` on of H₁…Hₙ·D: the reflections act in descending order. */
function fillPanel(panel: Panel, reflectors: readonly Reflector[], left: number): void {
  const width = Math.min(PANEL, reflectors.length - left);
  panel.forEach((column, j) => {
    column.fill(0);
    if (j < width) column[left + j] = reflectors[left + j]!.sign;
  });
  // Reflections after the last of these columns leave them as they are.
  for (let k = left + width - 1; k >= 0; k--) reflect(panel, reflectors[k]!, k);
}

/** Rows from k on: c ← c − v·(vᵀc)/h for each column c. */
function reflect([c0, c1, c2, c3]: Panel, { v, h }: Reflector, k: number): void {
  let [s0, s1, s2, s3] = [0, 0, 0, 0];
  for (let i = 0; i < v.length; i++) {
    const x = v[i]!;
    s0 += x * c0[k + i]!;
    s1 += x * c1[k + i]!;
    s2 += x * c2[k + i]!;
    s3 += x * c3[k + i]!;
  }
  s0 /= h;
  s1 /= h;
  s2 /= h;
  s3 /= h;
  for (let i = 0; i < v.length; i++) {
    const x = v[i]!;
    c0[k + i]! -= x * s0;
    c1[k + i]! -= x * s1;
    c2[k + i]! -= x * s2;
    c3[k + i]! -= x * s3;
  }
}
