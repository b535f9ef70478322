import { SteepestError } from '../../core/errors.js';
import { isList } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { isWellFormed } from '../../io/jsonCursor.js';
import { namesInFile } from './namesInFile.js';

/** Names that a file's header certainly has room for, in bytes as they are written there. */
const MOST_BYTES = 2 ** 19;

/**
 * Checks the names of a model's classes.
 * @param outputs numbers of the model's output: one for each class, or one for two classes
 * @throws SteepestError `ERR_ARGUMENT` for what is not a list of different names, `ERR_SHAPE` for
 *   another number of names
 */
export function checkClassNames(given: unknown, outputs: number): readonly string[] {
  if (!isList(given) || !Array.isArray(given) || given.length === 0) {
    refuse(
      "classes to be a list of names, such as ['cat', 'dog']",
      show(given),
      'Write the name of each class.',
    );
  }
  const count = outputs === 1 ? 2 : outputs;
  if (given.length !== count) {
    throw new SteepestError('ERR_SHAPE', {
      expected:
        outputs === 1
          ? 'two classes for the one output: the names of 0 and of 1'
          : `${count} classes, one for each output of the last layer`,
      given: `${given.length}`,
      hint: 'Name every class in the order of its number, or change the last layer.',
    });
  }
  const names = Array.from(given as unknown[]);
  const first = new Map<unknown, number>();
  names.forEach((name, i) => {
    if (typeof name !== 'string' || name === '' || !isWellFormed(name)) {
      refuse('names of classes to be text, not empty', `${show(name)} as classes[${i}]`, hintOf(name));
    }
    const before = first.get(name);
    if (before !== undefined) {
      refuse(
        'different classes',
        `${show(name)} as classes[${before}] and classes[${i}]`,
        'Rename one of them.',
      );
    }
    first.set(name, i);
  });
  return namesInFile('classes', names as string[], MOST_BYTES, 'Use shorter names, or keep them elsewhere.');
}

const hintOf = (name: unknown): string =>
  typeof name === 'number' || typeof name === 'boolean' ? `Write '${name}'.` : 'Give each class a name.';

function refuse(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}
