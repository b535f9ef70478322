import { checkBoolean, checkInteger, checkKeys, checkNumber } from '../../core/check.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { classNumbers, isFiniteList, matrix, permuteRows } from './matrices.js';

/** Options of `makeMoons`. */
export interface MoonsOptions {
  /** Total number of samples (100), or those of the outer and the inner moon. */
  nSamples?: number | readonly [number, number];
  /** Shuffle the samples (true). */
  shuffle?: boolean;
  /** Standard deviation of normal noise on both coordinates (0). */
  noise?: number;
  /** Seed: the same seed gives the same bits. 0 by default. */
  seed?: number;
}

/** Center of the inner moon's half circle. */
const INNER_X = 1;
const INNER_Y = 0.5;

/**
 * Two interleaving half circles that no straight line separates: the outer one (cos t, sin t),
 * class 0, and the inner one (1 − cos t, ½ − sin t), class 1, for t from 0 to π in even steps.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const { x, y } = data.makeMoons({ nSamples: 200, noise: 0.1, seed: 1 });
 * console.log(x.shape, y.data.filter((label) => label === 1).length); // [ 200, 2 ] 100
 * ```
 */
export function makeMoons(options: MoonsOptions = {}): { x: Matrix<Float64Array>; y: NdArray<Int32Array> } {
  checkKeys('options of makeMoons', options, ['nSamples', 'shuffle', 'noise', 'seed']);
  const draws = new Draws(checkSeed(options.seed ?? 0), STREAMS.moons);
  const noise = checkNumber('noise', options.noise ?? 0, 'a finite number of at least 0', (v) => v >= 0);
  const [outer, inner] = readSizes(options.nSamples ?? 100);
  const order = checkBoolean('shuffle', options.shuffle ?? true)
    ? draws.permutation(outer + inner)
    : undefined;
  const x = new Float64Array((outer + inner) * 2);
  const y = new Int32Array(outer + inner).fill(1, outer);
  y.forEach((moon, i) => {
    const [position, size] = moon === 0 ? [i, outer] : [i - outer, inner];
    const t = size > 1 ? (Math.PI * position) / (size - 1) : 0;
    x[2 * i] = moon === 0 ? Math.cos(t) : INNER_X - Math.cos(t);
    x[2 * i + 1] = moon === 0 ? Math.sin(t) : INNER_Y - Math.sin(t);
  });
  const points = order === undefined ? x : permuteRows(x, 2, order);
  const classes = order === undefined ? y : permuteRows(y, 1, order);
  if (noise > 0) {
    for (let i = 0; i < points.length; i++) points[i] += noise * draws.normal();
  }
  return { x: matrix(points, 2), y: classNumbers(classes) };
}

function readSizes(nSamples: number | readonly number[]): readonly [number, number] {
  if (typeof nSamples !== 'object') {
    const total = checkInteger('nSamples', nSamples);
    return [Math.floor(total / 2), Math.ceil(total / 2)];
  }
  const [outer = -1, inner = -1] = isFiniteList(nSamples) ? nSamples : [];
  if (
    !isFiniteList(nSamples) ||
    nSamples.length !== 2 ||
    checkInteger('nSamples', outer, 0) + checkInteger('nSamples', inner, 0) === 0
  ) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'nSamples as two numbers that are not both 0',
      given: show(nSamples),
      hint: 'Give the sizes of the outer and of the inner moon.',
    });
  }
  return [outer, inner];
}
