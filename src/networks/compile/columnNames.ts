import { SteepestError } from '../../core/errors.js';
import { isList } from '../../core/realm.js';
import { countOf } from '../../core/refuse.js';
import { show } from '../../core/show.js';

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
  const isText = names.length > 0 && names.every((name) => typeof name === 'string' && !hasHalf(name));
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
  // Twice, as the description of a model is text within a text.
  const bytes = Buffer.byteLength(JSON.stringify(JSON.stringify(names)));
  if (bytes <= MOST_BYTES) return Object.freeze(names as string[]);
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `names of columns of at most ${MOST_BYTES} bytes together`,
    given: `${bytes}`,
    hint: 'Use shorter names, or pass { data, shape }.',
  });
}

/** Half a surrogate pair cannot be written to a file. */
const hasHalf = (name: string): boolean => /\p{Surrogate}/u.test(name);
