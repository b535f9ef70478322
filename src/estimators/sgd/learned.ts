import { SteepestError } from '../../core/errors.js';
import { isCounter, isFlag } from '../../core/guards.js';
import { attribute, FINITE, float64Tensor, type SavedState } from '../base/saved.js';

/** Coefficients, outputs × columns, and one intercept per output. */
export interface Weights {
  coef: Float64Array;
  intercept: Float64Array;
}

/** What training goes on from. */
export interface SgdLearned {
  /** After the last step. */
  last: Weights;
  /** The averages over the steps from `from` on. */
  average: (Weights & { from: number }) | undefined;
  /** The number of the next step, from 1. */
  step: number;
  /** Passes so far, which choose the order of the next one. */
  epochs: number;
  /** Passes of the last fit. */
  nIter: number;
}

const copyOf = ({ coef, intercept }: Weights): Weights => ({
  coef: coef.slice(),
  intercept: intercept.slice(),
});

/** A copy to train, with or without averages. */
export function begunFrom(learned: SgdLearned, average: boolean | number): SgdLearned {
  const { last, step, average: known } = learned;
  const fresh = {
    coef: new Float64Array(last.coef.length),
    intercept: new Float64Array(last.intercept.length),
    // Averages that begin late know nothing of the steps before.
    from: Math.max(Number(average), step),
  };
  const kept = known && { ...copyOf(known), from: known.from };
  return { ...learned, last: copyOf(last), average: average === false ? undefined : (kept ?? fresh) };
}

/** A first state: given weights, or zeros. */
export function fresh(outputs: number, cols: number, start?: Weights): SgdLearned {
  const zeros = { coef: new Float64Array(outputs * cols), intercept: new Float64Array(outputs) };
  return { last: start ?? zeros, average: undefined, step: 1, epochs: 0, nIter: 0 };
}

/** The weights to predict with. */
export const weightsOf = ({ last, average, step }: SgdLearned): Weights =>
  average !== undefined && average.from < step ? average : last;

/** As plain data, besides the weights to predict with. */
export function savedLearned(learned: SgdLearned): SavedState {
  const { last, average, step, epochs, nIter } = learned;
  const vectors = { lastCoef: last.coef, lastIntercept: last.intercept };
  const averages = average && { averageCoef: average.coef, averageIntercept: average.intercept };
  const tensors = Object.entries({ ...vectors, ...averages }).map(
    ([name, data]) => [name, { data, shape: [data.length] }] as const,
  );
  return {
    tensors: Object.fromEntries(tensors),
    attributes: { step, epochs, nIter, averages: average !== undefined, averageFrom: average?.from ?? 1 },
  };
}

/** The inverse of {@link savedLearned}. @throws SteepestError `ERR_MODEL_FILE` */
export function restoredLearned(state: SavedState, { coef, intercept }: Weights): SgdLearned {
  const isStep = (value: unknown): value is number => isCounter(value) && value >= 1;
  const read = (name: string): Weights => ({
    coef: float64Tensor(state, `${name}Coef`, [coef.length], FINITE).data,
    intercept: float64Tensor(state, `${name}Intercept`, [intercept.length], FINITE).data,
  });
  const from = attribute(state, 'averageFrom', isStep);
  const learned = {
    last: read('last'),
    average: attribute(state, 'averages', isFlag) ? { ...read('average'), from } : undefined,
    step: attribute(state, 'step', isStep),
    epochs: attribute(state, 'epochs', (value) => isCounter(value)),
    nIter: attribute(state, 'nIter', (value) => isCounter(value)),
  };
  const used = weightsOf(learned);
  if (used.coef.every((w, i) => w === coef[i]) && used.intercept.every((b, i) => b === intercept[i])) {
    return learned;
  }
  throw new SteepestError('ERR_MODEL_FILE', {
    expected: 'coefficients that are the last ones or the averages',
    given: 'others',
    hint: 'Save the estimator again.',
  });
}
