import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { int, ints, strings } from '../../io/onnx/attributes.js';
import type { Graph } from './graph.js';
import type { Block, OnnxColumns } from './table.js';

/** Categories of columns: their numbers, and what becomes of them. */

/** Categories in the order of their numbers; null or NaN is a gap. */
export interface CategoryList {
  kind: 'numeric' | 'text';
  list: readonly (number | string | null)[];
}

/** The text that stands for a gap: tensors of text have no other. */
export const GAP = '';

/** The columns of an encoder. */
export const columnsOfCategories = (
  names: readonly string[] | undefined,
  columns: readonly CategoryList[],
): OnnxColumns => ({ names, types: columns.map(({ kind }) => (kind === 'text' ? 'text' : 'number')) });

const isGap = (category: number | string | null): boolean => category === null || Number.isNaN(category);

/**
 * The number of each value of a column among its categories; as many as there are categories for an
 * unknown value: int64, [N].
 * @param column [N, 1]
 */
export function writeCodes(graph: Graph, column: Block, categories: CategoryList): string {
  return categories.kind === 'text'
    ? textCodes(graph, column.value, categories.list as readonly (string | null)[])
    : numberCodes(graph, column.value, categories.list as readonly number[]);
}

function textCodes(graph: Graph, column: string, list: readonly (string | null)[]): string {
  if (list.includes(null) && list.includes(GAP)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'gaps or the empty text among the categories of a column, as ONNX has one text for both',
      given: `both in ${show(list)}`,
      hint: 'Replace one of them in the table by a word, and fit again.',
    });
  }
  const keys = list.map((text) => text ?? GAP);
  const codes = graph.mlOp('LabelEncoder', [column], 'codes', {
    keys_strings: strings(keys),
    values_int64s: ints(keys.map((_, code) => code)),
    default_int64: int(keys.length),
  });
  return graph.asList(codes, 'code');
}

/** onnxruntime has no table of float64 numbers in these versions, so all are compared. */
function numberCodes(graph: Graph, column: string, list: readonly number[]): string {
  const count = list.length;
  const isSame = graph.op('Equal', [column, graph.numbers('known', list, [1, count])], 'isSame');
  // At most one is 1: it subtracts from the number of an unknown value what its own is less.
  const below = graph.numbers(
    'below',
    list.map((_, code) => code - count),
    [count, 1],
  );
  const found = graph.op('MatMul', [graph.cast(isSame, 'double', 'same'), below], 'found');
  let code = graph.op('Add', [found, graph.number('unknown', count)], 'number');
  const gap = list.findIndex(isGap);
  if (gap >= 0) {
    const isMissing = graph.op('IsNaN', [column], 'isMissing');
    code = graph.op('Where', [isMissing, graph.number('missing', gap), code], 'orMissing');
  }
  return graph.asList(graph.cast(code, 'int64', 'codes'), 'code');
}

/**
 * One of these rows for each code: [N, width]. Without a row for unknown values, the last, they are
 * an error when the graph runs, as ONNX demands it of `Gather`.
 */
export function writeLookup(graph: Graph, codes: string, rows: Float64Array, width: number): string {
  const table = graph.numbers('values', rows, [rows.length / width, width]);
  return graph.op('Gather', [table, codes], 'encoded', { axis: int(0) });
}

/**
 * 1 in the column of each code, otherwise 0: [N, width].
 * @param positions the column of each code, or −1 for none; without one for unknown values, the
 *   last, they are an error as in {@link writeLookup}
 */
export function writeOneHot(
  graph: Graph,
  codes: string,
  positions: readonly number[],
  width: number,
): string {
  const known = graph.integers('positions', positions);
  const position = graph.op('Gather', [known, codes], 'position', { axis: int(0) });
  const columns = graph.integers(
    'columns',
    Array.from({ length: width }, (_, j) => j),
    [1, width],
  );
  const isHot = graph.op('Equal', [graph.asColumn(position, 'at'), columns], 'isHot');
  return graph.cast(isHot, 'double', 'oneHot');
}
