import { checkBoolean, checkInteger, checkKeys, checkNumber } from '../../core/check.js';
import { checkSeed, Draws, STREAMS } from '../../core/draws.js';
import { SteepestError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { classNumbers, isFiniteList, matrix, multiply, permuteColumns, permuteRows } from './matrices.js';

/** Options of `makeClassification`. */
export interface ClassificationOptions {
  /** Number of samples (100). */
  nSamples?: number;
  /** Number of columns (20): informative, redundant and repeated ones; the rest is noise. */
  nFeatures?: number;
  /** Columns that distinguish the classes (2). */
  nInformative?: number;
  /** Columns that are random combinations of the informative ones (2). */
  nRedundant?: number;
  /** Columns that are copies of informative or redundant ones (0). */
  nRepeated?: number;
  /** Number of classes (2). */
  nClasses?: number;
  /** Clusters in each class (2). */
  nClustersPerClass?: number;
  /** Fraction of the samples of each class, or of all but the last; equal by default. */
  weights?: readonly number[];
  /** Fraction of samples whose class is drawn at random (0.01). */
  flipY?: number;
  /** Half the side of the hypercube whose corners are the cluster centers (1): larger is easier. */
  classSep?: number;
  /** Place clusters on corners of a hypercube (true), or of a random polytope. */
  hypercube?: boolean;
  /** Added to all columns (0) or to each; null draws it between −classSep and classSep. */
  shift?: number | readonly number[] | null;
  /** Multiplies all columns (1) or each, after shifting; null draws it between 1 and 100. */
  scale?: number | readonly number[] | null;
  /** Shuffle samples and columns (true). */
  shuffle?: boolean;
  /** Seed: the same seed gives the same bits. 0 by default. */
  seed?: number;
}

const DEFAULTS = {
  nSamples: 100,
  nFeatures: 20,
  nInformative: 2,
  nRedundant: 2,
  nRepeated: 0,
  nClasses: 2,
  nClustersPerClass: 2,
  weights: undefined,
  flipY: 0.01,
  classSep: 1,
  hypercube: true,
  shift: 0,
  scale: 1,
  shuffle: true,
  seed: 0,
} as const;

type Resolved = Required<Omit<ClassificationOptions, 'weights'>> & Pick<ClassificationOptions, 'weights'>;

/** As in scikit-learn: a random scale lies between 1 and this. */
const LARGEST_SCALE = 100;

/**
 * A classification problem of known structure, after I. Guyon, "Design of experiments for the NIPS
 * 2003 variable selection benchmark": normal clusters on corners of a hypercube in the informative
 * columns, each transformed by a random matrix; columns that are combinations or copies of those;
 * noise; and some wrong labels.
 *
 * Without `shuffle` the columns are informative, redundant, repeated, noise, and the samples are in
 * cluster order.
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const { x, y } = data.makeClassification({ nSamples: 50, nFeatures: 5, nClasses: 2, seed: 1 });
 * console.log(x.shape, new Set(y.data).size); // [ 50, 5 ] 2
 * ```
 */
export function makeClassification(options: ClassificationOptions = {}): {
  x: Matrix<Float64Array>;
  y: NdArray<Int32Array>;
} {
  checkKeys('options of makeClassification', options, Object.keys(DEFAULTS));
  const o = check({ ...DEFAULTS, ...dropUndefined(options) });
  const draws = new Draws(o.seed, STREAMS.classification);
  const sizes = clusterSizes(o);
  let x = clusters(o, sizes, draws);
  let y = Int32Array.from(sizes.flatMap((size, c) => new Array<number>(size).fill(c % o.nClasses)));
  for (let i = 0; i < y.length; i++) if (draws.uniform() < o.flipY) y[i] = draws.below(o.nClasses);
  shiftAndScale(x, o, draws);
  if (o.shuffle) {
    const order = draws.permutation(o.nSamples);
    x = permuteColumns(permuteRows(x, o.nFeatures, order), o.nFeatures, draws.permutation(o.nFeatures));
    y = permuteRows(y, 1, order);
  }
  return { x: matrix(x, o.nFeatures), y: classNumbers(y) };
}

function dropUndefined(options: ClassificationOptions): ClassificationOptions {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
}

function refuse(expected: string, given: unknown, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given: show(given), hint });
}

function check(o: Resolved): Resolved {
  for (const name of ['nSamples', 'nFeatures', 'nInformative', 'nClasses', 'nClustersPerClass'] as const) {
    checkInteger(name, o[name]);
  }
  checkInteger('nRedundant', o.nRedundant, 0);
  checkInteger('nRepeated', o.nRepeated, 0);
  checkNumber('flipY', o.flipY, 'a share from 0 to 1', (v) => v >= 0 && v <= 1);
  checkNumber('classSep', o.classSep);
  checkBoolean('hypercube', o.hypercube);
  checkBoolean('shuffle', o.shuffle);
  const used = o.nInformative + o.nRedundant + o.nRepeated;
  if (used > o.nFeatures) {
    refuse(
      'nInformative + nRedundant + nRepeated to be at most nFeatures',
      `${used} > ${o.nFeatures}`,
      'Raise nFeatures.',
    );
  }
  if (o.nClasses * o.nClustersPerClass > 2 ** o.nInformative) {
    refuse(
      `at most 2^nInformative = ${2 ** o.nInformative} clusters, one per corner`,
      o.nClasses * o.nClustersPerClass,
      'Raise nInformative, or lower nClasses or nClustersPerClass.',
    );
  }
  for (const name of ['shift', 'scale'] as const) {
    const value = o[name];
    const isValid = isFiniteList(value)
      ? value.length === o.nFeatures
      : value === null || Number.isFinite(value);
    if (!isValid) {
      refuse(`${name} as a number, ${o.nFeatures} numbers, or null`, value, 'Change the option.');
    }
  }
  return { ...o, seed: checkSeed(o.seed), weights: checkWeights(o.weights, o.nClasses) };
}

