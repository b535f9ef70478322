import { int } from '../../io/onnx/attributes.js';
import type { Graph } from './graph.js';

/** Probabilities of classes from scores, in float64: [N, classes]. */

/** 1 − σ(z) and σ(z) of a column, each without cancellation: [N, 2]. */
export function writeSigmoidPair(graph: Graph, z: string): string {
  const { likely, unlikely } = writeTails(graph, z);
  const isNegative = graph.op('Less', [z, graph.number('zero', 0)], 'isNegative');
  const zero = graph.op('Where', [isNegative, likely, unlikely], 'firstClass');
  const one = graph.op('Where', [isNegative, unlikely, likely], 'secondClass');
  return graph.beside([zero, one], 'sigmoid');
}

/** σ(z), element by element. */
export function writeSigmoid(graph: Graph, z: string): string {
  const { likely, unlikely } = writeTails(graph, z);
  const isNegative = graph.op('Less', [z, graph.number('zero', 0)], 'isNegative');
  return graph.op('Where', [isNegative, unlikely, likely], 'sigmoid');
}

/** σ(|z|) and σ(−|z|). `Sigmoid` itself loses the digits of small results in some runtimes. */
function writeTails(graph: Graph, z: string): { likely: string; unlikely: string } {
  const size = graph.op('Abs', [z], 'size');
  const power = graph.op('Exp', [graph.op('Neg', [size], 'negative')], 'power');
  const sum = graph.op('Add', [power, graph.number('one', 1)], 'sum');
  return {
    likely: graph.op('Reciprocal', [sum], 'likely'),
    unlikely: graph.op('Div', [power, sum], 'unlikely'),
  };
}

/** exp(z) / Σ exp(z) of each row. */
export const writeSoftmax = (graph: Graph, z: string): string =>
  graph.op('Softmax', [z], 'softmax', { axis: int(1) });

/** (max(−1, min(1, z)) + 1) / 2: the probability of the modified Huber loss. */
export function writeClippedLine(graph: Graph, z: string): string {
  const clipped = graph.clip(z, -1, 1, 'clipped');
  const half = graph.number('half', 0.5);
  return graph.op('Add', [graph.op('Mul', [clipped, half], 'halved'), half], 'line');
}

/** Rows divided by their sums; equal where all are 0. */
export function writeShares(graph: Graph, values: string, classes: number): string {
  const sums = graph.rowSums(values, 'sums');
  const isZero = graph.op('Equal', [sums, graph.number('zero', 0)], 'isZero');
  const shares = graph.op('Div', [values, sums], 'shares');
  return graph.op('Where', [isZero, graph.number('equalShare', 1 / classes), shares], 'shared');
}

/** 1 − p and p of a column of probabilities: [N, 2]. */
export function writeComplement(graph: Graph, p: string): string {
  return graph.beside([graph.op('Sub', [graph.number('one', 1), p], 'complement'), p], 'both');
}

/** The probability of each class, from one column for the second class or a column for each. */
export const writeEachClass = (graph: Graph, p: string, columns: number): string =>
  columns === 1 ? writeComplement(graph, p) : p;

/**
 * Probabilities of scores of each class against all others: divided by their sum.
 * @param outputs one for two classes
 */
export function writeOneVersusAll(
  graph: Graph,
  scores: string,
  outputs: number,
  loss: 'logLoss' | 'modifiedHuber',
): string {
  if (outputs > 1) {
    const values = loss === 'logLoss' ? writeSigmoid(graph, scores) : writeClippedLine(graph, scores);
    return writeShares(graph, values, outputs);
  }
  if (loss === 'logLoss') return writeSigmoidPair(graph, scores);
  const both = graph.beside([graph.op('Neg', [scores], 'firstScore'), scores], 'bothScores');
  return writeClippedLine(graph, both);
}
