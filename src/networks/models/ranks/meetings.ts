import { deserialize, serialize } from 'node:v8';
import type { ClusterInternals } from '../../../core/clusterOption.js';
import { receivedError, type SentError, sentError } from './rankErrors.js';

type Sent = { value: unknown } | { error: SentError };

/**
 * Meetings of all ranks on the way through a call. Each rank brings a value, or the error that has
 * kept it from coming further: then all leave with an error.
 */
export class Meetings {
  /** The error of a meeting that has failed, as this rank throws it. */
  failure: { error: unknown } | undefined;

  constructor(private readonly cluster: ClusterInternals) {}

  /**
   * @param value anything that a structured clone can copy
   * @returns the values of all ranks
   * @throws what the first rank that failed has thrown
   */
  async meet<T>(value: T): Promise<T[]> {
    const all = await this.gather({ value });
    const failed = all.findIndex((one) => 'error' in one);
    if (failed < 0) return all.map((one) => (one as { value: T }).value);
    const { error } = all[failed] as { error: SentError };
    this.failure = { error: receivedError(error, failed) };
    throw this.failure.error;
  }

  /** Comes to a meeting with an error, which this rank is about to throw. */
  async leave(error: unknown): Promise<void> {
    this.failure = { error };
    await this.gather({ error: sentError(error) });
  }

  private async gather(mine: Sent): Promise<Sent[]> {
    const all = await this.cluster.allGatherBytes(serialize(mine));
    return all.map((bytes) => deserialize(bytes) as Sent);
  }
}
