import { SteepestError } from '../../core/errors.js';
import { isNames } from '../../core/guards.js';
import type { Label } from '../../core/labels.js';
import { reading } from '../../core/refuse.js';
import { show } from '../../core/show.js';

/**
 * Names of classes by the order of their labels.
 *
 * @param labels the classes that occur, ascending
 * @param given names: of the classes 0, 1, 2, … where labels are whole numbers, otherwise the
 *   labels themselves, or one name for each in ascending order
 * @returns all labels, in order, with their names
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function namedClasses(
  labels: readonly Label[],
  given: readonly string[] | undefined,
): { label: Label; name: string }[] {
  if (given === undefined) return labels.map((label) => ({ label, name: String(label) }));
  checkNames('classes', given);
  if (given.length > 0 && labels.every((label) => typeof label === 'string')) {
    const unknown = labels.find((label) => !given.includes(label));
    if (unknown === undefined) return given.map((name) => ({ label: name, name }));
  }
  const isNumbered = labels.every((label) => typeof label === 'number' && label >= 0 && label < given.length);
  if (isNumbered) return given.map((name, label) => ({ label, name }));
  const isFlagged = labels.every((label) => typeof label === 'boolean') && given.length === 2;
  if (isFlagged) return given.map((name, i) => ({ label: i === 1, name }));
  if (given.length === labels.length) return labels.map((label, i) => ({ label, name: given[i] }));
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `classes to name the ${labels.length} classes ${labels.slice(0, 5).map(show).join(', ')}${labels.length > 5 ? ', …' : ''}`,
    given: `${given.length}: ${given.slice(0, 5).map(show).join(', ')}${given.length > 5 ? ', …' : ''}`,
    hint: 'Give one name per class, in ascending order of the classes.',
  });
}

/** A list of different names. @throws SteepestError `ERR_ARGUMENT` */
export const checkNames = (what: string, given: unknown): readonly string[] =>
  reading(what, () => readNames(what, given));

function readNames(what: string, given: unknown): readonly string[] {
  if (!isNames(given)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what} to be a list of strings`,
      given: show(given),
      hint: "Write ['first', 'second'].",
    });
  }
  const twice = given.find((name, i) => given.indexOf(name) !== i);
  if (twice === undefined) return given;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `different names in ${what}`,
    given: `${show(twice)} twice`,
    hint: 'Name each one differently.',
  });
}
