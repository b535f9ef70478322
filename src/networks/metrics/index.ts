import { SteepestError, unknownName } from '../../core/errors.js';
import type { TargetKind } from '../losses/definition.js';
import { accuracy, binaryAccuracy } from './accuracy.js';
import { METRIC_ALIASES } from './aliases.js';
import type { MetricDefinition } from './definition.js';
import { mae, mse, r2 } from './regression.js';

/** The registry: one line per metric. */
const METRICS = { accuracy, binaryAccuracy, mae, mse, r2 } satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;
export const metricNames = Object.keys(METRICS) as MetricName[];

/**
 * @throws SteepestError `ERR_UNKNOWN_NAME`, or `ERR_ARGUMENT`
 * if the loss's targets do not suit the metric.
 */
export function resolveMetrics(names: readonly MetricName[], targets: TargetKind): MetricDefinition[] {
  return names.map((name, i) => {
    if (typeof name !== 'string' || !Object.hasOwn(METRICS, name)) {
      unknownName(`metrics[${i}]`, name, metricNames, METRIC_ALIASES);
    }
    const metric: MetricDefinition = METRICS[name];
    if (!metric.targets.includes(targets)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `a metric that can be computed from class numbers`,
        given: `'${name}'`,
        hint: "Use 'accuracy', or a loss with one target row per sample.",
      });
    }
    if (names.indexOf(name) !== i) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'each metric once',
        given: `'${name}' twice`,
        hint: 'Remove one of them.',
      });
    }
    return metric;
  });
}
