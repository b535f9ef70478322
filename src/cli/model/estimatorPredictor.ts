import { SteepestError } from '../../core/errors.js';
import type { Label } from '../../core/labels.js';
import { responds } from '../../estimators/calibration/responses.js';
import type { LoadedEstimator } from '../../estimators/registry.js';
import { isClassifier } from '../../estimators/selection/jobs.js';
import type { ModelInputs, Predicted, Predictor } from './predictor.js';

/**
 * An estimator of any class, a pipeline or a search's best.
 * @throws SteepestError `ERR_NOT_FITTED`; `ERR_ARGUMENT` for one that predicts nothing
 */
export function estimatorPredictor(model: LoadedEstimator): Predictor {
  if (!predicts(model)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'a model that predicts',
      given: `a ${model.type}, which does not`,
      hint: 'Pass the file of a network, a regressor or a classifier.',
    });
  }
  const inputs = inputsOf(model);
  const classifies = isClassifier(model);
  const classes = classifies ? (model as unknown as { classes: readonly Label[] }).classes : undefined;
  const hasProbabilities = classifies && responds(model, 'predictProba');
  return {
    inputs,
    task: classifies ? 'classification' : 'regression',
    classes,
    async predict(x, proba): Promise<Predicted> {
      const probabilities = proba && hasProbabilities ? await model.predictProba(x) : undefined;
      return { predictions: await model.predict(x), probabilities };
    },
  };
}

function inputsOf(model: LoadedEstimator): ModelInputs {
  try {
    return { ...model.onnxColumns(), imageShape: undefined };
  } catch (error) {
    // Classes without such a form still know the names of their columns.
    if (!(error instanceof SteepestError) || error.code !== 'ERR_ARGUMENT') throw error;
    const names = model.featureNamesIn;
    return { names, types: (names ?? []).map(() => undefined), imageShape: undefined };
  }
}

/** Whether the last step of a pipeline, or the estimator itself, predicts. */
function predicts(model: object): boolean {
  const { last } = model as { last?: object };
  return last === undefined ? 'predict' in model : predicts(last);
}
