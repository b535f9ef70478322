import { SteepestError } from '../../core/errors.js';
import { isList } from '../../core/realm.js';
import { checkRowCount } from '../../core/refuse.js';
import { readNumbers } from '../../core/rows.js';
import { show } from '../../core/show.js';
import { exp } from '../../kernels/typescript/float64/math.js';
import { type OutputKind, outputKind } from '../../networks/compile/outputKind.js';
import { type ResolvedLoss, resolveLoss } from '../../networks/losses/index.js';
import type { Sequential } from '../../networks/models/sequential.js';
import { type GivenNames, type Judged, type JudgedClasses, type JudgedLabels, normalised } from './judged.js';

/** Networks: what their outputs mean follows from the loss. */

/** Numbers of a target, rows × cols. */
interface TargetNumbers {
  data: ArrayLike<number>;
  rows: number;
  cols: number;
}

/** Outputs, rows × cols, and what they are. */
interface Outputs {
  data: Float32Array;
  rows: number;
  cols: number;
  kind: OutputKind;
  /** Each output answers for itself, and several may be true of a row. */
  isSeparate: boolean;
}

const lossOf = (model: Sequential): ResolvedLoss | undefined =>
  model.compileConfig && resolveLoss(model.compileConfig.loss);

/** The activation of the last layer. */
function lastActivation(model: Sequential): string | undefined {
  const { activation } = model.config.layers.at(-1) as { activation?: string | { name?: string } };
  return typeof activation === 'string' ? activation : activation?.name;
}

/** What the outputs are as classes; undefined for a network of values. */
function classKind(model: Sequential, loss: ResolvedLoss | undefined): OutputKind | undefined {
  if (loss !== undefined) return outputKind(loss);
  const isClasses =
    model.classes !== undefined || ['softmax', 'sigmoid'].includes(lastActivation(model) ?? '');
  return isClasses ? 'probabilities' : undefined;
}

/**
 * What a network says of rows, beside the truth.
 * @throws SteepestError as `predict`; `ERR_LABEL_RANGE` for a class that the network does not have,
 *   `ERR_SHAPE` for targets that do not fit
 */
export async function judgeNetwork(
  model: Sequential,
  x: unknown,
  y: unknown,
  names: GivenNames,
): Promise<Judged> {
  const { data, shape } = await model.predict(x as never);
  const rows = shape[0]!;
  const cols = data.length / rows;
  const loss = lossOf(model);
  const kind = classKind(model, loss);
  if (kind === undefined) return valuesOf(data, y, { rows, cols, names: names.targets });
  const isSeparate = cols > 1 && (loss?.definition.fuses ?? lastActivation(model)) === 'sigmoid';
  const outputs = { data, rows, cols, kind, isSeparate };
  const classes = names.classes ?? model.classes ?? numbered(Math.max(2, cols));
  return classesOf(outputs, y, { classes, known: model.classes ?? classes });
}

const numbered = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

function valuesOf(
  data: Float32Array,
  y: unknown,
  { rows, cols, names }: { rows: number; cols: number; names: readonly string[] | undefined },
): Judged {
  const truth = numbersOf(y, rows);
  if (truth.cols !== cols) throw wrongColumns(`${cols}, as the network has outputs`, truth.cols);
  const usual = cols === 1 ? ['target'] : Array.from({ length: cols }, (_, j) => `output ${j}`);
  return {
    kind: 'values',
    rows,
    names: names?.length === cols ? names : usual,
    truth: Float64Array.from(truth.data),
    guess: Float64Array.from(data),
  };
}

function numbersOf(y: unknown, rows: number): TargetNumbers {
  const { data, rows: given, cols } = readNumbers('y', y, 'values');
  checkRowCount('y', given, 'X', rows);
  return { data, rows, cols };
}

const wrongColumns = (expected: string, given: number): SteepestError =>
  new SteepestError('ERR_SHAPE', {
    expected: `columns of y to be ${expected}`,
    given: String(given),
    hint: 'Pass the targets as fit takes them.',
  });

/** Names of classes to show, and those by which y may name them. */
interface ClassNames {
  classes: readonly string[];
  known: readonly string[];
}

