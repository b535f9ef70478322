/** Scores of a fitted model. */

import type { ModelScore } from '../modelInfo.js';
import { classificationScores, regressionScores } from '../scores.js';
import { type Dataset, labelsIn, type Problem } from './dataset.js';
import type { Fitted } from './learner.js';

/**
 * @param held rows that the model has not seen
 * @param trained rows that it has learned from: their targets alone make the baseline
 */
export async function scoresOf(
  fitted: Fitted,
  { task, classes }: Problem,
  held: Dataset,
  trained: Dataset,
): Promise<ModelScore[]> {
  const predicted = await fitted.predict(held.x);
  if (task === 'regression') {
    return regressionScores(held.y as Float64Array, predicted as Float64Array, trained.y as Float64Array);
  }
  const probabilities = await fitted.probabilities(held.x).catch((error: unknown) => {
    // A network of one's own may have scores in place of probabilities.
    if ((error as { code?: unknown }).code === 'ERR_ARGUMENT') return undefined;
    throw error;
  });
  return classificationScores(
    labelsIn(held),
    { classes: classes!, predicted: predicted as readonly never[], probabilities },
    labelsIn(trained),
  );
}
