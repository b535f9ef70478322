import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { onAbort } from '../../core/abort.js';
import type { Arena } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import { nextTurn } from '../../core/nextTurn.js';
import { discardShared } from '../../kernels/sharedMemory.js';
import { controlBlock, VERDICT, WORD } from '../../parallel/control.js';
import { runRanks } from '../../parallel/pool.js';
import { END_OF_REPORTS, type RankResult } from '../../parallel/rankTask.js';
import { allocateArena } from '../../program/allocate.js';
import { Checkpoints, type FitSnapshot } from './checkpoints.js';
import { fillTargetShift, firstStreamTargets, firstTargets } from './dataSets.js';
import { abortedAfter, divergedError } from './fitErrors.js';
import { FitFeeds } from './fitFeeds.js';
import { FitProgress } from './fitProgress.js';
import type { FitRequest } from './fitRequest.js';
import { type Logs, logsFromTotals, validationLogs } from './logs.js';
import { readCommitted, refreshTransposes } from './persistence.js';
import { type CommitCounters, type FitPosition, newFit } from './position.js';
import { loadState, type ModelState, readState } from './state.js';
import { StepPoll } from './stepPoll.js';
import type { StepEntry } from './stepReports.js';
import type { EpochReport, FitTask, PositionReport } from './tasks.js';

/**
 * Trains until the epochs are finished, a callback ends training, the signal aborts, or the loss is
 * no longer finite. In every case `onState` has received the parameters of the last good step when
 * the Promise settles.
 */
export async function runFitRequest(request: FitRequest): Promise<void> {
  if (request.signal?.aborted) throw abortedAfter(request.signal, 0);
  const arena = allocateArena(request.plan.memory);
  try {
    await new FitSession(request, arena).run();
  } finally {
    discardShared(arena);
  }
}

/**
 * Steps between two committed copies of a fit on tables: rare enough to cost nothing, frequent
 * enough to lose little.
 */
const STEPS_PER_COMMIT = 512;

class FitSession {
  private readonly control: Int32Array<SharedArrayBuffer>;
  /** Undefined if nobody knows the length of the stream. */
  private readonly stepsPerEpoch: number | undefined;
  private readonly progress: FitProgress | undefined;
  private readonly feeds: FitFeeds;
  private readonly steps: StepPoll | undefined;
  private readonly start: FitPosition;
  private readonly checkpoints: Checkpoints | undefined;
  /** Where the ranks have ended, if they could go on there. */
  private end: PositionReport | undefined;
  private callbackError: { error: unknown } | undefined;
  /** The ranks have ended: the arena no longer belongs to this fit. */
  private isDone = false;
  /** What the main thread has to do, in order: reports of epochs and steps. */
  private pending: Promise<void> = Promise.resolve();
  /** Commits that the model has received. */
  private commitsPublished = 1;

  constructor(
    private readonly request: FitRequest,
    private readonly arena: Arena,
  ) {
    const { model, state, plan, train, validation, trainStream, validationStream } = request;
    const { memory, slots, initialSlot, transposes, stepReports } = plan;
    this.control = controlBlock(arena);
    const { initialEpoch, stepsPerEpoch, batchSize } = request;
    this.stepsPerEpoch = stepsPerEpoch ?? (trainStream ? undefined : Math.ceil(train.rows / batchSize));
    this.start = request.resumed?.position ?? newFit(state, initialEpoch);
    const rateFrom = { initialEpoch: this.start.epoch, stepsPerEpoch: this.stepsPerEpoch };
    request.liveRate.attach(arena, rateFrom);
    if (request.store) this.checkpoints = new Checkpoints(this.control, request.store);
    loadState(state, memory, arena, model.parameters, slots, initialSlot);
    refreshTransposes(arena, transposes);
    const shift = trainStream ? firstStreamTargets(trainStream) : firstTargets(train);
    fillTargetShift(memory, arena, 'train', shift);
    if (validation) {
      const held = validationStream ? firstStreamTargets(validationStream) : firstTargets(validation);
      fillTargetShift(memory, arena, 'evaluate', held);
    }
    const isWatched = !request.hooks.isEmpty;
    const feeding = { seed: model.seed, start: this.start, hashes: request.store !== undefined, isWatched };
    this.feeds = new FitFeeds({ ...request, ...feeding }, arena);
    this.progress = FitProgress.of(request, arena, this.start, (error) => this.fail(error));
    if (stepReports) {
      this.steps = new StepPoll(arena, stepReports, (entries) => this.inTurn(() => this.endSteps(entries)));
    }
  }

