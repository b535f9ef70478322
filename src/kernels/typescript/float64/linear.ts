import { REGISTERS } from '../../contract.js';
import type { F32, F64, Matrix, PreparedOp, PrepareOp, U8 } from '../kernel.js';

/** Rows of a table, of any element type. */
export function tableOf(op: PreparedOp, name: string): Matrix<F64 | F32 | U8> {
  const { dtype } = op.op.operands[name]!;
  return dtype === 'f64' ? op.f64(name) : dtype === 'f32' ? op.f32(name) : op.u8(name);
}

/** The product of two rows over 16 virtual lanes, each in a variable of its own. */
function dot(x: F64 | F32 | U8, xAt: number, w: F64, wAt: number, cols: number, lanes: Float64Array): number {
  let l0 = 0;
  let l1 = 0;
  let l2 = 0;
  let l3 = 0;
  let l4 = 0;
  let l5 = 0;
  let l6 = 0;
  let l7 = 0;
  let l8 = 0;
  let l9 = 0;
  let l10 = 0;
  let l11 = 0;
  let l12 = 0;
  let l13 = 0;
  let l14 = 0;
  let l15 = 0;
  let j = 0;
  for (; j + 16 <= cols; j += 16) {
    const p = xAt + j;
    const q = wAt + j;
    l0 += x[p]! * w[q]!;
    l1 += x[p + 1]! * w[q + 1]!;
    l2 += x[p + 2]! * w[q + 2]!;
    l3 += x[p + 3]! * w[q + 3]!;
    l4 += x[p + 4]! * w[q + 4]!;
    l5 += x[p + 5]! * w[q + 5]!;
    l6 += x[p + 6]! * w[q + 6]!;
    l7 += x[p + 7]! * w[q + 7]!;
    l8 += x[p + 8]! * w[q + 8]!;
    l9 += x[p + 9]! * w[q + 9]!;
    l10 += x[p + 10]! * w[q + 10]!;
    l11 += x[p + 11]! * w[q + 11]!;
    l12 += x[p + 12]! * w[q + 12]!;
    l13 += x[p + 13]! * w[q + 13]!;
    l14 += x[p + 14]! * w[q + 14]!;
    l15 += x[p + 15]! * w[q + 15]!;
  }
  if (j === cols) {
    const by4 = l0 + l8 + (l4 + l12) + (l2 + l10 + (l6 + l14));
    return by4 + (l1 + l9 + (l5 + l13) + (l3 + l11 + (l7 + l15)));
  }
  lanes[0] = l0;
  lanes[1] = l1;
  lanes[2] = l2;
  lanes[3] = l3;
  lanes[4] = l4;
  lanes[5] = l5;
  lanes[6] = l6;
  lanes[7] = l7;
  lanes[8] = l8;
  lanes[9] = l9;
  lanes[10] = l10;
  lanes[11] = l11;
  lanes[12] = l12;
  lanes[13] = l13;
  lanes[14] = l14;
  lanes[15] = l15;
  for (let i = 0; j < cols; i++, j++) lanes[i] = lanes[i]! + x[xAt + j]! * w[wAt + j]!;
  return sumLanes(lanes);
}

/** Lane i += lane i+8, then +4, +2, +1. Overwrites the lanes. */
export function sumLanes(lanes: Float64Array): number {
  for (let half = 8; half > 0; half >>= 1) {
    for (let i = 0; i < half; i++) lanes[i] = lanes[i]! + lanes[i + half]!;
  }
  return lanes[0]!;
}

export const linearScores: PrepareOp = (op) => {
  const x = tableOf(op, 'x');
  const w = op.f64('w');
  const bias = op.f64('bias');
  const z = op.f64('z');
  const lanes = new Float64Array(16);
  return (begin, end, registers) => {
    const start = registers[REGISTERS.batchStart] as number;
    for (let r = begin; r < end; r++) {
      const xAt = (start + r) * x.rowStride;
      for (let k = 0; k < w.rows; k++) {
        const score = dot(x.data, xAt, w.data, k * w.rowStride, w.cols, lanes);
        z.data[k * z.rowStride + r] = score + bias.data[k]!;
      }
    }
    return 0;
  };
};

/** Rows that are added at a time: the sums are read and written once for all of them. */
const UNROLLED_ROWS = 4;

/** to[j] = (((to[j] + d0·x0[j]) + d1·x1[j]) + …): the chain over four rows, in row order. */
function addFourRows(
  to: F64,
  at: number,
  x: F64 | F32 | U8,
  xAt: number,
  stride: number,
  d: F64,
  dAt: number,
  dStep: number,
  cols: number,
): void {
  const d0 = d[dAt]!;
  const d1 = d[dAt + dStep]!;
  const d2 = d[dAt + 2 * dStep]!;
  const d3 = d[dAt + 3 * dStep]!;
  for (let j = 0; j < cols; j++) {
    const p = xAt + j;
    let sum = to[at + j]! + d0 * x[p]!;
    sum += d1 * x[p + stride]!;
    sum += d2 * x[p + 2 * stride]!;
    to[at + j] = sum + d3 * x[p + 3 * stride]!;
  }
}

/** Elements of an array: from where, and how far apart. */
interface Walk<T> {
  data: T;
  at: number;
  step: number;
}

/** Adds rows of x, times their factors, to `cols` elements: the chain over rows, in row order. */
function addRows(
  to: F64,
  at: number,
  x: Walk<F64 | F32 | U8>,
  d: Walk<F64>,
  rows: number,
  cols: number,
): void {
  let r = 0;
  for (; r + UNROLLED_ROWS <= rows; r += UNROLLED_ROWS) {
    addFourRows(to, at, x.data, x.at + r * x.step, x.step, d.data, d.at + r * d.step, d.step, cols);
  }
  for (; r < rows; r++) {
    const factor = d.data[d.at + r * d.step]!;
    const xAt = x.at + r * x.step;
    for (let j = 0; j < cols; j++) to[at + j] = to[at + j]! + factor * x.data[xAt + j]!;
  }
}

export const linearGradient: PrepareOp = (op) => {
  const x = tableOf(op, 'x');
  const dz = op.f64('dz');
  const dw = op.f64('dw');
  const db = op.f64('db');
  return (begin, end, registers) => {
    const rows = registers[REGISTERS.rows] as number;
    const start = (registers[REGISTERS.batchStart] as number) * x.rowStride;
    for (let k = begin; k < end; k++) {
      const samples = { data: x.data, at: start, step: x.rowStride };
      const gradients = { data: dz.data, at: k * dz.rowStride, step: 1 };
      addRows(dw.data, k * dw.rowStride, samples, gradients, rows, dw.cols);
      let sum = db.data[k]!;
      for (let r = 0; r < rows; r++) sum += dz.data[gradients.at + r]!;
      db.data[k] = sum;
    }
    return 0;
  };
};

/** Columns of a Gram matrix whose elements begin together. */
const GRAM_PANEL = 8;

export const gram: PrepareOp = (op) => {
  const a = op.f64('a');
  const out = op.f64('out');
  return (_begin, end) => {
    for (let i = 0; i < a.cols; i++) {
      const from = i - (i % GRAM_PANEL);
      const columns = { data: a.data, at: from, step: a.rowStride };
      const column = { data: a.data, at: i, step: a.rowStride };
      addRows(out.data, i * out.rowStride + from, columns, column, end, a.cols - from);
    }
    return 0;
  };
};
