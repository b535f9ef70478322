/**
 * Virtual shards: the weight gradient of a mini-batch as a sum over S = 2^k blocks of its rows, along
 * a fixed binary tree. Any number of processes then computes the same bits, each for a run of shards.
 */
import type { ExchangePlan } from '../../core/clusterOption.js';
import type { PhaseExchange, ProcessPart } from '../../program/exchange.js';

/**
 * The shards of a mini-batch, and the part of a process: it computes the rows of shards
 * ⌊S·p/P⌋ … ⌊S·(p + 1)/P⌋ − 1, and updates its slice of the parameters.
 */
export interface ShardPlan extends ProcessPart {
  /** S, a power of two. */
  shards: number;
}

/**
 * What a program compiled with shards says beyond its ops. All of it is empty for one process.
 *
 * A step: the row phases in order, each followed by its exchange; then the merge, which completes
 * the sums and writes totals on every process (so verdicts about the loss need no exchange); then
 * the phases of the update, each followed by its exchange. Parameters are the same on all processes
 * after the last phase. Gradients are blocks of shards in the exchange before the merge.
 */
export interface Sharing {
  /** Exchanges between phases, in the order of a step. */
  exchanges: readonly PhaseExchange[];
  /**
   * Completes the optimizer's arrays, and averages of weights: a process keeps only its slices of
   * them up to date. For a commit, a checkpoint or the end of an epoch.
   */
  state: ExchangePlan;
}
