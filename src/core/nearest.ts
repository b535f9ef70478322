/** Finds the known name closest to a wrong one, for "Did you mean …?" in messages. */

/** Names in other libraries, mapped to ours, or to '' if this package has no equivalent. */
export type Aliases = Readonly<Record<string, string>>;

/** Longer names are not typos, and the cost of comparing grows with the length. */
const MOST_CHARACTERS = 100;

/** Levenshtein distance: insertions, deletions and substitutions of one character. */
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

const fold = (name: string): string => name.trim().toLowerCase();
/** Treats `learning_rate`, `LearningRate` and `learning-rate` as `learningRate`. */
const squeeze = (name: string): string => fold(name).replace(/[\s_\-.]/g, '');

/** Whether two names differ only in case and separators. */
export const isSameName = (a: string, b: string): boolean => squeeze(a) === squeeze(b);

/**
 * The known name closest to `given`; undefined if none is close. Order: another spelling of a known
 * name, then an alias (ignoring case and separators), then the name with the smallest edit
 * distance.
 */
export function nearestName(
  given: string,
  known: Iterable<string>,
  aliases: Aliases = {},
): string | undefined {
  if (given.length > MOST_CHARACTERS) return undefined;
  const names = [...known];
  const squeezed = squeeze(given);
  const respelled = squeezed === '' ? undefined : names.find((name) => squeeze(name) === squeezed);
  if (respelled !== undefined) return respelled;
  const alias = Object.entries(aliases).find(
    ([name, ours]) => squeeze(name) === squeezed && (ours === '' || names.includes(ours)),
  );
  // A name that has another meaning elsewhere is not a typo.
  if (alias !== undefined) return alias[1] === '' ? undefined : alias[1];

  let best: string | undefined;
  // Two transposed letters count as two edits. More than a third of a long word, or all of a short
  // one, is another word.
  const most = Math.min(given.length - 1, Math.max(2, Math.floor(given.length / 3)));
  let bestDistance = most + 1;
  for (const name of names) {
    if (Math.abs(name.length - given.length) >= bestDistance) continue;
    const distance = editDistance(fold(given), fold(name));
    if (distance < bestDistance) {
      best = name;
      bestDistance = distance;
    }
  }
  return best;
}

/** "Did you mean 'x'?" if a known name is close, otherwise `otherwise`. */
export function didYouMean(
  given: unknown,
  known: Iterable<string>,
  otherwise: string,
  aliases: Aliases = {},
): string {
  const nearest = typeof given === 'string' ? nearestName(given, known, aliases) : undefined;
  return nearest === undefined ? otherwise : `Did you mean '${nearest}'?`;
}
