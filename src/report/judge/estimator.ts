import { SteepestError } from '../../core/errors.js';
import { isNdArray, type NdArray } from '../../core/ndarray.js';
import { checkRowCount } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import type { Label, LabelInput } from '../../estimators/base/labels.js';
import { compareLabels } from '../../estimators/base/labels.js';
import { readTargets } from '../../estimators/base/targets.js';
import { responds } from '../../estimators/calibration/responses.js';
import { isClassifier } from '../../estimators/selection/jobs.js';
import { readLabels } from '../../metrics/inputs.js';
import { type GivenNames, type Judged, type JudgedClasses, type JudgedValues, normalised } from './judged.js';

/** Estimators, pipelines and searches. */

interface Predictor {
  predict(x: unknown): Promise<unknown>;
}
interface WithClasses extends Predictor {
  readonly classes: readonly Label[];
  predictProba(x: unknown): Promise<NdArray<Float64Array>>;
  decisionFunction(x: unknown): Promise<Float64Array | NdArray<Float64Array>>;
}

/**
 * What a fitted estimator says of rows, beside the truth.
 * @throws SteepestError as `predict`; `ERR_ARGUMENT` for classes of another type than the model's
 */
export async function judgeEstimator(
  model: object,
  x: unknown,
  y: unknown,
  { classes, targets }: GivenNames,
): Promise<Judged> {
  return isClassifier(model)
    ? judgeClasses(model as WithClasses, x, y, classes)
    : judgeValues(model as Predictor, x, y, targets);
}

async function judgeValues(
  model: Predictor,
  x: unknown,
  y: unknown,
  names: readonly string[] | undefined,
): Promise<JudgedValues> {
  const predicted = (await model.predict(x)) as Float64Array | NdArray<Float64Array>;
  const guess = isNdArray(predicted) ? predicted.data : predicted;
  const rows = isNdArray(predicted) ? predicted.shape[0]! : predicted.length;
  const { data: truth, cols } = readTargets('y', y as never, rows);
  if (truth.length !== guess.length) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `y with ${guess.length / rows} columns, as the model predicts`,
      given: String(cols),
      hint: 'Pass the targets as fit takes them.',
    });
  }
  const usual = cols === 1 ? ['target'] : Array.from({ length: cols }, (_, j) => `target ${j}`);
  return { kind: 'values', rows, names: names?.length === cols ? names : usual, truth, guess };
}

async function judgeClasses(
  model: WithClasses,
  x: unknown,
  y: unknown,
  given: readonly string[] | undefined,
): Promise<JudgedClasses> {
  const labels = readLabels('y', y as LabelInput);
  const { classes } = model;
  checkType(labels[0]!, classes);
  const guessed = (await model.predict(x)) as Label[];
  const rows = guessed.length;
  checkRowCount('y', labels.length, 'X', rows);
  const extra = [...new Set(labels)].filter((label) => !classes.includes(label)).sort(compareLabels);
  const codes = new Map([...classes, ...extra].map((label, i) => [label, i] as const));
  const codesOf = (list: readonly Label[]): Int32Array => Int32Array.from(list, (label) => codes.get(label)!);
  const shown = [...(given ?? classes.map(String)), ...extra.map(String)];
  const answer = { kind: 'classes', rows, names: shown, known: classes.length } as const;
  const decided = { truth: codesOf(labels), guess: codesOf(guessed) };
  if (responds(model, 'predictProba')) {
    const { data } = await model.predictProba(x);
    return { ...answer, ...decided, proba: normalised(data, classes.length), scores: undefined };
  }
  const scores = responds(model, 'decisionFunction') ? await model.decisionFunction(x) : undefined;
  const data = scores !== undefined && isNdArray(scores) ? scores.data : scores;
  return { ...answer, ...decided, proba: undefined, scores: data };
}

/** @throws SteepestError `ERR_ARGUMENT` for labels that no class can be equal to */
function checkType(first: Label, classes: readonly Label[]): void {
  if (typeof first === typeof classes[0]) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `classes in y to be ${typeof classes[0]}s, as the model's are`,
    given: show(first),
    hint: 'Pass the classes as fit took them.',
  });
}
