import { SteepestError } from '../../core/errors.js';
import { columnName } from '../../estimators/base/columns.js';
import type { Context } from '../context.js';
import { number } from '../format.js';
import { columnNamesOf, pipelineIn, predictorIn } from '../judge/inside.js';
import type { Judged } from '../judge/judged.js';
import type { Html } from '../page/html.js';
import { coefficients } from '../plots/index.js';
import { figure, PLOT_WIDTH } from './figure.js';

interface Linear {
  coef?: { data: ArrayLike<number>; shape: readonly number[] };
  intercept?: ArrayLike<number> | number;
}

/** Whether a model, or the last step of a pipeline, is linear. */
export const hasCoefficients = (model: object): boolean => (predictorIn(model) as Linear).coef !== undefined;

interface Named {
  /** Names of the columns that the last step of a pipeline gets. */
  getFeatureNamesOut(names?: readonly string[]): string[];
}

/** Names of the columns of the coefficients. */
function namesOf(model: object, cols: number): readonly string[] {
  const steps = pipelineIn(model);
  let names = columnNamesOf(steps ?? model);
  if (steps !== undefined) {
    try {
      names = (steps as Named).getFeatureNamesOut(names);
    } catch (error) {
      // Functions of a user's own give their columns no names.
      if (!(error instanceof SteepestError)) throw error;
      names = undefined;
    }
  }
  const known = names?.length === cols ? names : undefined;
  return Array.from({ length: cols }, (_, j) => columnName(known, j));
}

/** The coefficients of a linear model, by name. */
export function coefficientFigure({ model, judged }: Context): Html | undefined {
  const { coef, intercept } = predictorIn(model) as Linear;
  if (coef === undefined) return undefined;
  const [outputs = 1, cols = coef.data.length] = coef.shape.length === 1 ? [1, coef.data.length] : coef.shape;
  const names = namesOf(model, cols);
  const classes = judged.names.length === outputs ? { classes: judged.names } : {};
  const values = { data: coef.data as Float64Array, shape: [outputs, cols] };
  const svg = coefficients({ names, values }, { ...classes, title: 'Coefficients', width: PLOT_WIDTH });
  const first = typeof intercept === 'number' ? intercept : intercept?.[0];
  const constant = outputs === 1 && first !== undefined ? ` The intercept is ${number(first, 4)}.` : '';
  const scale =
    pipelineIn(model) === undefined
      ? 'Sizes can be compared if the columns have the same scale.'
      : 'Columns are those that the last step of the pipeline gets.';
  return figure(svg, `${growth(judged, outputs)}, all others unchanged.${constant} ${scale}`);
}

function growth({ kind, names }: Judged, outputs: number): string {
  if (kind !== 'classes') return 'How much a prediction grows with a column by 1';
  return outputs === 1
    ? `How much the score of “${names[1]}” grows with a column by 1`
    : 'How much the score of each class grows with a column by 1';
}
