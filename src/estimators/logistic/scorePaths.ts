import { checkAborted } from '../../core/abort.js';
import { SteepestError } from '../../core/errors.js';
import type { Label } from '../../core/labels.js';
import { show } from '../../core/show.js';
import type { Features } from '../base/features.js';
import type { EncodedLabels } from '../base/labels.js';
import { fitGlm } from '../glm/fit.js';
import type { GlmRequest } from '../glm/request.js';
import type { GlmSolver } from '../glm/task.js';
import type { Fold } from '../selection/folds.js';
import { takeRows } from '../selection/rows.js';
import { resolveScorers, type Scoring } from '../selection/scorers.js';
import type { FoldScores } from './choosePenalty.js';
import { penaltyOf } from './params.js';
import { ScoredModel } from './scoredModel.js';

/** What the fits of all folds and penalties have in common. */
export type CommonRequest = Omit<GlmRequest, 'solver' | 'path' | 'start' | 'weights'>;

/** All that a cross-validated path needs. */
export interface PathRequest {
  common: CommonRequest;
  labels: EncodedLabels;
  weights: Float64Array | undefined;
  folds: readonly Fold[];
  Cs: readonly number[];
  ratios: readonly number[];
  /** One per ratio. */
  solvers: readonly GlmSolver[];
  scoring: Scoring;
}

/** Fits every penalty on the training rows of every fold, and scores it on the others. */
export async function scorePaths(request: PathRequest): Promise<FoldScores> {
  const { common, folds, Cs, ratios, solvers, labels, scoring } = request;
  const { names, score } = resolveScorers(scoring);
  const { features, outputs } = common;
  const variables = outputs * (features.cols + 1);
  const problems = ratios.length * Cs.length;
  const scores = new Float64Array(folds.length * problems);
  const points = new Float64Array(folds.length * problems * variables);
  // From the strongest penalty on: each solution is near the next one.
  const order = Cs.map((_, i) => i).sort((a, b) => Cs[a]! - Cs[b]!);
  let [converged, iterations, gradientNorm] = [true, 0, 0];
  for (const [f, fold] of folds.entries()) {
    const weights = trainingWeights(request, fold, f);
    const total = weights.reduce((sum, w) => sum + w, 0);
    const test = testRows(features, labels, fold);
    for (const [l, ratio] of ratios.entries()) {
      const path = order.map((c) => penaltyOf(Cs[c]!, ratio, total));
      const start = new Float64Array(variables);
      const { results } = await fitGlm({ ...common, weights, start, solver: solvers[l]!, path });
      for (const [i, result] of results.entries()) {
        checkAborted(common.signal);
        const at = f * problems + l * Cs.length + order[i]!;
        points.set(result.point, at * variables);
        converged &&= result.converged;
        iterations = Math.max(iterations, result.iterations);
        gradientNorm = Math.max(gradientNorm, result.gradientNorm!);
        const model = new ScoredModel(labels.classes, features, result.point);
        scores[at] = (await score(model, test.x, test.y))[names[0]!]!;
      }
    }
  }
  return { scores, points, variables, folds: folds.length, converged, iterations, gradientNorm };
}

/**
 * Weights that leave all but the training rows out; a row that is named twice counts twice.
 * @throws SteepestError `ERR_LABEL_RANGE` if a class has no training row with a weight
 */
function trainingWeights({ labels, weights }: PathRequest, { train }: Fold, f: number): Float64Array {
  const { classes, codes } = labels;
  const used = new Float64Array(codes.length);
  const ofClass = new Float64Array(classes.length);
  for (const row of train) {
    const weight = weights?.[row] ?? 1;
    used[row] = used[row]! + weight;
    ofClass[codes[row]!] = ofClass[codes[row]!]! + weight;
  }
  const missing = ofClass.indexOf(0);
  if (missing < 0) return used;
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `training rows of class ${show(classes[missing])} in fold ${f}`,
    given: 'none',
    hint: 'Ask for fewer folds (cv), or pass more rows of that class.',
  });
}

/** Samples and labels of held-out rows. */
function testRows({ data, rows, cols }: Features, { classes, codes }: EncodedLabels, { test }: Fold) {
  const x = takeRows({ data, shape: [rows, cols] }, test);
  const y: Label[] = Array.from(test, (row) => classes[codes[row]!]!);
  return { x, y };
}
