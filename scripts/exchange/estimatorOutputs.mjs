// What this package says of rows, by the names of outputs in an ONNX graph, and the rows as inputs.
import { checkSame } from './compare.mjs';

/** A `DataTable`, which has no `data`, as matrices with names of columns have. */
const isTable = (x) => 'columnNames' in x && !('data' in x);

/** Numbers as JSON has them: null for NaN. */
const plain = (data) => Array.from(data, (value) => (typeof value === 'bigint' ? Number(value) : value));

const matrix = (data, rows, cols) => ({ data: plain(data), shape: [rows, cols] });

/**
 * The inputs of a graph by name: { data, shape }; text has `''` for null.
 * @param options those of toOnnx
 */
export function onnxInputs(x, { inputs } = {}) {
  if (isTable(x) && inputs === 'matrix') {
    const { data, shape } = x.toMatrix();
    return { X: matrix(data, ...shape) };
  }
  if (isTable(x)) {
    return Object.fromEntries(
      x.columnNames.map((name) => [
        name,
        matrix(
          Array.from(x.column(name), (value) => value ?? ''),
          x.rows,
          1,
        ),
      ]),
    );
  }
  if (!Array.isArray(x[0]))
    return {
      y: matrix(
        x.map((v) => (typeof v === 'boolean' ? Number(v) : v)),
        x.length,
        1,
      ),
    };
  return { X: matrix(x.flat(), x.length, x[0].length) };
}

const rowsOf = (x) => (isTable(x) ? x.rows : x.length);

/** Columns of a table that has text. */
function tableOutputs(table) {
  const { columnNames: names } = table;
  const columns = names.map((name) => table.column(name));
  const isNumbers = columns.every((column) => column instanceof Float64Array);
  if (isNumbers) {
    const rows = Array.from({ length: table.rows }, (_, i) => columns.map((column) => column[i]));
    return { output: matrix(rows.flat(), table.rows, names.length) };
  }
  return Object.fromEntries(
    names.map((name, j) => [
      `output_${name}`,
      matrix(
        Array.from(columns[j], (v) => v ?? ''),
        table.rows,
        1,
      ),
    ]),
  );
}

/** What an estimator says of rows, by the names of outputs. */
export async function expectedOutputs(estimator, x) {
  const rows = rowsOf(x);
  if (estimator.type === 'LabelEncoder') return { output: matrix(await estimator.transform(x), rows, 1) };
  const isTransformer = 'transform' in estimator && !(await predicts(estimator, x));
  if (isTransformer) {
    const output = await estimator.transform(x);
    return isTable(output) ? tableOutputs(output) : { output: matrix(output.data, ...output.shape) };
  }
  const predicted = await estimator.predict(x);
  const classes = classesOf(estimator);
  if (classes === undefined) {
    const { data, shape } = 'shape' in predicted ? predicted : { data: predicted, shape: [rows, 1] };
    return { output: matrix(data, ...shape) };
  }
  const label = { data: predicted.map((v) => (typeof v === 'boolean' ? Number(v) : v)), shape: [rows] };
  return { label, ...(await probabilitiesOf(estimator, x, rows)) };
}

async function predicts(estimator, x) {
  if (!('predict' in estimator)) return false;
  if (!('last' in estimator)) return true;
  return 'predict' in estimator.last && x !== undefined;
}

function classesOf(estimator) {
  if ('bestEstimator' in estimator) return classesOf(estimator.bestEstimator);
  return 'last' in estimator ? estimator.last.classes : estimator.classes;
}

async function probabilitiesOf(estimator, x, rows) {
  try {
    const { data, shape } = await estimator.predictProba(x);
    return { probabilities: matrix(data, ...shape) };
  } catch (error) {
    if (error.code !== 'ERR_ARGUMENT') throw error;
  }
  if (estimator.type === 'NetworkClassifier') {
    const { data, shape } = await estimator.trainedNetwork.predict(x);
    return { scores: matrix(data, ...shape) };
  }
  const scores = await estimator.decisionFunction(x);
  return { scores: 'shape' in scores ? matrix(scores.data, ...scores.shape) : matrix(scores, rows, 1) };
}

/** Numbers below this part of the largest may be what is left where large ones have cancelled. */
const LEAST_SHARE = 1e-9;

/**
 * The largest difference of two lists, relative to each number.
 * @param isFloat32 relative to the largest number of the list in place of that
 */
function relativeDifference(actual, expected, isFloat32) {
  const largest = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  return expected.reduce((most, value, i) => {
    if (Object.is(value, actual[i]) || value === actual[i]) return most;
    const difference =
      Math.abs(actual[i] - value) / (isFloat32 ? largest : Math.max(Math.abs(value), LEAST_SHARE * largest));
    // NaN in one of them is as far away as can be.
    return Math.max(most, Number.isNaN(difference) ? Number.POSITIVE_INFINITY : difference);
  }, 0);
}

/**
 * How far outputs by name are from what is expected of them.
 * @throws Error for other names, shapes, text or labels
 */
export function compareOutputs(actual, expected, isFloat32) {
  checkSame('outputs', Object.keys(actual).sort(), Object.keys(expected).sort());
  const differences = Object.entries(expected).map(([name, { data, shape }]) => {
    checkSame(`shape of ${name}`, [...actual[name].shape], shape);
    const values = Array.from(actual[name].data, (value) =>
      typeof value === 'bigint' ? Number(value) : value,
    );
    if (typeof data[0] !== 'string' && name !== 'label') return relativeDifference(values, data, isFloat32);
    checkSame(name, values, data);
    return 0;
  });
  return Math.max(...differences);
}
