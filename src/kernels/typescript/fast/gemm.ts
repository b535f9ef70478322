import { GEMM_BATCH, GEMM_EPILOGUE, GEMM_INIT, REGISTERS } from '../../contract.js';
import type { F32, F64, Matrix, PreparedOp, PrepareOp, RunOp } from '../prepare.js';
import { type DeriveRow, deriveRow, type MapRow, mapRow } from './activation.js';
import { multiplyPanels, TILE_COLS, TILE_ROWS } from './microKernel.js';
import { Scratch } from './scratch.js';

/** Elements of B that are packed at a time: 512 KiB of float64, half of a core's usual L2. */
const PACKED_ELEMENTS = 65536;

/** With fewer rows of C than this, packing B would cost more than it saves. */
const FEWEST_PACKED_ROWS = 4;

const packedA = new Scratch();
const packedB = new Scratch();
const sums = new Scratch();
const tile: F64 = new Float64Array(TILE_ROWS * TILE_COLS);

/** A gemm with its operands at hand. */
interface Gemm {
  a: Matrix<F32>;
  b: Matrix<F32>;
  c: Matrix<F32>;
  /** Values that the sums of a row start from, and how far apart those of two rows are; undefined for 0. */
  start: { data: F32; rowStride: number } | undefined;
}

/**
 * C = f(start + A·B) in float64. Every element is one sum in ascending k, whatever rows it is computed with,
 * so that neither workers nor chunks change a bit.
 */
export const gemm: PrepareOp = (op) => {
  const g: Gemm = { a: op.f32('a'), b: op.f32('b'), c: op.f32('c'), start: startOf(op) };
  const finish = finishOf(op, g.c);
  const depthIsBatch = op.scalar('batch') === GEMM_BATCH.k;
  const { cols } = g.c;
  const depth = g.b.rows;
  const blockCols = blockColumns(depth);
  packedA.reserve(TILE_ROWS * depth);
  packedB.reserve(depth * Math.min(blockCols, cols + TILE_COLS));
  sums.reserve(cols);

  return (begin, end, registers) => {
    const k = depthIsBatch ? (registers[REGISTERS.rows] as number) : depth;
    if (end - begin < FEWEST_PACKED_ROWS && g.b.colStride === 1) {
      for (let i = begin; i < end; i++) multiplyRow(g, i, k);
    } else {
      for (let j = 0; j < cols; j += blockCols) {
        multiplyBlock(g, begin, end, j, Math.min(j + blockCols, cols), k);
      }
    }
    finish(begin, end, registers);
    return 0;
  };
};

/** Columns of B per block: whole panels that fit the packed memory, at least one. */
function blockColumns(depth: number): number {
  const panels = Math.floor(PACKED_ELEMENTS / (Math.max(depth, 1) * TILE_COLS));
  return Math.max(panels, 1) * TILE_COLS;
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
  const a = packedA.memory;
  const b = packedB.memory;
  packColumns(g.b, first, last, k, b);
  for (let i = begin; i < end; i += TILE_ROWS) {
    const rows = Math.min(TILE_ROWS, end - i);
    packRows(g.a, i, rows, k, a);
    for (let j = first, panel = 0; j < last; j += TILE_COLS, panel += k * TILE_COLS) {
      const cols = Math.min(TILE_COLS, last - j);
      loadTile(g, i, j, rows, cols);
      multiplyPanels(a, b, panel, panel + k * TILE_COLS, tile);
      storeTile(g.c, i, j, rows, cols);
    }
  }
}

/** Panels of B: TILE_COLS columns, k by k; columns beyond the last count as 0 and are not stored later. */
function packColumns(m: Matrix<F32>, first: number, last: number, k: number, packed: F64): void {
  const { data, rowStride, colStride } = m;
  let to = 0;
  for (let j = first; j < last; j += TILE_COLS) {
    const second = j + 1 < last;
    const third = j + 2 < last;
    let from = j * colStride;
    for (let p = 0; p < k; p++) {
      packed[to] = data[from]!;
      packed[to + 1] = second ? data[from + colStride]! : 0;
      packed[to + 2] = third ? data[from + 2 * colStride]! : 0;
      to += TILE_COLS;
      from += rowStride;
    }
  }
}

/** One panel of A: TILE_ROWS rows, k by k. A row too many counts as 0 and is not stored later. */
function packRows(m: Matrix<F32>, i: number, rows: number, k: number, packed: F64): void {
  const { data, rowStride, colStride } = m;
  const both = rows === TILE_ROWS;
  let from = i * rowStride;
  const end = k * TILE_ROWS;
  for (let to = 0; to < end; to += TILE_ROWS) {
    packed[to] = data[from]!;
    packed[to + 1] = both ? data[from + rowStride]! : 0;
    from += colStride;
  }
}

function loadTile({ start }: Gemm, i: number, j: number, rows: number, cols: number): void {
  if (start === undefined) {
    tile.fill(0);
    return;
  }
  const { data, rowStride } = start;
  for (let r = 0; r < rows; r++) {
    const from = (i + r) * rowStride + j;
    for (let s = 0; s < cols; s++) tile[r * TILE_COLS + s] = data[from + s]!;
  }
}

function storeTile(c: Matrix<F32>, i: number, j: number, rows: number, cols: number): void {
  const { data, rowStride } = c;
  for (let r = 0; r < rows; r++) {
    const to = (i + r) * rowStride + j;
    for (let s = 0; s < cols; s++) data[to + s] = tile[r * TILE_COLS + s]!;
  }
}

/** Row i of C, straight from B's rows: the same sums in the same order as through panels. */
function multiplyRow({ a, b, c, start }: Gemm, i: number, k: number): void {
  const sum = sums.memory;
  const { cols } = c;
  const values = b.data;
  const from = start === undefined ? 0 : i * start.rowStride;
  for (let j = 0; j < cols; j++) sum[j] = start === undefined ? 0 : start.data[from + j]!;
  for (let p = 0; p < k; p++) {
    const x = a.data[i * a.rowStride + p * a.colStride]!;
    const row = p * b.rowStride;
    for (let j = 0; j < cols; j++) sum[j] += x * values[row + j]!;
  }
  const to = i * c.rowStride;
  for (let j = 0; j < cols; j++) c.data[to + j] = sum[j]!;
}
