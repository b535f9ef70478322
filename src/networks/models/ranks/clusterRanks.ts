import type { Arena } from '../../../core/arena.js';
import type { ClusterInternals, ExchangePlan } from '../../../core/clusterOption.js';
import { SteepestError } from '../../../core/errors.js';
import type { FitResult } from '../../training/fitResult.js';
import type { SomeLogs } from '../../training/logs.js';
import type { TrainingRanks } from '../../training/trainingRanks.js';
import type { FitChoices } from '../fitOptions.js';
import { knownMetrics, noteMetrics } from '../knownMetrics.js';
import { differences } from '../resume/differences.js';
import type { Fingerprint } from '../resume/fingerprint.js';
import type { Beginning, Begun, FitRanks, RankFacts, RankSubject } from './fitRanks.js';
import { Meetings } from './meetings.js';
import { receivedError, type SentError, sentError } from './rankErrors.js';
import { broadcastState } from './sentState.js';

/** How far a fit has come. Each stage ends with a meeting of all ranks. */
type Stage = 'open' | 'agreed' | 'begun' | 'trained' | 'ended';

/** Rank 0's part of a beginning. */
interface SentBeginning extends Beginning {
  /** The learning rate that was set before the checkpoint. */
  rate: number | undefined;
}

/** How rank 0's fit has ended. */
interface SentEnd {
  outcome: { result: FitResult } | { error: SentError };
  /** The learning rate that was set during the fit. */
  rate: number | undefined;
  /** What is known of the final parameters. */
  metrics: SomeLogs | undefined;
}

/** What rank 0 brings to the meeting before the training: its fit begins, or has ended already. */
type First = { beginning: SentBeginning } | { end: true } | undefined;

/** Places that an error names. */
const MOST_NAMED = 3;

/** The ranks of a cluster. */
export class ClusterRanks implements FitRanks {
  private stage: Stage = 'open';
  private readonly meetings: Meetings;
  readonly training: TrainingRanks;

  constructor(
    private readonly cluster: ClusterInternals,
    private readonly subject: RankSubject,
  ) {
    this.meetings = new Meetings(cluster);
    this.training = {
      isAlone: false,
      begin: async (wants) => (await this.meet(wants))[0]!,
      serve: (arena: Arena, plans: readonly ExchangePlan[]) => cluster.serve(arena, plans),
      lose: (error) => cluster.fail(error),
    };
  }

  private get isFirst(): boolean {
    return this.cluster.rank === 0;
  }

  choices(given: FitChoices): FitChoices {
    return this.isFirst ? given : { ...given, callbacks: [], progress: false, resume: undefined };
  }

  async agree(print: () => Promise<Fingerprint>, facts: RankFacts): Promise<RankFacts> {
    const all = await this.meet({ print: await print(), facts });
    const [{ print: first, facts: common }] = all as [(typeof all)[0]];
    for (const [rank, { print: other }] of all.entries()) {
      const found = differences(first, other, MOST_NAMED);
      if (found.length === 0) continue;
      this.stage = 'ended';
      const list = found.map(
        ({ path, there, here }) => `${path}: ${there} on rank 0, ${here} on rank ${rank}`,
      );
      throw new SteepestError('ERR_CLUSTER', {
        expected: 'fit to get the same model, data and options on all ranks',
        given: list.join('; '),
        hint: 'Every rank trains on all rows: load the same data everywhere, in the same order.',
      });
    }
    this.stage = 'agreed';
    return common;
  }

  async begin({ resumed, commitEvery }: Beginning): Promise<Begun> {
    const { cluster, subject } = this;
    const rate = resumed?.state.rate.set;
    // Arrays travel apart, and what callbacks keep not at all.
    const sent = resumed && { ...resumed, state: undefined, sessions: undefined };
    const mine = { beginning: { resumed: sent, commitEvery, rate } };
    const [first] = (await this.meet<First>(this.isFirst ? (mine as unknown as First) : undefined)) as [
      First,
    ];
    if (first === undefined || 'end' in first) return { ended: true, result: await this.receiveEnd() };
    this.stage = 'begun';
    const state = await broadcastState(cluster, this.isFirst ? subject.state() : undefined);
    if (this.isFirst) return { ended: false, resumed, commitEvery };
    const { beginning } = first;
    if (beginning.rate !== undefined) subject.facade.learningRate = beginning.rate;
    subject.onState(state);
    const begun = { ended: false, commitEvery: beginning.commitEvery } as const;
    if (beginning.resumed === undefined) return { ...begun, resumed: undefined };
    const sessions = { states: [], models: [], epochsBegun: 0 };
    const known = { ...state, rate: { ...state.rate, set: beginning.rate } };
    const snapshot = { ...beginning.resumed, state: known, sessions };
    subject.liveRate.resume(snapshot);
    return { ...begun, resumed: snapshot };
  }

  async train(run: () => Promise<void>): Promise<void> {
    try {
      await run();
      await this.meet(undefined);
    } catch (error) {
      await this.settle(error);
      throw error;
    }
    this.stage = 'trained';
  }

  /**
   * Ends the fit on all ranks, with rank 0's state and result.
   * @throws the error of this rank, or of another
   */
  async end(outcome: { result: FitResult } | { error: unknown }): Promise<FitResult> {
    if ('error' in outcome) await this.settle(outcome.error);
    else if (this.stage === 'agreed' && this.isFirst) {
      // An earlier call has finished this fit.
      await this.meet<First>({ end: true });
      this.stage = 'trained';
    }
    const own = 'error' in outcome ? { error: sentError(outcome.error) } : outcome;
    const ended = this.stage === 'trained' ? await this.exchangeEnds(own) : own;
    if ('error' in outcome) throw outcome.error;
    if ('error' in ended) throw receivedError(ended.error, 0);
    return ended.result;
  }

  /** The others learn of an error, if they do not know it yet. */
  private async settle(error: unknown): Promise<void> {
    const { stage, meetings } = this;
    if (stage === 'trained' || stage === 'ended') return;
    this.stage = stage === 'begun' ? 'trained' : 'ended';
    if (meetings.failure === undefined) await meetings.leave(error);
  }

  private meet<T>(value: T): Promise<T[]> {
    return this.meetings.meet(value);
  }

  /** The end of rank 0's fit, on another. */
  private async receiveEnd(): Promise<FitResult> {
    this.stage = 'trained';
    const ended = await this.exchangeEnds(undefined);
    if ('error' in ended) throw receivedError(ended.error, 0);
    return ended.result;
  }

  /** All ranks get the state of rank 0, and what its fit resolves to. */
  private async exchangeEnds(mine: SentEnd['outcome'] | undefined): Promise<SentEnd['outcome']> {
    const { cluster, subject, isFirst } = this;
    this.stage = 'ended';
    const state = isFirst ? subject.state() : undefined;
    const sent = isFirst && { outcome: mine!, rate: subject.liveRate.set, metrics: knownMetrics(state!) };
    const [first] = (await this.meet<SentEnd | false>(sent)) as [SentEnd];
    const final = await broadcastState(cluster, state);
    if (isFirst) return first.outcome;
    if (first.rate !== undefined) subject.facade.learningRate = first.rate;
    subject.onState(final);
    if (first.metrics) noteMetrics(subject.state(), first.metrics);
    return first.outcome;
  }
}
