import { nextTurn } from '../../core/nextTurn.js';
import { exponentOf, powerOfTwo, timesPower } from '../../core/powers.js';
import type { RowBlock, RowSource } from './source.js';

/**
 * The units and the origin in which the rows of a problem are summed: column j (x first, then y)
 * becomes v·2^−exponents[j] − offsets[j], and weights become w·2^−weightExponent. Scaling by powers
 * of two is exact and keeps squares within float64.
 *
 * The offset is a value from the column itself. A constant column therefore becomes exactly 0, and
 * one far from 0, such as a year, loses nothing to rounding: the relative error of centring is 2⁻⁵²
 * times the remainder, not times the mean.
 */
export interface Frame {
  exponents: Float64Array;
  /** In the column's new units; 0 without an intercept, which could not absorb them. */
  offsets: Float64Array;
  weightExponent: number;
}

/**
 * Rows from which the frame is chosen: a few hundred show the range of a column, and cost
 * microseconds.
 */
const HEAD_ROWS = 256;
/**
 * Columns within 2^±128 keep their units: their squares, and those of their rounding errors, are
 * far from float64's limits.
 */
const COMFORTABLE = 128;
/** Larger factors would not be normal numbers. The remaining 2^±74 is enough. */
const MOST_EXPONENT = 1000;

const within = (exponent: number): number => Math.max(-MOST_EXPONENT, Math.min(MOST_EXPONENT, exponent));
const comfortable = (exponent: number): number => (Math.abs(exponent) <= COMFORTABLE ? 0 : within(exponent));

/** Numbers of the first rows with nonzero weight. */
function headOf({ rows, weight }: RowBlock): number[] {
  const head: number[] = [];
  for (let i = 0; i < rows && head.length < HEAD_ROWS; i++) if (weight?.[i] !== 0) head.push(i);
  return head;
}

/** Number of columns of x and y. */
interface Sides {
  cols: number;
  targets: number;
}

/** The columns of a block, x and y side by side. */
interface Columns extends Sides {
  block: RowBlock;
}

const valueAt = ({ block, cols, targets }: Columns, i: number, j: number): number =>
  j < cols ? block.x[i * cols + j]! : block.y[i * targets + j - cols]!;

/** √(w·2^−exponent) of row i. */
const rootOf = ({ weight }: RowBlock, i: number, exponent: number): number =>
  weight === undefined ? 1 : Math.sqrt(timesPower(weight[i]!, -exponent));

/**
 * The value of column j that is nearest to its weighted mean over these rows, in units of
 * 2^exponent.
 */
function nearestToMean(
  columns: Columns,
  head: readonly number[],
  roots: Float64Array,
  j: number,
  exponent: number,
): number {
  const factor = powerOfTwo(-exponent);
  const first = valueAt(columns, head[0]!, j) * factor;
  let sum = 0;
  let total = 0;
  head.forEach((i, at) => {
    const w = roots[at]! ** 2;
    // Halved: the difference of two numbers near float64's largest would overflow.
    sum += w * ((valueAt(columns, i, j) * factor) / 2 - first / 2);
    total += w;
  });
  const distance = (2 * sum) / total;
  let nearest = first;
  let least = Number.POSITIVE_INFINITY;
  for (const i of head) {
    const value = valueAt(columns, i, j) * factor;
    const away = Math.abs(value - first - distance);
    if (away < least) [least, nearest] = [away, value];
  }
  return nearest;
}

/** Updates the largest element of each column with |√w·v| of these rows. */
function takeLargest(
  largest: Float64Array,
  columns: Columns,
  rows: Iterable<number>,
  weightExponent: number,
): void {
  for (const i of rows) {
    const root = rootOf(columns.block, i, weightExponent);
    for (let j = 0; j < largest.length; j++) {
      const size = Math.abs(valueAt(columns, i, j)) * root;
      if (size > largest[j]!) largest[j] = size;
    }
  }
}

function withOffsets(
  columns: Columns,
  head: readonly number[],
  largest: Float64Array,
  weightExponent: number,
  centre: boolean,
): Frame {
  const exponents = largest.map((size) => comfortable(exponentOf(size)));
  const roots = Float64Array.from(head, (i) => rootOf(columns.block, i, weightExponent));
  const offsets = exponents.map((exponent, j) => {
    const offset = centre ? nearestToMean(columns, head, roots, j, exponent) : 0;
    return Number.isFinite(offset) ? offset : 0;
  });
  return { exponents, offsets, weightExponent };
}

/**
 * The frame for rows that begin with these, or undefined if none has a weight.
 * @param centre whether there is an intercept
 */
export function frameOf(block: RowBlock, { cols, targets }: Sides, centre: boolean): Frame | undefined {
  const head = headOf(block);
  if (head.length === 0) return undefined;
  const columns = { block, cols, targets };
  const heaviest = head.reduce((most, i) => Math.max(most, block.weight?.[i] ?? 1), 0);
  const weightExponent = within(exponentOf(heaviest));
  const largest = new Float64Array(cols + targets);
  takeLargest(largest, columns, head, weightExponent);
  return withOffsets(columns, head, largest, weightExponent, centre);
}

/**
 * Chooses the frame from the largest numbers of all rows instead of the first few, for tables whose
 * numbers span a wider range than their squares can. Between blocks the event loop runs.
 */
export async function frameOfAll(source: RowSource, blockRows: number, centre: boolean): Promise<Frame> {
  const heaviest = await heaviestOf(source, blockRows);
  const { largest, first } = await largestOf(source, blockRows, heaviest);
  return frameFrom(first!, source, largest, heaviest, centre);
}

/** The largest weight of a source's rows. */
export async function heaviestOf(source: RowSource, blockRows: number): Promise<number> {
  let heaviest = 0;
  for await (const { rows, weight } of source.blocks(blockRows)) {
    for (let i = 0; i < rows; i++) heaviest = Math.max(heaviest, weight?.[i] ?? 1);
  }
  return heaviest;
}

/** The largest |√w·v| of each column, and the first block with a weight. */
export async function largestOf(
  source: RowSource,
  blockRows: number,
  heaviest: number,
): Promise<{ largest: Float64Array; first: RowBlock | undefined }> {
  const { cols, targets } = source;
  const weightExponent = within(exponentOf(heaviest));
  const largest = new Float64Array(cols + targets);
  let first: RowBlock | undefined;
  for await (const block of source.blocks(blockRows)) {
    takeLargest(largest, { block, cols, targets }, Array(block.rows).keys(), weightExponent);
    if (headOf(block).length > 0) first ??= block;
    await nextTurn();
  }
  return { largest, first };
}

/** The frame for the largest numbers of all rows, with the origin of these. */
export function frameFrom(
  block: RowBlock,
  { cols, targets }: Sides,
  largest: Float64Array,
  heaviest: number,
  centre: boolean,
): Frame {
  const weightExponent = within(exponentOf(heaviest));
  return withOffsets({ block, cols, targets }, headOf(block), largest, weightExponent, centre);
}

/**
 * The frame in the form that the kernel `gatherDesign` takes: factors, then offsets; those of the
 * weights last.
 */
export function frameRows({ exponents, offsets, weightExponent }: Frame): [Float64Array, Float64Array] {
  return [
    Float64Array.of(...exponents.map((e) => powerOfTwo(-e)), powerOfTwo(-weightExponent)),
    Float64Array.of(...offsets, 0),
  ];
}
