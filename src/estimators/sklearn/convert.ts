import { didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { decodeSafetensors } from '../../io/safetensors.js';
import type { BaseEstimator } from '../base/estimator.js';
import { type SavedEstimator, savedBytes, savedFrom } from '../base/saved.js';
import { estimatorFromSaved } from '../registry.js';
import { COMPOSITION } from './composition.js';
import { Dump, dumpError, isDump } from './dump.js';
import { LINEAR } from './linear.js';
import { paramsFrom } from './params.js';
import { PERCEPTRONS } from './perceptrons.js';
import type { SklearnClass } from './sklearnClass.js';
import { TRANSFORMERS } from './transformers.js';

/** Pipelines in column transformers in searches; a deeper file was not written by the function. */
const MAX_DEPTH = 32;

const CLASSES: ReadonlyMap<string, SklearnClass> = new Map(
  Object.entries({ ...LINEAR, ...PERCEPTRONS, ...TRANSFORMERS, ...COMPOSITION }),
);
/** Searches, of which the refitted estimator is taken. */
const SEARCHES: readonly string[] = ['GridSearchCV', 'RandomizedSearchCV', 'HalvingGridSearchCV'];

/** Classes of scikit-learn that are read. */
export const sklearnClasses = (): string[] => [...CLASSES.keys(), ...SEARCHES];

/** An estimator of scikit-learn as `save` would describe ours. */
function converted(value: unknown, depth: number): SavedEstimator {
  if (!isDump(value) || depth > MAX_DEPTH) {
    throw dumpError('an estimator as { class, params, fitted }', show(value));
  }
  const dump = new Dump(value);
  if (SEARCHES.includes(dump.class)) return converted(dump.need('best_estimator_'), depth + 1);
  const one = CLASSES.get(dump.class);
  if (one === undefined) {
    const names = sklearnClasses();
    throw dumpError(
      `a class of scikit-learn that is read: ${names.join(', ')}`,
      show(dump.class),
      didYouMean(dump.class, names, 'Fit one of the listed classes.'),
    );
  }
  const state = one.state(dump, (inner) => converted(inner, depth + 1));
  const params = one.hasSteps ? {} : paramsFrom(dump.class, dump, one.decisive ?? []);
  return { type: dump.class, params: { ...params, ...one.params?.(dump) }, state };
}

/**
 * The fitted estimator that a dump describes.
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function estimatorFromDump(value: unknown): BaseEstimator<object> {
  // As a file of ours, so that all that holds for one is checked.
  return estimatorFromSaved(savedFrom(decodeSafetensors(savedBytes(converted(value, 0)))));
}
