import { checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { isNumberList } from '../../core/realm.js';
import { reading } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import type { PermutationImportance } from '../../estimators/selection/index.js';
import { checkNames } from './classNames.js';
import { readColumn } from './columns.js';
import { EDGE, svgOf } from './draw/drawing.js';
import { valueText } from './draw/numbers.js';
import { drawRows, rowText } from './draw/rows.js';
import { textAt } from './draw/text.js';
import { type PlotOptions, readPlotOptions } from './options.js';

/** What `permutationImportance` returns; only these fields are read. */
export type ImportanceInput = Pick<PermutationImportance, 'featureNames' | 'importancesMean'> &
  Partial<Pick<PermutationImportance, 'importancesStd' | 'baselineScore'>>;

/** Of more columns, the most important ones are drawn. */
export const MOST_ROWS = 25;

/**
 * How much the score falls when a column is shuffled: the most important column first, the thin
 * line is one standard deviation to both sides. Of more than 25 columns, the first 25 are drawn.
 *
 * @param result what `permutationImportance` resolves to
 * @returns one `<svg>` that stands alone
 * @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`, `ERR_NOT_FINITE`, `ERR_UNKNOWN_NAME`
 * @example
 * ```ts
 * import { writeFileSync } from 'node:fs';
 * import { plots } from 'steepest/report';
 *
 * const svg = plots.importance({
 *   featureNames: ['age', 'income'],
 *   importancesMean: Float64Array.of(0.02, 0.31),
 *   importancesStd: Float64Array.of(0.01, 0.02),
 * });
 * writeFileSync('importance.svg', svg);
 * ```
 */
export function importance(result: ImportanceInput, options: PlotOptions = {}): string {
  const read = readPlotOptions('importance', options, [], 'Permutation importance');
  const given = reading('result', () => ({
    ...checkObject('result', result, 'Pass what permutationImportance resolves to.'),
  }));
  const names = checkNames('result.featureNames', given.featureNames);
  const mean = numbersOf('importancesMean', given.importancesMean, names.length);
  const std =
    given.importancesStd === undefined
      ? undefined
      : numbersOf('importancesStd', given.importancesStd, names.length);
  const order = [...names.keys()].sort((a, b) => mean[b] - mean[a] || a - b);
  const rows = order.slice(0, MOST_ROWS).map((j) => ({
    name: names[j],
    value: mean[j],
    ...(std === undefined ? {} : { low: mean[j] - std[j], high: mean[j] + std[j] }),
  }));
  const { part, height } = drawRows(rows, {
    width: read.width,
    base: 0,
    isLog: false,
    unit: '',
    name: 'fall of the score',
  });
  const note = restNote(names.length, 'columns with less importance');
  const score =
    typeof given.baselineScore === 'number'
      ? `Score without shuffling: ${valueText(given.baselineScore)}. `
      : '';
  return svgOf({
    ...read,
    height: height + (note === '' ? 0 : 18),
    description: `${score}${rows.map((row) => rowText(row, '')).join('; ')}.${note === '' ? '' : ` ${note}.`}`,
    parts: [part, note === '' ? '' : textAt(EDGE, height + 6, note, { of: 'soft' })],
  });
}

/** `3 more columns with less importance`. */
export const restNote = (count: number, what: string): string =>
  count > MOST_ROWS ? `${valueText(count - MOST_ROWS)} more ${what}` : '';

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_SHAPE`, `ERR_NOT_FINITE` */
function numbersOf(key: string, given: unknown, count: number): ArrayLike<number> {
  if (!isNumberList(given)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `result.${key} to be a list of numbers`,
      given: show(given),
      hint: 'Pass what permutationImportance resolves to.',
    });
  }
  const values = readColumn(`result.${key}`, given);
  if (values.length !== count) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `result.${key} with ${count} numbers, as many as featureNames`,
      given: String(values.length),
      hint: 'Pass one number per column.',
    });
  }
  return checkFinite(`result.${key}`, values);
}

/** @throws SteepestError `ERR_NOT_FINITE` */
export function checkFinite(what: string, values: ArrayLike<number>): ArrayLike<number> {
  for (let i = 0; i < values.length; i++) {
    if (Number.isFinite(values[i])) continue;
    throw new SteepestError('ERR_NOT_FINITE', {
      expected: `finite numbers in ${what}`,
      given: `${values[i]} at ${i}`,
      hint: 'Leave such columns out.',
    });
  }
  return values;
}