  async run(): Promise<void> {
    const { hooks, signal, epochs, record, state, ranks } = this.request;
    const { epoch, step } = this.start;
    const begins = epoch < epochs;
    hooks.attach({
      arena: this.arena,
      stop: () => this.requestStop(),
      hideProgress: () => this.progress?.hide(),
      showProgress: () => this.progress?.show(),
    });
    const off = onAbort(signal, () => void this.abort());
    try {
      if (hooks.stopped === undefined && begins) await hooks.epochBegin({ epoch, step, logs: record.logs });
      if (signal?.aborted) throw abortedAfter(signal, state.step);
      if (await ranks.begin(hooks.stopped === undefined)) await this.trainAndFeed();
    } finally {
      off();
    }
  }

  private async trainAndFeed(): Promise<void> {
    try {
      await this.feeds.replay();
      this.feeds.start();
      await this.train();
    } catch (error) {
      // Report the first error; later ones are its consequences.
      await this.feeds.end().catch(() => {});
      throw error;
    }
    await this.feeds.end();
  }

  private async train(): Promise<void> {
    const { request, arena } = this;
    const { port1, port2 } = new MessageChannel();
    const reported = this.listen(port1);
    let isComplete = false;
    this.progress?.start();
    this.steps?.start();
    this.checkpoints?.start();
    try {
      const workers = request.plan.workersNow();
      const tasks = Array.from({ length: workers }, (_, rank) => this.task(rank, workers, port2));
      const { signal, state, ranks, plan } = request;
      const error = (): SteepestError => abortedAfter(signal!, state.step);
      // Preparing and starting each take milliseconds the first time.
      await nextTurn();
      const served = await ranks.serve(arena, plan.exchanges?.plans ?? []);
      // Other processes that train already would wait for a rank that is called off.
      const abortable = ranks.isAlone ? { signal, error } : undefined;
      const result = await runRanks(tasks, arena, abortable).catch((reason: unknown) => {
        this.publishCommitted();
        ranks.lose(reason);
        throw reason;
      });
      await served.end();
      await reported();
      await this.endCheckpoints();
      this.finish(result);
      isComplete = true;
    } finally {
      this.isDone = true;
      // Of a fit that has failed, the last checkpoint may still be being written.
      await this.checkpoints?.stop();
      request.hooks.giveUp();
      this.steps?.stop();
      request.liveRate.detach();
      port1.close();
      this.progress?.stop(isComplete);
    }
  }

  /** Ends the fit as soon as the ranks agree, even if a callback or a stream is still pending. */
  private async abort(): Promise<void> {
    this.requestStop();
    // A callback that aborted the fit may still be running.
    await nextTurn();
    this.request.hooks.giveUp();
  }

  private requestStop(): void {
    if (!this.isDone) Atomics.store(this.control, WORD.stopRequest, 1);
    this.feeds.stop();
  }