function checkWeights(weights: readonly number[] | undefined, classes: number): readonly number[] {
  if (weights === undefined) return new Array<number>(classes).fill(1 / classes);
  const list = isFiniteList(weights) ? weights : [];
  const sum = list.reduce((total, weight) => total + weight, 0);
  const isValid = list.every((weight) => weight >= 0) && Number.isFinite(sum) && sum > 0;
  const given = isValid && list.length === classes - 1 && sum <= 1 ? [...list, 1 - sum] : list;
  if (!isValid || given.length !== classes) {
    refuse(
      `weights as ${classes} shares of at least 0, or as ${classes - 1} that add up to at most 1`,
      weights,
      'Leave weights out for classes of equal size.',
    );
  }
  const total = given.reduce((all, weight) => all + weight, 0);
  return given.map((weight) => weight / total);
}

/** 1 − 0.9 is slightly less than 0.1, which must not lose a sample. */
const ROUNDING = 1e-9;

/** Cluster c belongs to class c mod nClasses. */
function clusterSizes({ nSamples, nClasses, nClustersPerClass, weights = [] }: Resolved): number[] {
  const sizes = Array.from({ length: nClasses * nClustersPerClass }, (_, c) =>
    Math.floor((nSamples * weights[c % nClasses]) / nClustersPerClass + ROUNDING),
  );
  const placed = sizes.reduce((sum, size) => sum + size, 0);
  // Rounding down leaves less than one sample per cluster; classes of weight 0 get none of these.
  const open = sizes.map((_, c) => c).filter((c) => weights[c % nClasses] > 0);
  for (let i = 0; i < nSamples - placed; i++) sizes[open[i % open.length]]++;
  return sizes;
}

/** The unshuffled table: columns informative, redundant, repeated, noise. */
function clusters(o: Resolved, sizes: readonly number[], draws: Draws): Float64Array {
  const { nSamples, nFeatures, nInformative: k, nRedundant, nRepeated } = o;
  const centers = corners(sizes.length, o, draws);
  const informative = draws.many(nSamples * k, () => draws.normal());
  let begin = 0;
  sizes.forEach((size, c) => {
    const stretch = draws.many(k * k, () => draws.uniform(-1, 1));
    const part = multiply(informative.subarray(begin * k, (begin + size) * k), stretch, size, k, k);
    informative.set(
      part.map((value, i) => value + centers[c * k + (i % k)]),
      begin * k,
    );
    begin += size;
  });
  const mix = draws.many(k * nRedundant, () => draws.uniform(-1, 1));
  const redundant = multiply(informative, mix, nSamples, k, nRedundant);
  const copied = draws.many(nRepeated, () => draws.below(k + nRedundant));
  const x = new Float64Array(nSamples * nFeatures);
  for (let i = 0; i < nSamples; i++) {
    const row = x.subarray(i * nFeatures, (i + 1) * nFeatures);
    row.set(informative.subarray(i * k, (i + 1) * k));
    row.set(redundant.subarray(i * nRedundant, (i + 1) * nRedundant), k);
    copied.forEach((from, r) => {
      row[k + nRedundant + r] = row[from];
    });
    for (let j = k + nRedundant + nRepeated; j < nFeatures; j++) row[j] = draws.normal();
  }
  return x;
}

/** Distinct corners of the hypercube [−classSep, classSep]^k, one per cluster. */
function corners(count: number, o: Resolved, draws: Draws): Float64Array {
  const k = o.nInformative;
  const taken = new Set<string>();
  const centers = new Float64Array(count * k);
  while (taken.size < count) {
    const bits = draws.many(k, () => draws.below(2));
    const key = bits.join('');
    if (taken.has(key)) continue;
    centers.set(
      bits.map((bit) => (2 * bit - 1) * o.classSep),
      taken.size * k,
    );
    taken.add(key);
  }
  if (o.hypercube) return centers;
  const perCluster = draws.many(count, () => draws.uniform());
  const perColumn = draws.many(k, () => draws.uniform());
  return centers.map((value, i) => value * perCluster[Math.floor(i / k)] * perColumn[i % k]);
}

function shiftAndScale(x: Float64Array, o: Resolved, draws: Draws): void {
  const cols = o.nFeatures;
  const perColumn = (value: number | readonly number[] | null, draw: () => number): ArrayLike<number> =>
    value === null
      ? draws.many(cols, draw)
      : typeof value === 'number'
        ? new Array<number>(cols).fill(value)
        : value;
  const shift = perColumn(o.shift, () => draws.uniform(-o.classSep, o.classSep));
  const scale = perColumn(o.scale, () => draws.uniform(1, LARGEST_SCALE));
  for (let i = 0; i < x.length; i++) x[i] = (x[i] + shift[i % cols]) * scale[i % cols];
}
