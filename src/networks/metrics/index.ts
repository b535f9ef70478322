import { type Choice, type Chosen, resolveChoice, withCommon } from '../../core/definition.js';
import { SteepestError } from '../../core/errors.js';
import type { OurName } from '../../core/names.js';
import type { TargetKind } from '../losses/definition.js';
import { accuracy, binaryAccuracy } from './accuracy.js';
import { HYPERPARAMETER_ALIASES, METRIC_ALIASES, METRIC_SYNONYMS } from './aliases.js';
import { prAuc, rocAuc } from './auc.js';
import { COMMON, type CommonHyperparameters } from './common.js';
import { f1, precision, recall } from './counts.js';
import type { MetricDefinition } from './definition.js';
import {
  binaryCrossentropy,
  binaryFocalCrossentropy,
  categoricalCrossentropy,
  categoricalFocalCrossentropy,
  categoricalHinge,
  hinge,
  huber,
  klDivergence,
  logCosh,
  poisson,
  quantile,
  sparseCategoricalCrossentropy,
  squaredHinge,
} from './losses.js';
import { cosineSimilarity, mae, mape, mse, msle, r2, rmse } from './regression.js';
import { topK } from './topK.js';

/** The registry: one line per metric. */
const METRICS = {
  accuracy,
  binaryAccuracy,
  topK,
  precision,
  recall,
  f1,
  rocAuc,
  prAuc,
  mae,
  mse,
  rmse,
  r2,
  mape,
  msle,
  huber,
  logCosh,
  quantile,
  poisson,
  cosineSimilarity,
  binaryCrossentropy,
  categoricalCrossentropy,
  sparseCategoricalCrossentropy,
  binaryFocalCrossentropy,
  categoricalFocalCrossentropy,
  klDivergence,
  hinge,
  squaredHinge,
  categoricalHinge,
} satisfies Record<string, MetricDefinition>;

/**
 * The name of a training metric.
 * @example
 * ```ts
 * import type { MetricName } from 'steepest';
 * const name: MetricName = 'accuracy';
 * ```
 */
export type MetricName = keyof typeof METRICS;

/**
 * A metric by name, or with hyperparameters: `{ name: 'binaryAccuracy', threshold: 0.3 }`,
 * `{ name: 'accuracy', weighted: true }`.
 * @example
 * ```ts
 * import type { Metric } from 'steepest';
 * const metrics: Metric[] = ['accuracy', { name: 'topK', k: 5 }];
 * ```
 */
export type Metric = Choice<typeof METRICS, typeof METRIC_SYNONYMS, CommonHyperparameters>;

/**
 * The name of a metric in logs and in the history: ours, whatever the user wrote.
 * @example
 * ```ts
 * import type { MetricNameOf } from 'steepest';
 * const name: MetricNameOf<'mean_squared_error'> = 'mse';
 * ```
 */
export type MetricNameOf<M> = M extends { name: infer Given extends string }
  ? MetricNameOf<Given>
  : M extends string
    ? OurName<MetricName, typeof METRIC_SYNONYMS, M>
    : never;

/**
 * The names of all training metrics.
 * @example
 * ```ts
 * import { metricNames } from 'steepest';
 * console.log(metricNames.includes('accuracy')); // true
 * ```
 */
export const metricNames = Object.keys(METRICS) as MetricName[];

/** A metric with all its hyperparameters. */
export type ResolvedMetric = Chosen<MetricDefinition>;

const COMPLETE = withCommon<MetricDefinition>(METRICS, COMMON);

const ALIASES = { synonyms: METRIC_SYNONYMS, names: METRIC_ALIASES, hyperparameters: HYPERPARAMETER_ALIASES };

/**
 * @param targets the form of the loss's targets
 * @param outputs columns of the model's output
 * @throws SteepestError `ERR_UNKNOWN_NAME`, or `ERR_ARGUMENT` if a metric does not suit the targets
 *   or the outputs, or two metrics would have the same name in the history
 */
export function resolveMetrics(
  metrics: readonly Metric[],
  targets: TargetKind,
  outputs: number,
): ResolvedMetric[] {
  const resolved = metrics.map((metric, i) =>
    resolveChoice<MetricDefinition>(`metrics[${i}]`, metric, COMPLETE, ALIASES),
  );
  const seen = new Set<string>();
  for (const { definition, hyperparameters } of resolved) {
    const { name } = definition;
    if (!definition.targets.includes(targets)) refuseTargets(name, targets);
    definition.checkOutputs?.(outputs, hyperparameters);
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

function refuseTargets(name: string, targets: TargetKind): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `a metric that can be computed from ${targets === 'labels' ? 'class numbers' : 'target rows'}`,
    given: `'${name}'`,
    hint:
      targets === 'labels'
        ? "Use 'accuracy', or a loss with one target row per sample."
        : "Use 'categoricalCrossentropy', or a loss on class numbers.",
  });
}
