/** What `steepest inspect` says about a file: facts, then tables. */
export interface Inspection {
  /** What it is: `a network`. */
  kind: string;
  facts: Facts;
  tables: Table[];
}

export type Fact = string | number | boolean | readonly (string | number)[];
/** Values by name; undefined ones are left out. */
export type Facts = Record<string, Fact | undefined>;

export interface Table {
  /** The name of its list in JSON: `layers`. */
  name: string;
  head: readonly string[];
  rows: readonly (readonly Fact[])[];
}

/** Characters of a text of a file's metadata: descriptions of models may be long. */
export const MOST_TEXT = 60;

export const shapeText = (shape: readonly (number | string)[]): string => `[${shape.join(', ')}]`;
export const numbersIn = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);
