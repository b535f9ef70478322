import type { Operand } from '../../kernels/contract.js';
import { type MemoryPlan, operandOf, type Region } from '../../program/memory.js';
import { cutFor, type PassOptions, type RowJob, type RowOperands, runPass, wholeOp } from './pass.js';
import type { RowSource } from './source.js';

/** Columns of a QR factorisation come in panels of eight. */
const PANEL = 8;

/**
 * The triangle R of [1 | X | Y] = Q·R: all that least squares needs to know of the rows. Its upper left part, without the
 * row and column of ones, is the R of the centred X.
 */
export interface Factor {
  /** size × size, zeros below the diagonal. */
  r: Float64Array;
  size: number;
  /** 1 where the first column is the intercept's, else 0. */
  ones: number;
  cols: number;
  targets: number;
  rows: number;
  /** Rows whose weight is not 0. */
  weightedRows: number;
}

/** Folds rows into triangles, one per accumulator, and those into the first. */
class FoldJob implements RowJob {
  readonly width: number;
  readonly cut: RowJob['cut'];
  readonly flopsPerRow: number;
  private readonly designs: Region[] = [];
  private readonly triangles: Region[] = [];

  constructor(
    size: number,
    private readonly intercept: boolean,
  ) {
    // Room for the column of ones even without: the gather's rule.
    this.width = PANEL * Math.ceil((size + (intercept ? 0 : 1)) / PANEL);
    this.cut = cutFor(this.width);
    this.flopsPerRow = 2 * this.width ** 2;
  }

  reserve(memory: MemoryPlan, workers: number, accumulators: number): void {
    const { width } = this;
    for (let rank = 0; rank < workers; rank++) {
      this.designs.push(memory.matrix(`design.${rank}`, 'batch', this.cut.pieceRows, width, 'f64'));
    }
    for (let i = 0; i < accumulators; i++) {
      this.triangles.push(memory.matrix(`triangle.${i}`, 'state', width, width, 'f64'));
    }
  }

  ops({ x, y, weight }: RowOperands, accumulator: number, rank: number) {
    const design = operandOf(this.designs[rank]!);
    const r = operandOf(this.triangles[accumulator]!);
    return [
      wholeOp('gatherDesign', { x, y, weight, dst: design }, { intercept: Number(this.intercept) }),
      wholeOp('qrFold', { a: design, r }, { triangular: 0 }),
    ];
  }

  finish(accumulators: number) {
    const [first, ...others] = this.triangles.slice(0, accumulators).map(operandOf);
    return {
      ops: others.map((a) => wholeOp('qrFold', { a, r: first }, { triangular: 1 })),
      rows: this.width,
    };
  }

  result(arena: SharedArrayBuffer): Operand & { memory: Float64Array } {
    const region = this.triangles[0]!;
    return {
      ...operandOf(region),
      memory: new Float64Array(arena, region.byteOffset, region.byteLength / 8),
    };
  }
}

/** Factors [1 | X | Y] (each row times the root of its weight) in one pass over the rows. */
export async function factorRows(
  source: RowSource,
  fitIntercept: boolean,
  options: PassOptions,
): Promise<Factor> {
  const ones = fitIntercept ? 1 : 0;
  const size = ones + source.cols + source.targets;
  const job = new FoldJob(size, fitIntercept);
  const { arena, rows, weightedRows } = await runPass(source, job, options);
  const { memory, rowStride } = job.result(arena);
  const r = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) r[i * size + j] = memory[i * rowStride + j]!;
  }
  return { r, size, ones, cols: source.cols, targets: source.targets, rows, weightedRows };
}

/** True if no element is NaN or infinite. */
export const isFiniteFactor = ({ r }: Factor): boolean => r.every(Number.isFinite);

/** The R of the centred X, cols × cols, and Qᵀ·Y beside it, cols × targets; copies. */
export function centred({ r, size, ones, cols, targets }: Factor): { r: Float64Array; y: Float64Array } {
  const triangle = new Float64Array(cols * cols);
  const y = new Float64Array(cols * targets);
  for (let i = 0; i < cols; i++) {
    const row = (ones + i) * size + ones;
    triangle.set(r.subarray(row, row + cols), i * cols);
    y.set(r.subarray(row + cols, row + cols + targets), i * targets);
  }
  return { r: triangle, y };
}

/** For each target, Σ of squares of rows `from` … of its column of R. */
export function columnSquares({ r, size, ones, cols, targets }: Factor, from: number): Float64Array {
  return Float64Array.from({ length: targets }, (_, k) => {
    let sum = 0;
    for (let i = from; i < size; i++) sum += r[i * size + ones + cols + k]! ** 2;
    return sum;
  });
}

/** The least squares' sum of squared residuals of each target, at full rank. */
export const residualSquares = (factor: Factor): Float64Array =>
  columnSquares(factor, factor.ones + factor.cols);

/** Intercepts that go with coefficients (targets × cols): the first row of R, solved for the ones. */
export function interceptsOf({ r, ones, cols, targets }: Factor, coef: Float64Array): Float64Array {
  return Float64Array.from({ length: targets }, (_, k) => {
    if (ones === 0) return 0;
    let sum = r[1 + cols + k]!;
    for (let j = 0; j < cols; j++) sum -= r[1 + j]! * coef[k * cols + j]!;
    return sum / r[0]!;
  });
}
