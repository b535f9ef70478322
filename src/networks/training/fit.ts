import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { onAbort } from '../../core/abort.js';
import type { Arena } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import { nextTurn } from '../../core/nextTurn.js';
import { awaitClosed, Patience } from '../../core/patience.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { discardShared } from '../../kernels/sharedMemory.js';
import { controlBlock, VERDICT, WORD } from '../../parallel/control.js';
import { runRanks } from '../../parallel/pool.js';
import { END_OF_REPORTS, type RankResult } from '../../parallel/rankTask.js';
import { awaitUser } from '../../parallel/userCode.js';
import { allocateArena } from '../../program/allocate.js';
import type { ResolvedModel } from '../compile/model.js';
import type { Optimizer } from '../optimizers/index.js';
import type { Callback } from './callbacks.js';
import { type FitData, fillTargetShift, firstStreamTargets, firstTargets } from './dataSets.js';
import { abortedAfter, divergedError } from './fitErrors.js';
import { FitProgress } from './fitProgress.js';
import { type Logs, logsFromTotals, validationLogs } from './logs.js';
import { type CommitCounters, readCommitted, refreshTransposes } from './persistence.js';
import type { FitPlan } from './plan.js';
import { newFit } from './position.js';
import { loadState, type ModelState, readState } from './state.js';
import { StreamFeed } from './streamFeed.js';
import type { EpochReport, FitTask } from './tasks.js';

/** A fit whose options are resolved and whose input is checked. */
export interface FitRequest extends FitData {
  model: ResolvedModel;
  optimizer: Optimizer;
  /** The state that the fit starts from. */
  state: ModelState;
  /** Receives the model's state: before the callbacks of an epoch, and at the end in any case. */
  onState: (state: ModelState) => void;
  /** Its programs and memory. */
  plan: FitPlan;
  batchSize: number;
  /** Numbers of the first epoch and of the epoch to stop before. */
  initialEpoch: number;
  epochs: number;
  /** Undefined: each epoch is a pass over the data. */
  stepsPerEpoch: number | undefined;
  /** Epochs from one validation to the next. */
  validationFreq: number;
  /** Mini-batches of each validation; undefined for all. */
  validationSteps: number | undefined;
  shuffle: boolean;
  kernels: KernelRequest;
  callbacks: readonly Callback[];
  progress: boolean;
  signal: AbortSignal | undefined;
}

/** Loss and metrics per epoch, by name. */
export interface History {
  loss: number[];
  [name: string]: number[];
}

/**
 * Trains until the epochs are finished, a callback ends training, the signal aborts, or the loss is
 * no longer finite. In every case `onState` has received the parameters of the last good step when
 * the Promise settles.
 */
export async function runFitRequest(request: FitRequest): Promise<{ history: History }> {
  if (request.signal?.aborted) throw abortedAfter(request.signal, 0);
  const arena = allocateArena(request.plan.memory);
  return new FitSession(request, arena).run();
}

/**
 * Steps between two committed copies of a fit on tables: rare enough to cost nothing, frequent
 * enough to lose little.
 */
const STEPS_PER_COMMIT = 512;

class FitSession {
  private readonly history: History = { loss: [] };
  private readonly control: Int32Array<SharedArrayBuffer>;
  private readonly progress: FitProgress | undefined;
  private readonly trainFeed: StreamFeed | undefined;
  private readonly validationFeed: StreamFeed | undefined;
  private callbackError: { error: unknown } | undefined;
  private feedError: { error: unknown } | undefined;
  /** The epoch before which all callbacks have finished, and the function that waits for the next. */
  private epochsPassed: number;
  private onEpochPassed: (() => void) | undefined;
  private isOver = false;
  /** The ranks have ended: the arena no longer belongs to this fit. */
  private isDone = false;
  private readonly patience = new Patience();

