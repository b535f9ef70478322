import type { NdArray } from '../../core/ndarray.js';
import { nextTurn } from '../../core/nextTurn.js';
import type { DataTable } from '../dataTable.js';
import { ReadBudget } from '../limits/readLimits.js';
import { makeRoom } from '../room.js';
import type { OpenBatch } from './fastRows.js';
import { FieldDecoder } from './fields.js';
import { checkLaterCategories, inferSchema } from './infer.js';
import { LineReader } from './lineReader.js';
import type { CsvOptions, ResolvedOptions } from './options.js';
import { checkCount, resolveOptions } from './resolveOptions.js';
import { defaultBatchRows, type FileStamp, rowBatches } from './rowBatches.js';
import { type CsvSchema, checkFeatures } from './schema.js';
import type { CsvSource } from './source.js';
import { schemaOfTable, tableOf } from './tableOfBatches.js';

/**
 * Some rows of a file: x [rows, columns], and y [rows], or [rows, targets] if there are several.
 */
export interface CsvBatch {
  x: NdArray<Float64Array>;
  /** Numbers, or codes 0 … k − 1 of a target of type `category`. Absent without a target. */
  y?: NdArray<Float64Array | Int32Array>;
  /** For a single target of type `category`: the text of each code of y. */
  classes?: readonly string[];
}

/** A whole file in memory, as numbers. */
export interface CsvMatrix extends CsvBatch {
  /** Names of the columns of x. */
  columnNames: readonly string[];
  /** For columns of x that are categories: the text of each code. */
  categories: Readonly<Record<string, readonly string[]>>;
}

/**
 * A table in a file. Iterating yields its rows in batches, in constant memory, and starts over each
 * time; `load` and `table` read all of it. The file is not opened before the first of these calls.
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const text = 'rooms,area,rent\n2,50,18\n3,75,26\n4,90,31\n';
 * for await (const { x, y } of data.csv({ text }, { target: 'rent', batchRows: 2 })) {
 *   console.log(x.shape, y?.shape);
 *   // [ 2, 2 ] [ 2 ]
 *   // [ 1, 2 ] [ 1 ]
 * }
 * ```
 */
export class CsvDataset implements AsyncIterable<CsvBatch> {
  private readonly options: ResolvedOptions;
  private known: Promise<{ schema: CsvSchema; stamp: FileStamp }> | undefined;

  /** See {@link csv}. */
  constructor(source: CsvSource, options: CsvOptions = {}) {
    this.options = resolveOptions(source, options);
  }

  /**
   * The file's path; for another source the name that messages give it, such as `<text>`.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const text = 'rooms,area,rent\n2,50,18\n3,75,26\n4,90,31\n';
   * console.log(data.csv({ text }).path); // <text>
   * ```
   */
  get path(): string {
    return this.options.path;
  }

  /**
   * Names and types of the columns, inferred from the first rows (`sampleRows`) and the options.
   * Read once.
   * @throws SteepestError as {@link csv} documents
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const text = 'rooms,area,rent\n2,50,18\n3,75,26\n4,90,31\n';
   * const { columns } = await data.csv({ text }, { target: 'rent' }).schema();
   * console.log(columns.map(({ name, type, role }) => `${name}: ${type} ${role}`));
   * // [
   * //   'rooms: number feature',
   * //   'area: number feature',
   * //   'rent: integer target'
   * // ]
   * ```
   */
  async schema(): Promise<CsvSchema> {
    const budget = this.budget();
    return (await budget.within(this.know(budget))).schema;
  }

  /** Batches of `batchRows` rows, the last one smaller; see {@link batches}. */
  [Symbol.asyncIterator](): AsyncGenerator<CsvBatch> {
    return this.batches(this.options.batchRows);
  }

  /**
   * The rows in order, in batches with arrays of their own. A category that is not in the first
   * rows is an error here, because earlier batches could not include it.
   * @param batchRows rows per batch; default: the option of that name, else as many rows as hold
   *   about 2^18 numbers
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const text = 'rooms,area,rent\n2,50,18\n3,75,26\n4,90,31\n';
   * for await (const { x } of data.csv({ text }).batches(2)) {
   *   console.log(x.shape);
   *   // [ 2, 3 ]
   *   // [ 1, 3 ]
   * }
   * ```
   */
  async *batches(batchRows = this.options.batchRows): AsyncGenerator<CsvBatch> {
    checkCount('batchRows', batchRows);
    const { options } = this;
    const budget = this.budget();
    const { schema, stamp } = await this.know(budget);
    checkFeatures(schema, options.path);
    const fields = new FieldDecoder(options, schema, { addCategories: false, missingTargets: false });
    const classes = classesOf(schema, fields);
    const capacity = batchRows ?? defaultBatchRows(schema.featureNames.length);
    for await (const batch of rowBatches(options, schema, fields, capacity, stamp, budget)) {
      budget.pause();
      yield closeBatch(schema, batch, classes);
      budget.resume();
    }
  }

