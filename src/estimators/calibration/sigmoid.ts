/** Platt's calibration: a logistic regression in one variable on softened targets. */

/** The probability is 1 / (1 + exp(a·score + b)). */
export interface SigmoidFit {
  a: number;
  b: number;
}

/** Larger scores are divided by the largest, so that their products stay in range. */
const LARGE = 30;
const MOST_STEPS = 100;
/** Halvings of a step before it counts as none. */
const MOST_HALVINGS = 40;
const ENOUGH_DECREASE = 1e-4;
/** Added to the diagonal of the Hessian, relative to it, for scores that are all the same. */
const RIDGE = 1e-12;

/**
 * Maximum likelihood with Platt's priors (Platt 1999), by Newton's method with a line search (Lin,
 * Lin & Weng 2007).
 */
export function fitSigmoid(
  scores: Float64Array,
  positive: ArrayLike<number>,
  weights: Float64Array,
): SigmoidFit {
  const largest = scores.reduce((most, score) => Math.max(most, Math.abs(score)), 0);
  const scale = largest >= LARGE ? largest : 1;
  let [prior0, prior1] = [0, 0];
  for (let i = 0; i < scores.length; i++) {
    if (positive[i] === 1) prior1 += weights[i]!;
    else prior0 += weights[i]!;
  }
  const problem: Problem = {
    f: scores.map((score) => score / scale),
    t: Float64Array.from(scores, (_, i) =>
      positive[i] === 1 ? (prior1 + 1) / (prior1 + 2) : 1 / (prior0 + 2),
    ),
    w: weights,
  };
  let at: SigmoidFit = { a: 0, b: Math.log((prior0 + 1) / (prior1 + 1)) };
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = newtonStep(problem, at);
    if (next === undefined) break;
    at = next;
  }
  return { a: at.a / scale, b: at.b };
}

interface Problem {
  f: Float64Array;
  t: Float64Array;
  w: Float64Array;
}

/** Σ w (ln(1 + exp(r)) − t r), where r = −(a f + b) is the log-odds. */
function lossAt({ f, t, w }: Problem, { a, b }: SigmoidFit): number {
  let loss = 0;
  for (let i = 0; i < f.length; i++) {
    const r = -(a * f[i]! + b);
    loss += w[i]! * (Math.max(r, 0) + Math.log1p(Math.exp(-Math.abs(r))) - t[i]! * r);
  }
  return loss;
}

/** The next point; undefined where no step lowers the loss. */
function newtonStep(problem: Problem, at: SigmoidFit): SigmoidFit | undefined {
  const { f, t, w } = problem;
  let [ga, gb, haa, hab, hbb] = [0, 0, 0, 0, 0];
  for (let i = 0; i < f.length; i++) {
    const p = sigmoidAt(at, f[i]!);
    const g = w[i]! * (t[i]! - p);
    const h = w[i]! * p * (1 - p);
    ga += g * f[i]!;
    gb += g;
    haa += h * f[i]! * f[i]!;
    hab += h * f[i]!;
    hbb += h;
  }
  haa += RIDGE * (haa + hbb);
  hbb += RIDGE * (haa + hbb);
  const determinant = haa * hbb - hab * hab;
  if (!(determinant > 0)) return undefined;
  const da = -(hbb * ga - hab * gb) / determinant;
  const db = -(haa * gb - hab * ga) / determinant;
  // Along the step.
  const derivative = ga * da + gb * db;
  const before = lossAt(problem, at);
  for (let halving = 0, size = 1; halving < MOST_HALVINGS; halving++, size /= 2) {
    const next = { a: at.a + size * da, b: at.b + size * db };
    const loss = lossAt(problem, next);
    if (loss < before && loss <= before + ENOUGH_DECREASE * size * derivative) return next;
  }
  return undefined;
}

/** The probability of a score. */
export function sigmoidAt({ a, b }: SigmoidFit, score: number): number {
  const z = a * score + b;
  return z >= 0 ? Math.exp(-z) / (1 + Math.exp(-z)) : 1 / (1 + Math.exp(z));
}
