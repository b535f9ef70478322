import { deserialize, serialize } from 'node:v8';
import type { ClusterInternals } from '../../core/clusterOption.js';
import { type ErrorCode, type ErrorParts, SteepestError } from '../../core/errors.js';
import { messageOf } from '../../core/show.js';

/** What one rank's part came to. */
type Outcome<T> = { value: T } | { code: ErrorCode; parts: ErrorParts };

/** Work on rows by all who have some. */
export interface Together {
  /** Does this process's part of a piece of work. @returns the results of all, in rank order */
  all<T>(part: () => T | Promise<T>): Promise<T[]>;
  /**
   * Sums over rows that have the bits of one sum over the rows of all, in rank order.
   * @param start the state before the first row
   * @param fold takes this process's rows into the state, in place; must not throw
   * @returns the state after the last row
   */
  inTurn(start: readonly number[], fold: (state: Float64Array) => void): Promise<Float64Array>;
}

/** A process without a cluster. */
export const ALONE: Together = {
  all: async (part) => [await part()],
  inTurn: async (start, fold) => {
    const state = Float64Array.from(start);
    fold(state);
    return state;
  },
};

/**
 * The ranks of a cluster that fit one estimator together. Every rank makes the same calls in the
 * same order, also one whose own part failed: it then tells the others, and all throw.
 */
export class Ranks implements Together {
  readonly rank: number;
  readonly size: number;

  constructor(readonly internals: ClusterInternals) {
    this.rank = internals.rank;
    this.size = internals.size;
  }

  /**
   * @throws SteepestError if a part failed: the same one on every rank, that of the first such rank
   */
  async all<T>(part: () => T | Promise<T>): Promise<T[]> {
    let cause: unknown;
    let mine: Outcome<T>;
    try {
      mine = { value: await part() };
    } catch (error) {
      cause = error;
      mine = asOutcome(error);
    }
    const outcomes = (await this.internals.allGatherBytes(serialize(mine))).map(
      (bytes) => deserialize(bytes) as Outcome<T>,
    );
    return outcomes.map((outcome, rank) => {
      if ('value' in outcome) return outcome.value;
      const { code, parts } = outcome;
      const options = rank === this.rank ? { cause } : undefined;
      throw new SteepestError(code, { ...parts, given: `on rank ${rank}: ${parts.given}` }, options);
    });
  }

  /** The state goes from rank to rank. */
  async inTurn(start: readonly number[], fold: (state: Float64Array) => void): Promise<Float64Array> {
    let state = Float64Array.from(start);
    for (let from = 0; from < this.size; from++) {
      if (from === this.rank) fold(state);
      const bytes = from === this.rank ? new Uint8Array(state.buffer) : undefined;
      state = floatsOf(await this.internals.broadcastBytes(bytes, from));
    }
    return state;
  }
}

/** Float64 numbers of bytes that may lie anywhere. */
export const floatsOf = (bytes: Uint8Array): Float64Array<ArrayBuffer> =>
  new Float64Array(bytes.slice().buffer);

function asOutcome(error: unknown): { code: ErrorCode; parts: ErrorParts } {
  if (error instanceof SteepestError) {
    const { code, expected, given, hint } = error;
    return { code, parts: { expected, given, hint } };
  }
  return {
    code: 'ERR_CLUSTER',
    parts: {
      expected: 'every rank to do its part of the fit',
      given: messageOf(error),
      hint: 'The cause is on the rank that failed.',
    },
  };
}

/** The error where ranks disagree about what they do together. */
export function ranksDiffer(
  code: ErrorCode,
  what: string,
  [first, firstValue]: readonly [rank: number, value: string],
  [other, otherValue]: readonly [rank: number, value: string],
  hint: string,
): SteepestError {
  return new SteepestError(code, {
    expected: `${what} on every rank as on rank ${first}: ${firstValue}`,
    given: `on rank ${other}: ${otherValue}`,
    hint,
  });
}
