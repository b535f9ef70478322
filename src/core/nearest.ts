/** Finds the name that a wrong one most likely meant: for "Did you mean …?" in messages. */

/**
 * Names of other libraries, as their users spell them, to ours; to '' where there is nothing of the
 * kind here.
 */
export type Aliases = Readonly<Record<string, string>>;

/** Longer names are no slip of the fingers, and the table of distances grows with the length. */
const MOST_CHARACTERS = 100;

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

const fold = (name: string): string => name.trim().toLowerCase();
/** `learning_rate`, `LearningRate` and `learning-rate` are all `learningRate` to a reader. */
const squeeze = (name: string): string => fold(name).replace(/[\s_\-.]/g, '');

/** Whether two names differ in case and separators alone. */
export const isSameName = (a: string, b: string): boolean => squeeze(a) === squeeze(b);

/**
 * The known name that `given` most likely meant; undefined if none is close. Another spelling of a
 * known name comes first, then an alias (compared without case and separators), then the name with
 * the fewest wrong letters.
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
  // A name that means something else elsewhere is no slip of the fingers.
  if (alias !== undefined) return alias[1] === '' ? undefined : alias[1];

  let best: string | undefined;
  // Two letters that changed places count as two; more than a third of a long word wrong, or all of
  // a short one, is another.
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

/** "Did you mean 'x'?" where a known name is close, otherwise `otherwise`. */
export function didYouMean(
  given: unknown,
  known: Iterable<string>,
  otherwise: string,
  aliases: Aliases = {},
): string {
  const nearest = typeof given === 'string' ? nearestName(given, known, aliases) : undefined;
  return nearest === undefined ? otherwise : `Did you mean '${nearest}'?`;
}
