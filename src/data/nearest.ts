import { SteepestError } from '../core/errors.js';

/** Names listed in full in a message; more are counted. */
const LISTED = 20;

/** Levenshtein's distance: insertions, deletions and substitutions of one character. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 0; i < a.length; i++) {
    const current = [i + 1];
    for (let j = 0; j < b.length; j++) {
      const substituted = previous[j]! + (a[i] === b[j] ? 0 : 1);
      current.push(Math.min(substituted, previous[j + 1]! + 1, current[j]! + 1));
    }
    previous = current;
  }
  return previous[b.length]!;
}

/** The known name that a typing mistake most likely meant; undefined if none is close. */
export function nearestName(given: string, known: readonly string[]): string | undefined {
  const fold = (name: string): string => name.trim().toLowerCase();
  let best: string | undefined;
  // Two letters that changed places count as two; more than a third of a long word wrong, or all of a short one, is another.
  const most = Math.min(given.length - 1, Math.max(2, Math.floor(given.length / 3)));
  let bestDistance = most + 1;
  for (const name of known) {
    const distance = editDistance(fold(given), fold(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** The error for a column that is not there: lists those that are and suggests the nearest. */
export function unknownColumn(where: string, given: unknown, known: readonly string[]): SteepestError {
  const more = known.length > LISTED ? ` and ${known.length - LISTED} more` : '';
  const list = known.slice(0, LISTED).map((name) => `'${name}'`);
  const nearest = typeof given === 'string' ? nearestName(given, known) : undefined;
  return new SteepestError('ERR_UNKNOWN_NAME', {
    expected: `${where} to be one of ${list.join(', ')}${more}`,
    given: typeof given === 'string' ? `'${given}'` : String(given),
    mend: nearest === undefined ? 'Use one of these columns.' : `Did you mean '${nearest}'?`,
  });
}
