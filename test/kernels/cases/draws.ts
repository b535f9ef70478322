/** What several families of ops draw alike. */
import { ACTIVATIONS } from '#steepest/kernels/contract.js';
import type { CaseBuilder, Sides } from './case.js';

/** Draws the operands and scalars of one op. */
export type Generate = (c: CaseBuilder) => void;

/** Rows of a weight matrix that slices begin at multiples of. */
export const SLICE_ROWS = 16;

/**
 * Slopes: none, one that makes every product a subnormal number or 0, an ordinary one, one above
 * that of the identity.
 */
const ALPHAS = [0, 2 ** -149, 0.3, 3] as const;
const activations = Object.values(ACTIVATIONS);

/** An activation with its parameter. celu divides by it, so its parameter is not near 0. */
export function activationOf(c: CaseBuilder): { activation: number; alpha: number } {
  const activation = c.random.pick(activations);
  return { activation, alpha: c.random.pick(activation === ACTIVATIONS.celu ? [0.3, 3] : ALPHAS) };
}

/** Rows of a table, some of them through an index, once in a while one that is not there. */
export function index(c: CaseBuilder, tableRows: number): void {
  const given = c.random.chance(0.7);
  const length = given ? c.capacity + 5 : tableRows;
  if (given) {
    const broken = c.random.chance(0.05) ? tableRows : -1;
    c.vector('index', length, (j) => (j === 3 && broken >= 0 ? broken : c.random.below(tableRows)), 'u32');
  }
  c.batchStart = c.random.below(length - c.rows + 1);
}

/** Rows of a table of any element type, with more rows than the mini-batch. */
export function linearTable(c: CaseBuilder): number {
  const rows = c.capacity + 3;
  const dtype = c.random.pick(['f64', 'f32', 'u8'] as const);
  c.matrix('x', rows, c.cols, dtype === 'u8' ? () => c.random.below(256) : c.float, dtype);
  c.batchStart = c.random.below(rows - c.rows + 1);
  return rows;
}

/** Sizes of small images. */
export function imageSizes(c: CaseBuilder) {
  const channels = 1 + c.random.below(5);
  const height = 1 + c.random.below(7);
  const width = 1 + c.random.below(11);
  return { channels, height, width };
}

export const product = ([channels, height, width]: Sides): number => channels * height * width;

export const halved = ([channels, height, width]: Sides): Sides => [
  channels,
  Math.floor(height / 2),
  Math.floor(width / 2),
];
