import { SteepestError } from './errors.js';

const show = (value: unknown): string =>
  typeof value === 'object'
    ? JSON.stringify(value)
    : typeof value === 'string'
      ? `'${value}'`
      : String(value);

function fail(what: string, words: string, value: unknown): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be ${words}`,
    given: show(value),
    mend: `Give ${words}.`,
  });
}

/** A whole number of at least `least`. */
export function checkInteger(what: string, value: unknown, least = 1): number {
  if (!Number.isSafeInteger(value) || (value as number) < least) {
    fail(what, `a whole number of at least ${least}`, value);
  }
  return value as number;
}

/** A finite number for which `accepts` holds. */
export function checkNumber(
  what: string,
  value: unknown,
  words = 'a finite number',
  accepts: (v: number) => boolean = () => true,
): number {
  if (typeof value !== 'number' || !Number.isFinite(value) || !accepts(value)) fail(what, words, value);
  return value as number;
}

export function checkBoolean(what: string, value: unknown): boolean {
  if (typeof value !== 'boolean') fail(what, 'true or false', value);
  return value as boolean;
}

/** Refuses keys that nothing would read. */
export function checkKeys(what: string, given: object, known: readonly string[]): void {
  for (const key of Object.keys(given)) {
    if (!known.includes(key)) {
      throw new SteepestError('ERR_UNKNOWN_NAME', {
        expected: `${what} to have only ${known.join(', ')}`,
        given: `'${key}'`,
        mend: 'Check the spelling, or remove it.',
      });
    }
  }
}
