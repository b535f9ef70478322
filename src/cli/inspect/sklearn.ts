import { SteepestError } from '../../core/errors.js';
import { estimatorFromDump } from '../../estimators/sklearn/convert.js';
import type { Fact, Inspection } from './inspection.js';
import { fields, items, jsonObject, textOf } from './json.js';

/** Nested estimators that are listed; a hostile file may hold more levels. */
const MOST_LEVELS = 32;

/** An estimator, and those among its parameters, with what each has learned. */
function rowsOf(value: unknown, path: string, level: number): Fact[][] {
  const { class: type, params, fitted } = fields(value);
  if (typeof type !== 'string' || level > MOST_LEVELS) return [];
  const learned = Object.keys(fields(fitted));
  const inside = [
    ...items(fields(params).steps),
    ...(items(fields(fitted).transformers_).length > 0
      ? items(fields(fitted).transformers_)
      : items(fields(params).transformers)),
  ];
  const nested = inside.flatMap((entry) => {
    const [name, step] = items(entry);
    return rowsOf(step, `${path}/${textOf(name) ?? '?'}`, level + 1);
  });
  return [[path, type, learned.length === 0 ? 'not fitted' : learned.join(', ')], ...nested];
}

/** Whether `fromSklearn` reads it. */
function readability(estimator: unknown): string {
  try {
    return `as ${estimatorFromDump(estimator).type}`;
  } catch (error) {
    if (error instanceof SteepestError) return `no: ${error.given}`;
    throw error;
  }
}

/** Classes of scikit-learn in a file for `fromSklearn`. */
export function inspectSklearn(bytes: Uint8Array, path: string): Inspection {
  const { sklearn, estimator } = jsonObject(bytes, `an estimator of scikit-learn in '${path}'`);
  const fitted = fields(fields(estimator).fitted);
  const list = (value: unknown): Fact | undefined => {
    const own = items(fields(value).array ?? value).map((item) => textOf(item) ?? '…');
    return own.length === 0 ? undefined : own;
  };
  return {
    kind: 'an estimator of scikit-learn as JSON',
    facts: {
      sklearn: textOf(sklearn),
      read: readability(estimator),
      columns: list(fitted.feature_names_in_),
      classes: list(fitted.classes_),
    },
    tables: [
      {
        name: 'estimators',
        head: ['place', 'class', 'learned'],
        rows: rowsOf(estimator, '', 0).map(([place, ...rest]) => [place || '/', ...rest]),
      },
    ],
  };
}
