import { GEMM_BATCH, GEMM_EPILOGUE, GEMM_INIT, REGISTERS } from '../../contract.js';
import type { F32, F64, Matrix, PreparedOp, PrepareOp, RunOp } from '../kernel.js';
import { type DeriveRow, deriveRow, type MapRow, mapRow } from './activation.js';
import {
  dropZeros,
  MOST_DEPTH,
  multiplyPanels,
  multiplySparsePanels,
  PACKED_ELEMENTS,
  panels,
  TILE_COLS,
  TILE_ROWS,
} from './microKernel.js';
import { packColumns, packRows } from './pack.js';
import { Scratch } from './scratch.js';

/** With fewer rows of C than this, packing B would cost more than it saves. */
const FEWEST_PACKED_ROWS = 3;
/** With fewer columns of C than this, looking for zeros in A would cost more than it saves. */
const FEWEST_SPARSE_COLS = 24;

/** Sums that are not finished: one row, or a block of C between two stretches of k. */
const sums = new Scratch();

/** A gemm with its operands at hand. */
interface Gemm {
  a: Matrix<F32>;
  b: Matrix<F32>;
  c: Matrix<F32>;
  /** Values that the sums of a row start from, and how far apart those of two rows are; undefined for 0. */
  start: { data: F32; rowStride: number } | undefined;
}

/**
 * C = f(start + A·B) in float64. Every element is one sum in ascending k, whatever rows it is
 * computed with, so that neither workers nor chunks change a bit. Sums start from +0 instead of −0
 * and are then never −0, so that products with a zero of A can be left out, unless B has NaN or
 * infinities.
 */
export const gemm: PrepareOp = (op) => {
  const g: Gemm = { a: op.f32('a'), b: op.f32('b'), c: op.f32('c'), start: startOf(op) };
  const finish = finishOf(op, g.c);
  const depthIsBatch = op.scalar('batch') === GEMM_BATCH.k;
  const { rows, cols } = g.c;
  const depth = g.b.rows;
  sums.reserve(cols);
  if (depth > MOST_DEPTH) sums.reserve(rows * blockColumns(MOST_DEPTH));

  return (begin, end, registers) => {
    const k = depthIsBatch ? (registers[REGISTERS.rows] as number) | 0 : depth;
    if (end - begin < FEWEST_PACKED_ROWS && g.b.colStride === 1) {
      for (let i = begin; i < end; i++) multiplyRow(g, i, k);
    } else {
      const blockCols = blockColumns(k);
      for (let j = 0; j < cols; j += blockCols) {
        multiplyBlock(g, begin, end, j, Math.min(j + blockCols, cols), k);
      }
    }
    finish(begin, end, registers);
    return 0;
  };
};

/** Columns of B per block: whole panels that fit the packed memory. */
function blockColumns(depth: number): number {
  const perColumn = Math.min(Math.max(depth, 1), MOST_DEPTH);
  return Math.floor(PACKED_ELEMENTS / (perColumn * TILE_COLS)) * TILE_COLS;
}

function startOf(op: PreparedOp): Gemm['start'] {
  const init = op.scalar('init');
  if (init === GEMM_INIT.bias) return { data: op.f32('bias').data, rowStride: 0 };
  return init === GEMM_INIT.c ? op.f32('c') : undefined;
}

/** What is done to the finished rows of C, in place, while they are still in cache. */
function finishOf(op: PreparedOp, c: Matrix<F32>): RunOp {
  const activation = op.scalar('activation');
  const alpha = Math.fround(op.scalar('alpha'));
  switch (op.scalar('epilogue')) {
    case GEMM_EPILOGUE.activation: {
      const map: MapRow = mapRow(activation);
      return (begin, end) => {
        for (let i = begin; i < end; i++) {
          map(c.data, i * c.rowStride, c.data, i * c.rowStride, c.cols, alpha);
        }
        return 0;
      };
    }
    case GEMM_EPILOGUE.derivative: {
      const d = op.f32('d');
      const derive: DeriveRow = deriveRow(activation);
      return (begin, end) => {
        for (let i = begin; i < end; i++) {
          const at = i * c.rowStride;
          derive(c.data, at, d.data, i * d.rowStride, c.data, at, c.cols, alpha);
        }
        return 0;
      };
    }
    default:
      return () => 0;
  }
}

