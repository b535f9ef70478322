import type { Rows } from '../model/rows.js';
import type { Served } from '../model/served.js';

/** The rows of one request, and who waits for their answer. */
export interface Job {
  readonly served: Served;
  readonly rows: Rows;
  readonly proba: boolean;
  /** True for `row`, whose answer is one prediction. */
  readonly isOne: boolean;
  /** When it came, and when nobody waits any more: milliseconds of `performance.now()`. */
  readonly begun: number;
  readonly deadline: number;
  /** True if the client has gone. */
  isGone(): boolean;
  /** @param body the answer */
  resolve(body: string): void;
  reject(error: unknown): void;
}
