import { SteepestError } from '../../core/errors.js';
import { type InParts, NUMBERS_PER_PART } from '../../core/inParts.js';
import type { Features } from '../base/features.js';
import { l1Share } from '../logistic/params.js';
import type { SgdLoss } from './losses.js';
import type { SgdParams } from './params.js';
import { ScaledWeights } from './scaledWeights.js';

/** Larger derivatives are cut, so that one wild row does no lasting harm. */
const MOST_DERIVATIVE = 1e12;
/** Where `'adaptive'` ends, and its division. */
const LEAST_RATE = 1e-6;
const RATE_DIVISOR = 5;

/** Rows of one output: their targets are −1 and 1, or numbers. */
export interface SgdRows {
  features: Features;
  y: ArrayLike<number>;
  weights: Float64Array | undefined;
  /** Indices of the rows in the order in which they are taken. */
  order: Uint32Array;
}

/** What descent goes on from; its arrays are changed in place. */
export interface SgdState {
  coef: Float64Array;
  intercept: number;
  /** With averaging, the averages and the step from which on they are taken. */
  average: { coef: Float64Array; intercept: number; from: number } | undefined;
  /** The number of the next step, from 1. */
  step: number;
}

/**
 * Stochastic gradient descent of one output: row after row in float64. (Bottou 2012, "Stochastic
 * gradient descent tricks")
 */
export class SgdDescent {
  private readonly weights: ScaledWeights;
  private readonly l1: number;
  /** What makes `'optimal'` begin at a rate that suits weights of usual size. */
  private readonly firstStep: number;
  private rate: number;
  private penaltySoFar = 0;
  private objective = 0;
  private rows = 0;
  private idle = 0;
  private best = Number.POSITIVE_INFINITY;
  /** Passes that ended. */
  passes = 0;

  constructor(
    readonly state: SgdState,
    private readonly params: SgdParams,
    private readonly loss: SgdLoss,
    /** Weights of rows whose target is positive, and of the others. */
    private readonly classWeights: readonly [positive: number, negative: number],
  ) {
    this.l1 = l1Share(params.penalty, params.l1Ratio);
    this.weights = new ScaledWeights(state.coef, state.average?.coef, this.hasL1);
    const typical = Math.sqrt(1 / Math.sqrt(params.alpha));
    this.firstStep = 1 / (typical * params.alpha);
    this.rate = params.eta0;
  }

  private get hasL1(): boolean {
    return this.params.penalty === 'l1' || this.params.penalty === 'elasticnet';
  }

  /** One step for each row. Rows of weight 0 are left out. */
  *take(rows: SgdRows): InParts<void> {
    const { order, weights } = rows;
    const part = Math.max(1, Math.floor(NUMBERS_PER_PART / 4 / (this.state.coef.length + 1)));
    for (let begin = 0; begin < order.length; begin += part) {
      if (begin > 0) yield;
      const end = Math.min(order.length, begin + part);
      for (let i = begin; i < end; i++) if (weights?.[order[i]!] !== 0) this.step(rows, order[i]!);
    }
  }

  private step({ features, y, weights }: SgdRows, row: number): void {
    const { state, params, loss, l1 } = this;
    const { alpha, penalty, learningRate } = params;
    const { data } = features;
    const at = row * state.coef.length;
    const target = y[row]!;
    const score = this.weights.dot(data, at) + state.intercept;
    if (learningRate === 'optimal') this.rate = 1 / (alpha * (this.firstStep + state.step - 1));
    else if (learningRate === 'invscaling') this.rate = params.eta0 / state.step ** params.powerT;
    this.objective += loss.value(target, score);
    if (penalty !== 'none') {
      const { squaredNorm, l1Norm } = this.weights;
      this.objective += alpha * ((1 - l1) * 0.5 * squaredNorm + l1 * l1Norm);
    }
    this.rows++;
    const exact = loss.derivative(target, score);
    const derivative = Math.max(-MOST_DERIVATIVE, Math.min(MOST_DERIVATIVE, exact));
    const factor = this.classWeights[target > 0 ? 0 : 1] * (weights?.[row] ?? 1);
    const update = -this.rate * derivative * factor;
    // A rate beyond 1 / alpha would turn the weights' signs.
    if (penalty === 'l2' || penalty === 'elasticnet') {
      this.weights.scale(Math.max(0, 1 - (1 - l1) * this.rate * alpha));
    }
    if (update !== 0) this.weights.add(data, at, update);
    if (params.fitIntercept) state.intercept += update;
    if (this.hasL1) {
      this.penaltySoFar += l1 * this.rate * alpha;
      this.weights.shrink(this.penaltySoFar);
    }
    const { average } = state;
    if (average !== undefined && average.from <= state.step) {
      const count = state.step - average.from + 1;
      this.weights.average(data, at, update, count);
      average.intercept += (state.intercept - average.intercept) / count;
    }
    state.step++;
  }

  /**
   * Ends a pass over all rows.
   * @param validate the score on held-out rows, for early stopping
   * @returns whether another pass may help
   * @throws SteepestError `ERR_DIVERGED`
   */
  endPass(validate?: (coef: Float64Array, intercept: number) => number): boolean {
    const { state, params } = this;
    this.passes++;
    this.weights.settle();
    if (!Number.isFinite(state.intercept) || !state.coef.every(Number.isFinite)) throw this.diverged();
    // As a loss, of which less is better.
    const value =
      validate === undefined ? this.objective / this.rows : -validate(state.coef, state.intercept);
    this.objective = 0;
    this.rows = 0;
    const { tol } = params;
    const isIdle =
      tol !== null && (validate === undefined ? value > this.best - tol : -value < -this.best + tol);
    this.idle = isIdle ? this.idle + 1 : 0;
    this.best = Math.min(this.best, value);
    if (this.idle < params.nIterNoChange) return true;
    if (params.learningRate !== 'adaptive' || !(this.rate > LEAST_RATE)) return false;
    this.rate /= RATE_DIVISOR;
    this.idle = 0;
    return true;
  }

  private diverged(): SteepestError {
    return new SteepestError('ERR_DIVERGED', {
      expected: 'finite coefficients',
      given: `an overflow in pass ${this.passes}`,
      hint: 'Scale the columns with StandardScaler, or lower eta0.',
    });
  }
}
