import type { KernelSet } from '../contract.js';
import type { CallOp, CallOperand, MatrixView } from './call.js';

/** Ranks get whole multiples of this many rows or columns: about a tile, and a cache line of c. */
const GRAIN = 16;

/**
 * A rank looks for an abort after this many operations, some 0.2 s. A piece has at least so many
 * rows or columns, because each reads and packs the other operand again.
 */
const NATIVE_PIECE = { flops: 4e10, least: 512 };
const TYPESCRIPT_PIECES: Record<string, typeof NATIVE_PIECE | undefined> = {
  fast: { flops: 2e8, least: 16 },
  exact: { flops: 4e6, least: 16 },
};

/** Which operands the rows or columns of the output are a part of. */
interface Cut {
  extent: number;
  /** Operands of which a part takes rows, and those of which it takes columns. */
  rows: readonly string[];
  cols: readonly string[];
  flopsPerUnit: number;
}

/**
 * The part of an op that a rank computes, in pieces. The bits do not depend on the cut: no sum runs
 * along it.
 */
export function shareOf(
  call: CallOp,
  rank: number,
  workers: number,
  { isa }: Pick<KernelSet, 'isa'>,
): CallOp[] {
  const cut = cutOf(call);
  const grains = Math.ceil(cut.extent / GRAIN);
  const bound = (r: number): number => Math.min(cut.extent, GRAIN * Math.floor((grains * r) / workers));
  const [begin, end] = [bound(rank), bound(rank + 1)];
  const { flops, least } = TYPESCRIPT_PIECES[isa] ?? NATIVE_PIECE;
  const most = Math.max(least, Math.ceil(flops / cut.flopsPerUnit / GRAIN) * GRAIN);
  const pieces: CallOp[] = [];
  for (let from = begin; from < end; from += most) {
    pieces.push(part(call, cut, from, Math.min(most, end - from)));
  }
  return pieces;
}

/**
 * A product is cut along the longer side of c. Each rank reads all of the operand along the other
 * side, which is the smaller one.
 */
function cutOf({ kind, operands, extent }: CallOp): Cut {
  if (kind === 'gemm') {
    const c = operands.c!;
    const k = operands.a!.transposed ? operands.a!.rows : operands.a!.cols;
    return c.rows >= c.cols
      ? { extent: c.rows, rows: ['a', 'c'], cols: [], flopsPerUnit: Math.max(1, 2 * k * c.cols) }
      : { extent: c.cols, rows: [], cols: ['b', 'c', 'bias'], flopsPerUnit: Math.max(1, 2 * k * c.rows) };
  }
  if (kind === 'biasGradient') {
    return { extent, rows: [], cols: ['dz', 'db'], flopsPerUnit: Math.max(1, operands.dz!.rows) };
  }
  const names = Object.keys(operands);
  return { extent, rows: names, cols: [], flopsPerUnit: Math.max(1, operands[names[0]!]!.cols) };
}

function part(call: CallOp, { rows, cols }: Cut, begin: number, count: number): CallOp {
  const operands: CallOp['operands'] = {};
  for (const [name, view] of Object.entries(call.operands)) {
    const cutsRows = rows.includes(name);
    const isCut = view !== undefined && (cutsRows || cols.includes(name));
    operands[name] = isCut ? window(view, cutsRows, begin, count) : view;
  }
  // Of gemm, `extent` is the rows of c, and `batchRows` does not count.
  const extent = call.kind === 'gemm' ? operands.c!.rows : count;
  const batchRows = call.kind === 'gemm' || call.kind === 'biasGradient' ? call.batchRows : count;
  return { ...call, operands, extent, batchRows };
}

/** Rows or columns of a matrix, or of the transpose of the stored one. */
function window(view: CallOperand, cutsRows: boolean, begin: number, count: number): CallOperand {
  const { data, rowStride, transposed } = view;
  const cutsStoredRows = cutsRows !== (transposed === true);
  const stored: MatrixView = cutsStoredRows
    ? { data: data.subarray(begin * rowStride), rows: count, cols: view.cols, rowStride }
    : { data: data.subarray(begin), rows: view.rows, cols: count, rowStride };
  return { ...stored, transposed };
}
