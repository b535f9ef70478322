import { SteepestError } from '../../core/errors.js';
import { isFlag } from '../../core/guards.js';
import type { Matrix } from '../../core/matrix.js';
import { show } from '../../core/show.js';
import type { ColumnNames } from '../../data/arrayInputs.js';
import { separateTarget } from '../../data/tables/target.js';
import { modelFileError } from '../../io/modelFile.js';
import { BaseEstimator, type ScoreOptions } from '../base/estimator.js';
import type { Label, LabelInput } from '../base/labels.js';
import { type ParamSpecs, param } from '../base/params.js';
import { attribute, type SavedEstimator, type SavedState } from '../base/saved.js';
import { classificationScore } from '../base/score.js';
import type { RowInput } from '../base/work.js';
import {
  type NamedStep,
  nestedParams,
  SEPARATOR,
  type Step,
  splitParams,
  stepOf,
  stepsFromSaved,
  type WithNetworks,
  withParams,
} from '../composition/steps.js';
import { onnxSource } from '../onnx/source.js';
import type { OnnxColumns } from '../onnx/table.js';
import type { CrossValidation } from '../selection/makeFolds.js';
import type { RowsInput } from '../selection/rows.js';
import { type ResponseMethod, responds } from './responses.js';

/** The hyperparameter that holds the classifier inside. */
export interface MetaParams {
  /** The classifier: any estimator that predicts classes, also a pipeline. Required. */
  estimator: Step | undefined;
}

/** The spec of {@link MetaParams}. */
export const estimatorParam = param.custom<Step | undefined>(undefined, (name, value) => {
  const step = stepOf(value);
  if (value === undefined || step !== undefined) return step;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${name} as a classifier`,
    given: show(value),
    hint: 'Write { estimator: new LogisticRegression() }.',
  });
});

/** The spec of `cv`, with what it may be in words. */
export const cvParam = (words: string) =>
  param.custom<CrossValidation | 'prefit'>(5, (name, value) => {
    const isKnown =
      typeof value === 'number' || value === 'prefit' || (typeof value === 'object' && value !== null);
    if (isKnown) return value as CrossValidation | 'prefit';
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} as ${words}`,
      given: show(value),
      hint: 'Write cv: 5.',
    });
  });

/** The name of the classifier in files. */
const INNER = 'estimator';

/**
 * Classifiers around another classifier, which is a hyperparameter: its own are estimator__name.
 */
export abstract class MetaClassifier<P extends MetaParams> extends BaseEstimator<P> {
  /** Selection stratifies folds for it. */
  readonly isClassifier = true;

  /** The classes, sorted. @throws SteepestError `ERR_NOT_FITTED` */
  abstract get classes(): readonly Label[];
  /** A fitted classifier inside. @throws SteepestError `ERR_NOT_FITTED` */
  protected abstract anyModel(what: string): Step;

  /** Names of the columns of the fit, in their order; undefined if they had no names. */
  override get featureNamesIn(): readonly string[] | undefined {
    return (this.anyModel('featureNamesIn') as { featureNamesIn?: readonly string[] }).featureNamesIn;
  }

  /** Those of the classifier inside. */
  override onnxColumns(): OnnxColumns {
    return onnxSource(this.anyModel('toOnnx()')).onnxColumns();
  }

  /** One class per row, with the type of y. */
  abstract predict(x: RowsInput): Promise<Label[]>;
  /**
   * {@link predict} at once, for one row or a few: in a request, for example. One row may be a list
   * of its cells or an object of them by name. Same bits.
   * @throws SteepestError `ERR_ARGUMENT` if the classifier inside has no such method
   */
  abstract predictSync(x: RowsInput | RowInput): Label[];
  /** Probabilities at once, as {@link predictSync}: rows × classes. */
  abstract predictProbaSync(x: RowsInput | RowInput): Matrix<Float64Array>;

  protected constructor(type: string, specs: ParamSpecs<P>, given: WithNetworks<P>) {
    // The check of an estimator makes one of a network.
    super(type, specs, given as Partial<P>);
  }

