import { type Choice, type Chosen, resolveChoice } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import type { OurName } from '../../core/names.js';
import type { TargetKind } from '../losses/definition.js';
import { accuracy, binaryAccuracy } from './accuracy.js';
import { HYPERPARAMETER_ALIASES, METRIC_ALIASES, METRIC_SYNONYMS } from './aliases.js';
import type { MetricDefinition } from './definition.js';
import { mae, mse, r2 } from './regression.js';

/** The registry: one line per metric. */
const METRICS = {
  accuracy,
  binaryAccuracy,
  mae,
  mse,
  r2,
} satisfies Record<string, MetricDefinition>;

export type MetricName = keyof typeof METRICS;

/** A metric by name, or with hyperparameters: `{ name: 'binaryAccuracy', threshold: 0.3 }`. */
export type Metric = Choice<typeof METRICS, typeof METRIC_SYNONYMS>;

/** The name of a metric in logs and in the history: ours, whatever the user wrote. */
export type MetricNameOf<M> = M extends { name: infer Given extends string }
  ? MetricNameOf<Given>
  : M extends string
    ? OurName<MetricName, typeof METRIC_SYNONYMS, M>
    : never;

export const metricNames = Object.keys(METRICS) as MetricName[];

/** A metric with all its hyperparameters. */
export type ResolvedMetric = Chosen<MetricDefinition>;

const ALIASES = { synonyms: METRIC_SYNONYMS, names: METRIC_ALIASES, hyperparameters: HYPERPARAMETER_ALIASES };

/**
 * @throws SteepestError `ERR_UNKNOWN_NAME`, or `ERR_ARGUMENT` if a metric does not support the
 *   loss's targets, or two metrics would have the same name in the history
 */
export function resolveMetrics(metrics: readonly Metric[], targets: TargetKind): ResolvedMetric[] {
  const resolved = metrics.map((metric, i) =>
    resolveChoice<MetricDefinition>(`metrics[${i}]`, metric, METRICS, ALIASES),
  );
  const seen = new Set<string>();
  for (const { definition } of resolved) {
    const { name } = definition;
    if (!definition.targets.includes(targets)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `a metric that can be computed from class numbers`,
        given: `'${name}'`,
        hint: "Use 'accuracy', or a loss with one target row per sample.",
      });
    }
    if (seen.has(name)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'each metric once',
        given: `'${name}' twice`,
        hint: 'Remove one of them.',
      });
    }
    seen.add(name);
  }
  return resolved;
}
