import type { FitSnapshot } from '../../training/checkpoints.js';
import type { FitResult } from '../../training/fitResult.js';
import type { LiveRate } from '../../training/liveRate.js';
import type { ModelState } from '../../training/state.js';
import { ALONE, type TrainingRanks } from '../../training/trainingRanks.js';
import type { FitChoices } from '../fitOptions.js';
import type { Fingerprint } from '../resume/fingerprint.js';

/** The model of a fit, and how other ranks' training changes it. */
export interface RankSubject {
  facade: { learningRate: number };
  liveRate: LiveRate;
  state(): ModelState;
  onState(state: ModelState): void;
}

/** What callbacks ask of the workers of all ranks. */
export interface RankFacts {
  /** The share of the old value in moving averages of the weights; undefined for none. */
  averageDecay: number | undefined;
}

/** Where a fit begins, and what its callbacks ask for. */
export interface Beginning {
  resumed: FitSnapshot | undefined;
  commitEvery: readonly number[];
}

/** A rank begins to train, unless rank 0 has found that the fit has ended already. */
export type Begun = ({ ended: false } & Beginning) | { ended: true; result: FitResult };

/**
 * The ranks that train the same model, as the main thread of one of them sees them on the way
 * through a fit: it calls these methods in this order. Callbacks, progress and files are rank 0's
 * alone, as is what they decide.
 */
export interface FitRanks {
  /** The options of this rank: without what is rank 0's alone on another. */
  choices(given: FitChoices): FitChoices;
  /**
   * Compares what decides the bits of a fit.
   * @param print of this rank's fit
   * @returns rank 0's facts
   * @throws SteepestError `ERR_CLUSTER` naming what differs, and where
   */
  agree(print: () => Promise<Fingerprint>, facts: RankFacts): Promise<RankFacts>;
  /** Gives all ranks where rank 0 begins, and its state. */
  begin(mine: Beginning): Promise<Begun>;
  /** While the workers train. */
  readonly training: TrainingRanks;
  /** Trains; if it fails on a rank, it does on all. */
  train(run: () => Promise<void>): Promise<void>;
}

/** One process. */
export const ONE_RANK: FitRanks = {
  choices: (given) => given,
  agree: (_print, facts) => Promise.resolve(facts),
  begin: (mine) => Promise.resolve({ ended: false, ...mine }),
  training: ALONE,
  train: (run) => run(),
};
