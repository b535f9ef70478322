import { Matrix } from '../../core/matrix.js';
import { frameOf, tableOfFrame } from '../../data/tables/frameOf.js';
import { columnName } from '../base/columns.js';
import { type FeatureInput, readFeatures } from '../base/features.js';
import type { RowsInput } from './rows.js';

/** The columns of a table of any kind. */
export interface ColumnsOf {
  names: readonly string[];
  /** The table with the rows of column j in another order. */
  permuted(j: number, order: Uint32Array): RowsInput;
}

/**
 * A table whose columns can be shuffled one at a time: the same kind of container as it was, or
 * numbers.
 * @param estimator whose names of columns are used where the table has none
 */
export function permutable(x: RowsInput, estimator: object): ColumnsOf {
  const frame = frameOf('X', x);
  if (frame !== undefined) {
    const table = tableOfFrame(frame);
    const names = table.columnNames;
    return {
      names,
      permuted(j, order) {
        const name = names[j]!;
        return table.with(name, table.select(name).take(order).column(name));
      },
    };
  }
  const first: unknown = Array.isArray(x) ? x[0] : undefined;
  if (isList(first) && (x as unknown[][]).some((row) => row.some((cell) => typeof cell !== 'number'))) {
    return cells(x as readonly unknown[][], estimator);
  }
  return numbers(x as FeatureInput, estimator);
}

const isList = (value: unknown): value is unknown[] => Array.isArray(value) || ArrayBuffer.isView(value);

/** Names that the estimator was fitted with, or x0, x1, … */
function namesFrom(
  estimator: object,
  given: readonly string[] | undefined,
  count: number,
): readonly string[] {
  if (given !== undefined) return given;
  const { featureNamesIn: fitted } = estimator as { featureNamesIn?: readonly string[] };
  return fitted?.length === count
    ? fitted
    : Array.from({ length: count }, (_, j) => columnName(undefined, j));
}

function cells(x: readonly unknown[][], estimator: object): ColumnsOf {
  return {
    names: namesFrom(estimator, undefined, x[0]!.length),
    permuted: (j, order) => x.map((row, i) => row.map((cell, k) => (k === j ? x[order[i]!]![j] : cell))),
  };
}

function numbers(x: FeatureInput, estimator: object): ColumnsOf {
  const { data, rows, cols, names } = readFeatures('X', x);
  return {
    names: namesFrom(estimator, names, cols),
    permuted(j, order) {
      const copy = data.slice();
      for (let i = 0; i < rows; i++) copy[i * cols + j] = data[order[i]! * cols + j]!;
      return new Matrix(copy, [rows, cols], names);
    },
  };
}
