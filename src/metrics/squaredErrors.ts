import { timesPower } from '../core/powers.js';
import type { ValueInput, WeightOption } from './inputs.js';
import { checkScoreOptions } from './options.js';
import {
  combine,
  type MultiOutput,
  type Raw,
  type RegressionScoreOptions,
  readPairs,
  weightedMean,
} from './outputs.js';

/** Mean of (t − y)² over samples, in the squared unit of the target. */
export function meanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): Float64Array;
export function meanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & { multioutput?: Exclude<MultiOutput, 'rawValues'> },
): number;
export function meanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('meanSquaredError', options, ['multioutput']);
  const errors = squaredErrors(yTrue, yPred, options);
  return combine(
    Float64Array.from(errors, ({ square, unit }) => timesPower(square, 2 * unit)),
    options.multioutput,
  );
}

/** Mean squared error of each output, in units of 4^unit. */
function squaredErrors(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: WeightOption,
): { square: number; unit: number }[] {
  const { columns } = readPairs(yTrue, yPred, options);
  return columns.map(({ truth, guess, weights, unit }) => ({
    square: weightedMean(weights, (i) => (truth(i) - guess(i)) ** 2),
    unit,
  }));
}

/**
 * Square root of the mean of (t − y)² over samples, computed per output and then averaged. In the
 * unit of the target.
 */
export function rootMeanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions & Raw,
): Float64Array;
export function rootMeanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options?: RegressionScoreOptions & { multioutput?: Exclude<MultiOutput, 'rawValues'> },
): number;
export function rootMeanSquaredError(
  yTrue: ValueInput,
  yPred: ValueInput,
  options: RegressionScoreOptions = {},
): number | Float64Array {
  checkScoreOptions('rootMeanSquaredError', options, ['multioutput']);
  const errors = squaredErrors(yTrue, yPred, options);
  return combine(
    Float64Array.from(errors, ({ square, unit }) => timesPower(Math.sqrt(square), unit)),
    options.multioutput,
  );
}
