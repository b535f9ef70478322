import { SteepestError } from '../../core/errors.js';
import { checkLabel, compareLabels, type Label, labelList, refuseContinuous } from '../../core/labels.js';
import { show } from '../../core/show.js';
import type { LabelInput } from '../../metrics/index.js';

export { compareLabels, type Label, type LabelInput };

/** The classes in order, and for each row the index of its class. */
export interface EncodedLabels {
  classes: readonly Label[];
  codes: Int32Array<ArrayBuffer>;
}

/**
 * The classes of y, sorted, and the index of each row's class.
 * @param known the allowed classes; without it, those in y
 * @throws SteepestError `ERR_EMPTY`, `ERR_ARGUMENT` for mixed types, `ERR_LABEL_RANGE` for a class
 *   not in `known`
 */
export function encodeLabels(what: string, y: LabelInput, known?: readonly Label[]): EncodedLabels {
  const list = labelList(what, y);
  const type = typeof (known?.[0] ?? list[0]);
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
 * Like {@link encodeLabels}, for classification: numbers with a fraction are not classes.
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

/** True for a list of labels that a file may contain. */
export function isLabelList(value: unknown): value is Label[] {
  if (!Array.isArray(value) || value.length === 0) return false;
  const type = typeof value[0];
  return ['string', 'number', 'boolean'].includes(type) && value.every((label) => typeof label === type);
}

/** @throws SteepestError `ERR_LABEL_RANGE` unless there are at least two classes */
export function checkClassCount(what: string, classes: readonly Label[]): void {
  if (classes.length >= 2) return;
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `${what} with at least two classes`,
    given: `only ${show(classes[0])}`,
    hint: 'A classifier needs rows of different classes: check the labels.',
  });
}

/**
 * Names of columns with one class each. Numbers give none: `column(1)` would not distinguish class
 * 1 from the second class.
 */
export function namesOfClasses(classes: readonly Label[]): readonly string[] | undefined {
  return classes.some((label) => typeof label === 'number') ? undefined : classes.map(String);
}

/** Scores per row: two classes need one. */
export const outputsOf = (classes: readonly Label[]): number => (classes.length === 2 ? 1 : classes.length);
