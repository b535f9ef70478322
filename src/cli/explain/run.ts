import { type Align, alignColumns, numberCell } from '../../core/alignColumns.js';
import { SteepestError } from '../../core/errors.js';
import { Matrix } from '../../core/matrix.js';
import type { NdArray } from '../../core/ndarray.js';
import type { DataTable } from '../../data/dataTable.js';
import {
  type PermutationImportance,
  permutationImportance,
} from '../../estimators/selection/permutationImportance.js';
import { accuracyScore, r2Score } from '../../metrics/index.js';
import { Sequential } from '../../networks/models/sequential.js';
import { shutdown } from '../../parallel/threads.js';
import { isNetwork, networkIn, predictorIn } from '../../report/judge/inside.js';
import type { Read } from '../commandSpec.js';
import { EXIT } from '../exitCodes.js';
import { answeredRows } from '../model/answeredRows.js';
import { type OpenModel, openModel, readModel } from '../model/openModel.js';
import { print, printJson, say } from '../output.js';
import { UsageError } from '../usageError.js';
import type { explainSpec } from './command.js';

type Args = Read<typeof explainSpec>;

/** Coefficients of what predicts, by the names of its inputs. */
interface Coefficients {
  /** Of a class or target; undefined if there is one row of them. */
  of: string | undefined;
  intercept: number | undefined;
  values: { name: string; value: number }[];
}

function coefficientsOf(model: object): Coefficients[] {
  const { coef, intercept, classes } = predictorIn(model) as {
    coef?: Matrix | Float64Array;
    intercept?: ArrayLike<number> | number;
    classes?: readonly unknown[];
  };
  if (coef === undefined) return [];
  const [rows, cols] = coef instanceof Matrix ? [coef.rows, coef.columns] : [1, coef.length];
  const data = coef instanceof Matrix ? coef.data : coef;
  const names =
    (coef instanceof Matrix ? coef.columnNames : undefined) ??
    Array.from({ length: cols }, (_, j) => `x${j}`);
  return Array.from({ length: rows }, (_, i) => ({
    of: rows === 1 ? undefined : String(classes?.length === rows ? classes[i] : i),
    intercept: typeof intercept === 'number' ? intercept : intercept?.[i],
    values: names.map((name, j) => ({ name, value: data[i * cols + j]! })),
  }));
}

/** The largest first: inputs that were scaled alike can be compared. */
function coefficientText({ of, intercept, values }: Coefficients): string {
  const order = [...values].sort((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const rows = order.map(({ name, value }) => [name, numberCell(value)]);
  if (intercept !== undefined) rows.push(['(intercept)', numberCell(intercept)]);
  const align: Align[] = ['left', 'right'];
  return alignColumns([of === undefined ? 'input' : `input, for ${of}`, 'coefficient'], rows, align);
}

/** What the model is, without any data. */
async function explainModel({ arguments: { model: path }, options }: Args): Promise<void> {
  const { model, info } = await readModel(path);
  const network = networkIn(model);
  const coefficients = isNetwork(model) ? [] : coefficientsOf(model);
  if (options.json) {
    await printJson({ model: path, text: String(model), coefficients, layers: network?.summary(), info });
    return;
  }
  const parts = [
    ...(isNetwork(model) ? [] : [String(model)]),
    ...(network === undefined ? [] : [network.summary()]),
    ...coefficients.map(coefficientText),
  ];
  await print(`${parts.join('\n\n')}\n`);
}

/** The program of a training step. @throws SteepestError `ERR_ARGUMENT`, `ERR_NOT_COMPILED` */
async function explainStep({ arguments: { model: path }, options }: Args): Promise<void> {
  const { model } = await readModel(path);
  const network = networkIn(model);
  if (network === undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'a network for --step',
      given: `a ${(model as { type: string }).type}, which has no training steps`,
      hint: 'Leave out --step.',
    });
  }
  const { batchSize, workers } = options;
  const text = network.explain({ batchSize, workers });
  await (options.json ? printJson({ model: path, batchSize, workers, step: text }) : print(`${text}\n`));
}

const importanceJson = ({ featureNames, importancesMean, importancesStd }: PermutationImportance) =>
  featureNames.map((name, j) => ({ name, mean: importancesMean[j]!, std: importancesStd[j]! }));

/** Which columns of the data matter. @throws SteepestError `ERR_ARGUMENT` for images */
async function explainColumns(args: Args, data: string): Promise<void> {
  const { options } = args;
  const opened = await openModel(args.arguments.model);
  if (opened.inputs.imageShape !== undefined) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'a model of columns for their importance',
      given: 'a network of images',
      hint: 'Leave out DATA; `steepest evaluate --report` shows which images it gets wrong.',
    });
  }
  const { format, encoding, repeats, seed } = options;
  const rows = await answeredRows(opened, data, options.target, { format, encoding });
  for (const note of rows.notes) say(`steepest: ${note}`);
  const { model } = opened;
  const fitted = model instanceof Sequential ? asEstimator(opened, model) : model;
  const maxSamples = rows.rows > options.rows ? options.rows : 1;
  const found = await permutationImportance(fitted, rows.x as never, rows.y as never, {
    nRepeats: repeats,
    seed,
    maxSamples,
  });
  if (options.json) {
    await printJson({
      model: args.arguments.model,
      data: rows.source,
      target: rows.target,
      rows: rows.rows,
      score: found.baselineScore,
      importance: importanceJson(found),
    });
    return;
  }
  const score = opened.task === 'classification' ? 'accuracy' : 'R²';
  const lines = [
    `${rows.source}: ${rows.rows.toLocaleString('en-US')} rows, ${score} ${numberCell(found.baselineScore)}`,
    `How much ${score} falls when a column is shuffled (mean and deviation of ${repeats}):`,
    '',
    String(found),
    '',
  ];
  await print(lines.join('\n'));
}

/** A network with the score of an estimator. */
const asEstimator = (opened: OpenModel, network: Sequential): object => ({
  featureNamesIn: network.columns,
  async score(x: DataTable | NdArray, y: never): Promise<number> {
    const { predictions } = await opened.predict(x, false);
    return opened.task === 'classification'
      ? accuracyScore(y, predictions as never)
      : r2Score(y, predictions as never);
  },
});

/** `steepest explain`: what a model has learned. */
export async function runExplain(args: Args): Promise<number> {
  const { arguments: given, options } = args;
  if (options.step && given.data !== undefined) throw new UsageError('--step takes no DATA');
  if (options.step) await explainStep(args);
  else if (given.data === undefined) await explainModel(args);
  else await explainColumns(args, given.data);
  await shutdown();
  return EXIT.done;
}
