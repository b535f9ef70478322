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
import { commonOf } from '../optimizers/common.js';
import { STEP_REGISTERS } from '../optimizers/definition.js';
import type { ResolvedOptimizer } from '../optimizers/index.js';
import { NOBODY, type Peers, type PhasePeers } from './peers.js';
import type { RankRates } from './rankRates.js';
import { NEXT, type Next, type StepSource } from './stepSource.js';
import type { RankProgram } from './tasks.js';

/** A program bound for one rank, with its memory. */
export class RankRunner {
  readonly bound: BoundProgram;
  readonly registers: Float64Array<SharedArrayBuffer>;
  readonly totals: Float64Array<SharedArrayBuffer>;
  readonly phases: ProgramPhases;
  /** Numbers of the exchanges with other processes, by the phase that they follow. */
  readonly exchanges: RankProgram['exchanges'];

  constructor(kernels: KernelSet, arena: Arena, tables: readonly ProgramBuffer[], rank: RankProgram) {
    this.registers = float64At(arena, rank.registersOffset, REGISTER_COUNT);
    this.totals = float64At(arena, rank.totals.byteOffset, rank.totals.cols);
    this.phases = rank.phases;
    this.exchanges = rank.exchanges;
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
 * @param word of the control block for a verdict that other processes have to learn
 * @param asks whether they also agree on a stop
 * @returns status bits
 */
function runRowPhases(
  { bound, phases, exchanges }: RankRunner,
  { barrier, peers }: { barrier: Barrier; peers: PhasePeers },
  word: number,
  asks: boolean,
): number {
  let status = 0;
  for (const phase of phases.rows) {
    status |= bound.run(phase);
    peers.note(word, verdictOf(status));
    barrier.wait();
    peers.exchange(exchanges[phase], word, asks);
  }
  return status;
}

/** What a rank trains with. */
export interface Trainer {
  runner: RankRunner;
  source: StepSource;
  optimizer: ResolvedOptimizer;
  rates: RankRates;
  barrier: Barrier;
  control: Int32Array<SharedArrayBuffer>;
  peers: Peers;
}

/** Range of steps of a pass over the data. A step is a mini-batch; several may share an update. */
export interface StepRange {
  from: number;
  /** The step to stop before; Infinity for the end of the pass. */
  to: number;
  /** Updates of the model finished before step `from`. */
  updatesBefore: number;
  /** The epoch, counted from when the learning rate was set, and its first step in this pass. */
  epoch: number;
  epochStart: number;
}

/** Called on every rank. */
export interface StepHooks {
  /** Before the first mini-batch of a group that shares an update. */
  beforeGroup(): void;
  /** After each merge. */
  afterStep(): void;
  /**
   * After an update that left finite parameters.
   * @param isRateNew whether another learning rate holds from the next update on
   */
  afterUpdate(isRateNew: boolean): void;
  /** The run ends within a group or with its update: the group does not count. */
  dropGroup(): void;
}

/** Mini-batches that share an update. */
export const groupSize = ({ hyperparameters }: ResolvedOptimizer): number =>
  commonOf(hyperparameters).accumulateSteps ?? 1;

/**
 * Sets the registers for a mini-batch.
 * @param t number of the update that it is part of, from 1
 * @param place mini-batches of the group before it
 */
function setRegisters(
  { runner, optimizer, rates }: Trainer,
  { epoch, epochStart }: StepRange,
  step: number,
  t: number,
  place: number,
): void {
  const { registers } = runner;
  registers[REGISTERS.step] = (t - 1) * groupSize(optimizer) + place + 1;
  registers[REGISTERS.accumulated] = place;
  if (place > 0) return;
  const rate = rates.at(t - 1, epoch, step - epochStart);
  const changing = optimizer.definition.registers(optimizer.hyperparameters, t, rate);
  for (const name of STEP_REGISTERS) registers[REGISTERS[name]] = changing[name] ?? 0;
}

/** Combines the findings of all ranks in a word of the control block, at the cost of a barrier. */
export function agree({ barrier, control }: Trainer, word: number, verdict: number): number {
  if (verdict !== 0) Atomics.or(control, word, verdict);
  barrier.wait();
  return Atomics.load(control, word);
}

/** The last barrier of an update, with what the main thread asks for. */
function endUpdate(trainer: Trainer, verdict: number): number {
  const { peers } = trainer;
  peers.offerRate();
  return agree(trainer, WORD.verdict, verdict | peers.stopBits());
}

/** Runs one mini-batch, with its update if that is part of the merge. @returns the verdict */
function runMerge(trainer: Trainer, endsGroup: boolean): number {
  const { runner, peers } = trainer;
  const { bound, phases } = runner;
  const rows = runRowPhases(runner, trainer, WORD.mergeVerdict, !endsGroup);
  const verdict = verdictOf(rows | bound.run(PHASES.merge));
  if (phases.update.length === 0) return endUpdate(trainer, verdict);
  // An update that is due is made. Before that, a stop leaves the last one.
  const agreed = agree(trainer, WORD.mergeVerdict, verdict | (endsGroup ? 0 : peers.stopBits()));
  // All processes have the same verdict: what a merge finds, it finds on each of them.
  if (agreed === 0) peers.exchange(runner.exchanges[PHASES.merge], WORD.mergeVerdict);
  return agreed;
}

/** Runs the phases of an update after the merge. @returns the verdict */
function runUpdate(trainer: Trainer, miniBatches: number): number {
  const { barrier, peers, runner } = trainer;
  const { bound, phases, registers, exchanges } = runner;
  registers[REGISTERS.accumulated] = miniBatches;
  let status = 0;
  phases.update.forEach((phase, i) => {
    status |= bound.run(phase);
    const exchange = exchanges[phase];
    if (exchange === undefined && i === phases.update.length - 1) return;
    peers.note(WORD.verdict, verdictOf(status));
    barrier.wait();
    peers.exchange(exchange, WORD.verdict, true);
  });
  return endUpdate(trainer, verdictOf(status));
}

/**
 * Runs training steps `[from, to)` of one pass in lock-step with the other ranks, or to the pass's
 * end. Groups of mini-batches share an update; the last group has those that are left.
 *
 * @returns the verdict that ended the run early, or 0; the next step of the pass; and whether the
 *   pass has ended before it
 */
export function runTrainingSteps(
  trainer: Trainer,
  range: StepRange,
  hooks: StepHooks,
): { verdict: number; step: number; hasEnded: boolean } {
  const { runner, source, rates } = trainer;
  const group = groupSize(trainer.optimizer);
  const isSeparate = runner.phases.update.length > 0;
  let t = range.updatesBefore + 1;
  /** Mini-batches merged since the last update. */
  let place = 0;
  const update = (merged: number): number => {
    const verdict = isSeparate ? runUpdate(trainer, place) : merged;
    // A stop leaves a complete update behind; nothing else does.
    if ((verdict & ~VERDICT.stop) === 0) hooks.afterUpdate(rates.adopt());
    else hooks.dropGroup();
    t++;
    place = 0;
    return verdict;
  };
  let step = range.from;
  let next: Next = NEXT.step;
  for (; step < range.to; step++) {
    next = source.load(step, runner.registers);
    if (next !== NEXT.step) break;
    if (place === 0) hooks.beforeGroup();
    setRegisters(trainer, range, step, t, place);
    const endsGroup = place + 1 === group;
    let verdict = runMerge(trainer, endsGroup);
    if ((verdict & ~VERDICT.stop) !== 0 || (verdict !== 0 && isSeparate)) {
      hooks.dropGroup();
      return { verdict, step: step + 1, hasEnded: false };
    }
    place++;
    hooks.afterStep();
    if (endsGroup) verdict = update(verdict);
    if (verdict !== 0) return { verdict, step: step + 1, hasEnded: false };
  }
  if (next === NEXT.stopped) {
    if (place > 0) hooks.dropGroup();
    return { verdict: VERDICT.stop, step, hasEnded: false };
  }
  return { verdict: place > 0 ? update(0) : 0, step, hasEnded: next === NEXT.end };
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
  peers: PhasePeers = NOBODY,
): { status: number; stopped: boolean } {
  const { bound, registers, totals, phases } = runner;
  const together = { barrier, peers };
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
    status |= runRowPhases(runner, together, WORD.verdict, false) | bound.run(PHASES.merge);
    barrier.wait();
    source.release(step + 1);
  }
}
