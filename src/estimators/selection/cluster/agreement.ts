import { SteepestError } from '../../../core/errors.js';
import { version } from '../../../core/packageInfo.cjs';
import { typedArrayName } from '../../../core/realm.js';
import { frameOf, tableOfFrame } from '../../../data/tables/frameOf.js';
import type { SharedCall } from './inStep.js';
import { hashOf } from './valueHash.js';

/** What a rank was given, by name: in words, and as a hash of what words leave out. */
export type Print = Readonly<Record<string, readonly [words: string, hash?: string]>>;

/** Things that an error names. */
const MOST_NAMED = 3;
/** Characters of a thing in words. */
const MOST_WORDS = 100;

function sizeOf(rows: object): string {
  if ('shape' in rows && 'data' in rows) {
    return `${(rows.shape as number[]).join(' × ')} ${typedArrayName(rows.data) ?? 'values'}`;
  }
  if ('rows' in rows && 'columnNames' in rows) {
    return `a table of ${String(rows.rows)} × ${(rows.columnNames as string[]).length}`;
  }
  return `${(rows as ArrayLike<unknown>).length} ${typedArrayName(rows) ?? 'values'}`;
}

/** Rows of any kind; undefined for none. */
export async function printOfRows(what: string, rows: object | undefined): Promise<Print[string]> {
  if (rows === undefined) return ['none'];
  const frame = frameOf(what, rows);
  const table = frame === undefined ? rows : tableOfFrame(frame);
  return [sizeOf(table), await hashOf(table)];
}

/** Any value, with its text. */
export async function printOfValue(text: string, value: unknown): Promise<Print[string]> {
  const line = text.replace(/\s+/g, ' ');
  const words = line.length > MOST_WORDS ? `${line.slice(0, MOST_WORDS)} …` : line;
  return [words, await hashOf(value)];
}

/**
 * Prepares a call on every rank, and makes sure that all were given the same.
 * @param printOf what decides the result: not what may differ, such as the number of threads
 * @throws what a rank's `prepare` throws, on all ranks; SteepestError `ERR_CLUSTER` that names what
 *   differs
 */
export async function agreed<T>(
  call: SharedCall | undefined,
  prepare: () => Promise<T>,
  printOf: (prepared: T) => Promise<Print>,
): Promise<T> {
  if (call === undefined) return prepare();
  let failure: { error: unknown } | undefined;
  let print: Print = {};
  let prepared: T | undefined;
  try {
    prepared = await prepare();
    print = { 'version of steepest': [version], ...(await printOf(prepared)) };
  } catch (error) {
    failure = { error };
  }
  checkSame(call.name, (await call.meet(print, failure)) as Print[]);
  return prepared as T;
}

/** @throws SteepestError `ERR_CLUSTER` for the first rank that differs from rank 0 */
function checkSame(name: string, prints: readonly Print[]): void {
  const first = prints[0]!;
  prints.forEach((print, rank) => {
    const differing = Object.keys(first).filter((what) => !isSame(first[what]!, print[what]!));
    if (differing.length === 0) return;
    const named = differing.slice(0, MOST_NAMED);
    throw new SteepestError('ERR_CLUSTER', {
      expected: `${name} with the same ${named.join(', ')} on every rank`,
      given: named.map((what) => `${what}: ${both(first[what]!, print[what]!, rank)}`).join('; '),
      hint: "Let nothing depend on the rank, or give all rank 0's: value = await cluster.broadcast(value).",
    });
  });
}

/** Words may differ where the number of threads does. */
const isSame = (a: Print[string], b: Print[string]): boolean =>
  a[1] === undefined && b[1] === undefined ? a[0] === b[0] : a[1] === b[1];

function both([words, hash]: Print[string], [otherWords, otherHash]: Print[string], rank: number): string {
  if (words !== otherWords) return `${words} on rank 0, ${otherWords} on rank ${rank}`;
  return `${words}, with hash ${hash} on rank 0 and ${otherHash} on rank ${rank}`;
}
