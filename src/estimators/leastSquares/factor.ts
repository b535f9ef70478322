import { type Arena, float64At } from '../../core/arena.js';
import { indexOfNotFinite } from '../../core/finite.js';
import { type MemoryPlan, operandOf, type Region } from '../../program/memory.js';
import { wholeOp } from '../base/ops.js';
import { type Frame, frameOf, frameOfAll, frameRows } from './frame.js';
import { jointFrame, jointFrameOfAll } from './jointFrame.js';
import { runPass } from './pass.js';
import { cutFor, type PassOptions, type RowJob, type RowOperands } from './rowJob.js';
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

/**
 * Wider tables are reflected: the rows of a tile of AᵀA would lie on more pages than a processor
 * keeps at hand, which costs more than the saved operations.
 */
const MOST_NORMAL_WIDTH = 256;
/**
 * Rows of a block whose normal equations are tried, for each of its columns: with fewer, even the
 * columns of random numbers are far from orthogonal, and a block's factor costs too much. The
 * larger numbers apply as long as the block is at most `growth` times as large as those of QR.
 * Several folds need smaller blocks, which are dealt to them whole.
 */
const LEAST_NORMAL_ROWS = 4;
const GOOD_BLOCK = { rows: 16, growth: 6 };
const GOOD_FOLD_BLOCK = { rows: 8, growth: 3 };
/** Vectors that `normalFold` keeps beside two matrices. */
const NORMAL_VECTORS = 5;

/** How rows are divided: whole blocks where their normal equations are tried. */
function foldCut(width: number, folds: number): RowJob['cut'] {
  const cut = cutFor(width);
  if (width > MOST_NORMAL_WIDTH) return cut;
  const { rows, growth } = folds === 1 ? GOOD_BLOCK : GOOD_FOLD_BLOCK;
  const good = Math.min(rows * width, growth * cut.blockRows);
  const blockRows = Math.max(cut.blockRows, good, LEAST_NORMAL_ROWS * width);
  return { ...cut, blockRows, pieceRows: blockRows };
}

/** Columns of the design matrix of rows. The gather needs room for the ones in any case. */
const designWidth = (cols: number, targets: number): number =>
  PANEL * Math.ceil((1 + cols + targets) / PANEL);

/** Rows of a block of {@link factorRows}. */
export const foldBlockRows = (cols: number, targets: number): number =>
  foldCut(designWidth(cols, targets), 1).blockRows;

/** Folds rows into triangles, one per accumulator, and those into the first of each fold. */
class FoldJob implements RowJob {
  readonly width: number;
  readonly cut: RowJob['cut'];
  readonly flopsPerRow: number;
  /** The frame in which the rows were summed. */
  frame: Frame | undefined;
  private readonly designs: Region[] = [];
  private readonly works: Region[] = [];
  private readonly triangles: Region[] = [];
  private frameRegion!: Region;

  /**
   * @param frame undefined to choose one from the first rows
   * @param folds triangles to be made: block k of the rows goes to triangle k mod folds
   */
  constructor(
    private readonly source: RowSource,
    private readonly intercept: boolean,
    frame: Frame | undefined,
    private readonly folds = 1,
  ) {
    this.frame = frame;
    this.width = designWidth(source.cols, source.targets);
    const cut = foldCut(this.width, folds);
    this.cut = { ...cut, accumulators: folds * Math.ceil(cut.accumulators / folds) };
    this.flopsPerRow = (this.isNormal ? 1 : 2) * this.width ** 2;
  }

  private get isNormal(): boolean {
    return this.width <= MOST_NORMAL_WIDTH;
  }

  reserve(memory: MemoryPlan, workers: number, accumulators: number): void {
    const { width } = this;
    const { cols, targets } = this.source;
    // A pass that begins again, with fewer threads, has another plan.
    for (const regions of [this.designs, this.works, this.triangles]) regions.length = 0;
    this.frameRegion = memory.matrix('frame', 'parameter', 2, 1 + cols + targets, 'f64');
    for (let rank = 0; rank < workers; rank++) {
      this.designs.push(memory.matrix(`design.${rank}`, 'batch', this.cut.pieceRows, width, 'f64'));
      if (!this.isNormal) continue;
      this.works.push(memory.matrix(`work.${rank}`, 'batch', 2 * width + NORMAL_VECTORS, width, 'f64'));
    }
    for (let i = 0; i < accumulators; i++) {
      this.triangles.push(memory.matrix(`triangle.${i}`, 'state', width, width, 'f64'));
    }
  }

