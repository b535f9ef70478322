import type { KernelSet, Op, Operand } from '../../kernels/contract.js';
import { bytesOf, float64Operand, wholeOp } from '../base/ops.js';

/** Rows of a block; a multiple of the panels of `gram`. */
const BLOCK = 64;
const PANEL = 8;

/** A symmetric positive definite matrix, factored for many solves at the kernels' speed. */
export interface DenseFactor {
  /** Rows and columns, in whole panels: those beyond the matrix are of the identity. */
  readonly size: number;
  /** b ← A⁻¹·b in place, size × columns, row by row. */
  solve(b: Float64Array, columns: number): void;
}

const view = (buffer: number, at: number, rows: number, cols: number, rowStride: number): Operand =>
  float64Operand(buffer, at * 8, rows, cols, rowStride);

/** Row i of block [first, first + rows) of the triangle, from the rows of the block above it. */
function factorRow(r: Float64Array, n: number, first: number, i: number): boolean {
  const row = i * n;
  for (let l = first; l < i; l++) {
    const factor = r[l * n + i]!;
    for (let j = i; j < n; j++) r[row + j] = r[row + j]! - factor * r[l * n + j]!;
  }
  const pivot = r[row + i]!;
  if (!(pivot > 0)) return false;
  const root = Math.sqrt(pivot);
  for (let j = i; j < n; j++) r[row + j] = r[row + j]! / root;
  return true;
}

/**
 * A = Rᵀ·R in blocks of rows: what a block takes off the rest is a Gram matrix of its rows. (Golub
 * & Van Loan, "Matrix Computations", §4.2.9)
 * @param matrix row by row, order × order; its upper triangle is read
 * @returns undefined if it is not positive definite
 */
export function factorDense(
  matrix: Float64Array,
  order: number,
  kernels: KernelSet,
): DenseFactor | undefined {
  const n = Math.ceil(order / PANEL) * PANEL;
  const r = new Float64Array(n * n);
  for (let i = 0; i < n; i++) {
    if (i < order) r.set(matrix.subarray(i * order + i, (i + 1) * order), i * n + i);
    else r[i * (n + 1)] = 1;
  }
  // The Gram matrices of all blocks so far, which are still to be taken off.
  const taken = new Float64Array(n * n);
  const buffers = [bytesOf(r), bytesOf(taken)];
  for (let first = 0; first < n; first += BLOCK) {
    const rows = Math.min(BLOCK, n - first);
    const next = first + rows;
    for (let i = first; i < next; i++) {
      for (let j = i; j < n; j++) r[i * n + j] = r[i * n + j]! - taken[i * n + j]!;
      if (!factorRow(r, n, first, i)) return undefined;
    }
    if (next === n) break;
    const a = view(0, first * n + next, rows, n - next, n);
    const out = view(1, next * (n + 1), n - next, n - next, n);
    kernels.runOnce([wholeOp('gram', { a, out })], buffers, rows);
  }
  return { size: n, solve: solver(r, n, kernels) };
}

function solver(r: Float64Array, n: number, kernels: KernelSet): DenseFactor['solve'] {
  return (b, columns) => {
    const operands = { r: view(0, 0, n, n, n), b: view(1, 0, n, columns, columns) };
    const triangular = (transposed: 0 | 1): Op => ({
      ...wholeOp('triangularSolve', operands, { transposed }),
      split: 'slice',
      end: columns,
    });
    kernels.runOnce([triangular(1), triangular(0)], [bytesOf(r), bytesOf(b)], 1);
  };
}
