import { checkList } from '../../core/check.js';
import type { Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { type Loss, resolveLoss } from '../losses/index.js';
import { type MetricName, resolveMetrics } from '../metrics/index.js';
import { type Optimizer, resolveOptimizer } from '../optimizers/index.js';
import { checkOutput } from './checkOutput.js';

export interface CompileOptions {
  /** Default `'rmsprop'`, as in Keras. */
  optimizer?: Optimizer;
  loss: Loss;
  /** One or several. */
  metrics?: MetricName | readonly MetricName[];
}

/** What `compile` was told, as it is saved and as it is used. */
export interface Compiled {
  options: { optimizer: Optimizer; loss: Loss; metrics: readonly MetricName[] };
  objective: Objective;
}

/** A copy, so that what is changed later does not reach a compiled model unchecked. */
const copyOf = <T extends string | object>(given: T): T => (typeof given === 'object' ? { ...given } : given);

/** @throws SteepestError `ERR_UNKNOWN_NAME`, `ERR_ARGUMENT` or `ERR_SHAPE` */
export function resolveCompile(model: ResolvedModel, options: CompileOptions): Compiled {
  const { loss, optimizer = 'rmsprop', metrics = [] } = options;
  const resolvedLoss = resolveLoss(loss);
  checkOutput(model, resolvedLoss);
  const names = (
    typeof metrics === 'string' ? [metrics] : checkList('metrics', metrics)
  ) as readonly MetricName[];
  return {
    options: { optimizer: copyOf(optimizer), loss: copyOf(loss), metrics: [...names] },
    objective: {
      loss: resolvedLoss,
      metrics: resolveMetrics([...names], resolvedLoss.definition.targets),
      optimizer: resolveOptimizer(optimizer),
    },
  };
}