  prepare(arena: Arena): void {
    if (this.frame === undefined) return;
    const { byteOffset, rowStride } = this.frameRegion;
    frameRows(this.frame).forEach((values, i) => {
      float64At(arena, byteOffset + i * rowStride * 8, values.length).set(values);
    });
  }

  begin(arena: Arena, block: RowBlock): boolean {
    if (this.frame !== undefined) return true;
    this.frame = frameOf(block, this.source, this.intercept);
    this.prepare(arena);
    return this.frame !== undefined;
  }

  ops({ x, y, weight }: RowOperands, accumulator: number, rank: number) {
    const a = operandOf(this.designs[rank]!);
    const r = operandOf(this.triangles[accumulator]!);
    const frame = operandOf(this.frameRegion);
    const intercept = Number(this.intercept);
    if (this.isNormal) {
      const work = operandOf(this.works[rank]!);
      return [wholeOp('normalFold', { x, y, weight, frame, a, r, work }, { intercept })];
    }
    return [
      wholeOp('gatherDesign', { x, y, weight, dst: a, frame }, { intercept }),
      wholeOp('qrFold', { a, r }, { triangular: 0 }),
    ];
  }

  accumulator(i: number): Region {
    return this.triangles[i]!;
  }

  finish(accumulators: number) {
    const given = this.triangles.slice(0, accumulators).map(operandOf);
    const ops = given.flatMap((a, i) =>
      i < this.folds ? [] : [wholeOp('qrFold', { a, r: given[i % this.folds]! }, { triangular: 1 })],
    );
    return { ops, rows: this.width, results: Math.min(accumulators, this.folds) };
  }

  /** The upper triangle of a fold, without the columns that only fill panels. */
  result(arena: Arena, fold: number): Float64Array {
    const { byteOffset, byteLength, rowStride } = this.triangles[fold]!;
    const memory = float64At(arena, byteOffset, byteLength / 8);
    const { cols, targets } = this.source;
    const size = Number(this.intercept) + cols + targets;
    const r = new Float64Array(size * size);
    for (let i = 0; i < size; i++) {
      for (let j = i; j < size; j++) r[i * size + j] = memory[i * rowStride + j]!;
    }
    return r;
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
  const [factor] = await factorFolds(source, fitIntercept, options, 1, frame);
  return factor!;
}

/**
 * Factors rows as {@link factorRows} does, in several folds: blocks of consecutive rows go to one
 * fold after another. Folds without rows are left out.
 */
export async function factorFolds(
  source: RowSource,
  fitIntercept: boolean,
  options: PassOptions,
  folds: number,
  frame?: Frame,
): Promise<Factor[]> {
  const ones = fitIntercept ? 1 : 0;
  const { cols, targets } = source;
  const size = ones + cols + targets;
  const known =
    frame ?? (source.joint && (await jointFrame(source, foldBlockRows(cols, targets), fitIntercept)));
  const job = new FoldJob(source, fitIntercept, known, folds);
  return runPass(source, job, options, (arena, { rows, weightedRows }) => {
    // Only a stream without any weight has none.
    const none = { exponents: new Float64Array(size - ones), offsets: new Float64Array(size - ones) };
    const given = Math.max(1, Math.min(folds, Math.ceil(rows / job.cut.blockRows)));
    return Array.from({ length: given }, (_, fold) => ({
      r: job.result(arena, fold),
      size,
      ones,
      cols,
      targets,
      rows,
      weightedRows,
      frame: job.frame ?? { ...none, weightExponent: 0 },
    }));
  });
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
  const blockRows = foldBlockRows(source.cols, source.targets);
  const of = source.joint === undefined ? frameOfAll : jointFrameOfAll;
  const frame = await of(source, blockRows, fitIntercept);
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
