import { SteepestError } from '../../core/errors.js';
import { isError } from '../../core/realm.js';
import type { Logs, SomeLogs } from './logs.js';

/** Loss and metrics per epoch, by name. */
export interface History {
  loss: number[];
  [name: string]: number[];
}

/**
 * Who ended training before its last epoch, and when.
 * @example
 * ```ts
 * import type { Stopped } from 'steepest';
 * const text = ({ by, reason, epoch }: Stopped) => `${by} in epoch ${epoch}: ${reason}`;
 * ```
 */
export interface Stopped {
  /** The callback's name: its own, of its class, or its place in the list. */
  by: string;
  /** What it passed to `stop`. */
  reason: string | undefined;
  /** The epoch in which it did, counted from 0. */
  epoch: number;
  /** Finished optimizer steps of the model at that time. */
  step: number;
}

/** What `fit` resolves to. */
export interface FitResult {
  history: History;
  /**
   * The epoch with the best value, counted from 0: of what the first `earlyStopping` watches,
   * otherwise the lowest `valLoss`, or `loss` without validation. The first of equal ones;
   * undefined if no epoch has ended.
   */
  bestEpoch: number | undefined;
  /** Undefined if all epochs have run. */
  stopped: Stopped | undefined;
}

/** What a record consists of. */
export interface RecordState {
  history: Readonly<Record<string, readonly number[]>>;
  logs: SomeLogs;
  bestEpoch: number | undefined;
  lowest: number;
}

/** What a fit has reached so far. */
export class FitRecord {
  readonly history: History = { loss: [] };
  /** Logs of the last epoch. */
  logs: SomeLogs = {};
  /** Finished steps of the model, when the workers have ended. */
  step: number | undefined;
  /** The first epoch with the lowest `valLoss`, or `loss` without validation. */
  bestEpoch: number | undefined;
  private lowest = Number.POSITIVE_INFINITY;

  constructor(private readonly isValidated: boolean) {}

  snapshot(): RecordState {
    const { history, logs, bestEpoch, lowest } = this;
    return { history: structuredClone(history), logs, bestEpoch, lowest };
  }

  restore({ history, logs, bestEpoch, lowest }: RecordState): void {
    for (const [name, values] of Object.entries(history)) this.history[name] = [...values];
    this.logs = logs;
    this.bestEpoch = bestEpoch;
    this.lowest = lowest;
  }

  add(epoch: number, logs: Logs): void {
    this.logs = logs;
    const loss = this.isValidated ? logs.valLoss : logs.loss;
    if (loss !== undefined && (this.bestEpoch === undefined || loss < this.lowest)) {
      this.lowest = loss;
      this.bestEpoch = epoch;
    }
    for (const [name, value] of Object.entries(logs)) {
      const values = this.history[name] ?? [];
      values.push(value);
      this.history[name] = values;
    }
  }
}

/**
 * Gives an error the history of the fit that it ended, as a property that is not enumerable: it is
 * not printed. An error of user code stays the same object; one that has a `history` or cannot be
 * extended stays as it is.
 */
export function withHistory(error: unknown, history: History): unknown {
  const takes = error instanceof SteepestError || isError(error);
  if (takes && Object.isExtensible(error) && !('history' in error)) {
    Object.defineProperty(error, 'history', { value: history, configurable: true, writable: true });
  }
  return error;
}
