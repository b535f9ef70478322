import type { NumericArray } from '../../core/ndarray.js';
import { Slices } from '../../core/nextTurn.js';
import { isNumberList, isPlainObject } from '../../core/realm.js';
import type { Cell, TableInput } from './columns.js';

/**
 * What an estimator does with rows, written once for callers that wait for it and for those that
 * must not. Each `yield` is a place where the event loop may run, or a call of another estimator
 * whose result comes back.
 */
export type Work<T> = Generator<(() => unknown) | undefined, T, unknown>;

/** As in `core/inParts.ts`. */
const SLICE_MS = 4;

/** Does work in slices of a few milliseconds, and waits for what it calls. */
export async function workInSlices<T>(work: Work<T>): Promise<T> {
  const slices = new Slices(SLICE_MS);
  let step = work.next();
  while (step.done !== true) {
    const call = step.value;
    if (call !== undefined) step = work.next(await call());
    else {
      if (slices.isDue) await slices.next();
      step = work.next();
    }
  }
  return step.value;
}

/** Does work in one go: nothing that it calls may have to be waited for. */
export function workAtOnce<T>(work: Work<T>): T {
  let step = work.next();
  while (step.done !== true) step = work.next(step.value?.());
  return step.value;
}

/** How the methods of one kind are called: `transform`, or `transformSync`. */
export type Manner = '' | 'Sync';

/** One row: its cells in the order of the columns, or by their names. */
export type RowInput = readonly Cell[] | NumericArray | Readonly<Record<string, unknown>>;

const isCell = (value: unknown): boolean => value === null || typeof value !== 'object';

/** Rows of what may be one row. */
export function rowsOf(x: TableInput | RowInput): TableInput {
  if (Array.isArray(x)) return x.length > 0 && isCell(x[0]) ? ([x] as TableInput) : (x as TableInput);
  if (isNumberList(x)) return [x] as TableInput;
  const isRecord = isPlainObject(x) && !('data' in x && 'shape' in x) && !('columnNames' in x);
  return isRecord ? ([x] as unknown as TableInput) : (x as TableInput);
}
