/** What learns a problem: one function from rows to a fitted model. */

import type { Label } from '../../estimators/base/labels.js';
import type { Pipeline } from '../../estimators/composition/pipeline.js';
import type { Sequential } from '../../networks/models/sequential.js';
import type { Dataset, Inputs, Task } from './dataset.js';

/** Loss and metrics of each epoch. */
export type FitHistory = Readonly<Record<string, readonly number[]>>;

/** A model that has learned. */
export interface Fitted {
  model: Pipeline | Sequential;
  task: Task;
  history: FitHistory | undefined;
  /** Classes, or numbers. */
  predict(x: Inputs): Promise<readonly Label[] | Float64Array>;
}

/** How a fit runs; no bit of its result depends on it. */
export interface FitManner {
  signal: AbortSignal;
  /** A folder for checkpoints. */
  folder: string;
  /** On stderr. */
  progress: boolean;
}

/** What a model is to be, before it has seen rows. */
export interface Learner {
  /** 'logistic', 'mlp', or the name of a file. */
  name: string;
  /** In words, for people. */
  words: string;
  /** Whether its fit goes on from checkpoints. */
  resumes: boolean;
  fit(data: Dataset, manner: FitManner): Promise<Fitted>;
}

/** What the user says about a network. */
export interface NetworkWishes {
  epochs: number | undefined;
  batchSize: number | undefined;
  learningRate: number | undefined;
  seed: number;
}
