import { SteepestError } from '../../core/errors.js';
import { isPromise, isTypedArray } from '../../core/realm.js';
import { checkRowCount, refuseNotFinite } from '../../core/refuse.js';
import { type Numbers, readNumbers } from '../../core/rows.js';
import { show } from '../../core/show.js';
import { readWeights } from '../../core/weights.js';
import { type Batch, checkRowNames } from '../../data/batches.js';
import { type ClassTargets, readTargets } from '../../data/classTargets.js';
import { withoutSampleShape } from '../../data/sampleShape.js';
import {
  checkInputCols,
  checkLabel,
  checkLabelCols,
  checkTargetCols,
  type Table,
  type TargetRange,
  targetOutside,
} from '../../data/sharedRows.js';
import { BYTES_PER_ELEMENT } from '../../kernels/contract.js';
import { allocateShared } from '../../program/allocate.js';
import { classOfRow } from './rowWeights.js';

/** The required form of a stream's rows. */
export interface RowSpec {
  /** Prefix of `x` and `y` in errors: empty, or `validation `. */
  prefix: string;
  inputCols: number;
  /** Shape of one sample. */
  inputShape: readonly number[];
  targets:
    | { kind: 'labels'; classes: number }
    | {
        kind: 'matrix';
        cols: number;
        range: TargetRange | undefined;
        /** The hint if targets have one column instead of several. */
        hintOneColumn: string | undefined;
      };
  /** How class names in the targets become numbers. */
  classes: ClassTargets;
  /** Weights by class number, if classes have weights. */
  classWeights: Float64Array | undefined;
}

/** A batch with checked sizes; its values are checked when they are copied to the store. */
export interface BatchRows {
  rows: number;
  x: Numbers;
  y: Numbers;
  sampleWeight: Float64Array | undefined;
  /** Number of its first row, counted from the start of the epoch. */
  firstRow: number;
}

const placeOf = (firstRow: number): string => `in the batch that begins at row ${firstRow}`;

/**
 * Checks that a value from a stream is a batch with the required fields.
 * @throws SteepestError `ERR_ARGUMENT`, or `ERR_UNKNOWN_NAME` for unknown fields
 */
