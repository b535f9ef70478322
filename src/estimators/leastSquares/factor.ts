import { type Arena, float64At } from '../../core/arena.js';
import { indexOfNotFinite } from '../../core/finite.js';
import type { Operand } from '../../kernels/contract.js';
import { type MemoryPlan, operandOf, type Region } from '../../program/memory.js';
import { type Frame, frameOf, frameOfAll, frameRows } from './frame.js';
import { cutFor, type PassOptions, type RowJob, type RowOperands, runPass, wholeOp } from './pass.js';
import type { RowBlock, RowSource } from './source.js';

/** Columns of a QR factorization are processed in panels of eight. */
const PANEL = 8;

/**
 * The triangle R of [1 | X | Y] = Q·R, with X and Y in their frame: all that least squares needs
 * from the rows. Without the row and column of ones, its upper left part is the R of the centred X.
 */
export interface Factor {
  frame: Frame;
  /** size × size, zeros below the diagonal. */
  r: Float64Array;
  size: number;
  /** 1 if the first column is the intercept's, else 0. */
  ones: number;
  cols: number;
  targets: number;
  rows: number;
  /** Number of rows with nonzero weight. */
  weightedRows: number;
}

/** Folds rows into triangles, one per accumulator, and those into the first. */
class FoldJob implements RowJob {
  readonly width: number;
  readonly cut: RowJob['cut'];
  readonly flopsPerRow: number;
  /** The frame in which the rows were summed. */
  frame: Frame | undefined;
  private readonly designs: Region[] = [];
  private readonly triangles: Region[] = [];
  private frameRegion!: Region;

  /** @param frame undefined to choose one from the first rows */
  constructor(
    private readonly source: RowSource,
    private readonly intercept: boolean,
    frame: Frame | undefined,
  ) {
    this.frame = frame;
    // The gather requires room for the column of ones even without an intercept.
    this.width = PANEL * Math.ceil((1 + source.cols + source.targets) / PANEL);
    this.cut = cutFor(this.width);
    this.flopsPerRow = 2 * this.width ** 2;
  }

  reserve(memory: MemoryPlan, workers: number, accumulators: number): void {
    const { width } = this;
    const { cols, targets } = this.source;
    this.frameRegion = memory.matrix('frame', 'parameter', 2, 1 + cols + targets, 'f64');
    for (let rank = 0; rank < workers; rank++) {
      this.designs.push(memory.matrix(`design.${rank}`, 'batch', this.cut.pieceRows, width, 'f64'));
    }
    for (let i = 0; i < accumulators; i++) {
      this.triangles.push(memory.matrix(`triangle.${i}`, 'state', width, width, 'f64'));
    }
  }

  begin(arena: Arena, block: RowBlock): boolean {
    this.frame ??= frameOf(block, this.source, this.intercept);
    if (this.frame === undefined) return false;
    const { byteOffset, rowStride } = this.frameRegion;
    frameRows(this.frame).forEach((values, i) => {
      float64At(arena, byteOffset + i * rowStride * 8, values.length).set(values);
    });
    return true;
  }

  ops({ x, y, weight }: RowOperands, accumulator: number, rank: number) {
    const design = operandOf(this.designs[rank]!);
    const r = operandOf(this.triangles[accumulator]!);
    const frame = operandOf(this.frameRegion);
    const intercept = Number(this.intercept);
    return [
      wholeOp('gatherDesign', { x, y, weight, dst: design, frame }, { intercept }),
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

  result(arena: Arena): Operand & { memory: Float64Array } {
    const region = this.triangles[0]!;
    return {
      ...operandOf(region),
      memory: float64At(arena, region.byteOffset, region.byteLength / 8),
    };
  }
}

/**
 * Factors [1 | X | Y] (each row times the square root of its weight) in one pass over the rows.
 * @param frame default: that of the first rows
 */
export async function factorRows(
  source: RowSource,
  fitIntercept: boolean,
  options: PassOptions,
  frame?: Frame,
): Promise<Factor> {
  const ones = fitIntercept ? 1 : 0;
  const { cols, targets } = source;
  const size = ones + cols + targets;
  const job = new FoldJob(source, fitIntercept, frame);
  const { arena, rows, weightedRows } = await runPass(source, job, options);
  const { memory, rowStride } = job.result(arena);
  const r = new Float64Array(size * size);
  for (let i = 0; i < size; i++) {
    for (let j = i; j < size; j++) r[i * size + j] = memory[i * rowStride + j]!;
  }
  // Only a stream without any weight has none.
  const none = { exponents: new Float64Array(size - ones), offsets: new Float64Array(size - ones) };
  return {
    r,
    size,
    ones,
    cols,
    targets,
    rows,
    weightedRows,
    frame: job.frame ?? { ...none, weightExponent: 0 },
  };
}

/** Squares of shorter columns may have underflowed. */
const LEAST_LENGTH = 2 ** -400;

/**
 * Columns whose squares may have underflowed in the units chosen from the first rows: those that
 * begin with zeros. Columns of zeros only are among them.
 */
export function faintColumns({ r, size, ones, frame }: Factor): number[] {
  const largest = frame.offsets.map(Math.abs);
  // Row by row, in memory order: wide tables have a million columns.
  for (let i = 0; i < size; i++) {
    for (let j = Math.max(i, ones); j < size; j++) {
      const length = Math.abs(r[i * size + j]!);
      // NaN does not count.
      if (!(length <= largest[j - ones]!)) largest[j - ones] = length;
    }
  }
  return [...largest.keys()].filter((j) => largest[j]! < LEAST_LENGTH);
}

/** Runs {@link factorRows} again, in units chosen from the largest numbers of all rows. */
export async function factorAgain(
  source: RowSource,
  fitIntercept: boolean,
  options: PassOptions,
): Promise<Factor> {
  const { cut } = new FoldJob(source, fitIntercept, undefined);
  const frame = await frameOfAll(source, cut.blockRows, fitIntercept);
  return factorRows(source, fitIntercept, options, frame);
}

/** True if no element is NaN or infinite. */
export function isFiniteFactor({ r, size }: Factor): boolean {
  for (let i = 0; i < size; i++) {
    if (indexOfNotFinite(r, i * (size + 1), (i + 1) * size) >= 0) return false;
  }
  return true;
}

/** For each target, the sum of squares of rows `from` … of its column of R. */
export function columnSquares({ r, size, ones, cols, targets }: Factor, from: number): Float64Array {
  return Float64Array.from({ length: targets }, (_, k) => {
    let sum = 0;
    for (let i = from; i < size; i++) sum += r[i * size + ones + cols + k]! ** 2;
    return sum;
  });
}

/** The sum of squared residuals of each target, at full rank. */
export const residualSquares = (factor: Factor): Float64Array =>
  columnSquares(factor, factor.ones + factor.cols);
