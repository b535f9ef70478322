import { float64At, int32At } from '../../core/arena.js';
import {
  type BoundProgram,
  type KernelSet,
  PHASES,
  REGISTER_COUNT,
  REGISTERS,
} from '../../kernels/contract.js';
import { Barrier } from '../../parallel/barrier.js';
import { controlBlock, WORD } from '../../parallel/control.js';
import type { RankResult } from '../../parallel/rankTask.js';
import { minimizeLbfgs } from '../solvers/lbfgs.js';
import { type CurvedObjective, minimizeNewton } from '../solvers/newton.js';
import type { Solution } from '../solvers/objective.js';
import { minimizeProximal } from '../solvers/proximal.js';
import {
  LOGISTIC_OUTCOME,
  LOGISTIC_OUTCOME_COUNT,
  LOGISTIC_STATUS,
  type LogisticTask,
} from './logisticTask.js';

/** What rank 0 requests before it opens the barrier. */
const COMMAND = { gradient: 1, curvature: 2, end: 3 } as const;

/** Thrown from a solver to end it. */
class Stop extends Error {
  constructor(readonly status: number) {
    super('stopped');
  }
}

/**
 * One rank of a logistic regression. Groups of rows, whose number depends only on the data, are
 * distributed to the ranks, and the sums of all groups are added in group order: the result is
 * bit-identical for any number of workers.
 */
class LogisticRank {
  readonly point: Float64Array;
  readonly totals: Float64Array;
  readonly curvature: Float64Array;
  private readonly bound: BoundProgram;
  private readonly registers: Float64Array;
  private readonly command: Int32Array;
  private readonly barrier: Barrier;
  private readonly control: Int32Array<SharedArrayBuffer>;
  /** Number of variables plus one for the loss. */
  private readonly stride: number;
  private readonly curvatureSize: number;

  constructor(
    readonly task: LogisticTask,
    kernels: KernelSet,
  ) {
    const { arena, layout, workers } = task;
    const { outputs, features, curvature } = layout;
    this.stride = outputs * (features + 1) + 1;
    this.curvatureSize = curvature === undefined ? 0 : curvature.blocks * (features + 1) ** 2;
    this.registers = float64At(arena, layout.registers, REGISTER_COUNT);
    this.point = this.floats(layout.point, this.stride - 1);
    this.totals = this.floats(layout.totals, this.stride);
    this.curvature = this.floats(curvature?.totals ?? 0, this.curvatureSize);
    this.command = int32At(arena, layout.command, 1);
    this.control = controlBlock(arena);
    this.barrier = new Barrier(this.control, workers);
    this.bound = kernels.bind(task.program, [arena, ...task.tables], this.registers);
  }

  /** Works for rank 0 until it has no more requests. */
  serve(): void {
    for (;;) {
      this.barrier.wait();
      const command = this.command[0]!;
      if (command === COMMAND.end) return;
      this.compute(command);
    }
  }

  /** Rank 0's side: makes all ranks compute the sums at `point`. */
  ask(command: number): void {
    if (Atomics.load(this.control, WORD.stopRequest) !== 0) throw new Stop(LOGISTIC_STATUS.stopped);
    this.command[0] = command;
    this.barrier.wait();
    this.compute(command);
  }

  /** Ends the other ranks' loops. */
  release(): void {
    this.command[0] = COMMAND.end;
    this.barrier.wait();
  }

  private compute(command: number): void {
    const { layout } = this.task;
    if (command === COMMAND.curvature) {
      const { sums, partials } = layout.curvature!;
      this.sumGroups(PHASES.merge, sums, partials, this.curvatureSize);
      this.barrier.wait();
      this.merge(partials, this.curvature);
    } else {
      this.sumGroups(PHASES.rows, layout.sums, layout.partials, this.stride);
      this.barrier.wait();
      this.merge(layout.partials, this.totals);
    }
    this.barrier.wait();
  }

  /** Sums of this rank's groups. */
  private sumGroups(phase: 1 | 2, sumsOffset: number, partialsOffset: number, size: number): void {
    const { registers, bound } = this;
    const { rank, workers, layout } = this.task;
    const { groups, groupRows, chunkRows, rows } = layout;
    const sums = this.floats(sumsOffset, size);
    const partials = this.floats(partialsOffset, groups * size);
    const first = Math.floor((groups * rank) / workers);
    const last = Math.floor((groups * (rank + 1)) / workers);
    for (let group = first; group < last; group++) {
      sums.fill(0);
      const end = Math.min(rows, (group + 1) * groupRows);
      for (let start = group * groupRows; start < end; start += chunkRows) {
        registers[REGISTERS.rows] = Math.min(chunkRows, end - start);
        registers[REGISTERS.batchStart] = start;
        bound.run(phase);
      }
      partials.set(sums, group * size);
    }
  }

  /** Adds up the groups, in order, for this rank's slice of the variables. */
  private merge(partialsOffset: number, totals: Float64Array): void {
    const { rank, workers, layout } = this.task;
    const size = totals.length;
    const partials = this.floats(partialsOffset, layout.groups * size);
    const first = Math.floor((size * rank) / workers);
    const last = Math.floor((size * (rank + 1)) / workers);
    totals.fill(0, first, last);
    for (let group = 0; group < layout.groups; group++) {
      const from = group * size;
      for (let i = first; i < last; i++) totals[i] = totals[i]! + partials[from + i]!;
    }
  }

  private floats(byteOffset: number, length: number): Float64Array {
    return float64At(this.task.arena, byteOffset, length);
  }
}

/**
 * The penalised mean loss as rank 0's solver evaluates it. Variables are coefficients, then
 * intercepts if there are any.
 */