  /**
   * The whole file as numbers in shared memory: training on them needs no copy. Text becomes the
   * numbers of its categories, in order of first appearance; missing values become NaN.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const text = 'rooms,area,rent\n2,50,18\n3,75,26\n4,90,31\n';
   * const { x } = await data.csv({ text }, { columns: ['area', 'rooms'] }).load();
   * console.log([...x.data], x.shape); // [ 50, 2, 75, 3, 90, 4 ] [ 3, 2 ]
   * ```
   */
  load(): Promise<CsvMatrix> {
    const budget = this.budget();
    return budget.within(this.readMatrix(budget));
  }

  private async readMatrix(budget: ReadBudget): Promise<CsvMatrix> {
    const { options } = this;
    const { schema, stamp } = await this.know(budget);
    budget.setFileBytes(stamp.size);
    checkFeatures(schema, options.path);
    const fields = new FieldDecoder(options, schema, { addCategories: true, missingTargets: false });
    const batches: OpenBatch[] = [];
    const capacity = defaultBatchRows(schema.featureNames.length);
    for await (const batch of rowBatches(options, schema, fields, capacity, stamp, budget)) {
      batches.push(batch);
    }
    checkLaterCategories(options, schema, (j) => fields.categoriesOf(j));
    const matrix: CsvMatrix = {
      ...(await joinBatches(options.path, schema, batches)),
      columnNames: schema.featureNames,
      categories: Object.fromEntries(
        schema.columns.flatMap(({ name, role }, j) => {
          const categories = role === 'feature' ? fields.categoriesOf(j) : undefined;
          return categories === undefined ? [] : [[name, categories] as const];
        }),
      ),
    };
    const classes = classesOf(schema, fields);
    if (classes !== undefined) matrix.classes = classes;
    return matrix;
  }

  /**
   * The whole file as a table, including the target: numbers with NaN for missing values, text with
   * null.
   * @example
   * ```ts
   * import { data } from 'steepest';
   * const text = 'rooms,area,rent\n2,50,18\n3,75,26\n4,90,31\n';
   * const table = await data.csv({ text }).table();
   * console.log([...table.numbers('rent')]); // [ 18, 26, 31 ]
   * ```
   */
  table(): Promise<DataTable> {
    const budget = this.budget();
    return budget.within(this.readTable(budget));
  }

  private async readTable(budget: ReadBudget): Promise<DataTable> {
    const { options } = this;
    const { schema, stamp } = await this.know(budget);
    budget.setFileBytes(stamp.size);
    const all = schemaOfTable(options, schema);
    const fields = new FieldDecoder(options, all, { addCategories: true, missingTargets: true });
    const batches: OpenBatch[] = [];
    const capacity = defaultBatchRows(all.featureNames.length);
    for await (const batch of rowBatches(options, all, fields, capacity, stamp, budget)) {
      batches.push(batch);
    }
    checkLaterCategories(options, all, (j) => fields.categoriesOf(j));
    return tableOf(options, all, fields, batches, budget);
  }

  /**
   * The rows in order, in tables of `batchRows` rows, in constant memory. Text is text: a column
   * may hold as many different ones as it likes.
   * @internal
   */
  async *tables(batchRows = this.options.batchRows): AsyncGenerator<DataTable> {
    const { options } = this;
    const budget = this.budget();
    const { schema, stamp } = await this.know(budget);
    const all = schemaOfTable(options, schema);
    const fields = new FieldDecoder(options, all, { addCategories: true, missingTargets: true });
    const capacity = batchRows ?? defaultBatchRows(all.featureNames.length);
    for await (const batch of rowBatches(options, all, fields, capacity, stamp, budget)) {
      const table = await tableOf(options, all, fields, [batch], budget);
      fields.forgetTexts(MOST_TEXTS);
      budget.pause();
      yield table;
      budget.resume();
    }
  }

  /** The results of a single reading. */
  private budget(): ReadBudget {
    return new ReadBudget(this.path, Number.POSITIVE_INFINITY, this.options.limits);
  }

  /** Reads the schema once; a failure is not cached, so that a corrected file can be read. */
  private know(budget: ReadBudget): Promise<{ schema: CsvSchema; stamp: FileStamp }> {
    this.known ??= this.read(budget).catch((error: unknown) => {
      this.known = undefined;
      throw error;
    });
    return this.known;
  }

