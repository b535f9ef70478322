/** Reads what there is to learn from a file, a folder or standard input. */

import { SteepestError } from '../../core/errors.js';
import type { NdArray, StoredArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { listed, unknownColumn } from '../../core/unknownColumn.js';
import type { Column } from '../../data/column.js';
import type { DataTable } from '../../data/dataTable.js';
import type { Label } from '../../estimators/base/labels.js';
import type { CsvReading } from '../readData.js';
import { type ArraysData, type ImagesData, readData, type TableData } from '../readData.js';
import { UsageError } from '../usageError.js';
import { planColumns } from './columns.js';
import type { Dataset, WholeProblem } from './dataset.js';
import type { TrainOptions } from './options.js';
import { checkTargetName, readTarget } from './target.js';

/** @throws SteepestError for data that cannot be read or have nothing to learn */
export async function readProblem(source: string, options: TrainOptions): Promise<WholeProblem> {
  const { format, encoding, imageSize } = options;
  const data = await readData(source, {
    reading: wishedReading(options),
    ...(format === undefined ? {} : { format }),
    ...(encoding === undefined ? {} : { encoding }),
    ...(imageSize === undefined ? {} : { image: { size: [imageSize, imageSize] } }),
  });
  if (data.kind === 'table') return tableProblem(data, options);
  refuseColumnOptions(data.kind, options);
  if (data.kind === 'images') return imageProblem(data, options);
  return arraysProblem(data, options);
}

/** What the user says about the columns of a CSV file. */
function wishedReading({
  categorical = [],
  numeric = [],
  dates = [],
  missing,
  header,
}: TrainOptions): CsvReading {
  const types = Object.fromEntries([
    ...categorical.map((name) => [name, 'text'] as const),
    ...numeric.map((name) => [name, 'number'] as const),
  ]);
  const formats = dates.map((text): [string, string] => {
    const at = text.indexOf('=');
    return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
  });
  return {
    types,
    dates: Object.fromEntries(formats),
    ...(missing === undefined ? {} : { missing }),
    ...(header === 'no' ? { header: false } : {}),
  };
}

function refuseColumnOptions(kind: 'arrays' | 'images', options: TrainOptions): void {
  const names = ['categorical', 'numeric', 'dates', 'drop', 'missing', 'encoding'] as const;
  const name = names.find((one) => options[one] !== undefined);
  if (name !== undefined) throw new UsageError(`--${name} is about columns of a table, not ${kind}`);
}

async function tableProblem(data: TableData, options: TrainOptions): Promise<WholeProblem> {
  const { source, table, reading, notes } = data;
  const { categorical = [], numeric = [], drop = [], dates = [] } = options;
  const target = checkTargetName(options.target, table.columnNames, source);
  const named = { categorical, numeric, drop, dates: dates.map((text) => text.split('=', 1)[0]!) };
  for (const [option, names] of Object.entries(named)) checkNames(option, names, target, table, source);
  const isBoolean = reading.types?.[target] === 'boolean';
  const { task, y, classes, kept } = readTarget(target, table.column(target), options.task);
  const inputs = table.drop(target);
  const rows = kept === undefined ? inputs : inputs.take(kept);
  const columns = await planColumns(rows, y, { categorical, numeric, drop });
  const used = columns.filter(({ role }) => role !== 'dropped').map(({ name }) => name);
  if (used.length === 0) {
    throw new SteepestError('ERR_EMPTY', {
      expected: `${show(source)} to have a column to learn from besides ${show(target)}`,
      given:
        columns.length === 0 ? 'none' : columns.map(({ name, why }) => `${show(name)}: ${why}`).join('; '),
      hint: 'Name columns with --categorical or --numeric to use them all the same.',
    });
  }
  const hasFlags = isBoolean && task === 'classification';
  return {
    source,
    kind: 'table',
    task,
    target,
    classes: hasFlags ? [false, true] : classes,
    data: {
      x: rows.select(used),
      y: hasFlags ? (y as number[]).map((value) => value === 1) : y,
      rows: rows.rows,
    },
    rows: rows.rows,
    test: undefined,
    dropped: table.rows - rows.rows,
    columns,
    reading: data.format === 'csv' ? readingOf(reading, [...used, target]) : undefined,
    image: undefined,
    notes,
  };
}

/** @throws SteepestError `ERR_UNKNOWN_NAME`; UsageError for the target */
function checkNames(
  option: string,
  names: readonly string[],
  target: string,
  table: DataTable,
  source: string,
): void {
  for (const name of names) {
    if (!table.has(name))
      throw unknownColumn(`--${option}, a column of ${show(source)},`, name, table.columnNames);
    if (name === target && option === 'drop') throw new UsageError(`--drop ${name}: it is the target`);
  }
}

/** Only of columns that predictions and evaluations read. */
function readingOf({ types, dates, ...rest }: CsvReading, names: readonly string[]): CsvReading {
  const only = <T>(record: Readonly<Record<string, T>> = {}): Record<string, T> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => names.includes(name)));
  return { types: only(types), ...(dates === undefined ? {} : { dates: only(dates) }), ...rest };
}