/** Rows `[begin, end)`, columns `[first, last)` of C, through packed panels. */
function multiplyBlock(g: Gemm, begin: number, end: number, first: number, last: number, k: number): void {
  const { c, start } = g;
  const width = last - first;
  // With k in several stretches, the sums between two of them wait in float64.
  const waiting = { data: sums.memory, at: -(begin * width + first), rowStride: width };
  const origin = start && { data: start.data, at: 0, rowStride: start.rowStride };
  const result = { data: c.data, at: 0, rowStride: c.rowStride };
  for (let p = 0; p === 0 || p < k; p += MOST_DEPTH) {
    const stretch = Math.min(MOST_DEPTH, k - p);
    const from = p === 0 ? origin : waiting;
    const to = p + stretch === k ? result : waiting;
    const areFinite = packColumns(g.b, p, stretch, first, last, panels.b);
    const dropsZeros = areFinite && width >= FEWEST_SPARSE_COLS;
    for (let i = begin; i < end; i += TILE_ROWS) {
      const rows = Math.min(TILE_ROWS, end - i);
      packRows(g.a, i, rows, p, stretch, panels.a);
      const pairs = dropsZeros ? dropZeros(stretch) : -1;
      multiplyRows(from, to, { i, rows, first, last, pairs }, stretch);
    }
  }
}

/** Where tiles come from and go to: element (i, j) is at `at + i·rowStride + j`. */
interface Place {
  data: F32 | F64;
  at: number;
  rowStride: number;
}

/** Rows `[i, i + rows)`, columns `[first, last)` of C. */
interface Tiles {
  i: number;
  rows: number;
  first: number;
  last: number;
  /** Pairs of A's panel if its zeros have been dropped, otherwise −1. */
  pairs: number;
}

/** The tiles of TILE_ROWS = 2 rows of C. */
function multiplyRows(
  from: Place | undefined,
  to: Place,
  { i, rows, first, last, pairs }: Tiles,
  k: number,
): void {
  const { tile } = panels;
  const source = from === undefined ? 0 : from.at + i * from.rowStride;
  const target = to.at + i * to.rowStride;
  const panel = 3 * k;
  let b = 0;
  for (let j = first; j < last; j += 3) {
    const whole = rows === 2 && j + 3 <= last;
    if (from !== undefined) {
      loadTile(from.data, source + j, source + j + from.rowStride, rows, last - j);
    } else {
      tile[0] = 0;
      tile[1] = 0;
      tile[2] = 0;
      tile[3] = 0;
      tile[4] = 0;
      tile[5] = 0;
    }
    if (pairs < 0) multiplyPanels(b, k);
    else multiplySparsePanels(b, pairs);
    b += panel;
    if (whole) {
      const { data } = to;
      const upper = target + j;
      const lower = upper + to.rowStride;
      data[upper] = tile[0]!;
      data[upper + 1] = tile[1]!;
      data[upper + 2] = tile[2]!;
      data[lower] = tile[3]!;
      data[lower + 1] = tile[4]!;
      data[lower + 2] = tile[5]!;
    } else {
      storeEdge(to.data, target + j, target + j + to.rowStride, rows, last - j);
    }
  }
}

/** Reads a tile's two rows; `cols` may be more than a tile has, but no more than there are. */
function loadTile(data: F32 | F64, upper: number, lower: number, rows: number, cols: number): void {
  const { tile } = panels;
  for (let s = 0; s < 3; s++) {
    const there = s < cols;
    // −0 + 0 is +0.
    tile[s] = there ? data[upper + s]! + 0 : 0;
    tile[3 + s] = there && rows === 2 ? data[lower + s]! + 0 : 0;
  }
}

/** Stores what of a tile lies within C. */
function storeEdge(data: F32 | F64, upper: number, lower: number, rows: number, cols: number): void {
  const { tile } = panels;
  for (let s = 0; s < 3 && s < cols; s++) {
    data[upper + s] = tile[s]!;
    if (rows === 2) data[lower + s] = tile[3 + s]!;
  }
}

/** Row i of C, straight from B's rows: the same sums in the same order as through panels. */
function multiplyRow({ a, b, c, start }: Gemm, i: number, k: number): void {
  const sum = sums.memory;
  const { cols } = c;
  const values = b.data;
  const from = start === undefined ? 0 : i * start.rowStride;
  for (let j = 0; j < cols; j++) sum[j] = start === undefined ? 0 : start.data[from + j]! + 0;
  const step = a.colStride;
  let at = i * a.rowStride;
  let row = 0;
  let p = 0;
  for (; p + 1 < k; p += 2) {
    const x = a.data[at]!;
    const y = a.data[at + step]!;
    const next = row + b.rowStride;
    for (let j = 0; j < cols; j++) sum[j] = sum[j]! + x * values[row + j]! + y * values[next + j]!;
    row = next + b.rowStride;
    at += 2 * step;
  }
  if (p < k) {
    const x = a.data[at]!;
    for (let j = 0; j < cols; j++) sum[j] += x * values[row + j]!;
  }
  const to = i * c.rowStride;
  for (let j = 0; j < cols; j++) c.data[to + j] = sum[j]!;
}
