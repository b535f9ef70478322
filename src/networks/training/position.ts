import type { ModelState } from './state.js';

/**
 * Where a fit is. Every number that a step reads is a function of the parameters, the seed and
 * these counters, so a fit can begin at any position.
 *
 * An epoch is what is reported. A pass reads the training data once and has a shuffle of its own.
 * Without `stepsPerEpoch`, an epoch is a pass.
 */
export interface FitPosition {
  /** Finished optimizer steps of the model. */
  step: number;
  /** The number of the epoch, from 0, with its finished steps and their rows. */
  epoch: number;
  stepInEpoch: number;
  rowsInEpoch: number;
  /** Epochs that have begun since the learning rate was set, in all fits of the model. */
  epochsBegun: number;
  /** The number of the pass, counted over all fits of the model, with its finished steps. */
  pass: number;
  stepInPass: number;
  /** A hash of a stream's rows in this pass so far; 0 for tables. */
  streamHash: number;
}

/** When a committed copy was taken. */
export interface CommitCounters {
  /** The model's optimizer steps, and its passes over training data that had begun. */
  step: number;
  passes: number;
  /** Epochs that had begun since the learning rate was set. */
  epochs: number;
  /** The learning rate that had been set during the fit; NaN if none was. */
  rate: number;
}

/** Where a new fit of a model begins. */
export function newFit({ step, epochs, rate }: ModelState, initialEpoch: number): FitPosition {
  return {
    step,
    epoch: initialEpoch,
    stepInEpoch: 0,
    rowsInEpoch: 0,
    epochsBegun: rate.epochs,
    pass: epochs,
    stepInPass: 0,
    streamHash: 0,
  };
}
