import type { NetworkClassifier } from '../networkClassifier.js';
import type { NetworkRegressor } from '../networkRegressor.js';
import { Pipeline } from './pipeline.js';
import { type AnyNetwork, type NamedStep, type Step, stepOf } from './steps.js';

/** A step as it is given: a network becomes an estimator. */
type Given = Step | AnyNetwork;

/** Which of the two a network becomes is decided by its loss. */
type AsEstimator<E> = E extends AnyNetwork ? NetworkClassifier | NetworkRegressor : E;

/** The last step, without its name. */
type LastOf<S extends readonly unknown[]> = S extends readonly [...unknown[], infer L]
  ? AsEstimator<L extends readonly [string, infer E] ? E : L>
  : Step;

/**
 * A pipeline of estimators, or of [name, estimator] pairs. A compiled network becomes a
 * `NetworkClassifier` if its loss is one of classes, otherwise a `NetworkRegressor`. A step without
 * a name gets its class's name in camelCase; several of one class get the suffixes '-1', '-2', ….
 * @throws SteepestError `ERR_ARGUMENT`; `ERR_NOT_COMPILED` for a network without a loss
 * @example
 * ```ts
 * import { data, LogisticRegression, pipeline, StandardScaler } from 'steepest';
 * const { x, y } = data.makeBlobs({ centers: 2, seed: 1 });
 * const model = pipeline(new StandardScaler(), new LogisticRegression());
 * await model.fit(x, y);
 * console.log((await model.score(x, y)) > 0.8, model.steps.map(([name]) => name));
 * // true [ 'standardScaler', 'logisticRegression' ]
 * ```
 */
export function pipeline<const S extends readonly (Given | readonly [name: string, step: Given])[]>(
  ...steps: S
): Pipeline<LastOf<S>> {
  const estimators = steps.map(stepOf);
  const types = estimators.map((step) => step && camelCase(step.type));
  const named = estimators.map((step, i): NamedStep => {
    if (step === undefined) return steps[i] as NamedStep;
    const type = types[i]!;
    const same = types.flatMap((other, k) => (other === type ? [k] : []));
    return [same.length > 1 ? `${type}-${same.indexOf(i) + 1}` : type, step];
  });
  return new Pipeline<LastOf<S>>({ steps: named });
}

/** 'StandardScaler' → 'standardScaler', 'MLPRegressor' → 'mlpRegressor'. */
function camelCase(type: string): string {
  return type.replace(/^[A-Z]+(?=[A-Z][a-z])|^[A-Z]/, (start) => start.toLowerCase());
}
