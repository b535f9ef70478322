import { int } from '../../io/onnx/attributes.js';
import type { Graph } from './graph.js';
import { writeSigmoid } from './probabilities.js';

/** Functions from a column of scores to one of probabilities: [N, 1]. */

/** 1 / (1 + exp(a·score + b)). */
export function writeSigmoidCurve(graph: Graph, scores: string, a: number, b: number): string {
  const product = graph.op('Mul', [scores, graph.number('a', -a)], 'product');
  return writeSigmoid(graph, graph.op('Add', [product, graph.number('b', -b)], 'logOdds'));
}

/** The line through points that ascend in x; constant beyond both ends. */
export function writePoints(graph: Graph, scores: string, x: Float64Array, y: Float64Array): string {
  const last = x.length - 1;
  const ends = { low: graph.number('lowEnd', y[0]!), high: graph.number('highEnd', y[last]!) };
  const isLow = graph.op('LessOrEqual', [scores, graph.number('low', x[0]!)], 'isLow');
  if (last === 0) return graph.op('Where', [isLow, ends.low, ends.high], 'curve');
  // The number of points below a score is that of the one after it: 1 … last.
  const isBelow = graph.op('Less', [graph.numbers('points', x, [1, x.length]), scores], 'isBelow');
  const count = graph.rowSums(graph.cast(isBelow, 'double', 'below'), 'count');
  const next = graph.cast(graph.clip(count, 1, last, 'next'), 'int64', 'segment');
  const of = (values: Float64Array, name: string): string =>
    graph.op('Gather', [graph.numbers(`${name}s`, values), next], name, { axis: int(0) });
  const before = (values: Float64Array) => Float64Array.from(values, (_, i) => values[Math.max(0, i - 1)]!);
  const slopes = Float64Array.from(x, (_, i) => (i === 0 ? 0 : (y[i]! - y[i - 1]!) / (x[i]! - x[i - 1]!)));
  const distance = graph.op('Sub', [scores, of(before(x), 'start')], 'distance');
  const rise = graph.op('Mul', [of(slopes, 'slope'), distance], 'rise');
  const line = graph.op('Add', [rise, of(before(y), 'base')], 'line');
  const isHigh = graph.op('GreaterOrEqual', [scores, graph.number('high', x[last]!)], 'isHigh');
  const capped = graph.op('Where', [isHigh, ends.high, line], 'capped');
  return graph.op('Where', [isLow, ends.low, capped], 'curve');
}

/** The mean of probabilities of several classifiers. */
export function writeMean(graph: Graph, values: readonly string[]): string {
  const parts = values.map((value) =>
    graph.op('Mul', [value, graph.number('part', 1 / values.length)], 'part'),
  );
  return parts.reduce((sum, part) => graph.op('Add', [sum, part], 'mean'));
}
