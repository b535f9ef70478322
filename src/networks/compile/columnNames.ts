import { SteepestError } from '../../core/errors.js';
import { isList } from '../../core/realm.js';
import { countOf } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import { isWellFormed } from '../../io/jsonCursor.js';
import { namesInFile } from './namesInFile.js';

/** Names that a file's header certainly has room for, in bytes as they are written there. */
const MOST_BYTES = 2 ** 21;

/**
 * Checks the names of a model's input columns.
 * @param inputs numbers of a sample: one for each column
 * @throws SteepestError `ERR_ARGUMENT` for what is not a list of different names, `ERR_SHAPE` for
 *   another number of names
 */
export function checkColumnNames(given: unknown, inputs: number): readonly string[] {
  const names: unknown[] = isList(given) ? Array.from(given) : [];
  const isText = names.length > 0 && names.every((name) => typeof name === 'string' && isWellFormed(name));
  if (!isText || new Set(names).size !== names.length) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'columns to be a list of different names',
      given: show(given),
      hint: "Write ['age', 'income'], in the order of the inputs.",
    });
  }
  if (names.length !== inputs) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `names of ${countOf(inputs, 'column')}, the model's inputShape`,
      given: `${names.length}: ${show(names)}`,
      hint: 'Change inputShape, or the columns of the data.',
    });
  }
  return namesInFile('columns', names as string[], MOST_BYTES, 'Use shorter names, or pass { data, shape }.');
}
