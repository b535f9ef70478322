import { onAbort } from '../../core/abort.js';
import type { Arena } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import { nextTurn } from '../../core/nextTurn.js';
import { awaitClosed, Patience } from '../../core/patience.js';
import { show } from '../../core/show.js';
import { awaitUser } from '../../parallel/userCode.js';
import type { CallbackModel, CallbackSession, FitFacts } from '../callbacks/definition.js';
import type { CallbackContext, CallbackHooks, HookName } from '../callbacks/hooks.js';
import type { KeptSessions } from '../training/checkpoints.js';
import type { FitHooks, Moment, RunningFit, StepMoment } from '../training/fitHooks.js';
import type { Stopped } from '../training/fitResult.js';
import type { SomeLogs } from '../training/logs.js';
import type { GivenCallback } from './givenCallbacks.js';
import { noteMetrics } from './knownMetrics.js';

/** What the callbacks of a fit work on. */
export interface CallbackSubject extends FitFacts {
  model: CallbackModel;
  signal: AbortSignal | undefined;
}

/** A callback in this fit. */
interface Active {
  name: string;
  /** Whether it belongs to this package. */
  isOwn: boolean;
  /** Whether the end that it asks for is an interruption. */
  interrupts: boolean;
  session: CallbackSession | CallbackHooks<CallbackModel>;
  /** The last step that `onBatchEnd` has passed. */
  lastStep: number;
}

/** The callbacks of one fit: their sessions, in order, and who has ended training. */
export class CallbackRun implements FitHooks {
  private readonly active: readonly Active[];
  private patience = new Patience();
  private fit: RunningFit | undefined;
  private latest: Moment;
  private stop: Stopped | undefined;
  private stoppedBy: Active | undefined;
  private epochsBegun = 0;
  /** Training has ended: nobody can end it any more. */
  private isOver = false;
  isBehind = false;

  /** @throws SteepestError if the fit cannot do what a callback asks for */
  constructor(
    given: readonly GivenCallback[],
    private readonly subject: CallbackSubject,
    first: Moment,
  ) {
    this.latest = first;
    this.active = given.map((callback) => ({
      name: 'hooks' in callback ? callback.name : callback.definition.name,
      isOwn: 'definition' in callback,
      interrupts: 'definition' in callback && callback.definition.interrupts === true,
      session: 'hooks' in callback ? callback.hooks : callback.definition.session(callback.options, subject),
      lastStep: first.step,
    }));
  }

  get isEmpty(): boolean {
    return this.active.length === 0;
  }

  get every(): readonly number[] {
    const watching = this.active.filter(({ session }) => session.onBatchEnd !== undefined);
    return [...new Set(watching.map(({ session }) => session.every ?? 1))];
  }

  get commitEvery(): readonly number[] {
    return this.active.flatMap(({ session }) => (session as CallbackSession).commitEvery ?? []);
  }

  get stopped(): Stopped | undefined {
    return this.stop;
  }

  get isInterrupted(): boolean {
    return this.stoppedBy?.interrupts === true;
  }

  get keepsBest(): boolean {
    return this.active.some(({ session }) => (session as CallbackSession).keeps !== undefined);
  }

  /** The best epoch of the first callback that watches a value; undefined if none does. */
  get bestEpoch(): number | undefined {
    for (const { session } of this.active) {
      const best = (session as CallbackSession).bestEpoch?.();
      if (best !== undefined) return best;
    }
    return undefined;
  }

  /** What each callback needs to go on later; null for those that need nothing. */
  snapshot(): KeptSessions {
    return {
      states: this.active.map(({ session }) => session.state?.() ?? null),
      models: this.active.map(({ session }) => (session as CallbackSession).keeps),
      epochsBegun: this.epochsBegun,
    };
  }

  /** Gives each callback what {@link snapshot} returned at a moment of an earlier fit. */
  restore({ states, models, epochsBegun }: KeptSessions, moment: Moment): void {
    this.latest = moment;
    this.epochsBegun = epochsBegun;
    this.active.forEach((active, i) => {
      const session = active.session as CallbackSession;
      active.lastStep = moment.step;
      if (states[i] !== null && states[i] !== undefined) session.restore?.(states[i]);
      if (models[i] !== undefined) session.keep?.(models[i]);
    });
  }

  attach(fit: RunningFit): void {
    this.fit = fit;
    // Training may be tried again with fewer threads.
    this.patience = new Patience();
  }

  giveUp(): void {
    this.patience.giveUp();
  }

