/**
 * Names that are understood in place of ours: synonyms, and the snake_case form of every name, as in
 * Keras. What was chosen is saved, printed and logged under our name. (`nearest.ts` has the names
 * that are only hints.)
 */

/** Other names of things, mapped to ours. */
export type Synonyms = Readonly<Record<string, string>>;
export type NoSynonyms = Readonly<Record<never, string>>;

/** `binary_crossentropy` for `binaryCrossentropy`. */
export type SnakeCase<S extends string> = S extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeCase<Rest>}`
  : S;

type SynonymsOf<N extends string, S extends Synonyms> = {
  [K in keyof S & string]: S[K] extends N ? K : never;
}[keyof S & string];

/** Everything that users may write for the thing that is called `N` here. */
export type Written<N extends string, S extends Synonyms = NoSynonyms> =
  | N
  | SnakeCase<N>
  | SynonymsOf<N, S>
  | SnakeCase<SynonymsOf<N, S>>;

/** Our name of what a user wrote. */
export type OurName<N extends string, S extends Synonyms, Given extends string> = N extends string
  ? Given extends Written<N, S>
    ? N
    : never
  : never;

/** {@link SnakeCase} at run time. */
export const toSnakeCase = (name: string): string =>
  name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);

/** Our name of what a user wrote; undefined if it is none of these. */
export function ourName<N extends string>(
  given: unknown,
  names: readonly N[],
  synonyms: Readonly<Record<string, N>> = {},
): N | undefined {
  const spelledBy = (known: string): boolean => known === given || toSnakeCase(known) === given;
  return names.find(spelledBy) ?? Object.entries(synonyms).find(([synonym]) => spelledBy(synonym))?.[1];
}
