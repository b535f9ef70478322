import { int, ints, strings } from '../../io/onnx/attributes.js';
import { GAP } from './categories.js';
import type { Graph } from './graph.js';
import { type Block, OnnxTable } from './table.js';

/** What fills the gaps of a table. */
export interface Filling {
  /** One per column. */
  fills: readonly (number | string)[];
  /** What counts as a gap besides null. */
  mark: number | string;
  /** Columns that get a column of flags after all others. */
  flagged: readonly number[];
}

/** The table without gaps, then the flags of those that were there. */
export function writeFilled(graph: Graph, table: OnnxTable, { fills, mark, flagged }: Filling): OnnxTable {
  const filled = table.runs(graph).map(({ type, first, value, cols }) => {
    const own = fills.slice(first, first + cols);
    const isMissing = missing(graph, type, value, mark);
    if (isMissing === undefined) return { value, type, cols };
    const fill =
      type === 'text' ? graph.texts('fill', own as string[]) : graph.numbers('fill', own as number[]);
    return { value: graph.op('Where', [isMissing, fill, value], 'filled'), type, cols };
  });
  const flags = table
    .pick(graph, flagged)
    .runs(graph)
    .map(({ type, value, cols }) => {
      const isMissing = missing(graph, type, value, mark) as string;
      return { value: graph.cast(isMissing, 'double', 'flags'), type: 'number' as const, cols };
    });
  return new OnnxTable([...filled, ...flags]);
}

/** Which values are gaps; undefined where no number counts as one. */
const missing = (
  graph: Graph,
  type: Block['type'],
  value: string,
  mark: number | string,
): string | undefined =>
  type === 'text' ? missingText(graph, value, mark) : missingNumbers(graph, value, mark);

function missingNumbers(graph: Graph, value: string, mark: number | string): string | undefined {
  if (typeof mark === 'string') return undefined;
  if (Number.isNaN(mark)) return graph.op('IsNaN', [value], 'isMissing');
  return graph.op('Equal', [value, graph.number('mark', mark)], 'isMissing');
}

function missingText(graph: Graph, value: string, mark: number | string): string {
  const gaps = typeof mark === 'string' && mark !== GAP ? [GAP, mark] : [GAP];
  const found = graph.mlOp('LabelEncoder', [value], 'gaps', {
    keys_strings: strings(gaps),
    values_int64s: ints(gaps.map(() => 1)),
    default_int64: int(0),
  });
  return graph.op('Equal', [found, graph.integers('gap', [1], [])], 'isMissing');
}
