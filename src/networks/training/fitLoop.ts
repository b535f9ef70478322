import { type KernelSet, PHASES, REGISTERS } from '../../kernels/contract.js';
import { Barrier, waitForGate } from '../../parallel/barrier.js';
import { controlBlock, VERDICT, WORD } from '../../parallel/control.js';
import type { RankResult } from '../../parallel/rankTask.js';
import { resolveOptimizer } from '../optimizers/index.js';
import { ClusterPeers } from './clusterPeers.js';
import { Alone, type Peers } from './peers.js';
import { commit, restoreCommitted, Snapshot, swapAverages } from './persistence.js';
import type { CommitCounters, FitPosition } from './position.js';
import { RankCheckpoints } from './rankCheckpoints.js';
import { RankRates } from './rankRates.js';
import { SumsWriter } from './runningSums.js';
import {
  agree,
  groupSize,
  RankRunner,
  runSweep,
  runTrainingSteps,
  type StepHooks,
  type StepRange,
  type Trainer,
  verdictOf,
} from './stepLoop.js';
import { StepWriter } from './stepReports.js';
import { stepSource } from './stepSource.js';
import type { EpochReport, FitTask } from './tasks.js';

/** For steps that are repeated. */
const NO_HOOKS: StepHooks = {
  beforeGroup() {},
  afterStep() {},
  afterUpdate() {},
  dropGroup() {},
};

/** One rank's part of a fit. */
export function runFit(task: FitTask, kernels: KernelSet): RankResult {
  return new RankFit(task, kernels).run();
}

/**
 * One rank's part of a fit: epochs, each of one or several passes over the data, or of a part of
 * one. All ranks count the same and reach the same decisions.
 */
class RankFit {
  private readonly control;
  private readonly barrier;
  private readonly runner;
  private readonly validator;
  private readonly rates;
  private readonly peers: Peers;
  private readonly trainer: Trainer;
  private readonly source;
  private readonly held;
  private readonly reports: StepWriter | undefined;
  private readonly checkpoints: RankCheckpoints | undefined;
  private readonly sums: SumsWriter | undefined;
  private readonly at: FitPosition;
  /** The current pass has begun: its order of rows is set. */
  private isInPass = false;
  /** The fit begins within an epoch, of which earlier steps are counted. */
  private isInEpoch: boolean;
  /** Updates, and steps of the current pass, in the last committed copy. */
  private readonly committed = { updates: 0, stepInPass: 0 };
  /** Statistics before the mini-batches that have had no update yet. */
  private readonly untrained: Snapshot;

  constructor(
    private readonly task: FitTask,
    kernels: KernelSet,
  ) {
    const { rank, workers, arena, tables, batchSize, start } = task;
    this.control = controlBlock(arena);
    this.barrier = new Barrier(this.control, workers);
    this.runner = new RankRunner(kernels, arena, tables, task.train);
    this.validator = task.validate && new RankRunner(kernels, arena, tables, task.validate);
    this.source = stepSource(arena, task.trainRing, rank, task, start.stepInPass);
    const heldRows = { samples: task.validationSamples, batchSize };
    this.held = stepSource(arena, task.validationRing, rank, heldRows);
    const optimizer = resolveOptimizer(task.optimizer);
    this.rates = new RankRates(arena, optimizer, task.rate);
    this.at = { ...start };
    const wantsCheckpoint = (): boolean => this.checkpoints?.isDue(this.at.step + 1) ?? false;
    const news = { rates: this.rates, offerRate: () => this.rates.offer(), wantsCheckpoint };
    this.peers = task.peers
      ? new ClusterPeers(task.peers, rank, arena, this.barrier, news)
      : new Alone(rank, this.control, news);
    const { runner, source, rates, barrier, control, peers } = this;
    this.trainer = { runner, source, optimizer, rates, barrier, control, peers };
    this.runner.registers[REGISTERS.averageDecay] = task.averages?.decay ?? 0;
    this.isInEpoch = start.stepInEpoch > 0;
    this.runner.totals.set(task.startTotals);
    if (task.checkpoints && rank === 0) {
      this.checkpoints = new RankCheckpoints(task, this.control, this.runner);
    }
    this.untrained = new Snapshot(arena, rank === 0 && groupSize(optimizer) > 1 ? task.untrained : []);
    this.reports = task.stepReports && new StepWriter(arena, this.control, task.stepReports);
    this.sums = task.runningSums && new SumsWriter(arena, this.control, task.runningSums);
  }

  run(): RankResult {
    const { at, task } = this;
    this.commit();
    for (; at.epoch < task.epochs; at.epoch++) {
      const verdict = this.runEpoch();
      if (verdict !== 0) return this.result(verdict);
    }
    return this.result(0);
  }