  private task(rank: number, workers: number, port: MessagePort): FitTask {
    const { request } = this;
    const { train, validation, state, plan } = request;
    return {
      kind: 'fit',
      rank,
      arena: this.arena,
      persistent: plan.persistent,
      transposes: plan.transposes,
      untrained: plan.untrained,
      averages: plan.averages,
      workers,
      kernels: request.kernels,
      tables: plan.tables,
      train: plan.forRank('train', rank, workers)!,
      validate: plan.forRank('validate', rank, workers),
      samples: train.rows,
      validationSamples: validation?.rows ?? 0,
      trainRing: plan.trainRing?.ring,
      validationRing: plan.validationRing?.ring,
      batchSize: request.batchSize,
      start: this.start,
      startTotals: request.resumed?.totals ?? [],
      checkpoints: this.checkpointTask(),
      epochs: request.epochs,
      stepsPerEpoch: request.stepsPerEpoch,
      validationFreq: request.validationFreq,
      commitEvery: request.commitEvery,
      stepsPerCommit: request.trainStream?.stepsPerCommit ?? STEPS_PER_COMMIT,
      optimizer: request.optimizer,
      // A rate that was set before the checkpoint holds from the first step on.
      rate: { state: request.resumed?.state.rate ?? state.rate, stepsPerEpoch: this.stepsPerEpoch },
      shuffles: request.shuffle,
      gated: !request.hooks.isEmpty,
      peers: plan.exchanges?.peers,
      stepReports: rank === 0 ? plan.stepReports : undefined,
      runningSums: rank === 0 ? plan.runningSums : undefined,
      port: rank === 0 ? port : undefined,
    };
  }

  /**
   * Handles epoch reports in order. @returns a function that waits until all reports have been
   * handled.
   */
  private listen(port: MessagePort): () => Promise<void> {
    const ended = new Promise<void>((resolve) => {
      port.on('message', (report: EpochReport | PositionReport | typeof END_OF_REPORTS) => {
        if (report === END_OF_REPORTS) return resolve();
        if (report.kind === 'end') {
          this.end = report;
          return;
        }
        this.steps?.take();
        void this.inTurn(() => (report.kind === 'epoch' ? this.endEpoch(report) : this.checkpoint(report)));
      });
    });
    // While ranks are running, they decide whether the process stays alive.
    port.unref();
    return async () => {
      port.ref();
      await ended;
      await this.pending;
    };
  }

  /** Runs work when all work before it has ended. */
  private inTurn(work: () => Promise<void>): Promise<void> {
    this.pending = this.pending.then(() => (this.isDone ? undefined : work()));
    return this.pending;
  }

  /** Runs callbacks. The first error of one ends training; no callback runs after it. */
  private async callBack(hooks: () => Promise<void>): Promise<void> {
    if (this.callbackError !== undefined) return;
    try {
      await hooks();
    } catch (error) {
      this.fail(error);
    }
  }

  /** Ends training with an error of users' code. */
  private fail(error: unknown): void {
    this.callbackError ??= { error };
    this.requestStop();
  }

  /** Reports steps while the ranks go on. */
  private async endSteps(entries: readonly StepEntry[]): Promise<void> {
    const { plan, hooks } = this.request;
    for (const { epoch, step, rate, samples, totals } of entries) {
      const commits = Atomics.load(this.control, WORD.commits);
      if (commits !== this.commitsPublished) this.publishCommitted();
      this.commitsPublished = commits;
      const logs = logsFromTotals(plan.train, totals, samples);
      await this.callBack(() => hooks.batchEnd({ epoch, step, rate, logs, isLast: false }));
      if (this.isDone) return;
    }
  }

  private async endEpoch(report: EpochReport): Promise<void> {
    const { request } = this;
    const { plan, hooks, record } = request;
    const { epoch, step, rate } = report;
    const trained = logsFromTotals(plan.train, report.totals, report.samples);
    const logs: Logs = { ...trained };
    if (report.validationTotals && plan.validate && request.validation) {
      const sums = logsFromTotals(plan.validate, report.validationTotals, report.validationSamples);
      Object.assign(logs, validationLogs(sums));
    }
    Object.assign(logs, hooks.addedLogs(rate));
    record.add(epoch, logs);
    request.liveRate.epochEnded(report);
    this.progress?.endEpoch(epoch, logs, report.samples);
    if (hooks.isEmpty) return;
    this.publish(report);
    await this.callBack(async () => {
      if (this.steps) await hooks.batchEnd({ epoch, step, rate, logs: trained, isLast: true });
      await hooks.epochEnd({ epoch, step, rate, logs });
      const goesOn = !this.isDone && Atomics.load(this.control, WORD.stopRequest) === 0;
      if (goesOn && epoch + 1 < request.epochs) await hooks.epochBegin({ epoch: epoch + 1, step, logs });
    });
    this.feeds.passed(epoch + 1);
    if (this.isDone) return;
    Atomics.store(this.control, WORD.gate, epoch + 1);
    Atomics.notify(this.control, WORD.gate);
  }

