import { powerOfTwo } from '../../core/powers.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { type Centred, noiseOfColumn } from './centred.js';
import { norm, svd } from './small.js';

/** The part of a centred problem above rounding errors. */
export interface RowSpace {
  rank: number;
  /**
   * Coefficients, targets × n, that minimise the residuals, in the problem's units; not yet of
   * minimum norm.
   */
  solution: Float64Array;
  /**
   * The smallest singular value that counts, of R with columns divided by their lengths before
   * centring.
   */
  least: number;
  /**
   * Removes from vectors of n elements, in the units common to all columns, the components that R
   * maps to rounding errors: for coefficients the result has minimum norm and the same fit.
   */
  project(vectors: Float64Array): Float64Array;
}

/**
 * Units further apart than this, as powers of two, are treated as this far apart, so that
 * reciprocals do not overflow.
 */
const FURTHEST = -800;

/**
 * Singular values up to this are rounding errors, for columns of length 1 with errors of
 * `noiseOfColumn` each.
 */
const noiseOf = (n: number): number => noiseOfColumn(n) * Math.sqrt(n);

/** Row i of R·D⁻¹. */
const scaledRow = ({ r, n, lengths }: Centred, i: number): Float64Array =>
  r.subarray(i * n, (i + 1) * n).map((value, j) => value / lengths[j]!);

/**
 * True if row i of R contains only rounding errors, as most do if a table has more columns than
 * rows.
 */
export const isFaintRow = (problem: Centred, i: number): boolean =>
  norm(scaledRow(problem, i)) <= noiseOf(problem.n) / 2;

/**
 * True if no direction is a rounding error, by ‖(R·D⁻¹)⁻¹‖, with D the lengths before centring.
 * False is inconclusive.
 */
export function isClearOfNoise(
  { n, lengths }: Pick<Centred, 'n' | 'lengths'>,
  inverse: Float64Array,
): boolean {
  const rows = lengths.map((length, j) => length * norm(inverse.subarray(j * n, (j + 1) * n)));
  return 1 / norm(rows) > noiseOf(n);
}

/**
 * Separates rounding errors from the rest. The errors of a column are relative to its length before
 * centring, so R's columns are divided by these lengths. Directions whose singular values are then
 * below the errors count as 0. (This column scaling is close to optimal: van der Sluis 1969.)
 */
export async function rowSpaceOf(problem: Centred, kernels: KernelRequest): Promise<RowSpace> {
  const { n, targets, y, lengths } = problem;
  const noise = noiseOf(n);
  const kept: { row: Float64Array; i: number }[] = [];
  for (let i = 0; i < n; i++) if (!isFaintRow(problem, i)) kept.push({ row: scaledRow(problem, i), i });
  const a = new Float64Array(kept.length * n);
  const b = new Float64Array(kept.length * targets);
  kept.forEach(({ row, i }, at) => {
    a.set(row, at * n);
    b.set(y.subarray(i * targets, (i + 1) * targets), at * targets);
  });
  const { rows, b: right, values } = await svd(a, n, b, targets, kernels);
  const counted = [...values.keys()].filter((i) => values[i]! > noise);
  const basis = counted.map((i) => rows.subarray(i * n, (i + 1) * n).map((v) => v / values[i]!));
  const solution = new Float64Array(targets * n);
  counted.forEach((i, at) => {
    for (let k = 0; k < targets; k++) {
      const part = right[i * targets + k]! / values[i]!;
      for (let j = 0; j < n; j++) solution[k * n + j]! += (basis[at]![j]! / lengths[j]!) * part;
    }
  });
  return {
    rank: counted.length,
    solution,
    least: counted.reduce((least, i) => Math.min(least, values[i]!), Number.POSITIVE_INFINITY),
    project: projection(problem, basis),
  };
}

/** Projects onto the row space of R, given an orthonormal basis of that of R·D⁻¹. */
function projection(
  { n, lengths, exponents }: Centred,
  basis: readonly Float64Array[],
): (vectors: Float64Array) => Float64Array {
  const scale = lengths.map((length, j) => length * powerOfTwo(Math.max(FURTHEST, exponents[j]!)));
  const isWide = 2 * basis.length <= n;
  // Uses the smaller basis: that of the row space, or of its orthogonal complement.
  const other = isWide
    ? orthonormal(basis.map((v) => v.map((value, j) => value * scale[j]!)))
    : orthonormal(complement(basis, n).map((v) => v.map((value, j) => value / scale[j]!)));
  return (vectors) => {
    const result = new Float64Array(vectors.length);
    for (let at = 0; at < vectors.length; at += n) {
      const vector = vectors.slice(at, at + n);
      const rest = without(without(vector.slice(), other), other);
      result.set(isWide ? vector.map((value, j) => value - rest[j]!) : rest, at);
    }
    return result;
  };
}

const dot = (a: Float64Array, b: Float64Array): number => {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
};

/** Subtracts from a vector its components along an orthonormal basis, in place. */
function without(vector: Float64Array, basis: readonly Float64Array[]): Float64Array {
  for (const q of basis) {
    const part = dot(q, vector);
    for (let i = 0; i < vector.length; i++) vector[i]! -= part * q[i]!;
  }
  return vector;
}

function unit(vector: Float64Array): Float64Array {
  const length = norm(vector);
  return vector.map((value) => value / length);
}

/**
 * An orthonormal basis of the span of independent vectors, by Gram–Schmidt, done twice (Giraud,
 * Langou 2003).
 */
function orthonormal(vectors: readonly Float64Array[]): Float64Array[] {
  const basis: Float64Array[] = [];
  for (const vector of vectors) {
    const first = unit(without(unit(vector), basis));
    basis.push(unit(without(first, basis)));
  }
  return basis;
}

/**
 * An orthonormal basis of the orthogonal complement of an orthonormal basis, built from unit
 * vectors, each time the one furthest from all so far.
 */
function complement(basis: readonly Float64Array[], n: number): Float64Array[] {
  const found: Float64Array[] = [];
  const left = new Float64Array(n).fill(1);
  const use = (q: Float64Array): void => {
    for (let j = 0; j < n; j++) left[j]! -= q[j]! ** 2;
  };
  for (const q of basis) use(q);
  while (found.length < n - basis.length) {
    const furthest = left.indexOf(left.reduce((most, value) => Math.max(most, value)));
    const vector = new Float64Array(n);
    vector[furthest] = 1;
    const all = [...basis, ...found];
    const next = unit(without(unit(without(vector, all)), all));
    use(next);
    found.push(next);
  }
  return found;
}