  private result(verdict: number): RankResult {
    const { step, epochsBegun } = this.at;
    this.peers.gatherState();
    if ((verdict & ~VERDICT.stop) === 0) this.checkpoints?.end(this.at, this.counters, verdict === 0);
    return { ok: true, verdict, step, passes: this.passes, epochs: epochsBegun };
  }

  /** Passes over the data that the model has begun. */
  private get passes(): number {
    const { pass, stepInPass } = this.at;
    return this.isInPass || stepInPass > 0 ? pass + 1 : pass;
  }

  /** @returns the verdict that ends the fit, or 0 */
  private runEpoch(): number {
    const { at, task, control, barrier, peers } = this;
    const isResumed = this.isInEpoch;
    this.isInEpoch = false;
    if (!isResumed) {
      at.stepInEpoch = 0;
      at.rowsInEpoch = 0;
      this.runner.totals.fill(0);
    }
    // A rank that wakes up late must still read the verdict on the last step, which rank 0 may
    // overwrite below.
    barrier.wait();
    if (task.rank === 0) {
      Atomics.store(control, WORD.stepInEpoch, at.stepInEpoch);
      Atomics.store(control, WORD.epoch, at.epoch);
      Atomics.or(control, WORD.verdict, peers.stopBits());
      if (!this.isInPass) this.order();
      peers.offerRate();
    }
    barrier.wait();
    peers.agree(WORD.verdict, true);
    const stopped = Atomics.load(control, WORD.verdict);
    if (stopped !== 0) return stopped;
    // The rate of a committed copy is that of the steps after it, which may have to be repeated.
    if (this.rates.adopt()) this.commit();

    if (!isResumed) {
      this.checkpoints?.beforeEpoch(at, this.counters);
      at.epochsBegun++;
    }
    this.isInPass = true;
    const verdict = this.trainEpoch();
    if (verdict !== 0) return verdict;
    const isDue = (at.epoch + 1) % task.validationFreq === 0;
    const refused = isDue ? this.runValidation() : 0;
    if (refused !== 0) return refused;
    if (task.rank === 0) this.report(isDue);
    if (task.gated) waitForGate(control, at.epoch + 1);
    return 0;
  }

  /** Runs the steps of an epoch, over as many passes as it takes. */
  private trainEpoch(): number {
    const { at, task, barrier } = this;
    const steps = task.stepsPerEpoch ?? Number.POSITIVE_INFINITY;
    for (;;) {
      const { verdict, hasEnded } = this.trainPass(at.stepInPass + steps - at.stepInEpoch);
      if (verdict !== 0) return verdict;
      if (at.stepInEpoch === steps || (hasEnded && task.stepsPerEpoch === undefined)) return 0;
      if (task.rank === 0) this.order();
      this.isInPass = true;
      barrier.wait();
    }
  }

  /** Sets the order of rows for the current pass; by rank 0. */
  private order(): void {
    const { bound, registers } = this.runner;
    registers[REGISTERS.epoch] = this.at.pass;
    if (this.task.shuffles) bound.run(PHASES.epochStart);
  }

  /**
   * Runs the steps of the current pass up to step `to`, or to the end of the pass.
   * @returns the verdict that ends the fit, or 0; and whether the pass has ended
   */
  private trainPass(to: number): { verdict: number; hasEnded: boolean } {
    const { at, task, source, barrier } = this;
    const { rank } = task;
    const range = {
      from: at.stepInPass,
      to,
      updatesBefore: at.step,
      epoch: at.epochsBegun - 1,
      epochStart: at.stepInPass - at.stepInEpoch,
    };
    this.runner.registers[REGISTERS.epoch] = at.pass;
    const { verdict, step, hasEnded } = runTrainingSteps(this.trainer, range, this.hooks());
    if (verdict !== 0) {
      if (verdict & VERDICT.parameterNotFinite) this.replay(range);
      return { verdict, hasEnded };
    }
    this.commit();
    // Every rank now knows that the pass or epoch is over, and what it needed is committed.
    barrier.wait();
    if (hasEnded) {
      source.endPass(step);
      at.pass++;
      at.stepInPass = 0;
      at.streamHash = 0;
      this.committed.stepInPass = 0;
      this.isInPass = false;
    } else if (rank === 0) source.release(step);
    return { verdict: 0, hasEnded };
  }

