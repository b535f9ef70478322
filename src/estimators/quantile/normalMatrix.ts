import { eachRange, type InParts, PRODUCTS_PER_PART } from '../../core/inParts.js';
import { addScaled, dot } from '../solvers/objective.js';
import { hasLine, type PinballProblem, rowsPerPart } from './pinballProblem.js';

/** A pivot below this fraction of its diagonal is rounding: the column depends on earlier ones. */
const PIVOT_PRECISION = 64 * Number.EPSILON;

/** Solves A·x = b in place of b; elements of dependent columns become 0. */
export type Solve = (b: Float64Array) => void;

/** The inverse of Σ q_i·x_i·x_iᵀ over all lines. */
export function* normalSolver(problem: PinballProblem, q: Float64Array): InParts<Solve> {
  const { rows, size } = problem;
  const hasIntercept = !hasLine(problem, rows + size - 1);
  let penalised = 0;
  for (let j = 0; j < size; j++) if (q[rows + j]! > 0) penalised++;
  const isWide = rows < size && penalised === (hasIntercept ? size - 1 : size);
  if (isWide) return yield* wideSolver(problem, q, hasIntercept);
  const matrix = new Float64Array(size * size);
  yield* normalMatrix(problem, q, matrix);
  return yield* factorNormal(matrix, size);
}

/** The lower triangle of Σ q_i·x_i·x_iᵀ, row by row. */
function* normalMatrix(
  { rows, size, x }: PinballProblem,
  q: Float64Array,
  matrix: Float64Array,
): InParts<void> {
  matrix.fill(0);
  for (let j = 0; j < size; j++) matrix[j * (size + 1)] = q[rows + j]!;
  // Four rows at a time, so that an element of the matrix is read and written once for all four.
  const groups = Math.ceil(rows / 4);
  const f = [0, 0, 0, 0];
  yield* eachRange(
    groups,
    (begin, end) => {
      for (let group = begin; group < end; group++) {
        const first = group * 4;
        const [a, b, c, d] = [0, 1, 2, 3].map((k) => Math.min(first + k, rows - 1) * size) as [
          number,
          number,
          number,
          number,
        ];
        for (let k = 0; k < 4; k++) f[k] = first + k < rows ? q[first + k]! : 0;
        for (let j = 0; j < size; j++) {
          const fa = f[0]! * x[a + j]!;
          const fb = f[1]! * x[b + j]!;
          const fc = f[2]! * x[c + j]!;
          const fd = f[3]! * x[d + j]!;
          const at = j * size;
          for (let k = 0; k <= j; k++) {
            matrix[at + k] =
              matrix[at + k]! + (fa * x[a + k]! + fb * x[b + k]!) + (fc * x[c + k]! + fd * x[d + k]!);
          }
        }
      }
    },
    Math.ceil(rowsPerPart(size, size / 2) / 4),
  );
}

/**
 * The same for fewer rows than columns, by a matrix of rows: with D of the penalties and Q of the
 * rows, D + XᵀQX has the inverse D⁻¹ − D⁻¹Xᵀ(Q⁻¹ + XD⁻¹Xᵀ)⁻¹XD⁻¹. An intercept, which D lacks, is
 * an unknown beside. (Golub & Van Loan, "Matrix Computations", 4th ed., §2.1.4)
 */
function* wideSolver(problem: PinballProblem, q: Float64Array, hasIntercept: boolean): InParts<Solve> {
  const { rows, size, x } = problem;
  const cols = hasIntercept ? size - 1 : size;
  const inverse = q.slice(rows, rows + cols).map((d) => 1 / d);
  const matrix = new Float64Array(rows * rows);
  const scaled = new Float64Array(cols);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < cols; j++) scaled[j] = x[i * size + j]! * inverse[j]!;
    for (let k = 0; k <= i; k++) matrix[i * rows + k] = dot(scaled, x.subarray(k * size, k * size + cols));
    matrix[i * (rows + 1)]! += 1 / q[i]!;
    if ((i + 1) % Math.ceil(PRODUCTS_PER_PART / (rows * cols)) === 0) yield;
  }
  const solve = yield* factorNormal(matrix, rows);
  const ones = new Float64Array(rows).fill(1);
  solve(ones);
  const sumOfOnes = ones.reduce((sum, value) => sum + value, 0);
  return (b) => {
    for (let j = 0; j < cols; j++) scaled[j] = b[j]! * inverse[j]!;
    const u = Float64Array.from(ones, (_, i) => dot(scaled, x.subarray(i * size, i * size + cols)));
    solve(u);
    if (hasIntercept) {
      const intercept = (b[cols]! - u.reduce((sum, value) => sum + value, 0)) / sumOfOnes;
      addScaled(u, intercept, ones);
      b[cols] = intercept;
    }
    for (let j = 0; j < cols; j++) b[j] = scaled[j]!;
    for (let i = 0; i < rows; i++) {
      for (let j = 0; j < cols; j++) b[j]! -= inverse[j]! * x[i * size + j]! * u[i]!;
    }
  };
}

/**
 * The Cholesky factor of a positive semidefinite matrix, whose dependent columns are left out.
 * @param matrix the lower triangle; overwritten
 */
function* factorNormal(matrix: Float64Array, size: number): InParts<Solve> {
  const scale = Float64Array.from({ length: size }, (_, j) => {
    const diagonal = matrix[j * (size + 1)]!;
    return diagonal > 0 ? 1 / Math.sqrt(diagonal) : 0;
  });
  let products = 0;
  for (let i = 0; i < size; i++) {
    const row = i * size;
    for (let j = 0; j <= i; j++) {
      let sum = j < i ? matrix[row + j]! * scale[i]! * scale[j]! : scale[i]! && 1;
      const other = j * size;
      for (let k = 0; k < j; k++) sum -= matrix[row + k]! * matrix[other + k]!;
      const pivot = matrix[other + j]!;
      if (j < i) matrix[row + j] = pivot > 0 ? sum / pivot : 0;
      else matrix[row + i] = sum > PIVOT_PRECISION ? Math.sqrt(sum) : 0;
    }
    products += (i * i) / 2;
    if (products < PRODUCTS_PER_PART) continue;
    products = 0;
    yield;
  }
  return (b) => {
    for (let i = 0; i < size; i++) {
      let sum = b[i]! * scale[i]!;
      for (let k = 0; k < i; k++) sum -= matrix[i * size + k]! * b[k]!;
      const pivot = matrix[i * (size + 1)]!;
      b[i] = pivot > 0 ? sum / pivot : 0;
    }
    for (let i = size - 1; i >= 0; i--) {
      const pivot = matrix[i * (size + 1)]!;
      const value = pivot > 0 ? b[i]! / pivot : 0;
      b[i] = value * scale[i]!;
      for (let k = 0; k < i; k++) b[k] = b[k]! - matrix[i * size + k]! * value;
    }
  };
}
