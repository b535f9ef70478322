import type { ModelConfig } from '../compile/model.js';
import type { TrainingChoice } from './keras/training.js';

/** A network that has been read: everything that a Sequential is made of. */
export interface ReadNetwork {
  config: ModelConfig;
  parameters: ReadonlyMap<string, Float32Array>;
  /** What `compile` takes; undefined if the file says nothing that this package has an equal of. */
  compile: TrainingChoice | undefined;
  /** Whether this package wrote all of it, so that `compile` certainly fits. */
  isOwn: boolean;
}
