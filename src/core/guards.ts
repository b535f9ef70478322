/** What a value of unknown origin is: options from users, attributes of files. */

/** Holes of a list count as undefined. */
const listOf =
  <T>(accepts: (value: unknown) => value is T) =>
  (value: unknown): value is T[] =>
    Array.isArray(value) && Array.from(value as unknown[]).every(accepts);

export const isFlag = (value: unknown): value is boolean => typeof value === 'boolean';

export const isNames = listOf((value): value is string => typeof value === 'string');

export const isNumbers = listOf((value): value is number => typeof value === 'number');

/** A whole number of at least 0. */
export const isCount = (value: unknown): value is number =>
  Number.isSafeInteger(value) && (value as number) >= 0;

/** A finite number of at least 0. */
export const isNonNegative = (value: unknown): value is number =>
  Number.isFinite(value) && (value as number) >= 0;

/** Far more steps than anybody can run; counts up to it are exact, in sums and products too. */
export const MOST_STEPS = 2 ** 48;

/** A number of steps, epochs or rows that a file may hold. */
export const isCounter = (value: unknown, most = MOST_STEPS): value is number =>
  isCount(value) && value <= most;

/** A whole number of at least 1. */
export const isSize = (value: unknown): value is number => isCount(value) && value > 0;

/** The same or null. */
export const orNull =
  <T>(accepts: (value: unknown) => value is T) =>
  (value: unknown): value is T | null =>
    value === null || accepts(value);

/** The same or undefined. */
export const orAbsent =
  <T>(accepts: (value: unknown) => value is T) =>
  (value: unknown): value is T | undefined =>
    value === undefined || accepts(value);
