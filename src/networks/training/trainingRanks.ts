import type { Arena } from '../../core/arena.js';
import type { ExchangePlan } from '../../core/clusterOption.js';

/** What the main thread of a fit does about other processes that train the same model. */
export interface TrainingRanks {
  /**
   * Waits until all ranks are about to train.
   * @param wants whether this rank would; that of rank 0 holds for all
   * @throws what another rank has thrown instead
   */
  begin(wants: boolean): Promise<boolean>;
  /** Has the exchanges of the workers served until `end` is called. */
  serve(arena: Arena, plans: readonly ExchangePlan[]): Promise<{ end(): Promise<void> }>;
  /** Workers of this process have failed, so those of the others would wait for ever. */
  lose(error: unknown): void;
  /** Workers that wait for threads may be called off. */
  readonly isAlone: boolean;
}

/** A process that trains without others. */
export const ALONE: TrainingRanks = {
  isAlone: true,
  begin: (wants) => Promise.resolve(wants),
  serve: () => Promise.resolve({ end: () => Promise.resolve() }),
  lose() {},
};
