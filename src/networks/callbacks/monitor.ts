import { notNegative } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import { ourName } from '../../core/names.js';
import { didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { METRIC_ALIASES, METRIC_SYNONYMS } from '../metrics/aliases.js';
import { validationName } from '../training/logs.js';
import type { FitFacts } from './definition.js';
import { number, oneOf, text } from './options.js';
import type { Mode } from './plateau.js';

/** Options of callbacks that watch a value of the logs. */
export const monitorOptions = {
  monitor: text('valLoss'),
  mode: oneOf('auto', ['auto', 'min', 'max'] as const),
  minDelta: number(0, notNegative),
};

/** Names of these options in other libraries. */
export const MONITOR_ALIASES = {
  metric: 'monitor',
  watch: 'monitor',
  monitorMetric: 'monitor',
  direction: 'mode',
  tol: 'minDelta',
  tolerance: 'minDelta',
  threshold: 'minDelta',
  epsilon: 'minDelta',
  delta: 'minDelta',
};

/** Names of metrics in other libraries, mapped to ours, and those of their validation values. */
const withValidation = <T extends string>(names: Readonly<Record<string, T>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(names).flatMap(([theirs, ours]) => [
      [theirs, ours],
      [validationName(theirs), ours && validationName(ours)],
    ]),
  );

/**
 * The value that a callback watches in this fit.
 * @throws SteepestError `ERR_UNKNOWN_NAME` if the fit does not log it
 */
export function resolveMonitor(
  callback: string,
  { monitor, mode }: { monitor: string; mode: 'auto' | Mode },
  fit: FitFacts,
): { monitor: string; mode: Mode } {
  const ours = ourName(monitor, fit.logs, withValidation(METRIC_SYNONYMS));
  if (ours !== undefined && fit.logs.includes(ours)) {
    return { monitor: ours, mode: mode === 'auto' ? fit.bestOf(ours) : mode };
  }
  throw new SteepestError('ERR_UNKNOWN_NAME', {
    expected: `${callback}.monitor to be a value that this fit logs: ${fit.logs.join(', ')}`,
    given: show(monitor),
    hint: hintOf(monitor, fit.logs),
  });
}

function hintOf(monitor: string, logs: readonly string[]): string {
  const validated = logs.map(validationName);
  const isOfValidation = ourName(monitor, validated, withValidation(METRIC_SYNONYMS)) !== undefined;
  if (isOfValidation && !logs.some((name) => validated.includes(name))) {
    return "Pass validationData or validationSplit to fit, or write monitor: 'loss'.";
  }
  const otherwise = 'Use one of these, or add a metric to compile({ metrics: [ … ] }).';
  return didYouMean(monitor, logs, otherwise, withValidation(METRIC_ALIASES));
}
