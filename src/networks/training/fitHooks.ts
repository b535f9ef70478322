import type { Arena } from '../../core/arena.js';
import type { KeptSessions } from './checkpoints.js';
import type { SomeLogs } from './logs.js';

/** A moment of a fit, as callbacks are told of it. */
export interface Moment {
  /** The current epoch, counted from 0. */
  epoch: number;
  /** Finished optimizer steps of the model. */
  step: number;
  logs: SomeLogs;
  /** The learning rate of the step that has just ended, if one has. */
  rate?: number;
}

/** The end of a step. */
export interface StepMoment extends Moment {
  /** Whether it is the last of its epoch. */
  isLast: boolean;
}

/** What callbacks use of a fit whose workers are about to run. */
export interface RunningFit {
  arena: Arena;
  /** Asks the workers to stop after the current step. */
  stop(): void;
  /** Makes room for what users' code prints, until `showProgress`. */
  hideProgress(): void;
  showProgress(): void;
}

/** What a fit calls at its moments: its callbacks. */
export interface FitHooks {
  /** Without callbacks nothing is called, and the workers never wait. */
  readonly isEmpty: boolean;
  /** Steps at whose multiples someone wants `batchEnd`. */
  readonly every: readonly number[];
  /** Steps at whose multiples someone wants a committed copy. */
  readonly commitEvery: readonly number[];
  /** Whether someone has ended training, perhaps before the workers ran. */
  readonly stopped: object | undefined;
  /** Whether that is an interruption, after which a later fit goes on. */
  readonly isInterrupted: boolean;
  /** Whether hooks of epochs were left out or not waited for, because the fit was aborted. */
  readonly isBehind: boolean;
  /** Whether someone restores the best epoch at the end. */
  readonly keepsBest: boolean;
  attach(fit: RunningFit): void;
  /** What callbacks add to the logs of an epoch, whose last step had this learning rate. */
  addedLogs(rate: number): SomeLogs;
  epochBegin(moment: Moment): Promise<void>;
  epochEnd(moment: Moment): Promise<void>;
  batchEnd(moment: StepMoment): Promise<void>;
  /** What the callbacks need to go on later. */
  snapshot(): KeptSessions;
  /** From now on nobody waits for user code. */
  giveUp(): void;
}
