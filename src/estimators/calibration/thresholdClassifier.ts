import { SteepestError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import { show } from '../../core/show.js';
import type { TableInput } from '../base/columns.js';
import { encodeClasses, isLabelList, type Label, type LabelInput } from '../base/labels.js';
import { param } from '../base/params.js';
import { attribute, type SavedState } from '../base/saved.js';
import { type Manner, type RowInput, rowsOf, type Work, workAtOnce, workInSlices } from '../base/work.js';
import { calling, type Step } from '../composition/steps.js';
import { OnnxClasses, writeThreshold } from '../onnx/classes.js';
import type { Graph } from '../onnx/graph.js';
import { noOnnxForm, onnxClasses } from '../onnx/source.js';
import type { OnnxTable } from '../onnx/table.js';
import { type RowsInput, sameRowCount } from '../selection/rows.js';
import { fittedChild, MetaClassifier, type MetaParams } from './metaClassifier.js';
import { isResponseMethod, type ResponseMethod, responseMethod, scoring } from './responses.js';

/** Which scores are compared with the threshold. */
export interface ResponseParams extends MetaParams {
  /** `'auto'` (default): `predictProba` where there is one, otherwise `decisionFunction`. */
  responseMethod: 'auto' | ResponseMethod;
}

/** The spec of {@link ResponseParams.responseMethod}. */
export const responseParam = param.oneOf('auto', ['auto', 'predictProba', 'decisionFunction'] as const);

/** What a classifier with a threshold has learned. */
export interface Threshold {
  classes: readonly Label[];
  model: Step;
  method: ResponseMethod;
  /** Scores of at least this are of the positive class. */
  threshold: number;
  /** 1 if the second class is the positive one, otherwise 0. */
  positive: 0 | 1;
}

/** Classifiers of two classes that compare the scores of another classifier with a threshold. */
export abstract class ThresholdClassifier<P extends ResponseParams> extends MetaClassifier<P> {
  protected learnt: Threshold | undefined;

  get classes(): readonly Label[] {
    return this.learned('classes').classes;
  }

  /** The fitted classifier. */
  get fittedEstimator(): Step {
    return this.learned('fittedEstimator').model;
  }

  /** The classes of y, with the rows counted. @throws SteepestError `ERR_LABEL_RANGE` unless two */
  protected twoClasses(x: RowsInput, y: LabelInput): { classes: readonly Label[]; rows: number } {
    const rows = sameRowCount([
      ['X', x],
      ['y', y as RowsInput],
    ]);
    const { classes } = encodeClasses('y', y);
    if (classes.length === 2) return { classes, rows };
    throw new SteepestError('ERR_LABEL_RANGE', {
      expected: 'y with two classes',
      given: `${classes.length}: ${show(classes)}`,
      hint: 'A threshold divides two classes. Make one column per question.',
    });
  }

  protected response(estimator: object): ResponseMethod {
    const { responseMethod: wanted } = this.params;
    return responseMethod(estimator, wanted === 'auto' ? ['predictProba', 'decisionFunction'] : [wanted]);
  }

  /** One class per row, with the type of y. */
  async predict(x: RowsInput): Promise<Label[]> {
    return workInSlices(this.predicting(x, ''));
  }

  predictSync(x: RowsInput | RowInput): Label[] {
    return workAtOnce(this.predicting(rowsOf(x as TableInput), 'Sync'));
  }

  private *predicting(x: unknown, manner: Manner): Work<Label[]> {
    const { classes, model, method, threshold, positive } = this.learned(`predict${manner}()`);
    const [scores] = (yield* scoring(model, method, x, manner)) as [Float64Array];
    return labelsAt(facing(scores, method, positive), threshold, classes, positive);
  }

  /** The classifier's own probabilities. */
  predictProba(x: RowsInput): Promise<Matrix<Float64Array>> {
    return workInSlices(this.asking('predictProba', x, '')) as Promise<Matrix<Float64Array>>;
  }

  predictProbaSync(x: RowsInput | RowInput): Matrix<Float64Array> {
    return workAtOnce(this.asking('predictProba', x, 'Sync')) as Matrix<Float64Array>;
  }

  /** The classifier's own decision function. */
  decisionFunction(x: RowsInput): Promise<Float64Array> {
    return workInSlices(this.asking('decisionFunction', x, '')) as Promise<Float64Array>;
  }

  /** {@link decisionFunction} at once, for one row or a few. Same bits. */
  decisionFunctionSync(x: RowsInput | RowInput): Float64Array {
    return workAtOnce(this.asking('decisionFunction', x, 'Sync')) as Float64Array;
  }

  private *asking(name: ResponseMethod, x: unknown, manner: Manner): Work<unknown> {
    const { model } = this.learned(`${name}${manner}()`);
    responseMethod(model, [name]);
    return yield* calling(model, name + manner, 'a classifier', x);
  }

  override writeOnnx(graph: Graph, table: OnnxTable): OnnxClasses {
    const { classes, model, method, threshold, positive } = this.learned('toOnnx()');
    const inner = onnxClasses(model, graph.within('estimator'), table);
    const isProbable = method === 'predictProba';
    return new OnnxClasses({
      classes,
      best() {
        const best = writeThreshold(graph, inner, { isProbable, threshold, positive });
        if (best === undefined) throw noOnnxForm(model.type);
        return best;
      },
      probabilities: inner.probabilities,
      scores: inner.scores,
    });
  }

  protected anyModel(what: string): Step {
    return this.learned(what).model;
  }

  protected learned(what: string): Threshold {
    if (this.learnt === undefined) throw this.notFitted(what);
    return this.learnt;
  }

  protected override fittedState(): SavedState {
    if (this.learnt === undefined) return this.stateWith(undefined);
    const { classes, model, method, threshold, positive } = this.learnt;
    return this.stateWith({
      tensors: {},
      attributes: { classes, response: method, threshold, positive, ...this.moreAttributes() },
      children: { model: model.toSaved() },
    });
  }

  /** What else a class has learned. */
  protected moreAttributes(): Readonly<Record<string, unknown>> {
    return {};
  }

  protected override restoreState(state: SavedState): void {
    if (!this.readState(state)) return;
    const isTwo = (v: unknown): v is Label[] => isLabelList(v) && v.length === 2;
    const isNumber = (v: unknown): v is number => Number.isFinite(v);
    const isSide = (v: unknown): v is 0 | 1 => v === 0 || v === 1;
    const classes = attribute(state, 'classes', isTwo);
    const method = attribute(state, 'response', isResponseMethod);
    this.learnt = {
      classes,
      method,
      threshold: attribute(state, 'threshold', isNumber),
      positive: attribute(state, 'positive', isSide),
      model: fittedChild(state, 'model', classes, method),
    };
  }
}

/** Scores of the positive class, from those of the second one. */
function facing(scores: Float64Array, method: ResponseMethod, positive: 0 | 1): Float64Array {
  if (positive === 1) return scores;
  return scores.map((score) => (method === 'predictProba' ? 1 - score : -score));
}

/** The class of each row. */
export function labelsAt(
  scores: Float64Array,
  threshold: number,
  classes: readonly Label[],
  positive: 0 | 1,
): Label[] {
  const [yes, no] = [classes[positive]!, classes[1 - positive]!];
  return Array.from(scores, (score) => (score >= threshold ? yes : no));
}
