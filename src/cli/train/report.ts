/** The page about a model that a training writes. */

import type { ModelInfo } from '../modelInfo.js';
import type { Problem } from './dataset.js';
import type { Result, Validation } from './fit.js';
import type { Learner } from './learner.js';

/** What the page is about. */
export interface TrainReport {
  problem: Problem;
  learner: Learner;
  result: Result;
  info: ModelInfo;
  validation: Validation;
}

export async function writeTrainReport(_path: string, _about: TrainReport): Promise<void> {
  throw new Error('not yet');
}