class LogisticObjective implements CurvedObjective {
  readonly size: number;
  private readonly coefficients: number;
  private evaluations = 0;

  constructor(private readonly rank: LogisticRank) {
    const { layout, fitIntercept } = rank.task;
    this.coefficients = layout.outputs * layout.features;
    this.size = this.coefficients + (fitIntercept ? layout.outputs : 0);
  }

  evaluate(x: Float64Array, gradient: Float64Array): number {
    const { rank, coefficients } = this;
    const { totalWeight, l2 } = rank.task;
    rank.point.set(x);
    rank.ask(COMMAND.gradient);
    const { totals } = rank;
    let squares = 0;
    for (let i = 0; i < x.length; i++) {
      const w = i < coefficients ? x[i]! : 0;
      gradient[i] = totals[i]! / totalWeight + l2 * w;
      squares += w * w;
    }
    const value = totals[totals.length - 1]! / totalWeight + (l2 / 2) * squares;
    // At the solver's start only the data can make a number infinite; later the step can.
    if (this.evaluations++ === 0 && !(Number.isFinite(value) && gradient.every(Number.isFinite))) {
      throw new Stop(LOGISTIC_STATUS.notFinite);
    }
    return value;
  }

  /**
   * Block (k, l) of the second derivatives is stored in a (features + 1)² matrix, intercepts last.
   */
  hessian(x: Float64Array, matrix: Float64Array): void {
    const { rank, coefficients, size } = this;
    const { totalWeight, l2, layout, fitIntercept } = rank.task;
    const { outputs, features } = layout;
    rank.point.set(x);
    rank.ask(COMMAND.curvature);
    const inner = features + 1;
    const place = (k: number, j: number): number => (j < features ? k * features + j : coefficients + k);
    const used = fitIntercept ? inner : features;
    for (let k = 0, block = 0; k < outputs; k++) {
      for (let l = k; l < outputs; l++, block++) {
        for (let i = 0; i < used; i++) {
          for (let j = 0; j < used; j++) {
            const value = curvatureElement(rank.curvature, block, inner, i, j) / totalWeight;
            matrix[place(k, i) * size + place(l, j)] = value;
            matrix[place(l, j) * size + place(k, i)] = value;
          }
        }
      }
    }
    for (let i = 0; i < coefficients; i++) matrix[i * size + i] = matrix[i * size + i]! + l2;
    if (outputs > 1) this.fixFreeDirections(matrix);
  }

  /**
   * Adding the same number to the scores of all classes changes no probability, so the loss is flat
   * in that direction without a penalty. Curvature is added only along these directions. The
   * gradient has no component in them, so neither the minimum nor the Newton step changes, and the
   * matrix becomes regular.
   */
  private fixFreeDirections(matrix: Float64Array): void {
    const { coefficients, size } = this;
    const { layout, l2, fitIntercept } = this.rank.task;
    const { outputs, features } = layout;
    const fix = (first: number, stride: number): void => {
      let curvature = 0;
      for (let k = 0; k < outputs; k++) curvature += matrix[(first + k * stride) * (size + 1)]!;
      for (let k = 0; k < outputs; k++) {
        for (let l = 0; l < outputs; l++) {
          const at = (first + k * stride) * size + first + l * stride;
          matrix[at] = matrix[at]! + curvature / outputs;
        }
      }
    };
    if (fitIntercept) fix(coefficients, 1);
    if (l2 === 0) for (let j = 0; j < features; j++) fix(j, features);
  }
}

/** Element (i, j) of a block: inner × features values, then the inner values of the last column. */
function curvatureElement(blocks: Float64Array, block: number, inner: number, i: number, j: number): number {
  const start = block * inner * inner;
  const features = inner - 1;
  return blocks[start + (j < features ? i * features + j : inner * features + i)]!;
}

function solve(rank: LogisticRank): Solution {
  const { solver, tol, maxIter, l1 } = rank.task;
  const objective = new LogisticObjective(rank);
  const start = rank.point.slice(0, objective.size);
  const limits = { tol, maxIter };
  switch (solver) {
    case 'lbfgs':
      return minimizeLbfgs(objective, start, limits);
    case 'newton':
      return minimizeNewton(objective, start, limits);
    case 'proximal': {
      const { outputs, features } = rank.task.layout;
      return minimizeProximal(objective, { strength: l1, penalized: outputs * features }, start, limits);
    }
  }
}

/** Runs one rank of a logistic regression. Rank 0 runs the solver; all ranks compute for it. */
export function runLogistic(task: LogisticTask, kernels: KernelSet): RankResult {
  const rank = new LogisticRank(task, kernels);
  const done: RankResult = { ok: true, verdict: 0, step: 0, passes: 0, epochs: 0 };
  if (task.rank !== 0) {
    rank.serve();
    return done;
  }
  const outcome = float64At(task.arena, task.layout.outcome, LOGISTIC_OUTCOME_COUNT);
  try {
    const solution = solve(rank);
    rank.point.set(solution.x);
    outcome[LOGISTIC_OUTCOME.status] = LOGISTIC_STATUS[solution.status];
    outcome[LOGISTIC_OUTCOME.iterations] = solution.iterations;
    outcome[LOGISTIC_OUTCOME.evaluations] = solution.evaluations;
    outcome[LOGISTIC_OUTCOME.value] = solution.value;
    outcome[LOGISTIC_OUTCOME.gradientNorm] = solution.gradientNorm;
  } catch (error) {
    if (!(error instanceof Stop)) throw error;
    outcome[LOGISTIC_OUTCOME.status] = error.status;
  }
  rank.release();
  return done;
}
