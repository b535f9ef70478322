import { float64At } from '../../core/arena.js';
import type { KernelSet } from '../../kernels/contract.js';
import type { RankResult } from '../../parallel/rankTask.js';
import { minimizeCoordinate } from '../solvers/coordinate.js';
import { minimizeLbfgs } from '../solvers/lbfgs.js';
import { minimizeNewton } from '../solvers/newton.js';
import type { Solution } from '../solvers/objective.js';
import { minimizeProximal } from '../solvers/proximal.js';
import { minimizeTrustRegion } from '../solvers/trustRegion.js';
import { GlmObjective } from './objective.js';
import { RowSums, Stop } from './rowSums.js';
import { GLM_OUTCOME, GLM_OUTCOME_COUNT, GLM_STATUS, type GlmTask, type Penalty } from './task.js';

function solve(rank: RowSums, penalty: Penalty, from: Float64Array): Solution {
  const { solver, tol, maxIter, layout } = rank.task;
  const objective = new GlmObjective(rank, penalty);
  const start = from.slice(0, objective.size);
  const limits = { tol, maxIter };
  const l1 = { strength: penalty.l1, penalized: layout.outputs * layout.features };
  switch (solver) {
    case 'lbfgs':
      return minimizeLbfgs(objective, start, limits);
    case 'newton':
      return minimizeNewton(objective, start, limits);
    case 'newtonCg':
      return minimizeTrustRegion(objective, start, limits);
    case 'coordinate':
      return minimizeCoordinate(objective, l1, start, limits);
    case 'proximal':
      return minimizeProximal(objective, l1, start, limits);
  }
}

/** Solves the problems of the path, one after another. */
function solvePath(rank: RowSums): void {
  const { arena, layout, path, wantsCurvature } = rank.task;
  const variables = rank.point.length;
  const solutions = float64At(arena, layout.solutions, path.length * variables);
  const outcomes = float64At(arena, layout.outcomes, path.length * GLM_OUTCOME_COUNT);
  let from = rank.point.slice();
  path.forEach((penalty, i) => {
    const outcome = outcomes.subarray(i * GLM_OUTCOME_COUNT, (i + 1) * GLM_OUTCOME_COUNT);
    try {
      const solution = solve(rank, penalty, from);
      from = new Float64Array(variables);
      from.set(solution.x);
      solutions.set(from, i * variables);
      outcome[GLM_OUTCOME.status] = GLM_STATUS[solution.status];
      outcome[GLM_OUTCOME.iterations] = solution.iterations;
      outcome[GLM_OUTCOME.value] = solution.value;
      outcome[GLM_OUTCOME.gradientNorm] = solution.gradientNorm;
    } catch (error) {
      if (error instanceof Stop) outcome[GLM_OUTCOME.status] = error.status;
      throw error;
    }
  });
  if (wantsCurvature) {
    rank.point.set(from);
    rank.ask(layout.jobs.design === undefined ? 'curvature' : 'design');
  }
}

/**
 * Runs one rank of a generalised linear model. Rank 0 runs the solver; all ranks compute for it.
 */
export function runGlm(task: GlmTask, kernels: KernelSet): RankResult {
  const rank = new RowSums(task, kernels);
  const done: RankResult = { ok: true, verdict: 0, step: 0, passes: 0, epochs: 0 };
  if (task.rank !== 0) {
    rank.serve();
    return done;
  }
  try {
    solvePath(rank);
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
  }
  rank.release();
  return done;
}
