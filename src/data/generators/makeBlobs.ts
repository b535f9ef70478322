import { checkBoolean, checkInteger, checkKeys, checkNumber } from '../../core/check.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { classNumbers, evenly, isFiniteList, matrix, permuteRows } from './matrices.js';

/** Options of `makeBlobs`. */
export interface BlobsOptions {
  /** Total number of samples (100), or the number of each blob. */
  nSamples?: number | readonly number[];
  /** Number of columns (2); if centers are given, their number of columns. */
  nFeatures?: number;
  /** Number of blobs (3), or their centers. */
  centers?: number | readonly (readonly number[])[];
  /** Standard deviation of all blobs (1), or of each. */
  clusterStd?: number | readonly number[];
  /** Range of random centers, [−10, 10] by default. */
  centerBox?: readonly [number, number];
  /** Shuffle the samples of the blobs (true). */
  shuffle?: boolean;
  /** Seed: the same seed gives the same bits. 0 by default. */
  seed?: number;
}

/** What `makeBlobs` returns. */
export interface Blobs {
  /** samples × columns. */
  x: Matrix<Float64Array>;
  /** The blob of each sample, from 0. */
  y: NdArray<Int32Array>;
  /** blobs × columns. */
  centers: Matrix<Float64Array>;
}

const KEYS = ['nSamples', 'nFeatures', 'centers', 'clusterStd', 'centerBox', 'shuffle', 'seed'] as const;

/**
 * Isotropic normal clusters around centers, for trying out classifiers.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const { x, y, centers } = data.makeBlobs({ nSamples: 90, centers: 3, seed: 1 });
 * console.log(x.shape, y.shape, centers.shape); // [ 90, 2 ] [ 90 ] [ 3, 2 ]
 * ```
 */
export function makeBlobs(options: BlobsOptions = {}): Blobs {
  checkKeys('options of makeBlobs', options, KEYS);
  const draws = new Draws(checkSeed(options.seed ?? 0), STREAMS.blobs);
  const { data: middle, count, cols } = readCenters(options, draws);
  const sizes = readSizes(options.nSamples ?? 100, count);
  const deviations = readDeviations(options.clusterStd ?? 1, count);
  const y = Int32Array.from(sizes.flatMap((size, c) => new Array<number>(size).fill(c)));
  const x = new Float64Array(y.length * cols);
  y.forEach((c, i) => {
    for (let j = 0; j < cols; j++) x[i * cols + j] = middle[c * cols + j] + deviations[c] * draws.normal();
  });
  const centers = matrix(middle, cols);
  if (!checkBoolean('shuffle', options.shuffle ?? true)) {
    return { x: matrix(x, cols), y: classNumbers(y), centers };
  }
  const order = draws.permutation(y.length);
  return { x: matrix(permuteRows(x, cols, order), cols), y: classNumbers(permuteRows(y, 1, order)), centers };
}

function refuse(expected: string, given: unknown): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected,
    given: show(given),
    hint: 'Change the option.',
  });
}

function readCenters(
  options: BlobsOptions,
  draws: Draws,
): { data: Float64Array; count: number; cols: number } {
  const { centers } = options;
  if (typeof centers === 'object') {
    const cols = Array.isArray(centers) && isFiniteList(centers[0]) ? centers[0].length : 0;
    if (cols === 0 || !centers.every((row) => isFiniteList(row) && row.length === cols)) {
      refuse('centers as rows of finite numbers, all of one length', centers);
    }
    if (options.nFeatures !== undefined && options.nFeatures !== cols) {
      refuse(`nFeatures ${cols}, as centers have columns`, options.nFeatures);
    }
    const data = Float64Array.from(centers.flatMap((row) => Array.from(row)));
    return { data, count: centers.length, cols };
  }
  const perBlob = isFiniteList(options.nSamples) ? options.nSamples.length : 3;
  const count = checkInteger('centers', centers ?? perBlob);
  const cols = checkInteger('nFeatures', options.nFeatures ?? 2);
  const box: unknown = options.centerBox ?? [-10, 10];
  if (!isFiniteList(box) || box.length !== 2 || !(Number.isFinite(box[1] - box[0]) && box[0] <= box[1])) {
    return refuse('centerBox as [low, high], low ≤ high', box);
  }
  const [low, high] = box as readonly [number, number];
  return { data: draws.many(count * cols, () => draws.uniform(low, high)), count, cols };
}

function readSizes(nSamples: number | readonly number[], count: number): readonly number[] {
  if (typeof nSamples !== 'object') return evenly(checkInteger('nSamples', nSamples), count);
  if (!isFiniteList(nSamples) || nSamples.length !== count)
    refuse(`nSamples with ${count} numbers, one per center`, nSamples);
  nSamples.forEach((size, i) => {
    checkInteger(`nSamples[${i}]`, size, 0);
  });
  if (nSamples.every((size) => size === 0)) refuse('at least one sample', nSamples);
  return Array.from(nSamples);
}

function readDeviations(clusterStd: number | readonly number[], count: number): readonly number[] {
  const list = typeof clusterStd === 'object' ? clusterStd : new Array<number>(count).fill(clusterStd);
  if (typeof clusterStd === 'object' && (!isFiniteList(clusterStd) || list.length !== count))
    refuse(`clusterStd with ${count} numbers, one per center`, clusterStd);
  list.forEach((deviation) => {
    checkNumber('clusterStd', deviation, 'a finite number of at least 0', (v) => v >= 0);
  });
  return list;
}
