import { SteepestError } from '../core/errors.js';
import { atOnce, eachRange, type InParts, NUMBERS_PER_PART } from '../core/inParts.js';
import { didYouMean } from '../core/nearest.js';
import { isList } from '../core/realm.js';
import { checkNotEmpty, reading } from '../core/refuse.js';
import { checkLength, type Numbers, numbersInParts } from '../core/rows.js';
import { show } from '../core/show.js';

/** How text targets become numbers. */
export interface ClassTargets {
  /** Names of the classes in the order of their numbers; undefined if the model has none. */
  names: readonly string[] | undefined;
  /**
   * What a class becomes: its number, a row with 1 in its column, or 0 and 1 for two classes.
   * `none`: the loss takes no classes.
   */
  form: 'number' | 'columns' | 'flag' | 'none';
  /** The loss, for messages. */
  loss: string;
}

/** Where targets come from. */
interface Source {
  /** The number that errors use for the first row. */
  firstRow?: number;
  /** What the numbers in `y` stand for, if `y` is the codes of a text column. */
  codes?: readonly string[] | undefined;
}

/** Names that a message lists. */
const MOST_LISTED = 8;

/**
 * Reads targets: numbers as they are, class names as the numbers that the loss needs.
 * @throws SteepestError `ERR_LABEL_RANGE` for a name that is not a class, with its row; what
 *   `readNumbers` throws
 */
export function readTargets(what: string, y: unknown, targets: ClassTargets, source: Source = {}): Numbers {
  return atOnce(targetsInParts(what, y, targets, source));
}

/** The same in parts. */
export function* targetsInParts(
  what: string,
  y: unknown,
  targets: ClassTargets,
  { firstRow = 0, codes }: Source = {},
): InParts<Numbers> {
  const text = textOf(what, y, targets);
  if (text !== undefined) {
    if (targets.names === undefined || targets.form === 'none') refuseText(what, text, targets, firstRow);
    const places = placesOf(targets.names);
    return yield* encode(text.length, targets, (row) => {
      const name = text[row];
      return places.get(name as string) ?? unknownClass(what, name, firstRow + row, targets.names!);
    });
  }
  const numbers = yield* numbersInParts(what, y, 'values', firstRow);
  const { names, form } = targets;
  if (codes === undefined || names === undefined || form === 'none' || numbers.cols !== 1) return numbers;
  const places = placesOf(names);
  return yield* encode(numbers.rows, targets, (row) => {
    const name = codes[numbers.data[row] as number];
    return places.get(name as string) ?? unknownClass(what, name, firstRow + row, names);
  });
}

const placesOf = (names: readonly string[]): Map<string, number> =>
  new Map(names.map((name, i) => [name, i]));

/** A list of text, or of text with gaps, as a text column of a table is. */
function textOf(what: string, y: unknown, { names }: ClassTargets): readonly unknown[] | undefined {
  return reading(what, () => {
    if (!isList(y) || !Array.isArray(y)) return undefined;
    const isText = typeof y[0] === 'string' || (names !== undefined && y[0] === null);
    if (!isText) return undefined;
    checkLength(what, y);
    checkNotEmpty(what, y.length);
    return y;
  });
}

function* encode(
  rows: number,
  { names, form }: ClassTargets,
  classOf: (row: number) => number,
): InParts<Numbers> {
  // Looking up a name takes as long as reading several numbers.
  const most = NUMBERS_PER_PART / 8;
  if (form !== 'columns') {
    const data = new Int32Array(rows);
    yield* eachRange(
      rows,
      (begin, end) => {
        for (let row = begin; row < end; row++) data[row] = classOf(row);
      },
      most,
    );
    return { data, rows, cols: 1, isFlat: true };
  }
  const cols = names!.length;
  const data = new Uint8Array(rows * cols);
  yield* eachRange(
    rows,
    (begin, end) => {
      for (let row = begin; row < end; row++) data[row * cols + classOf(row)] = 1;
    },
    most,
  );
  return { data, rows, cols, isFlat: false };
}

function unknownClass(what: string, name: unknown, row: number, names: readonly string[]): never {
  const listed = names.length > MOST_LISTED ? `the ${names.length} classes of the model` : namesText(names);
  const isMissing = name === null || name === undefined;
  throw new SteepestError('ERR_LABEL_RANGE', {
    expected: `classes in ${what} to be of ${listed}`,
    given: `${show(name)} at row ${row}`,
    hint: isMissing
      ? 'Leave such rows out.'
      : didYouMean(name, names, 'Add it to the classes of sequential(), or leave such rows out.'),
  });
}

const namesText = (names: readonly string[]): string => names.map((name) => show(name)).join(', ');

const isNumeral = (text: string): boolean => text.trim() !== '' && !Number.isNaN(Number(text));

/** @throws SteepestError `ERR_ARGUMENT` for text that has no meaning for this model */
function refuseText(
  what: string,
  text: readonly unknown[],
  { form, loss }: ClassTargets,
  firstRow: number,
): never {
  const first = text[0] as string;
  let hint = "Name the model's classes: sequential({ classes: ['…', '…'], layers }).";
  if (form === 'none')
    hint = `${loss} takes numbers: for classes use a loss such as sparseCategoricalCrossentropy.`;
  else if (isNumeral(first)) hint = 'Convert text to numbers first: Number(value).';
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `numbers in ${what}`,
    given: `${show(first)} at row ${firstRow}`,
    hint,
  });
}