  constructor(
    private readonly request: FitRequest,
    private readonly arena: Arena,
  ) {
    const { model, state, train, validation, trainStream, validationStream } = request;
    const { memory, trainRing, validationRing, slots, initialSlot, transposes } = request.plan;
    this.control = controlBlock(arena);
    this.epochsPassed = request.initialEpoch;
    loadState(state, memory, arena, model.parameters, slots, initialSlot);
    refreshTransposes(arena, transposes);
    const shift = trainStream ? firstStreamTargets(trainStream) : firstTargets(train);
    fillTargetShift(memory, arena, 'train', shift);
    if (validation) {
      const held = validationStream ? firstStreamTargets(validationStream) : firstTargets(validation);
      fillTargetShift(memory, arena, 'evaluate', held);
    }
    const { seed } = model;
    if (trainStream && trainRing) {
      const { stepsPerEpoch } = request;
      this.trainFeed = new StreamFeed(trainStream, arena, trainRing, {
        seed,
        pass: state.epochs,
        stepsPerEpoch,
      });
    }
    if (validationStream && validationRing) {
      const mostSteps = request.validationSteps;
      this.validationFeed = new StreamFeed(validationStream, arena, validationRing, { seed, mostSteps });
    }
    if (request.progress) {
      const samples = trainStream ? undefined : train.rows;
      const { epochs, initialEpoch, stepsPerEpoch: steps, batchSize } = request;
      this.progress = new FitProgress(this.control, { epochs, initialEpoch, steps, batchSize, samples });
    }
  }

  async run(): Promise<{ history: History }> {
    try {
      await this.trainAndFeed();
    } finally {
      discardShared(this.arena);
    }
    return { history: this.history };
  }

  private async trainAndFeed(): Promise<void> {
    const off = onAbort(this.request.signal, () => void this.abort());
    const feeding = this.feed();
    try {
      await this.train();
    } catch (error) {
      // Report the first error; later ones are its consequences.
      await this.endFeeds(feeding).catch(() => {});
      throw error;
    } finally {
      off();
    }
    await this.endFeeds(feeding);
  }

  private async train(): Promise<void> {
    const { request, arena } = this;
    const { port1, port2 } = new MessageChannel();
    const reported = this.listen(port1);
    this.progress?.start();
    try {
      const workers = request.plan.workersNow();
      const tasks = Array.from({ length: workers }, (_, rank) => this.task(rank, workers, port2));
      const { signal, state } = request;
      const error = (): SteepestError => abortedAfter(signal!, state.step);
      const result = await runRanks(tasks, arena, { signal, error }).catch((reason: unknown) => {
        this.publishCommitted();
        throw reason;
      });
      await reported();
      this.finish(result);
    } finally {
      this.isDone = true;
      this.patience.giveUp();
      port1.close();
      this.progress?.stop();
    }
  }

  /** Ends the fit as soon as the ranks agree, even if a callback or a stream is still pending. */
  private async abort(): Promise<void> {
    this.requestStop();
    // A callback that aborted the fit may still be running.
    await nextTurn();
    this.patience.giveUp();
  }

  /**
   * Feeds the streams to the ranks, epoch after epoch, ahead of them as far as memory and callbacks
   * allow.
   */
  private async feed(): Promise<void> {
    const { trainFeed, validationFeed, request } = this;
    if (!trainFeed && !validationFeed) return;
    const { initialEpoch, epochs, validationFreq } = request;
    try {
      for (let epoch = initialEpoch; epoch < epochs && !this.isOver; epoch++) {
        // A callback may end training here; the stream must not be opened again then.
        if (request.callbacks.length > 0) await this.epochsEnded(epoch);
        await trainFeed?.feedEpoch();
        if ((epoch + 1) % validationFreq === 0) await validationFeed?.feedEpoch();
      }
    } catch (error) {
      this.feedError = { error };
      this.stopFeeds();
    }
  }

  private async epochsEnded(epochs: number): Promise<void> {
    if (this.isOver || this.epochsPassed >= epochs) return;
    await new Promise<void>((resolve) => {
      this.onEpochPassed = resolve;
    });
  }

  private stopFeeds(): void {
    this.isOver = true;
    this.trainFeed?.stop();
    this.validationFeed?.stop();
    this.onEpochPassed?.();
  }

  private async endFeeds(feeding: Promise<void>): Promise<void> {
    this.stopFeeds();
    await feeding;
    const closing = Promise.all([this.trainFeed?.close(), this.validationFeed?.close()]);
    await awaitClosed(closing, this.request.signal);
  }

