import { CONSTRAINED, CONSTRAINTS, REGISTERS } from '../../contract.js';
import type { F32, F64, Matrix, PrepareOp } from '../kernel.js';
import { treeSum } from '../norm/sums.js';
import { flushDenormal } from './flushDenormal.js';

const LANES = 16;
const BLOCK_COLS = 16;
/** Keras's epsilon: a norm of 0 divides nothing. */
const EPSILON = 1e-7;

/** Lane sum of the squares of row i. */
function rowSquares({ data, cols, rowStride }: Matrix<F32>, i: number, lanes: F64): number {
  lanes.fill(0);
  for (let j = 0; j < cols; j++) {
    const value = data[i * rowStride + j]!;
    lanes[j % LANES] = lanes[j % LANES]! + value * value;
  }
  return treeSum(lanes);
}

/** Constraints (ops/afterUpdate.ts). */
export const constrain: PrepareOp = (op) => {
  const w = op.f32('w');
  const wT = op.optional('f32', 'wT');
  const kind = op.scalar('constraint');
  const over = op.scalar('over');
  const limit = op.scalar('limit');
  const lanes = new Float64Array(LANES);
  const factors = new Float64Array(BLOCK_COLS);

  const factorOf = (squares: number): number => {
    const norm = Math.sqrt(squares);
    return (kind === CONSTRAINTS.unitNorm ? 1 : Math.min(norm, limit)) / (EPSILON + norm);
  };
  const scale = (i: number, j: number, factor: number): void => {
    const at = i * w.rowStride + j;
    const old = w.data[at]!;
    // biome-ignore lint/complexity/useMathMinMax: Math.max would turn −0 into 0.
    const next = Math.fround(kind !== CONSTRAINTS.nonNeg ? old * factor : old < 0 ? 0 : old);
    w.data[at] = next;
    if (wT !== undefined) wT.data[j * wT.rowStride + i] = next;
  };
  const columns = (first: number, last: number): void => {
    factors.fill(0);
    for (let i = 0; i < w.rows; i++) {
      for (let j = first; j < last; j++) {
        const value = w.data[i * w.rowStride + j]!;
        factors[j - first] = factors[j - first]! + value * value;
      }
    }
    for (let j = first; j < last; j++) factors[j - first] = factorOf(factors[j - first]!);
    for (let i = 0; i < w.rows; i++) for (let j = first; j < last; j++) scale(i, j, factors[j - first]!);
  };
  const row = (i: number, factor: number): void => {
    for (let j = 0; j < w.cols; j++) scale(i, j, factor);
  };

  return (begin, end) => {
    if (over === CONSTRAINED.columns) {
      for (let b = begin; b < end; b++) columns(b * BLOCK_COLS, Math.min((b + 1) * BLOCK_COLS, w.cols));
    } else if (over === CONSTRAINED.rows) {
      for (let i = begin; i < end; i++) row(i, factorOf(rowSquares(w, i, lanes)));
    } else if (begin < end) {
      let squares = 0;
      for (let i = 0; i < w.rows; i++) squares += rowSquares(w, i, lanes);
      const factor = factorOf(squares);
      for (let i = 0; i < w.rows; i++) row(i, factor);
    }
    return 0;
  };
};

/**
 * e ← d·e + (1 − d)·w.
 * @param fma a·b + c, with its rounding
 */
export const averageWith =
  (fma: (a: number, b: number, c: number) => number): PrepareOp =>
  (op) => {
    const w = op.f32('w');
    const e = op.f32('e');
    return (begin, end, registers) => {
      const decay = registers[REGISTERS.averageDecay] as number;
      const keep = Math.fround(decay);
      const add = Math.fround(1 - decay);
      for (let i = begin; i < end; i++) {
        const from = i * w.rowStride;
        const to = i * e.rowStride;
        for (let j = 0; j < w.cols; j++) {
          const next = fma(keep, e.data[to + j]!, Math.fround(add * w.data[from + j]!));
          e.data[to + j] = flushDenormal(next);
        }
      }
      return 0;
    };
  };

/** wT ← wᵀ. */
export const transposeRows: PrepareOp = (op) => {
  const w = op.f32('w');
  const wT = op.f32('wT');
  return (begin, end) => {
    for (let i = begin; i < end; i++) {
      for (let j = 0; j < w.cols; j++) wT.data[j * wT.rowStride + i] = w.data[i * w.rowStride + j]!;
    }
    return 0;
  };
};
