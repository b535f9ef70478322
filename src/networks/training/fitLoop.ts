import { type KernelSet, PHASES, REGISTERS } from '../../kernels/contract.js';
import { Barrier, waitForGate } from '../../parallel/barrier.js';
import { controlBlock, VERDICT, WORD } from '../../parallel/control.js';
import type { RankResult } from '../../parallel/rankTask.js';
import { resolveOptimizer } from '../optimizers/index.js';
import { commit, restoreCommitted } from './persistence.js';
import { RankRunner, runSweep, runTrainingSteps, verdictOf } from './stepLoop.js';
import { type StepSource, stepSource } from './stepSource.js';
import type { EpochReport, FitTask } from './tasks.js';

/** One rank's part of a fit. */
export function runFit(task: FitTask, kernels: KernelSet): RankResult {
  const { rank, workers, arena, tables, batchSize } = task;
  const control = controlBlock(arena);
  const barrier = new Barrier(control, workers);
  const runner = new RankRunner(kernels, arena, tables, task.train);
  const validator = task.validate && new RankRunner(kernels, arena, tables, task.validate);
  const optimizer = resolveOptimizer(task.optimizer);
  const source = stepSource(arena, task.trainRing, rank, task);
  const held = stepSource(arena, task.validationRing, rank, { samples: task.validationSamples, batchSize });

  let stepsBefore = task.firstStep;
  if (rank === 0) commit(task, control, { step: stepsBefore, epochs: 0 });
  for (let epoch = 0; epoch < task.epochs; epoch++) {
    runner.totals.fill(0);
    runner.registers[REGISTERS.epoch] = task.firstEpoch + epoch;
    // A rank that wakes up late must still read the verdict on the last step, which startEpoch may
    // overwrite.
    barrier.wait();
    if (rank === 0) startEpoch(task, runner, control, epoch);
    barrier.wait();
    const stopped = Atomics.load(control, WORD.verdict);
    if (stopped !== 0) return { ok: true, verdict: stopped, step: stepsBefore, epochs: epoch };

    const afterStep = (done: number): void => {
      if (rank !== 0) return;
      Atomics.store(control, WORD.stepInEpoch, done);
      if (done % task.stepsPerCommit !== 0) return;
      commit(task, control, { step: stepsBefore + done, epochs: epoch + 1 });
      source.release(done);
    };
    const range = { from: 0, to: Number.POSITIVE_INFINITY, stepsBefore, rank };
    const { verdict, step } = runTrainingSteps(runner, source, optimizer, barrier, control, range, afterStep);
    if (verdict !== 0) {
      const good = goodSteps(verdict, stepsBefore + step);
      if (verdict & VERDICT.parameterNotFinite) {
        replay(task, runner, source, optimizer, barrier, control, { stepsBefore, good, rank });
      }
      return { ok: true, verdict, step: good, epochs: epoch + 1 };
    }
    stepsBefore += step;
    if (rank === 0) commit(task, control, { step: stepsBefore, epochs: epoch + 1 });
    // Every rank now knows that the epoch is over, and what it needed from the epoch is committed.
    barrier.wait();
    source.endEpoch(step);
    if (validator !== undefined) {
      const swept = runSweep(validator, held, barrier);
      if (swept.stopped) return { ok: true, verdict: VERDICT.stop, step: stepsBefore, epochs: epoch + 1 };
      const refused = agreeOn(verdictOf(swept.status) & VERDICT.invalid, barrier, control);
      if (refused !== 0) return { ok: true, verdict: refused, step: stepsBefore, epochs: epoch + 1 };
    }
    if (rank === 0) {
      const trained = { runner, samples: source.samples, step: stepsBefore };
      report(task, epoch, trained, { validator, samples: held.samples });
    }
    if (task.gated) waitForGate(control, epoch + 1);
  }
  return { ok: true, verdict: 0, step: stepsBefore, epochs: task.epochs };
}

function startEpoch(
  task: FitTask,
  runner: RankRunner,
  control: Int32Array<SharedArrayBuffer>,
  epoch: number,
): void {
  Atomics.store(control, WORD.stepInEpoch, 0);
  Atomics.store(control, WORD.epoch, epoch);
  if (Atomics.load(control, WORD.stopRequest) !== 0) Atomics.or(control, WORD.verdict, VERDICT.stop);
  if (task.shuffles) runner.bound.run(PHASES.epochStart);
}

/** Combines the findings of all ranks. Costs one barrier, which is negligible per epoch. */
function agreeOn(verdict: number, barrier: Barrier, control: Int32Array<SharedArrayBuffer>): number {
  if (verdict !== 0) Atomics.or(control, WORD.verdict, verdict);
  barrier.wait();
  return Atomics.load(control, WORD.verdict);
}

/**
 * The number of steps with complete and finite parameters, given the verdict on step number `step`.
 */
function goodSteps(verdict: number, step: number): number {
  return verdict & (VERDICT.lossNotFinite | VERDICT.parameterNotFinite | VERDICT.invalid) ? step - 1 : step;
}

/**
 * A step wrote a parameter that is not finite. Everything is a function of the committed copy, the
 * seed and the step number. So the last finite parameters can be recomputed: restore the copy and
 * run the good steps after it.
 */
function replay(
  task: FitTask,
  runner: RankRunner,
  source: StepSource,
  optimizer: ReturnType<typeof resolveOptimizer>,
  barrier: Barrier,
  control: Int32Array<SharedArrayBuffer>,
  range: { stepsBefore: number; good: number; rank: number },
): void {
  const { stepsBefore, good, rank } = range;
  const from = restoreCommitted(task, control, rank === 0);
  barrier.wait();
  if (rank === 0) Atomics.store(control, WORD.verdict, 0);
  barrier.wait();
  const inEpoch = { stepsBefore, rank, from: from - stepsBefore, to: good - stepsBefore };
  runTrainingSteps(runner, source, optimizer, barrier, control, inEpoch, () => {});
  barrier.wait();
}

function report(
  task: FitTask,
  epoch: number,
  trained: { runner: RankRunner; samples: number; step: number },
  held: { validator: RankRunner | undefined; samples: number },
): void {
  const message: EpochReport = {
    epoch,
    step: trained.step,
    totals: Array.from(trained.runner.totals),
    samples: trained.samples,
    validationTotals: held.validator && Array.from(held.validator.totals),
    validationSamples: held.samples,
  };
  task.port?.postMessage(message);
}