  private requestStop(): void {
    if (!this.isDone) Atomics.store(this.control, WORD.stopRequest, 1);
    this.stopFeeds();
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
      start: newFit(state, request.initialEpoch),
      epochs: request.epochs,
      stepsPerEpoch: request.stepsPerEpoch,
      validationFreq: request.validationFreq,
      stepsPerCommit: request.trainStream?.stepsPerCommit ?? STEPS_PER_COMMIT,
      optimizer: request.optimizer,
      shuffles: request.shuffle,
      gated: request.callbacks.length > 0,
      port: rank === 0 ? port : undefined,
    };
  }

  /**
   * Handles epoch reports in order. @returns a function that waits until all reports have been
   * handled.
   */
  private listen(port: MessagePort): () => Promise<void> {
    let pending: Promise<void> = Promise.resolve();
    const ended = new Promise<void>((resolve) => {
      port.on('message', (report: EpochReport | typeof END_OF_REPORTS) => {
        if (report === END_OF_REPORTS) return resolve();
        pending = pending.then(() => this.endEpoch(report));
      });
    });
    // While ranks are running, they decide whether the process stays alive.
    port.unref();
    return async () => {
      port.ref();
      await ended;
      await pending;
    };
  }

  private async endEpoch(report: EpochReport): Promise<void> {
    const { request } = this;
    if (this.isDone) return;
    const { train, validate } = request.plan;
    const logs: Logs = logsFromTotals(train, report.totals, report.samples);
    if (report.validationTotals && validate && request.validation) {
      const sums = logsFromTotals(validate, report.validationTotals, report.validationSamples);
      Object.assign(logs, validationLogs(sums));
    }
    for (const [name, value] of Object.entries(logs)) {
      const values = this.history[name] ?? [];
      values.push(value);
      this.history[name] = values;
    }
    this.progress?.endEpoch(report.epoch, logs, report.samples);
    if (request.callbacks.length === 0) return;
    try {
      this.publish(report);
      await this.callBack(report.epoch, logs);
    } catch (error) {
      this.callbackError = { error };
      this.requestStop();
    }
    this.epochsPassed = report.epoch + 1;
    this.onEpochPassed?.();
    if (this.isDone) return;
    Atomics.store(this.control, WORD.gate, report.epoch + 1);
    Atomics.notify(this.control, WORD.gate);
  }

  private async callBack(epoch: number, logs: Logs): Promise<void> {
    for (const callback of this.request.callbacks) {
      if (this.patience.isOver) return;
      const work = awaitUser(this.arena, () => callback.onEpochEnd(epoch, logs));
      if ((await this.patience.waitFor(work)) === false) this.requestStop();
    }
  }

  /** Gives the model the arena's parameters and the matching counters. */
  private publish({ step, passes }: CommitCounters): void {
    this.request.onState(this.stateIn({ step, passes }, 0));
  }

  /**
   * Gives the model the last committed copy, which is complete even if ranks are still computing.
   * Without a committed step of this fit, the model stays unchanged.
   */
  private publishCommitted(): void {
    const { persistent } = this.request.plan;
    const state = readCommitted(persistent, this.control, (of, shift) => this.stateIn(of, shift));
    if (state !== undefined && state.step > this.request.state.step) this.request.onState(state);
  }

  private stateIn({ step, passes }: CommitCounters, shift: number): ModelState {
    const { request, arena } = this;
    const { memory, slots } = request.plan;
    return readState(memory, arena, request.model.parameters, slots, { step, epochs: passes }, shift);
  }

  private finish(result: Extract<RankResult, { ok: true }>): void {
    const { request, callbackError } = this;
    this.publish(result);
    if (callbackError !== undefined) throw callbackError.error;
    if (result.verdict & (VERDICT.lossNotFinite | VERDICT.parameterNotFinite)) {
      throw divergedError(result.verdict, result.step + 1);
    }
    if (result.verdict & VERDICT.invalid) {
      throw new SteepestError('ERR_PROGRAM', {
        expected: 'every row number and label within its table',
        given: `one outside in step ${result.step + 1}`,
        hint: 'Do not change x or y while a fit runs.',
      });
    }
    if (this.feedError !== undefined) throw this.feedError.error;
    if (request.signal?.aborted) throw abortedAfter(request.signal, result.step);
  }
}
