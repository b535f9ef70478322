import { eachRange, type InParts } from '../../core/inParts.js';
import { normalSolver, type Solve } from './normalMatrix.js';
import { acrossLines, alongLines, LINES_PER_PART, type PinballProblem } from './pinballProblem.js';

/** Ends at this gap between primal and dual, relative to the objective: few lines are then off. */
const RELATIVE_GAP = 1e-8;
/** The same relative to the first objective, where the least one is 0. */
const LEAST_GAP = 1e-14;
const MOST_ITERATIONS = 80;
/** The fraction of the way to the nearest bound. (Portnoy & Koenker 1997, §4) */
const STEP_FRACTION = 0.9995;
/** Steps that are shorter no longer make progress. */
const LEAST_STEP = 1e-6;
/** Distance of the first slacks from their bounds, as a fraction of the mean residual. */
const FIRST_SLACK = 0.1;

/** A point of primal and dual, one number of each per line; those of absent lines stay 0. */
interface Iterate {
  /** Coefficients. */
  v: Float64Array;
  /** d + below, from 0 to the line's whole cost. */
  a: Float64Array;
  /** above − d. */
  s: Float64Array;
  /** What the residual is below and above the plane, both positive: r = w − z. */
  z: Float64Array;
  w: Float64Array;
}

export interface Interior {
  v: Float64Array;
  /** One per line: large where the optimum lies on the line. */
  touch: Float64Array;
  iterations: number;
}

/** Calls `visit` for every line, in parts. */
function* eachLine({ above }: PinballProblem, visit: (i: number) => void): InParts<void> {
  yield* eachRange(
    above.length,
    (begin, end) => {
      for (let i = begin; i < end; i++) if (above[i]! > 0) visit(i);
    },
    LINES_PER_PART,
  );
}

/** Least squares, with slacks off their bounds. The dual is feasible: Σ x_i·(a_i − below_i) = 0. */
function* firstIterate(problem: PinballProblem): InParts<Iterate | undefined> {
  const { y, above, below } = problem;
  const count = above.length;
  const cost = above.map((u, i) => u + below[i]!);
  const solve = yield* normalSolver(problem, cost);
  const v = yield* acrossLines(
    problem,
    cost.map((c, i) => c * y[i]!),
  );
  solve(v);
  const r = new Float64Array(count);
  yield* alongLines(problem, v, r);
  for (let i = 0; i < count; i++) r[i] = y[i]! - r[i]!;
  const [z, w] = [new Float64Array(count), new Float64Array(count)];
  const [a, s] = [new Float64Array(count), new Float64Array(count)];
  let sum = 0;
  let lines = 0;
  yield* eachLine(problem, (i) => {
    sum += Math.abs(r[i]!);
    lines++;
  });
  const slack = (FIRST_SLACK * sum) / lines;
  if (!(slack > 0)) return undefined;
  yield* eachLine(problem, (i) => {
    [a[i], s[i]] = [below[i]!, above[i]!];
    z[i] = Math.max(-r[i]!, 0) + slack;
    w[i] = Math.max(r[i]!, 0) + slack;
  });
  return { v, a, s, z, w };
}

/** The objective at an iterate. */
function* objectiveAt(problem: PinballProblem, { z, w }: Iterate): InParts<number> {
  const { above, below } = problem;
  let sum = 0;
  yield* eachLine(problem, (i) => {
    const r = w[i]! - z[i]!;
    sum += r > 0 ? above[i]! * r : -below[i]! * r;
  });
  return sum;
}

/** Changes of an iterate; that of s is −a. */
interface Step {
  v: Float64Array;
  a: Float64Array;
  z: Float64Array;
  w: Float64Array;
}

/** Longest steps of primal and dual that keep all slacks positive; at most 1. */
function* longestSteps(
  problem: PinballProblem,
  { a, s, z, w }: Iterate,
  step: Step,
): InParts<{ primal: number; dual: number }> {
  let [primal, dual] = [1 / STEP_FRACTION, 1 / STEP_FRACTION];
  yield* eachLine(problem, (i) => {
    const change = step.a[i]!;
    if (change < 0) primal = Math.min(primal, -a[i]! / change);
    else if (change > 0) primal = Math.min(primal, s[i]! / change);
    if (step.z[i]! < 0) dual = Math.min(dual, -z[i]! / step.z[i]!);
    if (step.w[i]! < 0) dual = Math.min(dual, -w[i]! / step.w[i]!);
  });
  return { primal: primal * STEP_FRACTION, dual: dual * STEP_FRACTION };
}

/** The weight of a line in the normal equations: large where the optimum lies on it. */
const weightOf = ({ a, s, z, w }: Iterate, i: number): number => 1 / (z[i]! / a[i]! + w[i]! / s[i]!);

/** What all steps from one iterate share. */
interface Newton {
  /** Weights of the lines. */
  q: Float64Array;
  solve: Solve;
  /** What rounding has left of Σ x_i·d_i, which has to be 0. */
  drift: Float64Array;
}

