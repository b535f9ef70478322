import type { Sequential } from '../../networks/models/sequential.js';

/**
 * What is inside a model: searches, pipelines and estimators around others are asked for the part
 * that a report wants to look at.
 */

/** The parts of models that lead inwards. */
interface Around {
  type?: unknown;
  bestEstimator?: object;
  last?: object;
  trainedNetwork?: Sequential;
}

/** A network by itself, also one of another copy of this package. */
export const isNetwork = (model: object): model is Sequential =>
  (model as Around).type === 'Sequential' && 'predictClasses' in model;

/** The best estimator of a search; any other model as it is. */
export function ofSearch(model: object): object {
  return isSearch(model) ? (model as { bestEstimator: object }).bestEstimator : model;
}

export const isSearch = (model: object): boolean => 'bestEstimator' in model && 'results' in model;

/** The pipeline that a model is, or that its search found. */
export function pipelineIn(model: object): object | undefined {
  const best = ofSearch(model);
  return (best as Around).type === 'Pipeline' ? best : undefined;
}

/** The estimator that predicts: the last step of a pipeline, or of the best one of a search. */
export function predictorIn(model: object): object {
  const best = ofSearch(model);
  return pipelineIn(best) === undefined ? best : predictorIn((best as { last: object }).last);
}

/** The network that predicts, if one does. */
export function networkIn(model: object): Sequential | undefined {
  if (isNetwork(model)) return model;
  const predictor = predictorIn(model);
  return 'trainedNetwork' in predictor
    ? (predictor as { trainedNetwork: Sequential }).trainedNetwork
    : undefined;
}

/** Height, width and channels of the images that a model takes; undefined if it takes none. */
export function imageShape(model: object): readonly [number, number, number] | undefined {
  // What comes before the network may have changed the columns.
  if (pipelineIn(model) !== undefined) return undefined;
  const shape = networkIn(model)?.config.layers[0] as { inputShape?: readonly number[] } | undefined;
  const [height, width, channels] = shape?.inputShape ?? [];
  if (height === undefined || width === undefined) return undefined;
  return channels === 1 || channels === 3 ? [height, width, channels] : undefined;
}

/** Names of the columns that a model was fitted on; undefined if they had none. */
export function columnNamesOf(model: object): readonly string[] | undefined {
  if (isNetwork(model)) return model.columns;
  return (model as { featureNamesIn?: readonly string[] }).featureNamesIn;
}
