import { isTypedArray } from '../../../core/realm.js';
import type { ColumnTransformer } from '../../../estimators/index.js';

/** A value that a column has had, or could have. */
export interface ExampleCell {
  value: string | number;
  /** False for a mean or a median, of which all digits are of no use. */
  isExact: boolean;
}

/** Values that a model has seen in its columns, by their numbers: for an example of a row. */
export type ExampleCells = ReadonlyMap<number, ExampleCell>;

/** As far as the first transformers have learned categories, fills of gaps or means. */
export function exampleCells(model: object): ExampleCells {
  const found = new Map<number, ExampleCell>();
  collect(model, undefined, found);
  return found;
}

/** Estimators around others lead to them by these names. */
const INWARDS = ['bestEstimator', 'fittedEstimator', 'regressor'] as const;

/** @param columns the numbers of the columns that this step gets; undefined for all in their order */
function collect(
  step: object,
  columns: readonly number[] | undefined,
  found: Map<number, ExampleCell>,
): void {
  if ('steps' in step) {
    for (const [, part] of step.steps as readonly (readonly [string, object])[]) {
      collect(part, columns, found);
      if (!keepsColumns(part)) return;
    }
  } else if ('fittedParts' in step) {
    for (const { step: part, columns: places } of (step as ColumnTransformer).fittedParts) {
      if (typeof part !== 'string') collect(part, places, found);
    }
  } else {
    seenBy(step).forEach((cell, k) => {
      const j = columns?.[k] ?? k;
      // Categories that an encoder knows say more than what an imputer before it fills in.
      if (cell !== undefined && (cell.isExact || !found.has(j))) found.set(j, cell);
    });
    const inner = within(step);
    if (inner !== undefined) collect(inner, columns, found);
  }
}

/** The fitted estimator that another one is around. */
function within(step: object): object | undefined {
  const around = step as Record<string, unknown>;
  const name = INWARDS.find((one) => one in step);
  const inner = name && around[name];
  return typeof inner === 'object' && inner !== null ? inner : undefined;
}

/** An imputer that has neither dropped a column nor added one: the next step gets the same ones. */
function keepsColumns(step: object): boolean {
  if (!('statistics' in step) || ('addIndicator' in step && step.addIndicator === true)) return false;
  const fills = step.statistics as readonly unknown[];
  return fills.every((fill) => typeof fill === 'string' || Number.isFinite(fill));
}

function seenBy(step: object): readonly (ExampleCell | undefined)[] {
  const cell = (value: unknown, isExact: boolean): ExampleCell | undefined =>
    typeof value === 'string' || Number.isFinite(value)
      ? { value: value as string | number, isExact }
      : undefined;
  if ('statistics' in step) {
    return (step.statistics as readonly unknown[]).map((value) => cell(value, false));
  }
  if ('categories' in step) {
    const lists = step.categories as readonly (readonly unknown[])[];
    return lists.map((list) => list.map((value) => cell(value, true)).find(Boolean));
  }
  const mean = 'mean' in step ? step.mean : undefined;
  return isTypedArray(mean, 'Float64Array') ? Array.from(mean, (value) => cell(value, false)) : [];
}
