import { SteepestError } from '../core/errors.js';
import { didYouMean } from '../core/nearest.js';
import { show } from '../core/show.js';

/** Maximum names listed in a message; the rest is counted. */
const LISTED = 20;

/** The error for a column that does not exist: lists the existing ones and suggests the closest. */
export function unknownColumn(where: string, given: unknown, known: readonly string[]): SteepestError {
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : '';
  const list = known.slice(0, LISTED).map((name) => show(name));
  return new SteepestError('ERR_UNKNOWN_NAME', {
    expected: `${where} to be one of ${list.join(', ')}${more}`,
    given: show(given),
    hint: didYouMean(given, known, 'Use one of these columns.'),
  });
}