  /** Fraction of rows whose class is predicted correctly. */
  async score(x: RowsInput, y: LabelInput | ColumnNames, options: ScoreOptions = {}): Promise<number> {
    const given = separateTarget('X', x, y);
    return classificationScore(given.y, await this.predict(given.x), options);
  }

  /** Those of this class, and those of the estimator as estimator__name. */
  override getParams(): P & Record<string, unknown> {
    const { estimator } = this.params;
    return { ...this.params, ...(estimator === undefined ? {} : nestedParams([[INNER, estimator]])) };
  }

  /** @throws SteepestError `ERR_UNKNOWN_NAME` or `ERR_ARGUMENT`; nothing is changed then */
  override setParams(given: WithNetworks<P> & Record<string, unknown>): this {
    const { own, nested } = splitParams(this.type, given, (name) => name.startsWith(INNER + SEPARATOR));
    const params = this.resolved(own as Partial<P>);
    const steps: NamedStep[] = Object.keys(nested).length === 0 ? [] : [[INNER, this.inner(params)]];
    this.params = { ...params, ...Object.fromEntries(withParams(this.type, steps, nested)) };
    return this;
  }

  /** A new, unfitted classifier around an unfitted copy of its estimator. */
  override clone(): this {
    const Class = this.constructor as new (params: P) => this;
    return new Class({ ...this.params, estimator: this.params.estimator?.clone() });
  }

  /** @throws SteepestError `ERR_ARGUMENT` without a classifier */
  protected inner({ estimator }: MetaParams = this.params): Step {
    if (estimator !== undefined) return estimator;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${this.type} with an estimator`,
      given: 'none',
      hint: `Write new ${this.type}({ estimator: new LogisticRegression() }).`,
    });
  }

  /** Only what is plain data: objects of the user's, such as splits, are not saved. */
  protected override savedParams(): object {
    const isPlain = (value: unknown): boolean =>
      ['number', 'string', 'boolean'].includes(typeof value) ||
      (Array.isArray(value) && value.every((item) => typeof item === 'number'));
    return Object.fromEntries(Object.entries(this.params).filter(([, value]) => isPlain(value)));
  }

  /** The classifier is saved even before a fit. @param learned undefined before it */
  protected stateWith(learned: SavedState | undefined): SavedState {
    const { estimator } = this.params;
    const own: Record<string, SavedEstimator> =
      estimator === undefined ? {} : { [INNER]: estimator.toSaved() };
    return {
      tensors: learned?.tensors ?? {},
      attributes: {
        ...learned?.attributes,
        hasEstimator: estimator !== undefined,
        fitted: learned !== undefined,
      },
      children: { ...own, ...learned?.children },
    };
  }

  /** Reads what {@link stateWith} wrote. @returns whether it was fitted */
  protected readState(state: SavedState): boolean {
    if (attribute(state, 'hasEstimator', isFlag)) {
      const [[, estimator]] = stepsFromSaved([INNER], state.children) as [[string, Step]];
      this.params = { ...this.params, estimator };
    }
    return attribute(state, 'fitted', isFlag);
  }
}

/** True for the same classes in the same order. */
export const areSame = (some: readonly Label[], others: readonly Label[]): boolean =>
  some.length === others.length && some.every((label, c) => label === others[c]);

/**
 * A fitted classifier inside, by its name in a file.
 * @throws SteepestError `ERR_MODEL_FILE` unless it knows these classes and has that method
 */
export function fittedChild(
  state: SavedState,
  name: string,
  classes: readonly Label[],
  method: ResponseMethod,
): Step {
  const child = stepsFromSaved([name], state.children)[0]![1];
  const known = responds(child, method) ? (child as unknown as { classes: readonly Label[] }).classes : [];
  if (areSame(known, classes)) return child;
  throw modelFileError(
    `a classifier of ${show(classes)} with ${method}()`,
    `${child.type} of ${show(known)}`,
    'Save the estimator again.',
  );
}
