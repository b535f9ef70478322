import { SteepestError } from '../../../core/errors.js';
import { Matrix } from '../../../core/matrix.js';
import { DataTable } from '../../../data/dataTable.js';
import type { LoadedEstimator } from '../../../estimators/registry.js';
import type { ModelInfo } from '../../modelInfo.js';
import { RowReader, type Rows } from './rows.js';
import { type Answers, listText, NamedTexts, numberText, type Served, type ServedInfo } from './served.js';
import { trainedForms } from './trainedForms.js';

/** What a prediction or a transform returns. */
type Result = readonly unknown[] | Float64Array | Matrix | DataTable;

/** An estimator of any class, a pipeline or a search's best. */
export class ServedEstimator implements Served {
  readonly reader: RowReader;
  readonly info: ServedInfo;
  private readonly method: 'predict' | 'transform';
  private readonly byClass: NamedTexts | undefined;
  /** Classes as JSON. */
  private readonly labels = new Map<unknown, string>();

  /**
   * @param info what `steepest train` wrote of the model
   * @throws SteepestError `ERR_NOT_FITTED`; `ERR_ARGUMENT` for one that takes no rows; `ERR_MODEL_FILE`
   *   for formats of dates that are none
   */
  constructor(
    private readonly model: LoadedEstimator,
    info?: ModelInfo,
  ) {
    const last = lastOf(model);
    const predicts = 'predict' in last;
    if (!predicts && !('transformSync' in last)) refuseModel(model.type);
    const { names, types } = model.onnxColumns();
    const forms = trainedForms(info, { names, types });
    this.reader = new RowReader({
      names,
      types,
      imageShape: undefined,
      takesGaps: true,
      isFloat32: false,
      ...forms,
    });
    this.method = predicts ? 'predict' : 'transform';
    const classes = predicts && isClassifier(last) ? classesOf(last) : undefined;
    for (const label of classes ?? []) this.labels.set(label, JSON.stringify(label));
    const whyNoProbabilities = classes === undefined ? 'a model of values' : whyNone(last);
    this.byClass = whyNoProbabilities === undefined ? new NamedTexts(classes!) : undefined;
    this.info = {
      type: model.type,
      text: String(model),
      task: !predicts ? 'transformation' : classes === undefined ? 'regression' : 'classification',
      classes: classes as ServedInfo['classes'],
      whyNoProbabilities,
      outputs: undefined,
    };
  }

  predictSync(rows: Rows, proba: boolean): Answers {
    const table = this.table(rows) as never;
    const { model, method } = this;
    const result = method === 'predict' ? model.predictSync(table) : model.transformSync(table);
    return this.answers(rows.count, result, proba ? model.predictProbaSync(table) : undefined);
  }

  async predict(rows: Rows, proba: boolean): Promise<Answers> {
    const table = this.table(rows) as never;
    const { model, method } = this;
    const result = method === 'predict' ? await model.predict(table) : await model.transform(table);
    return this.answers(rows.count, result, proba ? await model.predictProba(table) : undefined);
  }

  /** Rows in a form that neither copies nor guesses the types of columns. */
  private table(rows: Rows): Matrix<Float64Array> | DataTable {
    const { names, types } = this.reader.inputs;
    if ('numbers' in rows) return new Matrix(rows.numbers as Float64Array, [rows.count, types.length], names);
    const { columns, count } = rows;
    let next = 0;
    const all = types.flatMap((type, j): [string, Float64Array | (string | null)[]][] => {
      const name = names?.[j] ?? `x${j}`;
      if (type === undefined) {
        // By position, the columns that are not used have to be there too.
        return names === undefined ? [[name, new Float64Array(count)]] : [];
      }
      const cells = columns[next++]!;
      return [[name, type === 'text' ? (cells as (string | null)[]) : Float64Array.from(cells as number[])]];
    });
    return new DataTable(all);
  }

  private answers(count: number, result: Result, proba: Matrix<Float64Array> | undefined): Answers {
    const { byClass } = this;
    const classCount = proba === undefined ? 0 : proba.columns;
    return {
      predictions: this.method === 'predict' ? this.predictions(count, result) : transformed(result),
      probabilities:
        proba === undefined
          ? undefined
          : Array.from({ length: count }, (_, i) => byClass!.text(proba.data, i * classCount)),
    };
  }

  private predictions(count: number, result: Result): (string | undefined)[] {
    if (result instanceof Matrix) return matrixTexts(result);
    const list = result as ArrayLike<unknown>;
    const { labels } = this;
    return Array.from({ length: count }, (_, i) => {
      const value = list[i];
      return labels.get(value) ?? (typeof value === 'number' ? numberText(value) : JSON.stringify(value));
    });
  }
}

function matrixTexts(result: Matrix): (string | undefined)[] {
  const { rows, columnNames } = result;
  const named = columnNames === undefined ? undefined : new NamedTexts(columnNames);
  return Array.from({ length: rows }, (_, i) =>
    named === undefined ? listText(result.row(i)) : named.text(result.row(i), 0),
  );
}

/** Rows of a transformed table; a gap is null. */
function transformed(result: Result): string[] {
  if (result instanceof DataTable) {
    const { rows, columnNames } = result;
    const columns = columnNames.map((name) => result.column(name));
    return Array.from({ length: rows }, (_, i) =>
      JSON.stringify(Object.fromEntries(columnNames.map((name, j) => [name, columns[j]![i]]))),
    );
  }
  const matrix = result as Matrix;
  const { columnNames: names } = matrix;
  return Array.from({ length: matrix.rows }, (_, i) => {
    const row = Array.from(matrix.row(i));
    return JSON.stringify(
      names === undefined ? row : Object.fromEntries(names.map((name, j) => [name, row[j]])),
    );
  });
}

/** What says which methods a pipeline has: its last step, perhaps of a pipeline inside. */
function lastOf(model: object): object {
  const last = 'steps' in model && 'last' in model ? (model.last as object) : undefined;
  return last === undefined ? model : lastOf(last);
}

/** Why a classifier has no probabilities: some losses give scores, which the first row shows. */
function whyNone(last: object): string | undefined {
  if (!('predictProbaSync' in last)) return 'a classifier without probabilities';
  const { types } = (last as LoadedEstimator).onnxColumns();
  if (types.some((type) => type !== 'number')) return undefined;
  try {
    (last as LoadedEstimator).predictProbaSync([Array(types.length).fill(0)]);
    return undefined;
  } catch (error) {
    if (error instanceof SteepestError && error.code === 'ERR_ARGUMENT') return error.given;
    throw error;
  }
}

const isClassifier = (model: object): boolean =>
  'isClassifier' in model ? model.isClassifier === true : 'predictProba' in model;

const classesOf = (model: object): readonly unknown[] => (model as { classes: readonly unknown[] }).classes;

function refuseModel(type: string): never {
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'a model that predicts or transforms rows',
    given: `a ${type}, which numbers classes`,
    hint: 'Serve the model that predicts them.',
  });
}
