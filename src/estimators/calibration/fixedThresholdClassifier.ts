import { checkNumber } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import type { ColumnNames } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import type { EstimatorFitOptions } from '../base/estimator.js';
import { checkOptions } from '../base/fitOptions.js';
import type { Label, LabelInput } from '../base/labels.js';
import { type ParamSpecs, param } from '../base/params.js';
import type { WithNetworks } from '../composition/steps.js';
import type { RowsInput } from '../selection/rows.js';
import { estimatorParam } from './metaClassifier.js';
import { type ResponseParams, responseParam, ThresholdClassifier } from './thresholdClassifier.js';

/** Hyperparameters of `FixedThresholdClassifier`. */
export interface FixedThresholdClassifierParams extends ResponseParams {
  /**
   * Rows whose score is at least this are of the positive class. `'auto'` (default): 0.5 for
   * probabilities, 0 for decision functions.
   */
  threshold: number | 'auto';
  /** The positive class. Default: the second one in ascending order. */
  posLabel: Label | undefined;
}

const SPECS: ParamSpecs<FixedThresholdClassifierParams> = {
  estimator: estimatorParam,
  threshold: param.custom<number | 'auto'>('auto', (name, value) =>
    value === 'auto' ? value : checkNumber(name, value, "a finite number or 'auto'", Number.isFinite),
  ),
  posLabel: param.custom<Label | undefined>(undefined, (name, value) => {
    if (value === undefined || ['string', 'number', 'boolean'].includes(typeof value)) return value as Label;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} as a class`,
      given: show(value),
      hint: 'Write it as y does.',
    });
  }),
  responseMethod: responseParam,
};

/**
 * A classifier of two classes with another threshold than 0.5: that of a cost, or of a policy.
 * @example
 * ```ts
 * import { FixedThresholdClassifier, LogisticRegression } from 'steepest';
 * const estimator = new LogisticRegression();
 * const careful = new FixedThresholdClassifier({ estimator, threshold: 0.9 });
 * await careful.fit([[1], [2], [8], [9]], [0, 0, 1, 1]);
 * console.log(await careful.predict([[5.5], [20]])); // [ 0, 1 ]
 * ```
 */
export class FixedThresholdClassifier extends ThresholdClassifier<FixedThresholdClassifierParams> {
  constructor(params: WithNetworks<FixedThresholdClassifierParams> = {}) {
    super('FixedThresholdClassifier', SPECS, params);
  }

  /**
   * @throws SteepestError `ERR_LABEL_RANGE` unless y has two classes; `ERR_ARGUMENT`; whatever the
   *   estimator throws
   */
  async fit(
    givenX: RowsInput,
    givenY: LabelInput | ColumnNames,
    options: EstimatorFitOptions = {},
  ): Promise<this> {
    checkOptions('FixedThresholdClassifier.fit', options, ['sampleWeight', 'signal']);
    const { x, y } = separateTarget('X', givenX, givenY);
    const { classes } = this.twoClasses(x, y);
    const { posLabel, threshold } = this.params;
    const positive = posLabel === undefined ? 1 : classes.indexOf(posLabel);
    if (positive < 0) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `posLabel to be one of the classes ${show(classes)}`,
        given: show(posLabel),
        hint: 'Leave it out for the second one.',
      });
    }
    const model = this.inner().clone();
    const method = this.response(model);
    await model.fit(x as never, y as never, options);
    const usual = method === 'predictProba' ? 1 / 2 : 0;
    this.learnt = {
      classes,
      model,
      method,
      threshold: threshold === 'auto' ? usual : threshold,
      positive: positive as 0 | 1,
    };
    return this;
  }
}