  private hooks(): StepHooks {
    const { at, task, control, untrained, source } = this;
    const { totals, registers } = this.runner;
    const begin = { ...at };
    // An update of one step is dropped only if the fit ends for good.
    const isGroup = groupSize(this.trainer.optimizer) > 1;
    const totalsBefore = Float64Array.from(totals);
    return {
      beforeGroup: () => {
        Object.assign(begin, at);
        if (isGroup) totalsBefore.set(totals);
        untrained.take();
      },
      dropGroup: () => {
        Object.assign(at, begin);
        if (isGroup) totals.set(totalsBefore);
        untrained.restore();
      },
      afterStep: () => {
        at.stepInPass++;
        at.stepInEpoch++;
        at.rowsInEpoch += registers[REGISTERS.rows]!;
        at.streamHash = source.hash;
        if (task.rank === 0) Atomics.store(control, WORD.stepInEpoch, at.stepInEpoch);
        this.sums?.write(at, totals);
      },
      afterUpdate: (isRateNew) => this.afterUpdate(isRateNew),
    };
  }

  private afterUpdate(isRateNew: boolean): void {
    const { at, task, control, source, committed, trainer, peers } = this;
    const isCheckpointDue = peers.takesCheckpoint();
    at.step++;
    if (task.rank === 0) Atomics.store(control, WORD.step, at.step);
    if (isCheckpointDue) {
      peers.gatherState();
      this.checkpoints?.take(at, this.counters);
    }
    // A ring keeps that many steps, and those of the next update are to come.
    const steps = at.stepInPass - committed.stepInPass + groupSize(trainer.optimizer);
    const isAsked = task.commitEvery.some((every) => at.step % every === 0);
    if (steps > task.stepsPerCommit || isRateNew || isAsked) {
      this.commit();
      if (task.rank === 0) source.release(at.stepInPass);
    }
    // After the commit, which the main thread reads when it sees the report.
    if (task.rank === 0) this.reports?.write(at, this.rates.latest, this.runner.totals);
  }

  /** Commits the last update. All ranks know what is committed; rank 0 writes it. */
  private commit(): void {
    const { at, task, control, committed } = this;
    this.peers.gatherState();
    committed.updates = at.step;
    committed.stepInPass = at.stepInPass;
    if (task.rank === 0) commit(task, control, this.counters);
  }

  private get counters(): CommitCounters {
    const { step, epochsBegun } = this.at;
    return { step, passes: this.passes, epochs: epochsBegun, rate: this.rates.set };
  }

  /** @returns the verdict that ends the fit, or 0 */
  private runValidation(): number {
    const { validator, held, barrier, trainer, peers } = this;
    if (validator === undefined) return 0;
    this.swapAverages();
    const { status, stopped } = runSweep(validator, held, barrier, peers);
    const invalid = stopped ? 0 : agree(trainer, WORD.verdict, verdictOf(status) & VERDICT.invalid);
    this.swapAverages();
    return stopped ? VERDICT.stop : invalid;
  }

  /** Before and after a validation, which is of the averages of the weights if there are any. */
  private swapAverages(): void {
    const { task, barrier } = this;
    if (task.averages === undefined) return;
    barrier.wait();
    if (task.rank === 0) swapAverages(task.arena, task.averages.pairs);
    barrier.wait();
  }

  /**
   * A step wrote a parameter that is not finite. Everything is a function of the committed copy,
   * the seed and the step number. So the last finite parameters can be recomputed: restore the copy
   * and run the good steps after it. They belong to the same pass, because its end is committed.
   */
  private replay(range: StepRange): void {
    const { task, control, barrier, committed, trainer } = this;
    if (task.rank === 0) restoreCommitted(task, control);
    barrier.wait();
    if (task.rank === 0) {
      Atomics.store(control, WORD.verdict, 0);
      Atomics.store(control, WORD.mergeVerdict, 0);
    }
    barrier.wait();
    this.rates.freeze();
    // A group that is not complete ends a pass or an epoch, and is committed then.
    const steps = (this.at.step - committed.updates) * groupSize(trainer.optimizer);
    const from = committed.stepInPass;
    const again = { ...range, from, to: from + steps, updatesBefore: committed.updates };
    runTrainingSteps(trainer, again, NO_HOOKS);
    barrier.wait();
  }

  /** The rate of the last step, also if it belongs to an earlier fit that this one goes on with. */
  private latestRate(): number {
    const { at, rates, trainer } = this;
    if (!Number.isNaN(rates.latest)) return rates.latest;
    const size = groupSize(trainer.optimizer);
    const first = Math.floor((at.stepInEpoch - 1) / size) * size;
    return rates.at(at.step - 1, at.epochsBegun - 1, first);
  }

  private report(isValidated: boolean): void {
    const { at, task, runner, held } = this;
    const message: EpochReport = {
      kind: 'epoch',
      epoch: at.epoch,
      step: at.step,
      passes: this.passes,
      epochs: at.epochsBegun,
      rate: this.latestRate(),
      totals: Array.from(runner.totals),
      samples: at.rowsInEpoch,
      validationTotals: isValidated && this.validator ? Array.from(this.validator.totals) : undefined,
      validationSamples: held.samples,
    };
    task.port?.postMessage(message);
  }
}
