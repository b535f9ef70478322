import { checkBoolean, checkKeys, checkNumber, checkOptions, orDefault } from '../core/check.js';

/** Options of {@link cluster}. */
export interface ClusterOptions {
  /**
   * How long a call may wait for other ranks, in milliseconds; 600,000 (ten minutes) by default. A
   * rank that waits longer ends the job. Raise it if ranks compute for longer between two calls.
   */
  timeoutMs?: number;
  /**
   * Makes a cluster of one rank in a program that no launcher has started, so that the same program
   * runs with and without one. With a launcher it changes nothing. Default: false.
   */
  alone?: boolean;
}

/** Ten minutes: far above what one rank waits for another in most programs. */
const USUAL_TIMEOUT_MS = 600_000;
/** Timers of Node.js count in 31 bits: 24 days. */
const MOST_TIMEOUT_MS = 2 ** 31 - 1;

const EXAMPLE = 'Write cluster({ timeoutMs: 60_000 }).';

/** Names elsewhere. */
const ALIASES = { timeout: 'timeoutMs', timeoutSeconds: 'timeoutMs', single: 'alone', standalone: 'alone' };

export function checkClusterOptions(options: ClusterOptions): Required<ClusterOptions> {
  const given = checkOptions('options of cluster', options, EXAMPLE);
  checkKeys('options of cluster', given, ['timeoutMs', 'alone'], ALIASES);
  return {
    timeoutMs: checkNumber(
      'timeoutMs',
      orDefault(given.timeoutMs, USUAL_TIMEOUT_MS),
      `a number from 1 to ${MOST_TIMEOUT_MS}`,
      (value) => value >= 1 && value <= MOST_TIMEOUT_MS,
    ),
    alone: checkBoolean('alone', orDefault(given.alone, false)),
  };
}
