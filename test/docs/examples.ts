import { type PublicName, publicNames } from './publicNames.js';
import { saidBehindPrints } from './samples.js';

/** The `@example`s in the doc comments of public names. */

export interface Example {
  name: string;
  /** The public name, and which of its examples. */
  title: string;
  /** A folder for it. */
  path: string;
  source: string;
  code: string;
  /** For each `console.log`, what it is said to print. */
  said: string[];
}

const EXAMPLE = /^@example\b[^\n]*\n```ts\n(.*?)^```$/gms;

export const names = publicNames();

export const examples: Example[] = names.flatMap(({ name, source, comment }, at) =>
  [...comment.matchAll(EXAMPLE)].map(([, code = ''], i) => ({
    name,
    title: `${name}, example ${i + 1}`,
    // Names may differ in their case alone.
    path: `${at}-${name.replace(/[^\w.]+/g, '-')}/${i + 1}`,
    source,
    code,
    said: saidBehindPrints(code).map(({ text }) => text),
  })),
);

const hasExample = ({ comment }: PublicName): boolean => /^@example\b/m.test(comment);

/**
 * What has no example: functions, classes, methods and values without one of their own, and types
 * that neither have one nor stand in the declaration of something that has. Options and results are
 * shown where they are used.
 */
export function withoutExample(): string[] {
  const shown = names
    .filter((each) => each.kind !== 'type' && hasExample(each))
    .map(({ code }) => code)
    .join('\n');
  const isShown = ({ name, kind }: PublicName): boolean =>
    kind === 'type' && new RegExp(`\\b${/\w+$/.exec(name)![0]}\\b`).test(shown);
  return names.filter((each) => !hasExample(each) && !isShown(each)).map(({ name }) => name);
}
