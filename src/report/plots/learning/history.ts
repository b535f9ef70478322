import { checkObject } from '../../../core/check.js';
import { SteepestError } from '../../../core/errors.js';
import { isNumberList } from '../../../core/realm.js';
import { reading } from '../../../core/refuse.js';
import { show } from '../../../core/show.js';

/** Reads the history of a training. */

/** Numbers per epoch, by name. Those of validation are called `valLoss` or `val_loss`. */
export interface HistoryRecord {
  readonly [name: string]: ArrayLike<number> | undefined;
}

/** What `fit` resolves to, or its `history`. */
export type HistoryInput =
  | HistoryRecord
  | { readonly history: HistoryRecord; readonly bestEpoch?: number; readonly stopped?: unknown };

/** One line: a value per epoch. */
export interface Curve {
  name: string;
  values: Float64Array;
  /** The number of its colour: 1 for training, 2 for validation. */
  series: 1 | 2;
}

/** A quantity, of training, of validation or of both. */
export interface CurveGroup {
  name: string;
  curves: Curve[];
  /** It is the learning rate. */
  isRate: boolean;
}

export interface Training {
  groups: CurveGroup[];
  epochs: number;
  /** Counted from 0. */
  best: number | undefined;
}

const MOST_GROUPS = 12;
const VALIDATION = /^val(?:_|(?=[A-Z]))/;

/** `meanAbsoluteError` and `mean_absolute_error` as words. */
const wordsOf = (key: string): string =>
  key
    .replace(/_/g, ' ')
    .replace(/(?<=[a-z0-9])[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)
    .trim();

const baseOf = (key: string): string => {
  const rest = key.replace(VALIDATION, '');
  return rest === '' ? key : rest.charAt(0).toLowerCase() + rest.slice(1);
};

/** Loss first, the learning rate last. */
const rankOf = (name: string): number => (name === 'loss' ? 0 : name === 'learning rate' ? 2 : 1);

/** @throws SteepestError `ERR_ARGUMENT`, `ERR_EMPTY`, `ERR_SHAPE` */
export function readHistory(input: HistoryInput): Training {
  return reading('history', () => readFields(input));
}

function readFields(input: HistoryInput): Training {
  const given = checkObject('history', input, 'Pass what fit resolved to, or its history.');
  const inner = given.history;
  const isResult = typeof inner === 'object' && inner !== null && !isNumberList(inner);
  const record = isResult ? (inner as Record<string, unknown>) : given;
  const lists = Object.entries(record).flatMap(([key, values]) =>
    values === undefined ? [] : [[key, readValues(key, values)] as const],
  );
  const epochs = checkEpochs(lists);
  const groups = new Map<string, CurveGroup>();
  for (const [key, values] of lists) {
    const name = wordsOf(baseOf(key));
    const isValidation = VALIDATION.test(key);
    const group = groups.get(name) ?? { name, curves: [], isRate: name === 'learning rate' };
    group.curves.push({
      name: isValidation ? 'validation' : 'training',
      values,
      series: isValidation ? 2 : 1,
    });
    groups.set(name, group);
  }
  const ordered = [...groups.values()].sort((a, b) => rankOf(a.name) - rankOf(b.name));
  for (const { curves } of ordered) curves.sort((a, b) => a.series - b.series);
  return { groups: ordered.slice(0, MOST_GROUPS), epochs, best: bestOf(given, isResult, ordered, epochs) };
}

/** How messages call a list; names may be long. */
const fieldOf = (key: string): string => `history.${key.length > 60 ? `${key.slice(0, 60)}…` : key}`;

function readValues(key: string, values: unknown): Float64Array {
  if (!isNumberList(values)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${fieldOf(key)} to be a list of numbers, one per epoch`,
      given: show(values),
      hint: 'Pass what fit resolved to, or its history.',
    });
  }
  return Float64Array.from(values as ArrayLike<unknown>, (value, epoch) => {
    // JSON writes what is not finite as null.
    if (value === null) return Number.NaN;
    if (typeof value === 'number') return value;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `numbers in ${fieldOf(key)}`,
      given: `${show(value)} at epoch ${epoch}`,
      hint: 'Write NaN where there is none.',
    });
  });
}

/** @throws SteepestError `ERR_EMPTY`, `ERR_SHAPE` */
function checkEpochs(lists: readonly (readonly [string, Float64Array])[]): number {
  const [first] = lists;
  if (first === undefined || first[1].length === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: 'a history of at least one epoch',
      given: first === undefined ? 'no lists of numbers' : 'no epochs',
      hint: 'Train first, and pass what fit resolved to.',
    });
  }
  const other = lists.find(([, values]) => values.length !== first[1].length);
  if (other === undefined) return first[1].length;
  throw new SteepestError('ERR_SHAPE', {
    expected: `${fieldOf(other[0])} with ${first[1].length} numbers, as many as ${fieldOf(first[0])}`,
    given: String(other[1].length),
    hint: 'Pass one number per epoch.',
  });
}

/** The best epoch that `fit` says, or else the one with the lowest loss of validation. */
function bestOf(
  given: Record<string, unknown>,
  isResult: boolean,
  groups: readonly CurveGroup[],
  epochs: number,
): number | undefined {
  const said = isResult ? given.bestEpoch : undefined;
  if (said !== undefined) {
    if (Number.isInteger(said) && (said as number) >= 0 && (said as number) < epochs) return said as number;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `bestEpoch to be a whole number from 0 to ${epochs - 1}`,
      given: show(said),
      hint: 'Pass what fit resolved to as it is.',
    });
  }
  const held = groups.find(({ name }) => name === 'loss')?.curves.find(({ series }) => series === 2)?.values;
  if (held === undefined) return undefined;
  let best: number | undefined;
  held.forEach((value, epoch) => {
    if (Number.isFinite(value) && (best === undefined || value < held[best])) best = epoch;
  });
  return best;
}
