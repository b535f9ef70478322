import { resolveWorkers, type Workers } from '../../parallel/workers.js';
import { type ParamSpec, param } from './params.js';

/** The hyperparameter `workers`. */
export const workersParam: ParamSpec<Workers> = param.custom<Workers>('auto', (_name, value) => {
  resolveWorkers(value as Workers, 0);
  return value as Workers;
});
