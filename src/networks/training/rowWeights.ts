import { checkOptions } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { WeightInput } from '../../core/ndarray.js';
import { didYouMean } from '../../core/nearest.js';
import { show } from '../../core/show.js';
import { checkAnyWeight, readWeights } from '../../core/weights.js';
import type { Table } from '../../data/sharedRows.js';
import { newShared } from '../../kernels/sharedMemory.js';

/** A weight per class, by its name or number, or `'balanced'`: every class has the same total weight. */
export type RowClassWeight = 'balanced' | Readonly<Record<string, number>>;

/**
 * What a row's class is inferred from: class numbers, a column per class, or one column of 0 and 1.
 */
type Targets = Pick<Table, 'dtype' | 'cols'>;

const classCount = ({ cols }: Targets): number => (cols === 1 ? 2 : cols);

/**
 * Weights by class number.
 * @param outputs of the model: the number of classes if targets are class numbers
 * @param names of the classes, if they have names
 * @throws SteepestError `ERR_ARGUMENT`, or `ERR_UNKNOWN_NAME` for a class that does not exist
 */
export function namedClassWeights(
  given: Readonly<Record<string, number>>,
  targets: Targets,
  outputs: number,
  names?: readonly string[],
): Float64Array {
  const classes = targets.dtype === 'i32' ? outputs : classCount(targets);
  const weights = new Float64Array(classes).fill(1);
  if (typeof given !== 'object' || given === null || Array.isArray(given) || ArrayBuffer.isView(given)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: "classWeight to be 'balanced' or an object with a weight per class",
      given: show(given),
      hint: 'Write { 0: 1, 1: 5 }.',
    });
  }
  for (const [name, weight] of Object.entries(checkOptions('classWeight', given))) {
    const number = numberOfClass(name, classes, names);
    if (!(typeof weight === 'number' && weight >= 0 && weight < Number.POSITIVE_INFINITY)) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'classWeight to have finite weights of at least 0',
        given: `${show(weight)} for class ${show(name)}`,
        hint: 'Use a weight of 0 to leave a class out.',
      });
    }
    weights[number] = weight;
  }
  return weights;
}

const isNumberOfClass = (name: string, classes: number): boolean =>
  /^(?:0|[1-9]\d*)$/.test(name) && Number(name) < classes;

/**
 * The number of a class by its name, or by its number in text unless names look like numbers.
 * @throws SteepestError `ERR_UNKNOWN_NAME`
 */
function numberOfClass(name: string, classes: number, names: readonly string[] = []): number {
  const place = names.indexOf(name);
  if (place >= 0) return place;
  const takesNumbers = !names.some((known) => isNumberOfClass(known, Number.POSITIVE_INFINITY));
  if (takesNumbers && isNumberOfClass(name, classes)) return Number(name);
  throw new SteepestError('ERR_UNKNOWN_NAME', {
    expected:
      names.length > 0
        ? 'classWeight for classes of the model'
        : `classWeight for class numbers from 0 to ${classes - 1}`,
    given: show(name),
    hint:
      names.length > 0
        ? didYouMean(name, names, 'Use the classes that sequential() was given.')
        : 'Use the class numbers that y has.',
  });
}

/**
 * The class of a row of targets: its class number, the first of its largest columns, or its only
 * column if that is 0 or 1.
 * @param number the row's number in errors
 * @throws SteepestError `ERR_ARGUMENT` for a single column with another value
 */
export function classOfRow(what: string, y: Table, row: number, number: number): number {
  const { data, cols } = y;
  const from = row * cols;
  const first = data[from] as number;
  if (y.dtype === 'i32') return first;
  if (cols === 1) {
    if (first === 0 || first === 1) return first;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what} to be classes, 0 or 1, as classWeight needs`,
      given: `${first} at row ${number}`,
      hint: 'Use sampleWeight if targets are not classes.',
    });
  }
  let largest = 0;
  for (let j = 1; j < cols; j++) if (data[from + j]! > data[from + largest]!) largest = j;
  return largest;
}

/** The weights of the rows of a data set in memory. */
export interface RowWeighing {
  sampleWeight: WeightInput | undefined;
  classWeight: RowClassWeight | undefined;
  /** Outputs of the model: the number of classes if targets are class numbers. */
  outputs: number;
  /** Names of the classes, if they have names. */
  classes?: readonly string[] | undefined;
}

/**
 * The weight of each row of `y`: its sample weight times its class's weight. With `'balanced'` a
 * class has weight n / (classes · count). n and count are sums of sample weights over the first
 * `rows` rows; classes are those with a total weight above 0. (This is scikit-learn's rule, which
 * divides by 0 for a class that has only rows of weight 0.)
 */
export function weighRows(
  prefix: string,
  y: Table,
  rows: number,
  { sampleWeight, classWeight, outputs, classes: names }: RowWeighing,
): Table | undefined {
  if (sampleWeight === undefined && classWeight === undefined) return undefined;
  const what = `${prefix}sampleWeight`;
  const own =
    sampleWeight === undefined
      ? new Float64Array(y.rows).fill(1)
      : checkAnyWeight(what, readWeights(what, sampleWeight, `${prefix}x`, y.rows));
  const data = new Float32Array(newShared(y.rows * Float32Array.BYTES_PER_ELEMENT));
  if (classWeight === undefined) {
    data.set(own);
  } else {
    const classes = Uint32Array.from(own, (_, i) => classOfRow(`${prefix}y`, y, i, i));
    const ofClass =
      classWeight === 'balanced'
        ? balancedWeights(classes.subarray(0, rows), own)
        : namedClassWeights(classWeight, y, outputs, names);
    // Rows after these are for validation, where class weights do not apply.
    for (let i = 0; i < y.rows; i++) data[i] = i < rows ? own[i]! * ofClass[classes[i]!]! : own[i]!;
  }
  return { data, dtype: 'f32', rows: y.rows, cols: 1 };
}

function balancedWeights(classes: Uint32Array, own: Float64Array): Float64Array {
  const sums = new Float64Array(classes.reduce((most, c) => Math.max(most, c + 1), 0));
  let total = 0;
  classes.forEach((c, i) => {
    sums[c] = sums[c]! + own[i]!;
    total += own[i]!;
  });
  // Rows of weight 0 change nothing, so a class with only such rows does not count.
  const present = sums.reduce((count, sum) => count + (sum > 0 ? 1 : 0), 0);
  return sums.map((sum) => (sum > 0 ? total / (present * sum) : 0));
}
