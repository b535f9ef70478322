import type { Metric, MetricName, MetricNameOf } from '../metrics/index.js';
import type { FitResult as AnyFitResult, History as AnyHistory } from '../training/fitResult.js';
import type { Logs as AnyLogs } from '../training/logs.js';

/**
 * What a model reports, typed by the metrics that it was compiled with. `N` is their names: these
 * values are there for certain. Others may be: those of validation, and those of metrics of which
 * TypeScript does not know.
 */

/** What `compile` accepts as metrics: one or several. */
export type Metrics = Metric | readonly Metric[];

/** Names of the hyperparameters of the metric that is called `N`. */
type KeysOf<N, One = Metric> = One extends { name: infer Names }
  ? N extends Names
    ? keyof One
    : never
  : never;
/** Refuses hyperparameters that the metric of this name does not have. */
type Checked<M> = M extends { name: infer N }
  ? M & { [K in Exclude<keyof M, KeysOf<N>>]: never }
  : M extends readonly (infer One)[]
    ? readonly Checked<One>[]
    : M;

type EachOf<M> = M extends readonly (infer One)[] ? One : M;

/**
 * The metrics of `compile`, by which their names are inferred. Where they could be any, there is
 * nothing to check, and the check would be a union of thousands of types.
 */
export type MetricsOption<M> = M & ([Metric] extends [EachOf<M>] ? unknown : Checked<M>);

/** None if a name could be any metric's. */
type Known<N extends string> = MetricName extends N ? never : N;
/** Our names of what a user wrote as metrics. */
export type NamesOf<M> = Known<MetricNameOf<EachOf<M>>>;

/** Loss and metrics of one epoch or evaluation: `{ loss: 0.1, accuracy: 0.97, valLoss: … }`. */
export type Logs<N extends string = never> = AnyLogs & { [K in N]: number };

/**
 * Loss and metrics per epoch, by name.
 * @example
 * ```ts
 * import type { History } from 'steepest';
 * const last = (history: History<'accuracy'>) => history.accuracy.at(-1);
 * ```
 */
export type History<N extends string = never> = AnyHistory & { [K in N]: number[] };

/** What `fit` resolves to. */
export interface FitResult<N extends string = never> extends AnyFitResult {
  history: History<N>;
}
