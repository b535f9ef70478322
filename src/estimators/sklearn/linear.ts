import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import type { SavedState } from '../base/saved.js';
import { arrayOf, type Dump, dumpError, type NumberArray, numberOf } from './dump.js';
import type { SklearnClass } from './sklearnClass.js';

const tensor = (data: Float64Array, ...shape: number[]): NdArray => ({ data, shape });

/** Coefficients and intercepts: [targets, columns] and [targets]. */
function weightsOf(dump: Dump): { coef: NdArray; intercept: NdArray; targets: number; isVector: boolean } {
  const { data, shape } = dump.numbers('coef_');
  const isVector = shape.length === 1;
  const [targets, cols] = isVector ? [1, shape[0]!] : (shape as [number, number]);
  if (shape.length > 2 || cols !== dump.cols) {
    throw dumpError(`coef_ of ${dump.class} with ${dump.cols} columns`, `shape [${shape.join(', ')}]`);
  }
  const intercept = dump.perColumn('intercept_', targets);
  return { coef: tensor(data, targets, cols), intercept: tensor(intercept, targets), targets, isVector };
}

/** What every regression has. */
function regression(dump: Dump, more: (targets: number) => Partial<SavedState> = () => ({})): SavedState {
  const { coef, intercept, targets, isVector } = weightsOf(dump);
  const { tensors, attributes } = more(targets);
  return {
    tensors: { coef, intercept, ...tensors },
    attributes: { names: dump.names ?? null, isVector, ...attributes },
  };
}

/** What every linear classifier has. */
function classification(dump: Dump, more: Partial<SavedState>): SavedState {
  const { coef, intercept } = weightsOf(dump);
  const { names } = dump;
  return {
    tensors: { coef, intercept, ...more.tensors },
    attributes: {
      classes: dump.labels('classes_'),
      ...(names === undefined ? {} : { names }),
      ...more.attributes,
    },
  };
}

/** One number per target. */
const perTarget = (dump: Dump, name: string, targets: number): NdArray =>
  tensor(dump.perColumn(name, targets), targets);

const penalized = (dump: Dump) => (targets: number) => ({
  tensors: { dualGap: perTarget(dump, 'dual_gap_', targets), nIter: perTarget(dump, 'n_iter_', targets) },
});

/** Lists of alphas and errors are [ratios, alphas] and [ratios, alphas, folds]. */
const chosenByFolds = (dump: Dump) => (targets: number) => {
  const mse = dump.numbers('mse_path_');
  const counts = mse.shape.length === 2 ? [1, ...mse.shape] : mse.shape;
  const [ratios, alphas] = counts as [number, number];
  const grid = dump.numbers('alphas_').data;
  const isShared = grid.length === alphas && ratios > 1;
  const all = isShared ? Float64Array.from({ length: ratios * alphas }, (_, i) => grid[i % alphas]!) : grid;
  return {
    tensors: {
      ...penalized(dump)(targets).tensors,
      alphas: tensor(all, ratios, alphas),
      mse: tensor(mse.data, ...counts),
    },
    attributes: {
      alpha: dump.number('alpha_'),
      l1Ratio: dump.maybe('l1_ratio_') === undefined ? 1 : dump.number('l1_ratio_'),
      counts,
    },
  };
};

/** Weights of the last step; scikit-learn gives its averages as these. */
function descent(dump: Dump): Partial<SavedState> {
  const { coef, intercept } = weightsOf(dump);
  const nIter = dump.count('n_iter_');
  return {
    tensors: { lastCoef: { ...coef, shape: [coef.data.length] }, lastIntercept: intercept },
    attributes: { step: dump.count('t_'), epochs: nIter, nIter, averages: false, averageFrom: 1 },
  };
}

