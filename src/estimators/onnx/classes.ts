import type { Label } from '../../core/labels.js';
import { int } from '../../io/onnx/attributes.js';
import { writeCodes } from './categories.js';
import type { Graph } from './graph.js';
import { OnnxTable } from './table.js';

/** What a classifier makes of a table in a graph; nothing is written that nobody asks for. */
export interface ClassesParts {
  classes: readonly Label[];
  /** The number of each row's class: int64, [N]. */
  best: () => string;
  /** [N, classes]; undefined for a classifier without probabilities. */
  probabilities?: (() => string) | undefined;
  /** [N, columns]; undefined without a decision function. */
  scores?: (() => string) | undefined;
  /** Columns of scores; by default 1 for two classes, otherwise one per class. */
  scoreCols?: number;
}

/** The outputs of a classifier, each written once. */
export class OnnxClasses {
  readonly classes: readonly Label[];
  readonly best: () => string;
  readonly probabilities: (() => string) | undefined;
  readonly scores: (() => string) | undefined;
  readonly scoreCols: number;

  constructor(parts: ClassesParts) {
    this.classes = parts.classes;
    this.scoreCols = parts.scoreCols ?? (parts.classes.length === 2 ? 1 : parts.classes.length);
    this.best = once(parts.best);
    this.probabilities = parts.probabilities && once(parts.probabilities);
    this.scores = parts.scores && once(parts.scores);
  }
}

export function once(write: () => string): () => string {
  let value: string | undefined;
  return () => {
    value ??= write();
    return value;
  };
}

/** The number of each row's largest score, of equal ones the first: [N]. */
export const writeLargest = (graph: Graph, scores: string): string =>
  graph.op('ArgMax', [scores], 'best', { axis: int(1), keepdims: int(0) });

/**
 * 1 where a column is above a bound, otherwise 0: [N].
 * @param operator `'GreaterOrEqual'` for values of at least the bound
 */
export function writeAbove(
  graph: Graph,
  column: string,
  bound: number,
  operator: 'Greater' | 'GreaterOrEqual' = 'Greater',
): string {
  const isAbove = graph.op(operator, [column, graph.number('bound', bound)], 'isAbove');
  return graph.asList(graph.cast(isAbove, 'int64', 'second'), 'best');
}

/** The number of each row's class, from one column for two classes or a column for each: [N]. */
export const writeBest = (graph: Graph, values: string, columns: number, bound: number): string =>
  columns === 1 ? writeAbove(graph, values, bound) : writeLargest(graph, values);

/** The type of labels in a graph: booleans are 0 and 1; numbers with a fraction are float64. */
export function labelType(classes: readonly Label[]): 'string' | 'int64' | 'double' {
  if (typeof classes[0] === 'string') return 'string';
  return classes.every((label) => Number.isSafeInteger(Number(label))) ? 'int64' : 'double';
}

/** The label of each row's class: [N]. */
export function writeLabels(graph: Graph, { classes, best }: OnnxClasses): string {
  const type = labelType(classes);
  const known =
    type === 'string'
      ? graph.texts('classes', classes.map(String))
      : type === 'int64'
        ? graph.integers('classes', classes.map(Number))
        : graph.numbers('classes', classes.map(Number));
  return graph.op('Gather', [known, best()], 'labels', { axis: int(0) });
}

/** A threshold between two classes. */
export interface ThresholdRule {
  /** Probabilities are compared, otherwise scores. */
  isProbable: boolean;
  /** Scores of at least this are of the positive class. */
  threshold: number;
  positive: 0 | 1;
}

/** The number of each row's class by a threshold: [N]. @returns undefined without such scores */
export function writeThreshold(
  graph: Graph,
  { probabilities, scores }: OnnxClasses,
  { isProbable, threshold, positive }: ThresholdRule,
): string | undefined {
  const response = isProbable ? probabilities?.() : scores?.();
  if (response === undefined) return undefined;
  let column = isProbable ? graph.columns(response, [1], 'secondClass') : response;
  if (positive === 0) {
    column = isProbable
      ? graph.op('Sub', [graph.number('one', 1), column], 'firstClass')
      : graph.op('Neg', [column], 'firstClass');
  }
  const isPositive = graph.op('GreaterOrEqual', [column, graph.number('threshold', threshold)], 'isPositive');
  const [yes, no] = [graph.integers('positive', [positive], []), graph.integers('other', [1 - positive], [])];
  return graph.asList(graph.op('Where', [isPositive, yes, no], 'chosen'), 'best');
}

/** The numbers of classes in a column of labels: int64, [N, 1]; others are an error in a run. */
export function writeClassNumbers(graph: Graph, table: OnnxTable, classes: readonly Label[]): OnnxTable {
  const isText = typeof classes[0] === 'string';
  const list = isText ? classes.map(String) : classes.map(Number);
  const codes = writeCodes(graph, table.column(graph, 0), { kind: isText ? 'text' : 'numeric', list });
  const known = graph.integers(
    'numbers',
    classes.map((_, code) => code),
  );
  const number = graph.op('Gather', [known, codes], 'number', { axis: int(0) });
  return new OnnxTable([{ value: graph.asColumn(number, 'column'), type: 'integer', cols: 1 }]);
}
