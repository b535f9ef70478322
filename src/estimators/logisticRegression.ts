import { checkRowCount } from '../core/refuse.js';
import { chooseKernels } from '../kernels/kernelOptions.js';
import { rowWeights } from './base/classWeights.js';
import { type FeatureInput, readFeatures } from './base/features.js';
import { checkOptions } from './base/fitOptions.js';
import { checkClassCount, encodeClasses, type Label, type LabelInput } from './base/labels.js';
import { attribute, type SavedState } from './base/saved.js';
import { readSampleWeight } from './base/weights.js';
import { fitGlm, type GlmRequest, type GlmResult } from './glm/fit.js';
import { type DescentRequest, descend } from './logistic/descend.js';
import {
  type LogisticFit,
  LogisticModel,
  restoredLogistic,
  savedLogistic,
} from './logistic/logisticModel.js';
import {
  chooseSolver,
  LOGISTIC_SPECS,
  type LogisticRegressionParams,
  l1Share,
  penaltyOf,
  warnNotConverged,
} from './logistic/params.js';
import { checkDescentOptions, DESCENT_FIT_KEYS, type DescentFitOptions } from './network/trainNetwork.js';

export type { LogisticRegressionParams };

interface Fitted extends LogisticFit {
  nIter: number;
}

/**
 * Logistic regression by maximum likelihood: binary for two classes, multinomial (softmax) for
 * more. Labels are strings, numbers or booleans.
 *
 * Minimises Σ w_i·loss_i / Σ w_i + penalty / (C·Σ w_i), which is scikit-learn's objective, in
 * float64. ("The Elements of Statistical Learning", Hastie et al., §4.4)
 */
export class LogisticRegression extends LogisticModel<LogisticRegressionParams, Fitted> {
  constructor(params: Partial<LogisticRegressionParams> = {}) {
    super('LogisticRegression', LOGISTIC_SPECS, params);
  }

  /** Iterations of the last fit. */
  get nIter(): number {
    return this.learned('nIter').nIter;
  }

  /**
   * @param x samples × columns, finite
   * @param y one class per sample, at least two different ones
   * @throws SteepestError `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_LABEL_RANGE` for a single class,
   *   `ERR_ARGUMENT` for a solver that does not support the penalty; `ERR_ABORTED`. After an error,
   *   what was learned before is unchanged.
   */
  async fit(x: FeatureInput, y: LabelInput, options: DescentFitOptions = {}): Promise<this> {
    checkOptions('LogisticRegression.fit', options, DESCENT_FIT_KEYS);
    const features = readFeatures('X', x);
    const labels = encodeClasses('y', y);
    checkRowCount('y', labels.codes.length, 'X', features.rows);
    const { classes } = labels;
    checkClassCount('y', classes);
    const { params } = this;
    const outputs = classes.length === 2 ? 1 : classes.length;
    const share = l1Share(params.penalty, params.l1Ratio);
    const solver = chooseSolver(params.solver, {
      outputs,
      cols: features.cols,
      hasL1: share > 0,
      penalty: `penalty '${params.penalty}'`,
    });
    checkDescentOptions(options, solver);
    const sampleWeight = readSampleWeight(options.sampleWeight, features.rows);
    const weights = rowWeights(labels, params.classWeight, sampleWeight);
    const totalWeight = weights?.reduce((sum, weight) => sum + weight, 0) ?? features.rows;
    const size = outputs * features.cols;
    const request = {
      features,
      outputs,
      weights,
      start: this.start(size, outputs, classes),
      tol: params.tol,
      maxIter: params.maxIter,
      fitIntercept: params.fitIntercept,
      workers: params.workers,
      kernels: chooseKernels(options),
      signal: options.signal,
    };
    const penalty = penaltyOf(
      params.penalty === 'none' ? Number.POSITIVE_INFINITY : params.C,
      share,
      totalWeight,
    );
    const result =
      solver === 'gd' || solver === 'sgd'
        ? await this.descend(solver, {
            ...request,
            ...penalty,
            labels: labels.codes,
            callbacks: options.callbacks,
          })
        : await this.minimise({ ...request, family: 'logistic', y: labels.codes, solver, path: [penalty] });
    this.fitted = {
      classes,
      columns: { cols: features.cols, names: features.names },
      coef: result.point.slice(0, size),
      intercept: result.point.slice(size),
      nIter: result.iterations,
    };
    if (!result.converged) warnNotConverged('LogisticRegression', params.tol, result);
    return this;
  }

  private async minimise(request: GlmRequest): Promise<GlmResult> {
    const { results } = await fitGlm(request);
    return results[0]!;
  }

  private descend(solver: 'gd' | 'sgd', request: DescentRequest): Promise<GlmResult> {
    const { learningRate, seed } = this.params;
    const batchSize = solver === 'gd' ? request.features.rows : this.params.batchSize;
    return descend(request, { learningRate, batchSize, seed });
  }

  protected override fittedState(): SavedState | undefined {
    if (this.fitted === undefined) return undefined;
    const { tensors, attributes } = savedLogistic(this.fitted);
    return { tensors, attributes: { ...attributes, nIter: this.fitted.nIter } };
  }

  protected override restoreState(state: SavedState): void {
    const nIter = attribute(state, 'nIter', (v): v is number => Number.isSafeInteger(v));
    this.fitted = { ...restoredLogistic(state), nIter };
  }

  /** Zeros, or with `warmStart` the last coefficients if their shape matches. */
  private start(size: number, outputs: number, classes: readonly Label[]): Float64Array {
    const start = new Float64Array(size + outputs);
    const { fitted, params } = this;
    const fits = fitted?.coef.length === size && JSON.stringify(fitted.classes) === JSON.stringify(classes);
    if (params.warmStart && fits) {
      start.set(fitted.coef);
      if (params.fitIntercept) start.set(fitted.intercept, size);
    }
    return start;
  }
}
