/** Scores and solutions of all folds and penalties. */
export interface FoldScores {
  /** folds × l1 ratios × Cs. */
  scores: Float64Array;
  /** folds × l1 ratios × Cs × variables. */
  points: Float64Array;
  variables: number;
  folds: number;
  converged: boolean;
  /** The most of any fit. */
  iterations: number;
  gradientNorm: number;
}

/** A penalty, and the mean of the coefficients that folds have with it. */
export interface Choice {
  C: number;
  l1Ratio: number;
  point: Float64Array;
  converged: boolean;
  iterations: number;
  gradientNorm: number;
}

/** The first place of the largest number; NaN counts as the least. */
function largest(values: Float64Array): number {
  let best = 0;
  for (let i = 1; i < values.length; i++) {
    if (values[i]! > values[best]! || (Number.isNaN(values[best]) && !Number.isNaN(values[i]))) best = i;
  }
  return best;
}

/**
 * The penalty of the best mean score, or without `refit` the means of each fold's best. Of equal
 * scores the first wins, as in scikit-learn.
 */
export function choosePenalty(
  { scores, points, variables, folds, converged, iterations, gradientNorm }: FoldScores,
  Cs: readonly number[],
  ratios: readonly number[],
  refit: boolean,
): Choice {
  const problems = Cs.length * ratios.length;
  const sums = new Float64Array(problems);
  for (let i = 0; i < scores.length; i++) sums[i % problems] = sums[i % problems]! + scores[i]!;
  const common = largest(sums);
  const best = Array.from({ length: folds }, (_, f) => {
    return refit ? common : largest(scores.subarray(f * problems, (f + 1) * problems));
  });
  const point = new Float64Array(variables);
  let [C, l1Ratio] = [0, 0];
  best.forEach((problem, f) => {
    const from = (f * problems + problem) * variables;
    for (let i = 0; i < variables; i++) point[i] = point[i]! + points[from + i]! / folds;
    C += Cs[problem % Cs.length]! / folds;
    l1Ratio += ratios[Math.floor(problem / Cs.length)]! / folds;
  });
  if (refit) {
    // A sum of equal parts may differ from the whole in the last bit.
    C = Cs[common % Cs.length]!;
    l1Ratio = ratios[Math.floor(common / Cs.length)]!;
  }
  return { C, l1Ratio, point, converged, iterations, gradientNorm };
}
