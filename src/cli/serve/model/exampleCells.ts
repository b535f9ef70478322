import { isTypedArray } from '../../../core/realm.js';
import type { ColumnTransformer } from '../../../estimators/index.js';

/** Values that a model has seen in its columns, by their numbers: for an example of a row. */
export type ExampleCells = ReadonlyMap<number, string | number>;

/** As far as the first transformers have learned categories, fills of gaps or means. */
export function exampleCells(model: object): ExampleCells {
  const found = new Map<number, string | number>();
  collect(model, undefined, found);
  return found;
}

/** Digits of a number in an example. */
const DIGITS = 3;

/** @param columns the numbers of the columns that this step gets; undefined for all in their order */
function collect(
  step: object,
  columns: readonly number[] | undefined,
  found: Map<number, string | number>,
): void {
  if ('steps' in step) {
    const [first] = step.steps as readonly (readonly [string, object])[];
    if (first !== undefined) collect(first[1], columns, found);
  } else if ('fittedParts' in step) {
    for (const { step: part, columns: places } of (step as ColumnTransformer).fittedParts) {
      if (typeof part !== 'string') collect(part, places, found);
    }
  } else {
    seenBy(step).forEach((value, k) => {
      if (typeof value === 'number') found.set(columns?.[k] ?? k, Number(value.toPrecision(DIGITS)));
      else if (typeof value === 'string') found.set(columns?.[k] ?? k, value);
    });
  }
}

function seenBy(step: object): readonly unknown[] {
  if ('statistics' in step) return step.statistics as readonly unknown[];
  if ('categories' in step) {
    const lists = step.categories as readonly (readonly unknown[])[];
    return lists.map((list) => list.find((value) => typeof value === 'string' || Number.isFinite(value)));
  }
  const mean = 'mean' in step ? step.mean : undefined;
  return isTypedArray(mean, 'Float64Array') ? Array.from(mean) : [];
}