/** Of several strengths by folds, the one that was chosen, and the scores of the first class. */
function logisticByFolds(dump: Dump): Partial<SavedState> {
  const Cs = dump.numbers('Cs_').data;
  const ratios = arrayOf(dump.maybe('l1_ratios_') ?? [0]);
  const l1Ratios = ratios === undefined || ratios.data.some(Number.isNaN) ? Float64Array.of(0) : ratios.data;
  const given = dump.need('scores_');
  const ofClass = typeof given === 'object' && given !== null && !('array' in given) && !Array.isArray(given);
  const scores = arrayOf(ofClass ? Object.values(given)[0] : given);
  const size = Cs.length * l1Ratios.length;
  if (scores === undefined || scores.data.length % size !== 0 || scores.data.length === 0) {
    throw dumpError(`scores_ of ${dump.class} for ${size} choices`, show(given));
  }
  const folds = scores.data.length / size;
  // Older releases have [folds, Cs, ratios].
  const isOld = scores.shape.length === 3 && scores.shape[1] === Cs.length && l1Ratios.length !== Cs.length;
  const at = (fold: number, ratio: number, c: number): number =>
    isOld
      ? (fold * Cs.length + c) * l1Ratios.length + ratio
      : (fold * l1Ratios.length + ratio) * Cs.length + c;
  const ordered = Float64Array.from({ length: scores.data.length }, (_, i) => {
    const c = i % Cs.length;
    const ratio = Math.floor(i / Cs.length) % l1Ratios.length;
    return scores.data[at(Math.floor(i / size), ratio, c)]!;
  });
  const first = (name: string): number => arrayOf(dump.maybe(name) ?? 0)?.data[0] ?? 0;
  return {
    tensors: {
      Cs: tensor(Cs, Cs.length),
      l1Ratios: tensor(l1Ratios, l1Ratios.length),
      chosen: tensor(Float64Array.of(first('C_'), first('l1_ratio_') || 0), 2),
      scores: tensor(ordered, folds, l1Ratios.length, Cs.length),
    },
    attributes: { nIter: dump.count('n_iter_') },
  };
}

/** The penalty, which newer releases say by the share of L1 alone. */
function penaltyParam(dump: Dump): object {
  const given = dump.param('penalty');
  if (given === null) return { penalty: 'none' };
  if (given === 'l1' || given === 'l2' || given === 'elasticnet') return { penalty: given };
  const ratio = numberOf(dump.param('l1_ratio')) ?? 0;
  return { penalty: ratio === 0 ? 'l2' : ratio === 1 ? 'l1' : 'elasticnet' };
}

const inBytes = ({ data, shape }: NumberArray): NdArray => ({ data: Uint8Array.from(data), shape });

const loglink: SklearnClass = {
  state: (dump) =>
    regression(dump, () => ({ attributes: { likelihood: 'penalty', nIter: dump.count('n_iter_') } })),
};

/** Linear models. */
export const LINEAR: Readonly<Record<string, SklearnClass>> = {
  LinearRegression: {
    // The factor of the rows is not among the attributes.
    state: (dump) => regression(dump, () => ({ attributes: { nIter: 1, sizes: null } })),
  },
  Ridge: { state: (dump) => regression(dump) },
  RidgeCV: {
    state: (dump) =>
      regression(dump, (targets) => ({
        tensors: { alphas: perTarget(dump, 'alpha_', targets) },
        attributes: { bestScore: arrayOf(dump.need('best_score_'))?.data[0] },
      })),
  },
  Lasso: { state: (dump) => regression(dump, penalized(dump)) },
  ElasticNet: { state: (dump) => regression(dump, penalized(dump)) },
  LassoCV: { state: (dump) => regression(dump, chosenByFolds(dump)) },
  ElasticNetCV: { state: (dump) => regression(dump, chosenByFolds(dump)) },
  PoissonRegressor: loglink,
  GammaRegressor: loglink,
  HuberRegressor: {
    state: (dump) =>
      regression(dump, () => ({
        tensors: { outliers: inBytes(dump.numbers('outliers_')) },
        attributes: { scale: dump.number('scale_'), nIter: dump.count('n_iter_') },
      })),
  },
  QuantileRegressor: {
    state: (dump) => regression(dump, () => ({ attributes: { nIter: dump.count('n_iter_') } })),
  },
  SGDRegressor: { decisive: ['loss'], state: (dump) => regression(dump, () => descent(dump)) },
  SGDClassifier: { decisive: ['loss'], state: (dump) => classification(dump, descent(dump)) },
  LogisticRegression: {
    params: penaltyParam,
    state: (dump) =>
      classification(dump, { attributes: { nIter: dump.count('n_iter_'), likelihood: 'penalty' } }),
  },
  LogisticRegressionCV: { state: (dump) => classification(dump, logisticByFolds(dump)) },
};
