/** Learners of tables and of rows of numbers: a pipeline, whose last step is the model. */

import {
  LogisticRegression,
  NetworkClassifier,
  NetworkRegressor,
  type Pipeline,
  Ridge,
  StandardScaler,
  TransformedTargetRegressor,
} from '../../estimators/index.js';
import { type Dataset, type Problem, rowsOf } from './dataset.js';
import type { FitHistory, FitManner, Fitted, Learner, NetworkWishes } from './learner.js';
import { fitOptions, type NetworkPlan } from './networkPlan.js';
import { pipelineOf, preparedWidth, prepareFor } from './prepare.js';
import { withStopRows } from './split.js';

/** The most iterations of logistic regression. */
const MOST_ITERATIONS = 1000;

/** A linear model: exact, with one answer. */
export function linearLearner(problem: Problem): Learner {
  const isRegression = problem.task === 'regression';
  return {
    name: isRegression ? 'linear' : 'logistic',
    words: isRegression ? 'linear regression (ridge, alpha 1)' : 'logistic regression (C 1)',
    resumes: false,
    async fit({ x, y }: Dataset, { signal }: FitManner) {
      const model = isRegression ? new Ridge() : new LogisticRegression({ maxIter: MOST_ITERATIONS });
      const pipe = pipelineOf(prepareFor(problem), model);
      await pipe.fit(x as never, y as never, { signal });
      return fittedPipeline(pipe, problem, undefined);
    },
  };
}

/**
 * A network as the last step. Numbers to predict are scaled too, and predictions taken back.
 * @param plan of the network, once the number of its inputs is known
 */
export function networkLearner(
  problem: Problem,
  plan: (inputs: number, rows: number) => Promise<NetworkPlan>,
  { seed }: NetworkWishes,
  about: Pick<Learner, 'name' | 'words'>,
): Learner {
  const isRegression = problem.task === 'regression';
  return {
    ...about,
    resumes: true,
    async fit(data: Dataset, manner: FitManner) {
      const { order, stop } = await withStopRows(data, problem.task, seed);
      const ordered = await rowsOf(data, order);
      const prepare = prepareFor(problem);
      const { network, epochs, batchSize } = await plan(await preparedWidth(prepare, ordered), data.rows);
      // In the middle between two numbers of rows: rounding cannot change the number.
      const validationSplit = stop === 0 ? 0 : (stop + 0.5) / data.rows;
      const params = { epochs, batchSize, validationSplit };
      const model = isRegression
        ? new TransformedTargetRegressor({
            regressor: new NetworkRegressor(network, params),
            transformer: new StandardScaler(),
            checkInverse: false,
          })
        : new NetworkClassifier(network, params);
      const pipe = pipelineOf(prepare, model);
      await pipe.fit(ordered.x as never, ordered.y as never, fitOptions(manner, stop > 0));
      return fittedPipeline(pipe, problem, historyOf(pipe));
    },
  };
}

function historyOf(pipe: Pipeline): FitHistory {
  const last = pipe.last as unknown;
  const network = last instanceof TransformedTargetRegressor ? (last.regressor as unknown) : last;
  return (network as NetworkClassifier).history as FitHistory;
}

/** What predictions need of a fitted pipeline. */
interface Predictor {
  predict(x: unknown): Promise<never>;
}

function fittedPipeline(model: Pipeline, { task }: Problem, history: FitHistory | undefined): Fitted {
  const predictor = model as unknown as Predictor;
  return {
    model,
    task,
    history,
    predict: (x) => predictor.predict(x),
  };
}
