/** The steps before the model: gaps are filled, numbers scaled, categories encoded. */

import type { Step } from '../../estimators/composition/steps.js';
import {
  ColumnTransformer,
  OneHotEncoder,
  Pipeline,
  SimpleImputer,
  StandardScaler,
  TargetEncoder,
} from '../../estimators/index.js';
import type { ColumnPlan, Dataset, Problem } from './dataset.js';

const chain = (...steps: (readonly [name: string, step: unknown])[]): Step =>
  new Pipeline({ steps: steps as [string, Step][] }) as unknown as Step;

/** Numbers with the median where there are gaps, each column with mean 0 and variance 1. */
const scaling = (): Step =>
  chain(
    ['gaps', new SimpleImputer({ strategy: 'median', keepEmptyFeatures: true })],
    ['scale', new StandardScaler()],
  );

/** Columns of many categories: each becomes the mean of the target. */
function means({ task, classes }: Problem): Step {
  const targetType = task === 'regression' ? 'continuous' : classes!.length === 2 ? 'binary' : 'multiclass';
  return chain(['means', new TargetEncoder({ targetType })], ['scale', new StandardScaler()]);
}

/** Steps for the rows of a problem, not fitted. */
export function prepareFor(problem: Problem): Step {
  if (problem.kind !== 'table') return scaling();
  const named = (...roles: ColumnPlan['role'][]): string[] =>
    problem.columns!.filter(({ role }) => roles.includes(role)).map(({ name }) => name);
  const parts: [string, Step, string[]][] = [
    ['numbers', scaling(), named('number', 'date')],
    ['categories', new OneHotEncoder({ handleUnknown: 'ignore' }) as unknown as Step, named('category')],
    ['means', means(problem), named('many')],
  ];
  const transformers = parts.filter(([, , names]) => names.length > 0);
  return new ColumnTransformer({ transformers } as never) as unknown as Step;
}

/** The pipeline that a file holds: the steps, then the model. */
export const pipelineOf = (prepare: Step, model: unknown): Pipeline =>
  new Pipeline({
    steps: [
      ['columns', prepare],
      ['model', model as Step],
    ],
  });

/** The number of columns after the steps. */
export async function preparedWidth(prepare: Step, { x, y }: Dataset): Promise<number> {
  const fitted = prepare.clone();
  await fitted.fit(x as never, y as never);
  return (fitted as unknown as { getFeatureNamesOut(): string[] }).getFeatureNamesOut().length;
}
