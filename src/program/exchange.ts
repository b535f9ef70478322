/**
 * What the processes of a job need from one another between two phases of a step. Plain data: how
 * bytes travel is not known here.
 */
import type { ExchangePlan } from '../core/clusterOption.js';
import type { Phase } from '../kernels/contract.js';

/**
 * An exchange of ranges of the arena: when every worker of the process has finished the phase, and
 * before any of them begins the next. Every process of the job has the same phases with exchanges,
 * and a phase has at most one. An exchange belongs to its phase: where a step leaves the phase out
 * (the update, within a group of mini-batches), it leaves the exchange out too.
 */
export interface PhaseExchange extends ExchangePlan {
  after: Phase;
}

/** The part of a process in a job. */
export interface ProcessPart {
  /** Number of this process, from 0. */
  process: number;
  processes: number;
}

/** One process alone. */
export const ALONE: ProcessPart = { process: 0, processes: 1 };
