import type { SomeLogs } from '../training/logs.js';
import type { ModelState } from '../training/state.js';

/** Parameters of a state: an object that stays the same until one of them changes. */
type Parameters = ModelState['parameters'];

const KNOWN = new WeakMap<Parameters, SomeLogs>();

/** Notes the loss and metrics that a fit or an evaluation has found for these parameters. */
export function noteMetrics({ parameters }: Pick<ModelState, 'parameters'>, logs: SomeLogs): void {
  if (Object.keys(logs).length > 0) KNOWN.set(parameters, logs);
}

/** What was noted last; undefined for parameters that nothing has measured since they changed. */
export const knownMetrics = ({ parameters }: Pick<ModelState, 'parameters'>): SomeLogs | undefined =>
  KNOWN.get(parameters);
