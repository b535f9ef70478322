import type { Aliases } from '../../core/nearest.js';
import type { ModelState } from '../training/state.js';
import type { CallbackHooks } from './hooks.js';
import type { Complete, Options } from './options.js';

/** What the callbacks of this package use of a model. */
export interface CallbackModel {
  /** The learning rate of the next step; set, it holds for all steps from the next on. */
  learningRate: number;
  save(path: string | URL): Promise<void>;
}

/** What a callback can learn of a fit before it starts. */
export interface FitFacts {
  /** Names of the values that the fit logs: loss, metrics and, with validation, val…. */
  readonly logs: readonly string[];
  /** Epochs that the fit may run. */
  readonly epochs: number;
  /** Parameters, optimizer state and counters that the model has now. */
  state(): ModelState;
  /** Replaces them; only in `onTrainEnd`, when no worker trains. */
  become(state: ModelState): void;
}

/** A callback during one fit. A fit creates it and drops it. */
export interface CallbackSession extends CallbackHooks<CallbackModel> {
  /** The best epoch so far of the values that it watches, if it does. */
  bestEpoch?(): number | undefined;
}

/** The definition of a callback. One file per callback, one line in the registry. */
export interface CallbackDefinition<S extends Options = Options> {
  readonly name: string;
  /** Every option with its default and check. */
  readonly options: S;
  /** Names of options in other libraries, mapped to ours. */
  readonly aliases: Aliases;
  /**
   * Refuses options that exclude each other.
   * @throws SteepestError `ERR_ARGUMENT`
   */
  check?(options: Complete<S>): void;
  /** @throws SteepestError if the fit cannot do what the options ask for; nothing has started then */
  session(options: Complete<S>, fit: FitFacts): CallbackSession;
}

/** Fixes the types of a definition. */
export const define = <S extends Options>(definition: CallbackDefinition<S>): CallbackDefinition<S> =>
  definition;
