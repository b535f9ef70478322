import { SteepestError } from '../core/errors.js';
import type { ModelSource } from '../io/modelFile.js';
import type { BaseEstimator } from './base/estimator.js';
import { readSaved, type SavedEstimator } from './base/saved.js';

type AnyEstimator = BaseEstimator<object>;
type AnyConstructor = new (params: never) => AnyEstimator;

/** Every class that can be saved, by the name in its files. A class outside this table cannot be loaded by name. */
const classes = new Map<string, AnyConstructor>();

/** Makes a class known to {@link loadEstimator} and to estimators that hold others. Called once per class, in `index.ts`. */
export function registerEstimator(type: string, Class: AnyConstructor): void {
  classes.set(type, Class);
}

/** The names of all classes that can be saved. */
export function estimatorTypes(): readonly string[] {
  return [...classes.keys()];
}

/** An estimator from plain data. @throws SteepestError `ERR_MODEL_FILE` */
export function estimatorFromSaved(saved: SavedEstimator): AnyEstimator {
  const Class = classes.get(saved.type);
  if (Class === undefined) {
    throw new SteepestError('ERR_MODEL_FILE', {
      expected: `an estimator of a known type (${estimatorTypes().join(', ')})`,
      given: `'${saved.type}'`,
      mend: 'Load it with the release that saved it, or a later one.',
    });
  }
  return new Class(saved.params as never).fromSaved(saved);
}

/**
 * Reads any estimator that `save` wrote.
 * @param source a path, a `file:` URL, or the file's bytes
 * @throws SteepestError `ERR_MODEL_FILE`, also for networks, which `load` reads, and files of other programs, which the
 * message names
 */
export async function loadEstimator(source: ModelSource): Promise<AnyEstimator> {
  return estimatorFromSaved(await readSaved(source));
}