function imageProblem(data: ImagesData, options: TrainOptions): WholeProblem {
  const { source, x, labels, size, channels, files, ignored } = data;
  if (options.target !== undefined) {
    throw new UsageError('--target is a column or an array; the classes of images are their folders');
  }
  if (labels === undefined) {
    throw new SteepestError('ERR_DATA_FILE', {
      expected: `${show(source)} to hold a folder of images for each class`,
      given: `${files.length} images without folders`,
      hint: 'Put them into folders with the names of their classes: cats/1.jpg, dogs/1.jpg.',
    });
  }
  const target = 'class';
  const { y, classes } = readTarget(target, [...labels], 'classification');
  return {
    source,
    kind: 'images',
    task: 'classification',
    target,
    classes,
    data: { x, y, rows: files.length },
    rows: files.length,
    test: undefined,
    dropped: 0,
    columns: undefined,
    reading: undefined,
    image: { size, channels },
    notes:
      ignored.length === 0 ? [] : [`${ignored.length} files are not read: they are no images by their names`],
  };
}

/** Names of arrays, as NumPy and Keras programs use them. */
const X_NAMES = ['x', 'X', 'x_train', 'X_train', 'data', 'images', 'train_images', 'features'];
const Y_NAMES = ['y', 'Y', 'y_train', 'Y_train', 'labels', 'train_labels', 'target', 'targets'];

type Arrays = Readonly<Record<string, NdArray<StoredArray>>>;

async function arraysProblem(data: ArraysData, options: TrainOptions): Promise<WholeProblem> {
  const { source, format } = data;
  const named = await namedArrays(data, options.target);
  const { arrays, yName, xName } = named;
  const { task, y, classes, kept } = readTarget(yName, columnOf(yName, arrays[yName]!), options.task);
  if (kept !== undefined) {
    throw new SteepestError('ERR_NOT_FINITE', {
      expected: `array '${yName}' with a number in each row`,
      given: 'NaN in some',
      hint: 'Remove these rows from both arrays.',
    });
  }
  const x = inputsOf(xName, arrays[xName]!, yName, y.length);
  const test = testOf(arrays, xName, yName, x, classes);
  const isImages = x.shape.length === 4;
  const [, height = 0, width = 0, channels] = x.shape;
  return {
    source,
    kind: isImages ? 'images' : 'rows',
    task,
    target: yName,
    classes,
    data: { x, y, rows: y.length },
    rows: y.length,
    test,
    dropped: 0,
    columns: undefined,
    reading: undefined,
    image: isImages ? { size: [height, width], channels: channels as 1 | 3 } : undefined,
    notes: format === 'npz' ? [`learns '${yName}' from '${xName}'`] : [],
  };
}

interface NamedArrays {
  arrays: Arrays;
  xName: string;
  yName: string;
}