function classesOf(outputs: Outputs, y: unknown, names: ClassNames): JudgedClasses | JudgedLabels {
  const { rows, cols } = outputs;
  const count = Math.max(2, cols);
  const isText = isList(y) && typeof y[0] === 'string';
  if (isText) return singleClasses(outputs, codesOfNames(y, names), names.classes);
  const target = numbersOf(y, rows);
  if (target.cols === 1) return singleClasses(outputs, codesOf(target, count, outputs.kind), names.classes);
  if (target.cols !== cols) throw wrongColumns(`1, or ${cols}, as there are classes`, target.cols);
  if (outputs.isSeparate && !isOneHot(target)) return severalLabels(outputs, target, names.classes);
  const codes = Int32Array.from({ length: rows }, (_, i) => largest(target.data, i * cols, cols));
  return singleClasses(outputs, codes, names.classes);
}

function codesOfNames(y: readonly unknown[], { classes, known }: ClassNames): Int32Array {
  const places = new Map<unknown, number>(
    [...classes.entries(), ...known.entries()].map(([i, name]) => [name, i]),
  );
  return Int32Array.from(y, (name, row) => {
    const code = places.get(name);
    if (code !== undefined) return code;
    throw noSuchClass(name, row, `one of ${show(known)}`);
  });
}

const noSuchClass = (given: unknown, row: number, expected: string): SteepestError =>
  new SteepestError('ERR_LABEL_RANGE', {
    expected: `classes in y: ${expected}`,
    given: `${show(given)} at row ${row}`,
    hint: 'Pass the classes as fit takes them.',
  });

function codesOf({ data }: TargetNumbers, count: number, kind: OutputKind): Int32Array {
  return Int32Array.from(data, (value, row) => {
    // Losses of the hinge kind take −1 and 1.
    const code = kind === 'scores' && value === -1 ? 0 : value;
    if (Number.isInteger(code) && code >= 0 && code < count) return code;
    throw noSuchClass(value, row, `whole numbers from 0 to ${count - 1}`);
  });
}

function isOneHot({ data, rows, cols }: TargetNumbers): boolean {
  for (let i = 0; i < rows; i++) {
    let ones = 0;
    for (let j = 0; j < cols; j++) if (data[i * cols + j] !== 0) ones++;
    if (ones !== 1) return false;
  }
  return true;
}

function largest(data: ArrayLike<number>, from: number, count: number): number {
  let best = 0;
  for (let j = 1; j < count; j++) if (data[from + j]! > data[from + best]!) best = j;
  return best;
}

function singleClasses(outputs: Outputs, truth: Int32Array, names: readonly string[]): JudgedClasses {
  const { data, rows, cols, kind } = outputs;
  const limit = kind === 'probabilities' ? 0.5 : 0;
  const guess = Int32Array.from({ length: rows }, (_, i) =>
    cols === 1 ? Number(data[i]! > limit) : largest(data, i * cols, cols),
  );
  const proba = kind === 'scores' ? undefined : probabilities(outputs);
  const scores = proba === undefined ? Float64Array.from(data) : undefined;
  return { kind: 'classes', rows, names, known: Math.max(2, cols), truth, guess, proba, scores };
}

/** Rows × classes, in float64; each row sums to 1. */
function probabilities({ data, rows, cols, kind, isSeparate }: Outputs): Float64Array {
  if (cols === 1) {
    return Float64Array.from({ length: 2 * rows }, (_, at) => {
      const p = kind === 'logits' ? sigmoid(data[at >> 1]!) : data[at >> 1]!;
      return at % 2 === 1 ? p : 1 - p;
    });
  }
  const all = Float64Array.from(data);
  for (let i = 0; i < rows && kind === 'logits'; i++) {
    const row = all.subarray(i * cols, (i + 1) * cols);
    const most = row.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
    for (let j = 0; j < cols; j++) row[j] = isSeparate ? sigmoid(row[j]!) : exp(row[j]! - most);
  }
  return normalised(all, cols);
}

const sigmoid = (z: number): number => 1 / (1 + exp(-z));

function severalLabels(outputs: Outputs, target: TargetNumbers, names: readonly string[]): JudgedLabels {
  const { data, rows, kind } = outputs;
  const proba = Float64Array.from(data, (value) => (kind === 'logits' ? sigmoid(value) : value));
  const guess = Uint8Array.from(proba, (p) => Number(p > 0.5));
  return { kind: 'labels', rows, names, truth: Uint8Array.from(target.data), guess, proba };
}