function* newtonAt(problem: PinballProblem, at: Iterate): InParts<Newton> {
  const { a, s } = at;
  const q = new Float64Array(a.length);
  const d = new Float64Array(a.length);
  yield* eachLine(problem, (i) => {
    q[i] = weightOf(at, i);
    d[i] = a[i]! < s[i]! ? a[i]! - problem.below[i]! : problem.above[i]! - s[i]!;
  });
  const solve = yield* normalSolver(problem, q);
  return { q, solve, drift: yield* acrossLines(problem, d) };
}

/**
 * The step towards z·a = s·w = `centre` with second-order corrections from an earlier step.
 * (Mehrotra 1992; Koenker, "Quantile Regression", §6.4.2)
 */
function* stepTowards(
  problem: PinballProblem,
  { a, s, z, w }: Iterate,
  { q, solve, drift }: Newton,
  centre: number,
  earlier?: Step,
): InParts<Step> {
  const g = new Float64Array(a.length);
  const scaled = new Float64Array(a.length);
  const below = (i: number): number => centre - (earlier ? earlier.a[i]! * earlier.z[i]! : 0);
  const above = (i: number): number => centre + (earlier ? earlier.a[i]! * earlier.w[i]! : 0);
  yield* eachLine(problem, (i) => {
    g[i] = w[i]! - z[i]! - above(i) / s[i]! + below(i) / a[i]!;
    scaled[i] = q[i]! * g[i]!;
  });
  const change = yield* acrossLines(problem, scaled);
  for (let j = 0; j < change.length; j++) change[j] = change[j]! + drift[j]!;
  solve(change);
  const step = { v: change, a: scaled, z: new Float64Array(a.length), w: new Float64Array(a.length) };
  yield* alongLines(problem, change, step.z);
  yield* eachLine(problem, (i) => {
    const move = q[i]! * (g[i]! - step.z[i]!);
    step.a[i] = move;
    step.z[i] = (below(i) - z[i]! * move) / a[i]! - z[i]!;
    step.w[i] = (above(i) + w[i]! * move) / s[i]! - w[i]!;
  });
  return step;
}

/** Σ a·z + s·w after a step: the gap between primal and dual. */
function* gapAfter(
  problem: PinballProblem,
  { a, s, z, w }: Iterate,
  step?: Step,
  lengths = { primal: 0, dual: 0 },
): InParts<number> {
  let sum = 0;
  yield* eachLine(problem, (i) => {
    const change = step === undefined ? 0 : lengths.primal * step.a[i]!;
    const low = z[i]! + (step === undefined ? 0 : lengths.dual * step.z[i]!);
    const high = w[i]! + (step === undefined ? 0 : lengths.dual * step.w[i]!);
    sum += (a[i]! + change) * low + (s[i]! - change) * high;
  });
  return sum;
}

/**
 * Mehrotra's predictor-corrector method on the dual with bounds, from a feasible point of both
 * problems. (Portnoy & Koenker, "The Gaussian Hare and the Laplacian Tortoise", Statistical Science
 * 12, 1997)
 * @returns a point near the optimum, or undefined where least squares fit exactly
 */
export function* interiorPoint(problem: PinballProblem): InParts<Interior | undefined> {
  const at = yield* firstIterate(problem);
  if (at === undefined) return undefined;
  const { size, above } = problem;
  const lines = above.reduce((count, u) => (u > 0 ? count + 1 : count), 0);
  let first: number | undefined;
  let iterations = 0;
  for (; iterations < MOST_ITERATIONS; iterations++) {
    const gap = yield* gapAfter(problem, at);
    const value = yield* objectiveAt(problem, at);
    first ??= value;
    if (!(gap > RELATIVE_GAP * value && gap > LEAST_GAP * first)) break;
    const newton = yield* newtonAt(problem, at);
    const predictor = yield* stepTowards(problem, at, newton, 0);
    const reach = yield* longestSteps(problem, at, predictor);
    const reached = yield* gapAfter(problem, at, predictor, reach);
    const centre = ((reached / gap) ** 3 * gap) / (2 * lines);
    const step = yield* stepTowards(problem, at, newton, centre, predictor);
    const lengths = yield* longestSteps(problem, at, step);
    const { primal, dual } = lengths;
    if (!(Math.max(primal, dual) > LEAST_STEP)) break;
    for (let j = 0; j < size; j++) at.v[j] = at.v[j]! + dual * step.v[j]!;
    yield* eachLine(problem, (i) => {
      at.a[i] = at.a[i]! + primal * step.a[i]!;
      at.s[i] = at.s[i]! - primal * step.a[i]!;
      at.z[i] = at.z[i]! + dual * step.z[i]!;
      at.w[i] = at.w[i]! + dual * step.w[i]!;
    });
  }
  const touch = new Float64Array(above.length);
  yield* eachLine(problem, (i) => {
    touch[i] = weightOf(at, i);
  });
  return { v: at.v, touch, iterations };
}