async function namedArrays(
  { source, format, arrays }: ArraysData,
  target: string | undefined,
): Promise<NamedArrays> {
  if (format === 'npy') {
    if (target === undefined || !target.endsWith('.npy')) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `--target with the file of the targets of ${show(source)}`,
        given: target === undefined ? 'none' : show(target),
        hint: 'Write --target y.npy, or pass an .npz file with both arrays.',
      });
    }
    const y = (await readData(target, { format: 'npy' })) as ArraysData;
    return { arrays: { x: arrays.x!, [target]: y.arrays.x! }, xName: 'x', yName: target };
  }
  const names = Object.keys(arrays);
  const yName = target ?? Y_NAMES.find((name) => names.includes(name));
  const given = checkTargetName(yName, names, source);
  const xName = X_NAMES.find((name) => names.includes(name) && name !== given);
  const others = names.filter((name) => name !== given);
  const only = others.length === 1 ? others[0] : undefined;
  if (xName === undefined && only === undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${show(source)} to have an array called x, data or images`,
      given: listed(names),
      hint: 'Save it as numpy.savez(path, x=x, y=y).',
    });
  }
  return { arrays, xName: (xName ?? only)!, yName: given };
}

/** An array of targets as a column. */
function columnOf(name: string, { data, shape }: NdArray<StoredArray>): Column {
  const isColumn = shape.length === 1 || (shape.length === 2 && shape[1] === 1);
  if (isColumn) return Float64Array.from(data);
  throw new SteepestError('ERR_SHAPE', {
    expected: `array '${name}' with one target per row, [rows]`,
    given: `[${shape.join(', ')}]`,
    hint: 'Pass class numbers in place of one column per class: y.argmax(axis=1).',
  });
}

/** Rows [rows, columns], or images with a channel [rows, height, width, channels]. */
function inputsOf(name: string, { data, shape }: NdArray<StoredArray>, yName: string, rows: number): NdArray {
  if (shape.length < 2 || shape.length > 4) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `array '${name}' as [rows, columns], or images [rows, height, width] or [rows, height, width, channels]`,
      given: `[${shape.join(', ')}]`,
      hint: 'Reshape it before it is saved.',
    });
  }
  if (shape[0] !== rows) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `array '${name}' with ${rows} rows, as '${yName}' has`,
      given: `${shape[0]}`,
      hint: 'Save arrays of the same rows.',
    });
  }
  return { data, shape: shape.length === 3 ? [...shape, 1] : [...shape] };
}

/** `x_test` and `y_test`, if they are there. */
function testOf(
  arrays: Arrays,
  xName: string,
  yName: string,
  { shape }: NdArray,
  classes: readonly Label[] | undefined,
): Dataset | undefined {
  const other = (name: string): string => name.replace('train', 'test');
  const [xTest, yTest] = [other(xName), other(yName)];
  if (xTest === xName || yTest === yName || arrays[xTest] === undefined || arrays[yTest] === undefined) {
    return undefined;
  }
  const values = columnOf(yTest, arrays[yTest]) as Float64Array;
  const x = inputsOf(xTest, arrays[xTest], yTest, values.length);
  if (String(x.shape.slice(1)) !== String(shape.slice(1))) {
    throw new SteepestError('ERR_SHAPE', {
      expected: `'${xTest}' with the shape of '${xName}' but for the rows, [rows, ${shape.slice(1).join(', ')}]`,
      given: `[${x.shape.join(', ')}]`,
      hint: 'Save arrays of the same kind.',
    });
  }
  if (classes === undefined) return { x, y: values, rows: values.length };
  const unknown = values.find((value) => !classes.includes(value));
  if (unknown !== undefined) {
    throw new SteepestError('ERR_LABEL_RANGE', {
      expected: `'${yTest}' with the classes of '${yName}'`,
      given: String(unknown),
      hint: 'Train on rows of every class.',
    });
  }
  return { x, y: Array.from(values), rows: values.length };
}
