import { SteepestError } from './errors.js';
import { didYouMean } from './nearest.js';
import { show } from './show.js';

/** Maximum names listed in a message; the rest is counted. */
const LISTED = 20;

/** Names as messages list them. */
export function listed(names: readonly string[]): string {
  const more = names.length > LISTED ? ` and ${names.length - LISTED} more` : '';
  const list = names.slice(0, LISTED).map((name) => show(name));
  return `${list.join(', ')}${more}`;
}

/** The error for a column that does not exist: lists the existing ones and suggests the closest. */
export function unknownColumn(where: string, given: unknown, known: readonly string[]): SteepestError {
  return new SteepestError('ERR_UNKNOWN_NAME', {
    expected: `${where} to be one of ${listed(known)}`,
    given: show(given),
    hint: didYouMean(given, known, 'Use one of these columns.'),
  });
}