  /** Writes the state that rank 0 has copied. */
  private async checkpoint(report: PositionReport): Promise<void> {
    const { plan, hooks } = this.request;
    // What callbacks keep is of a moment after one of them has ended training.
    if (hooks.stopped !== undefined) return;
    const shift = plan.checkpoint! - plan.persistent.byteOffset;
    await this.callBack(async () => {
      this.checkpoints!.write(this.snapshot(report, shift));
    });
  }

  private async endCheckpoints(): Promise<void> {
    const { checkpoints, end } = this;
    await checkpoints?.stop();
    if (checkpoints === undefined || end === undefined || this.callbackError) return;
    const { stopped, isInterrupted, isBehind } = this.request.hooks;
    // A resumed fit could not make up for what callbacks have missed; it goes on from before.
    if (isBehind) return;
    const goesOn = stopped === undefined || isInterrupted;
    await this.callBack(() => checkpoints.store.end(this.snapshot(end, 0), goesOn));
  }

  private snapshot({ position, totals, counters }: PositionReport, shift: number): FitSnapshot {
    const { hooks, record, liveRate } = this.request;
    // Of the same moment as what the callbacks keep: the ranks may not have adopted it yet.
    const rate = liveRate.set ?? Number.NaN;
    const state = this.stateIn({ ...counters, rate }, shift);
    return { state, position, totals, record: record.snapshot(), sessions: hooks.snapshot() };
  }

  private checkpointTask(): FitTask['checkpoints'] {
    const { store, plan, initialEpoch } = this.request;
    if (store === undefined || plan.checkpoint === undefined) return undefined;
    return { ...store.rhythm, byteOffset: plan.checkpoint, initialEpoch };
  }

  /** Gives the model the arena's parameters and the matching counters. */
  private publish({ step, passes, epochs }: Omit<CommitCounters, 'rate'>): void {
    const rate = this.request.liveRate.set ?? Number.NaN;
    this.request.onState(this.stateIn({ step, passes, epochs, rate }, 0));
  }

  /**
   * Gives the model the last committed copy, which is complete even if ranks are still computing.
   * Without a committed step of this fit, the model stays unchanged.
   */
  private publishCommitted(): void {
    const { arena } = this;
    const { persistent } = this.request.plan;
    const state = readCommitted(arena, persistent, this.control, (of, shift) => this.stateIn(of, shift));
    if (state !== undefined && state.step > this.request.state.step) this.request.onState(state);
  }

  private stateIn({ step, passes, epochs, rate }: CommitCounters, shift: number): ModelState {
    const { request, arena } = this;
    const { memory, slots, shards } = request.plan;
    const { fromStep, set } = request.state.rate;
    const rates = { fromStep, epochs, set: Number.isNaN(rate) ? set : rate };
    const counters = { step, epochs: passes, rate: rates, shards };
    return readState(memory, arena, request.model.parameters, slots, counters, shift);
  }

  private finish(result: Extract<RankResult, { ok: true }>): void {
    const { request, callbackError } = this;
    this.publish(result);
    request.record.step = result.step;
    if (callbackError !== undefined) throw callbackError.error;
    if (result.verdict & (VERDICT.lossNotFinite | VERDICT.parameterNotFinite)) {
      throw divergedError(result.verdict, result.step + 1, request.hooks);
    }
    if (result.verdict & VERDICT.invalid) {
      throw new SteepestError('ERR_PROGRAM', {
        expected: 'every row number and label within its table',
        given: `one outside in step ${result.step + 1}`,
        hint: 'Do not change x or y while a fit runs.',
      });
    }
    if (this.feeds.failure !== undefined) throw this.feeds.failure.error;
    if (request.signal?.aborted) throw abortedAfter(request.signal, result.step, request.hooks);
  }
}
