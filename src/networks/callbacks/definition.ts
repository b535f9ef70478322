import type { Aliases } from '../../core/nearest.js';
import type { SomeLogs } from '../training/logs.js';
import type { ModelState } from '../training/state.js';
import type { CallbackContext, CallbackHooks } from './hooks.js';
import type { Complete, Options } from './options.js';

/** What the callbacks of this package use of a model. */
export interface CallbackModel {
  /** The learning rate of the next step; set, it holds for all steps from the next on. */
  learningRate: number;
  save(path: string | URL): Promise<void>;
}

/** What a callback can learn of a fit before it starts. */
export interface FitFacts {
  /**
   * Names of the values that the fit logs: loss, metrics, with validation val…, and what callbacks
   * add.
   */
  readonly logs: readonly string[];
  /** Whether lower or higher numbers of one of them are better. */
  bestOf(name: string): 'min' | 'max';
  /** Epochs that the fit may run. */
  readonly epochs: number;
  /** Parameters, optimizer state and counters that the model has now. */
  state(): ModelState;
  /** Replaces them; only in `onTrainEnd`, when no worker trains. */
  become(state: ModelState): void;
}

/** A callback during one fit. A fit creates it and drops it. */
export interface CallbackSession extends Omit<CallbackHooks<CallbackModel>, 'onBatchEnd' | 'onEpochEnd'> {
  /** @param rate the learning rate of the step that has just ended */
  onBatchEnd?(context: CallbackContext<CallbackModel>, rate: number): unknown;
  /** @param rate the learning rate of the epoch's last step */
  onEpochEnd?(context: CallbackContext<CallbackModel>, rate: number): unknown;
  /**
   * The values that its definition adds to the logs of an epoch, before any callback gets them.
   * @param rate the learning rate of the epoch's last step
   */
  logs?(rate: number): SomeLogs;
  /** A state of the model that `state()` alone does not hold; exact resume saves it beside. */
  readonly keeps?: ModelState | undefined;
  /** Called after `restore` with the state that was saved. */
  keep?(state: ModelState): void;
  /**
   * Steps at whose multiples the workers leave a committed copy, besides their own: what the model
   * then has in `onBatchEnd`.
   */
  readonly commitEvery?: number;
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
   * The end that it asks for is an interruption: a fit with `resume` goes on there the next time,
   * with whatever options this callback then has.
   */
  readonly interrupts?: boolean;
  /** Names of values that it adds to the logs of every epoch. */
  readonly logs?: readonly string[];
  /**
   * If the ranks are to average the weights over the updates of a fit: the share of the old value
   * in each average.
   */
  averageDecay?(options: Complete<S>): number;
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
