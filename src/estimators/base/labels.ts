import { SteepestError } from '../../core/errors.js';
import { compareLabels, type Label, refuseContinuous } from '../../core/labels.js';
import { isNdArray } from '../../core/ndarray.js';
import { typedArrayName } from '../../core/realm.js';
import { reading, refuseTable } from '../../core/refuse.js';
import { checkLength, checkShaped, typedNumbers } from '../../core/rows.js';
import { show } from '../../core/show.js';
import type { LabelInput } from '../../metrics/index.js';

export { compareLabels, type Label, type LabelInput };

/** Classes in order, and for each row the position of its class among them. */
export interface EncodedLabels {
  classes: readonly Label[];
  codes: Int32Array<ArrayBuffer>;
}

function labelList(what: string, y: LabelInput): ArrayLike<Label> {
  const typed = typedNumbers(what, y);
  if (typed !== undefined) return typed;
  if (Array.isArray(y)) {
    checkLength(what, y);
    return y;
  }
  if (!isNdArray(y)) {
    return refuseTable(what, y, 'an array of classes', 'Pass one string, number or boolean per row.');
  }
  const { data, shape } = checkShaped(what, y);
  if (data.length !== shape[0]) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${what} with one class per row`,
      given: `shape ${show(shape)}`,
      hint: 'Pass class names or numbers, not one-hot rows.',
    });
  }
  return data;
}

function checkLabel(what: string, label: unknown, row: number, type: string): void {
  const whole = typeof label !== 'number' || Number.isFinite(label);
  if (typeof label === type && whole) return;
  throw new SteepestError(whole ? 'ERR_ARGUMENT' : 'ERR_NOT_FINITE', {
    expected: `classes in ${what} to be all ${type === 'number' ? 'finite numbers' : `${type}s`}, as the first is`,
    given: `${show(label)} at row ${row}`,
    hint: labelHint(label),
  });
}

function labelHint(label: unknown): string {
  if (Array.isArray(label) || typedArrayName(label) !== undefined) {
    return 'Pass one class per row, not rows: y.map(([label]) => label), or of one-hot rows row.indexOf(1).';
  }
  if (label === null || label === undefined) return 'Leave rows without a class out.';
  return 'Use strings, numbers or booleans, one kind throughout.';
}

/**
 * Classes of y, sorted, and each row's position among them.
 * @param known the classes to go by; without it, those that occur
 * @throws SteepestError `ERR_EMPTY`, `ERR_ARGUMENT` for
 * mixed types, `ERR_LABEL_RANGE` for a class not in `known`
 */
export function encodeLabels(what: string, y: LabelInput, known?: readonly Label[]): EncodedLabels {
  const list = reading(what, () => labelList(what, y));
  if (list.length === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: `${what} with at least one row`,
      given: 'none',
      hint: 'Pass some data.',
    });
  }
  const type = typeof (known?.[0] ?? list[0]);
  if (type !== 'string' && type !== 'number' && type !== 'boolean') checkLabel(what, list[0], 0, 'string');
  const first = new Map<Label, number>();
  const codes = new Int32Array(list.length);
  known?.forEach((label, i) => {
    first.set(label, i);
  });
  for (let row = 0; row < list.length; row++) {
    // −0 and 0 are one class.
    const label = (list[row] === 0 ? 0 : list[row]) as Label;
    let code = first.get(label);
    if (code === undefined) {
      checkLabel(what, label, row, type);
      if (known !== undefined) unknownLabel(what, label, row, known);
      code = first.size;
      first.set(label, code);
    }
    codes[row] = code;
  }
  if (known !== undefined) return { classes: known, codes };
  const classes = [...first.keys()].sort(compareLabels);
  const position = new Int32Array(classes.length);
  classes.forEach((label, i) => {
    position[first.get(label)!] = i;
  });
  for (let row = 0; row < codes.length; row++) codes[row] = position[codes[row]!]!;
  return { classes, codes };
}

/**
 * As {@link encodeLabels}, for classification: numbers with a fraction are no classes.
 * @throws SteepestError as {@link encodeLabels}; `ERR_ARGUMENT` for continuous targets
 */
export function encodeClasses(what: string, y: LabelInput, known?: readonly Label[]): EncodedLabels {
  const labels = encodeLabels(what, y, known);
  const { classes, codes } = labels;
  if (known === undefined) refuseContinuous(what, codes.length, (row) => classes[codes[row]!]);
  return labels;
}

function unknownLabel(what: string, label: Label, row: number, known: readonly Label[]): never {
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `${what} to hold only the classes ${show(known).slice(1, -1)}`,
    given: `${show(label)} at row ${row}`,
    hint: 'Fit on data that has every class, or name all classes before the first partialFit.',
  });
}

/** True for a list of labels as a file may hold it. */
export function isLabelList(value: unknown): value is Label[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  const type = typeof value[0];
  return ['string', 'number', 'boolean'].includes(type) && value.every((label) => typeof label === type);
}

/** @throws SteepestError `ERR_LABEL_RANGE` unless there are two classes or more to tell apart */
export function checkClassCount(what: string, classes: readonly Label[]): void {
  if (classes.length >= 2) return;
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `${what} with at least two classes`,
    given: `only ${show(classes[0])}`,
    hint: 'There is nothing to tell apart; check the labels.',
  });
}

/** @throws SteepestError `ERR_SHAPE` unless there is one class per sample */
export function checkLabelRows(samples: number, labels: number): void {
  if (samples === labels) return;
  throw new SteepestError('ERR_SHAPE', {
    expected: `y with one class per sample, ${samples}`,
    given: `${labels}`,
    hint: 'Pass one class per row of X.',
  });
}
