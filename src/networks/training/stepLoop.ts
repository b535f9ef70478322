import { type Arena, float64At } from '../../core/arena.js';
import {
  type BoundProgram,
  type KernelSet,
  PHASES,
  type ProgramBuffer,
  REGISTER_COUNT,
  REGISTERS,
  STATUS,
} from '../../kernels/contract.js';
import type { Barrier } from '../../parallel/barrier.js';
import { VERDICT, WORD } from '../../parallel/control.js';
import type { ProgramPhases } from '../../program/partition.js';
import { STEP_REGISTERS } from '../optimizers/definition.js';
import type { ResolvedOptimizer } from '../optimizers/index.js';
import type { RankRates } from './rankRates.js';
import { NEXT, type StepSource } from './stepSource.js';
import type { RankProgram } from './tasks.js';

/** A program bound for one rank, with its memory. */
export class RankRunner {
  readonly bound: BoundProgram;
  readonly registers: Float64Array<SharedArrayBuffer>;
  readonly totals: Float64Array<SharedArrayBuffer>;
  readonly phases: ProgramPhases;

  constructor(kernels: KernelSet, arena: Arena, tables: readonly ProgramBuffer[], rank: RankProgram) {
    this.registers = float64At(arena, rank.registersOffset, REGISTER_COUNT);
    this.totals = float64At(arena, rank.totals.byteOffset, rank.totals.cols);
    this.phases = rank.phases;
    this.bound = kernels.bind(rank.program, [arena, ...tables], this.registers);
  }
}

/** Verdict bits for a kernel's status. */
export function verdictOf(status: number): number {
  return (
    (status & STATUS.lossNotFinite ? VERDICT.lossNotFinite : 0) |
    (status & STATUS.parameterNotFinite ? VERDICT.parameterNotFinite : 0) |
    (status & (STATUS.indexOutOfRange | STATUS.badRegister) ? VERDICT.invalid : 0)
  );
}

/**
 * Runs the phases over the rows of a mini-batch, with a barrier after each.
 * @returns status bits
 */
function runRowPhases({ bound, phases }: RankRunner, barrier: Barrier): number {
  let status = 0;
  for (const phase of phases.rows) {
    status |= bound.run(phase);
    barrier.wait();
  }
  return status;
}

/** What a rank trains with. */
export interface Trainer {
  rank: number;
  runner: RankRunner;
  source: StepSource;
  optimizer: ResolvedOptimizer;
  rates: RankRates;
  barrier: Barrier;
  control: Int32Array<SharedArrayBuffer>;
}

/** Range of steps of a pass over the data. */
export interface StepRange {
  from: number;
  /** The step to stop before; Infinity for the end of the pass. */
  to: number;
  /** Optimizer steps finished before step 0 of the pass. */
  stepsBefore: number;
  /** The epoch, counted from when the learning rate was set, and its first step in this pass. */
  epoch: number;
  epochStart: number;
}

/**
 * Runs training steps `[from, to)` of one pass in lock-step with the other ranks, or to the pass's
 * end.
 *
 * @param afterStep is told whether another learning rate holds from the next step on
 * @returns the verdict that ended the run early, or 0; the next step of the pass; and whether the
 *   pass has ended before it
 */
export function runTrainingSteps(
  { rank, runner, source, optimizer, rates, barrier, control }: Trainer,
  range: StepRange,
  afterStep: (isRateNew: boolean) => void,
): { verdict: number; step: number; hasEnded: boolean } {
  const { bound, registers } = runner;
  const { definition, hyperparameters } = optimizer;
  const { stepsBefore, epoch, epochStart } = range;
  let step = range.from;
  for (; step < range.to; step++) {
    const next = source.load(step, registers);
    if (next === NEXT.end) return { verdict: 0, step, hasEnded: true };
    if (next === NEXT.stopped) return { verdict: VERDICT.stop, step, hasEnded: false };
    const t = stepsBefore + step + 1;
    registers[REGISTERS.step] = t;
    const rate = rates.at(t - 1, epoch, step - epochStart);
    const changing = definition.registers(hyperparameters, t, rate);
    for (const name of STEP_REGISTERS) registers[REGISTERS[name]] = changing[name] ?? 0;

    let verdict = verdictOf(runRowPhases(runner, barrier)) | verdictOf(bound.run(PHASES.merge));
    if (rank === 0) {
      if (Atomics.load(control, WORD.stopRequest) !== 0) verdict |= VERDICT.stop;
      rates.offer();
    }
    if (verdict !== 0) Atomics.or(control, WORD.verdict, verdict);
    barrier.wait();

    const agreed = Atomics.load(control, WORD.verdict);
    if (agreed !== 0) return { verdict: agreed, step: step + 1, hasEnded: false };
    afterStep(rates.adopt());
  }
  return { verdict: 0, step, hasEnded: false };
}

/**
 * Runs a forward-only program over all rows of a source, batch by batch; its totals are then in
 * `runner.totals`.
 * @returns status bits of the kernels, and whether the source stopped before its end
 */
export function runSweep(
  runner: RankRunner,
  source: StepSource,
  barrier: Barrier,
): { status: number; stopped: boolean } {
  const { bound, registers, totals, phases } = runner;
  totals.fill(0);
  let status = 0;
  if (phases.starts) {
    status = bound.run(PHASES.epochStart);
    barrier.wait();
  }
  for (let step = 0; ; step++) {
    const next = source.load(step, registers);
    if (next === NEXT.stopped) return { status, stopped: true };
    if (next === NEXT.end) {
      // The message may be overwritten only after every rank has read that the pass is over.
      barrier.wait();
      source.endPass(step);
      return { status, stopped: false };
    }
    status |= runRowPhases(runner, barrier) | bound.run(PHASES.merge);
    barrier.wait();
    source.release(step + 1);
  }
}
