/** Spellings of true and false. */

/** Spellings that no other column type has. */
const SURE: ReadonlyMap<string, number> = new Map([
  ['true', 1],
  ['false', 0],
]);
/** Values of a column that is declared as boolean. */
const DECLARED: ReadonlyMap<string, number> = new Map([
  ...SURE,
  ['t', 1],
  ['f', 0],
  ['yes', 1],
  ['no', 0],
  ['y', 1],
  ['n', 0],
  ['1', 1],
  ['0', 0],
]);

/** 1 for true, 0 for false, in upper or lower case; undefined for other text. */
export const boolOf = (text: string, isDeclared: boolean): number | undefined =>
  (isDeclared ? DECLARED : SURE).get(text.toLowerCase());