  /** Calls `onTrainBegin`. After an abort it does not wait for its end. */
  async trainBegin(): Promise<void> {
    const { signal } = this.subject;
    const off = onAbort(signal, () => void nextTurn().then(() => this.giveUp()));
    try {
      await this.callAll('onTrainBegin', this.latest);
    } finally {
      off();
    }
  }

  addedLogs(rate: number): SomeLogs {
    const added = this.active.map(({ session }) => (session as CallbackSession).logs?.(rate));
    return Object.assign({}, ...added) as SomeLogs;
  }

  async epochBegin(moment: Moment): Promise<void> {
    if (moment.epoch < this.epochsBegun) return;
    this.epochsBegun = moment.epoch + 1;
    this.latest = moment;
    return this.callAll('onEpochBegin', moment);
  }

  epochEnd(moment: Moment): Promise<void> {
    this.latest = moment;
    // A callback may keep this epoch's parameters.
    noteMetrics(this.subject.state(), moment.logs);
    return this.callAll('onEpochEnd', moment);
  }

  async batchEnd(moment: StepMoment): Promise<void> {
    this.latest = moment;
    for (const active of this.active) {
      const { session, lastStep } = active;
      if (session.onBatchEnd === undefined || this.patience.isOver) continue;
      const every = session.every ?? 1;
      const isDue = Math.floor(moment.step / every) > Math.floor(lastStep / every);
      if (!isDue && !(moment.isLast && moment.step > lastStep)) continue;
      active.lastStep = moment.step;
      await this.call(active, 'onBatchEnd', moment);
    }
  }

  /**
   * Calls `onTrainEnd` of all callbacks, whatever others throw: first of those of this package, so
   * that users' hooks see the final parameters. After an abort it waits a short time only.
   * @throws what the first that fails has thrown, unless the fit has failed already
   */
  async trainEnd(
    { step = this.latest.step, logs }: { step: number | undefined; logs: SomeLogs },
    failure: { error: unknown } | undefined,
  ): Promise<void> {
    this.latest = { ...this.latest, step, logs };
    this.isOver = true;
    const failures: unknown[] = [];
    const ending = (async () => {
      const own = this.active.filter(({ isOwn }) => isOwn);
      for (const active of new Set([...own, ...this.active])) {
        try {
          await active.session.onTrainEnd?.({ ...this.context(active, this.latest), error: failure?.error });
        } catch (failure) {
          failures.push(failure);
        }
      }
    })();
    await awaitClosed(ending, this.subject.signal);
    if (failure === undefined && failures.length > 0) throw failures[0];
  }

  private async callAll(hook: HookName, moment: Moment): Promise<void> {
    for (const active of this.active) {
      if (active.session[hook] === undefined) continue;
      if (this.patience.isOver) this.isBehind = true;
      else await this.call(active, hook, moment);
    }
  }

  private async call(active: Active, hook: HookName, moment: Moment): Promise<void> {
    const session = active.session as Record<HookName, (context: unknown, ...rate: number[]) => unknown>;
    // Users' hooks get the context alone.
    const rate = active.isOwn ? [moment.rate ?? Number.NaN] : [];
    const code = (): unknown => session[hook](this.context(active, moment), ...rate);
    // Users' hooks may print.
    if (!active.isOwn) this.fit?.hideProgress();
    const arena: Arena | undefined = this.fit?.arena;
    const work = arena === undefined ? (async () => code())() : awaitUser(arena, async () => code());
    let isDone = false;
    const whole = work.finally(() => {
      isDone = true;
    });
    try {
      await this.patience.waitFor(whole);
      if (!isDone) this.isBehind = true;
    } finally {
      if (!active.isOwn) this.fit?.showProgress();
    }
  }

  private context(active: Active, { epoch, step, logs }: Moment): CallbackContext<CallbackModel, never> {
    return {
      model: this.subject.model,
      epoch,
      step,
      logs: logs as never,
      learningRate: this.subject.model.learningRate,
      stop: (reason) => this.end(active, reason),
    };
  }

  /** The first that ends training is the one that `stopped` names. */
  private end(active: Active, reason: unknown): void {
    if (reason !== undefined && typeof reason !== 'string') {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'the reason given to stop() to be a text',
        given: show(reason),
        hint: "Write stop('why'), or stop().",
      });
    }
    if (this.isOver) return;
    const { epoch, step } = this.latest;
    this.stoppedBy ??= active;
    this.stop ??= { by: active.name, reason, epoch, step };
    this.fit?.stop();
  }
}