export function checkBatch(
  batch: unknown,
  prefix: string,
  needed: readonly ('x' | 'y')[],
  firstRow: number,
): asserts batch is Batch {
  // The keys of typed arrays and lists would be numbers.
  const isObject = typeof batch === 'object' && batch !== null && !ArrayBuffer.isView(batch);
  if (isObject && needed.every((name) => (batch as Partial<Batch>)[name] !== undefined)) {
    checkRowNames(`the ${prefix}batch that begins at row ${firstRow}`, batch);
    return;
  }
  const has =
    isObject && !Array.isArray(batch) && !isPromise(batch) ? `one like ${show(batch)}` : show(batch);
  const onlyX = needed.length === 1;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${prefix}batches { ${needed.join(', ')} }`,
    given: `${has} ${placeOf(firstRow)}`,
    hint: isPromise(batch)
      ? 'Put await before it.'
      : onlyX
        ? 'Give every batch x.'
        : 'Give every batch x and y; of a CSV file, name the target column.',
  });
}

/**
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_EMPTY`, `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME`
 */
export function readBatch(batch: Batch, spec: RowSpec, firstRow: number): BatchRows {
  const { prefix, inputCols, inputShape, targets } = spec;
  const place = `, ${placeOf(firstRow)}`;
  checkBatch(batch, prefix, ['x', 'y'], firstRow);
  const x = readNumbers(
    `${prefix}x`,
    withoutSampleShape(`${prefix}x`, batch.x, inputShape, firstRow),
    'samples',
    firstRow,
  );
  const y = readTargets(`${prefix}y`, batch.y, spec.classes, { firstRow, codes: batch.classes });
  checkInputCols(`${prefix}x`, x, inputCols, inputShape);
  if (targets.kind === 'labels') checkLabelCols(`${prefix}y`, y);
  else checkTargetCols(`${prefix}y`, y, targets.cols, targets.hintOneColumn);
  checkRowCount(`${prefix}y`, y.rows, `${prefix}x`, x.rows, place);
  const { sampleWeight: given } = batch;
  const sampleWeight =
    given === undefined
      ? undefined
      : readWeights(`${prefix}sampleWeight`, given, `${prefix}x`, x.rows, { firstRow, place });
  return { rows: x.rows, x, y, sampleWeight, firstRow };
}

/** The error for an empty stream. */
export function emptyStream(what: string): never {
  throw new SteepestError('ERR_EMPTY', {
    expected: `${what} with at least one batch`,
    given: 'a stream that ends at once',
    hint: 'Check its source; a stream that has been read already is also empty.',
  });
}

/** The inputs of a stream's rows in shared memory. */
export class InputRows {
  readonly table: Table;

  /**
   * @param prefix prefix of `x` in errors
   * @param first inputs of the first batch, which decide whether all are stored as uint8 or float32
   */
  constructor(
    private readonly prefix: string,
    first: Numbers,
    capacity: number,
  ) {
    this.table = allocateTable(isTypedArray(first.data, 'Uint8Array') ? 'u8' : 'f32', capacity, first.cols);
  }

  /**
   * Copies row `i` of a batch to row `row`.
   * @param number the row's number in the stream
   * @throws SteepestError `ERR_NOT_FINITE`, `ERR_SHAPE`
   */
  put({ data: values, isFlat }: Numbers, i: number, row: number, number: number): void {
    const { data, cols, dtype } = this.table;
    const to = row * cols;
    const from = i * cols;
    if (dtype === 'u8') {
      if (!isTypedArray(values, 'Uint8Array')) this.refuseMixture(number);
      for (let j = 0; j < cols; j++) data[to + j] = values[from + j] as number;
      return;
    }
    for (let j = 0; j < cols; j++) {
      // Checked after rounding: a float64 outside float32's range becomes infinite.
      const value = Math.fround(values[from + j] as number);
      if (value - value !== 0)
        refuseNotFinite(`${this.prefix}x`, values[from + j], number, isFlat ? undefined : j);
      data[to + j] = value;
    }
  }

  private refuseMixture(row: number): never {
    throw new SteepestError('ERR_SHAPE', {
      expected: `${this.prefix}x as Uint8Array in every batch, as in the first`,
      given: `another type in the batch with row ${row}`,
      hint: 'Use one type of array for all batches.',
    });
  }
}

/**
 * The rows of a stream in shared memory. A new row replaces a released one, so that memory does not
 * grow.
 */
export class RowStore {
  readonly y: Table;
  /** A weight per row, if the first batch has weights or classes do. */
  readonly weights: Table | undefined;
  private readonly inputs: InputRows;
  private readonly hasSampleWeight: boolean;
  private readonly acceptsTarget: (value: number) => boolean;

  constructor(
    private readonly spec: RowSpec,
    first: BatchRows,
    readonly capacity: number,
  ) {
    const { prefix, targets } = spec;
    this.inputs = new InputRows(prefix, first.x, capacity);
    this.y =
      targets.kind === 'labels'
        ? allocateTable('i32', capacity, 1)
        : allocateTable('f32', capacity, targets.cols);
    this.acceptsTarget = (targets.kind === 'matrix' && targets.range?.begin()) || (() => true);
    this.hasSampleWeight = first.sampleWeight !== undefined;
    if (this.hasSampleWeight || spec.classWeights) this.weights = allocateTable('f32', capacity, 1);
  }

  get x(): Table {
    return this.inputs.table;
  }

  /**
   * Copies row `i` of a batch to row `row`. @throws SteepestError `ERR_NOT_FINITE`,
   * `ERR_LABEL_RANGE`, `ERR_SHAPE`
   */
  put(batch: BatchRows, i: number, row: number): void {
    this.inputs.put(batch.x, i, row, batch.firstRow + i);
    this.putY(batch, i, row);
    this.putWeight(batch, i, row);
  }

  private putWeight({ sampleWeight, firstRow }: BatchRows, i: number, row: number): void {
    const { prefix, classWeights } = this.spec;
    if ((sampleWeight !== undefined) !== this.hasSampleWeight) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `${prefix}sampleWeight in every batch or in none`,
        given: `a batch ${sampleWeight ? 'with' : 'without'} it, with row ${firstRow + i}`,
        hint: 'Set the weight to 1 for rows that need none.',
      });
    }
    if (this.weights === undefined) return;
    const own = sampleWeight ? sampleWeight[i]! : 1;
    const ofClass = classWeights?.[classOfRow(`${prefix}y`, this.y, row, firstRow + i)] ?? 1;
    this.weights.data[row] = own * ofClass;
  }

  private putY({ y, firstRow }: BatchRows, i: number, row: number): void {
    const { prefix, targets } = this.spec;
    const { data: values, isFlat } = y;
    const { data } = this.y;
    if (targets.kind === 'labels') {
      const label = values[i] as number;
      checkLabel(`${prefix}y`, label, targets.classes, firstRow + i);
      data[row] = label;
      return;
    }
    const { cols, range } = targets;
    for (let j = 0; j < cols; j++) {
      const value = Math.fround(values[i * cols + j] as number);
      if (value - value !== 0)
        refuseNotFinite(`${prefix}y`, values[i * cols + j], firstRow + i, isFlat ? undefined : j);
      if (range !== undefined && !this.acceptsTarget(value)) {
        targetOutside(`${prefix}y`, range, value, firstRow + i);
      }
      data[row * cols + j] = value;
    }
  }
}

function allocateTable(dtype: Table['dtype'], rows: number, cols: number): Table {
  const bytes = rows * cols * BYTES_PER_ELEMENT[dtype];
  const memory = allocateShared(bytes, () => `${rows} rows of a stream`);
  const data =
    dtype === 'u8'
      ? new Uint8Array(memory)
      : dtype === 'i32'
        ? new Int32Array(memory)
        : new Float32Array(memory);
  return { data, dtype, rows, cols };
}
