import { FINITE } from '../base/saved.js';
import { writePoints, writeSigmoidCurve } from '../onnx/calibrate.js';
import type { Graph } from '../onnx/graph.js';
import { fitIsotonic, type IsotonicFit, isotonicAt } from './isotonic.js';
import { fitSigmoid, type SigmoidFit, sigmoidAt } from './sigmoid.js';

/**
 * How scores become probabilities.
 * @example
 * ```ts
 * import { CalibratedClassifierCV, type CalibrationMethod } from 'steepest';
 * const method: CalibrationMethod = 'isotonic';
 * console.log(new CalibratedClassifierCV({ method }).getParams().method); // isotonic
 * ```
 */
export type CalibrationMethod = 'sigmoid' | 'isotonic';
export const METHODS: readonly CalibrationMethod[] = ['sigmoid', 'isotonic'];

/** Numbers of a fitted function from scores to probabilities, as they are saved: 2 × points. */
export interface Calibrator {
  method: CalibrationMethod;
  /** For 'sigmoid' a and b; for 'isotonic' all x, then all y. */
  numbers: Float64Array;
}

/**
 * Learns the probability of a class from scores.
 * @param positive 1 for rows of the class
 */
export function fitCalibrator(
  method: CalibrationMethod,
  scores: Float64Array,
  positive: ArrayLike<number>,
  weights: Float64Array,
): Calibrator {
  if (method === 'sigmoid') {
    const { a, b } = fitSigmoid(scores, positive, weights);
    return { method, numbers: Float64Array.of(a, b) };
  }
  const { x, y } = fitIsotonic(scores, Float64Array.from(positive), weights);
  const numbers = new Float64Array(2 * x.length);
  numbers.set(x);
  numbers.set(y, x.length);
  return { method, numbers };
}

/** Probabilities of scores. */
export function calibrate({ method, numbers }: Calibrator, scores: Float64Array): Float64Array {
  if (method === 'sigmoid') {
    const fit: SigmoidFit = { a: numbers[0]!, b: numbers[1]! };
    return scores.map((score) => sigmoidAt(fit, score));
  }
  const half = numbers.length / 2;
  const fit: IsotonicFit = { x: numbers.subarray(0, half), y: numbers.subarray(half) };
  return scores.map((score) => isotonicAt(fit, score));
}

/** {@link calibrate} in a graph, of a column of scores. */
export function writeCalibrated(graph: Graph, scores: string, { method, numbers }: Calibrator): string {
  if (method === 'sigmoid') return writeSigmoidCurve(graph, scores, numbers[0]!, numbers[1]!);
  const half = numbers.length / 2;
  return writePoints(graph, scores, numbers.subarray(0, half), numbers.subarray(half));
}

/** Points of a curve: all x, ascending, and as many y. */
export const CURVE = {
  words: 'finite numbers, as many ascending x as y,',
  indexWhereNot(data: Float64Array): number {
    const half = data.length / 2;
    if (half < 1 || !Number.isInteger(half)) return 0;
    const fall = data.findIndex((x, i) => i > 0 && i < half && !(x > data[i - 1]!));
    return fall >= 0 ? fall : FINITE.indexWhereNot(data);
  },
};