  private async read(budget: ReadBudget): Promise<{ schema: CsvSchema; stamp: FileStamp }> {
    const lines = await LineReader.open(this.options.origin, this.options.encoding, budget);
    const { size, modifiedMs } = lines.bytes;
    await lines.close();
    return { schema: await inferSchema(this.options, budget), stamp: { size, modifiedMs } };
  }
}

/** Different texts of a column that are kept from one table to the next, so that most need no copy. */
const MOST_TEXTS = 2 ** 16;

/** True if y contains only codes. */
const hasCodes = ({ columns, targetNames }: CsvSchema): boolean =>
  targetNames.length === 1 && columns.find(({ role }) => role === 'target')?.type === 'category';

const targetShape = ({ targetNames }: CsvSchema, rows: number): number[] =>
  targetNames.length === 1 ? [rows] : [rows, targetNames.length];

/** The text of each code of a single target. */
function classesOf({ columns, targetNames }: CsvSchema, fields: FieldDecoder): readonly string[] | undefined {
  if (targetNames.length !== 1) return undefined;
  return fields.categoriesOf(columns.findIndex(({ name }) => name === targetNames[0]));
}

function closeBatch(
  schema: CsvSchema,
  { x, y, rows }: OpenBatch,
  classes: readonly string[] | undefined,
): CsvBatch {
  const features = schema.featureNames.length;
  const targets = schema.targetNames.length;
  const batch: CsvBatch = { x: { data: x.subarray(0, rows * features), shape: [rows, features] } };
  if (targets > 0) {
    const values = y.subarray(0, rows * targets);
    batch.y = {
      data: hasCodes(schema) ? Int32Array.from(values) : values,
      shape: targetShape(schema, rows),
    };
  }
  if (classes !== undefined) batch.classes = classes;
  return batch;
}

/**
 * Merges all batches into one; `batches` is emptied meanwhile, so that memory is not used twice.
 */
async function joinBatches(path: string, schema: CsvSchema, batches: OpenBatch[]): Promise<CsvBatch> {
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0);
  const features = schema.featureNames.length;
  const targets = schema.targetNames.length;
  const bytes = rows * features * Float64Array.BYTES_PER_ELEMENT;
  const x = makeRoom(path, bytes, () => new Float64Array(new SharedArrayBuffer(bytes)));
  const y = hasCodes(schema)
    ? new Int32Array(new SharedArrayBuffer(rows * Int32Array.BYTES_PER_ELEMENT))
    : new Float64Array(new SharedArrayBuffer(rows * targets * Float64Array.BYTES_PER_ELEMENT));
  let row = 0;
  batches.reverse();
  for (let batch = batches.pop(); batch !== undefined; batch = batches.pop()) {
    x.set(batch.x.subarray(0, batch.rows * features), row * features);
    y.set(batch.y.subarray(0, batch.rows * targets), row * targets);
    row += batch.rows;
    await nextTurn();
  }
  const joined: CsvBatch = { x: { data: x, shape: [rows, features] } };
  if (targets > 0) joined.y = { data: y, shape: targetShape(schema, rows) };
  return joined;
}

/**
 * A table of CSV, plain or gzipped: to be iterated in batches, or read as a whole.
 *
 * A text is the path of a file. Bytes (a Buffer), a Blob, a Response of `fetch`, a stream of bytes
 * or text, and `{ text }` are read as they are. What can be read only once, a stream or a Response,
 * is kept in memory when it is first needed, up to `limits.bytes` (1 GiB by default): types need a
 * look at the first rows, and each epoch reads all of them again.
 *
 * Types are inferred from the first rows: a column of numbers is `number` (a target of integers is
 * `integer`), other text is `category`, coded in order of first appearance. Later rows that
 * contradict them are errors; nothing is guessed, dropped or rounded silently.
 *
 * @throws SteepestError at once: `ERR_ARGUMENT`, `ERR_UNKNOWN_NAME` for invalid options. In
 *   reading, with file, line and column: `ERR_DATA_FILE`; `ERR_RAGGED` for a row of another length;
 *   `ERR_EMPTY` for a file without rows; `ERR_UNKNOWN_NAME` for a column that is not there.
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const text = 'rooms,area,rent\n2,50,18\n3,75,26\n4,90,31\n';
 * const { x, y, columnNames } = await data.csv({ text }, { target: 'rent' }).load();
 * console.log(x.shape, y?.shape, columnNames); // [ 3, 2 ] [ 3 ] [ 'rooms', 'area' ]
 * ```
 */
export function csv(source: CsvSource, options: CsvOptions = {}): CsvDataset {
  return new CsvDataset(source, options);
}
