import type { SteepestError } from '../../../core/errors.js';
import { Matrix } from '../../../core/matrix.js';
import type { NdArray } from '../../../core/ndarray.js';
import { resolveModel } from '../../../networks/compile/model.js';
import { outputsFor } from '../../../networks/compile/outputKind.js';
import { Classes } from '../../../networks/models/classify.js';
import { type Compiled, resolveCompile } from '../../../networks/models/compileOptions.js';
import type { Sequential } from '../../../networks/models/sequential.js';
import { RowReader, type Rows } from './rows.js';
import { type Answers, listText, NamedTexts, numberText, type Served, type ServedInfo } from './served.js';

/** A network: its classes if it has such, otherwise its outputs. */
export class ServedNetwork implements Served {
  readonly reader: RowReader;
  readonly info: ServedInfo;
  private readonly classes: Classes | undefined;
  private readonly byClass: NamedTexts;
  private readonly labels: readonly string[] = [];
  private readonly outputShape: readonly number[];

  constructor(private readonly network: Sequential) {
    const model = resolveModel(network.config);
    const { compileConfig } = network;
    const compiled = compileConfig === undefined ? undefined : resolveCompile(model, compileConfig);
    const { inputCols, inputShape, outputCols, outputShape, columns: names } = model;
    this.outputShape = outputShape;
    this.reader = new RowReader({
      names,
      types: Array(inputCols).fill('number'),
      imageShape: inputShape.length > 1 ? inputShape : undefined,
      takesGaps: false,
      isFloat32: true,
    });
    const isOfClasses = learnsOneClass(compiled, model.classes, outputCols);
    this.classes = isOfClasses ? new Classes('probabilities', model, compiled) : undefined;
    const count = outputCols === 1 ? 2 : outputCols;
    const known = model.classes ?? Array.from({ length: count }, (_, number) => number);
    this.byClass = new NamedTexts(known);
    this.labels = known.map((label) => JSON.stringify(label));
    this.info = {
      type: network.type,
      text: `${network.config.layers.length} layers, [${inputShape.join(', ')}] to [${outputShape.join(', ')}]`,
      task: isOfClasses ? 'classification' : compiled === undefined ? 'outputs' : 'regression',
      classes: isOfClasses ? known : undefined,
      whyNoProbabilities: this.whyNoProbabilities(),
      outputs: isOfClasses ? undefined : model.classes,
    };
  }

  predictSync(rows: Rows, proba: boolean): Answers {
    return this.answers(this.network.predictSync(this.table(rows)), proba);
  }

  async predict(rows: Rows, proba: boolean): Promise<Answers> {
    return this.answers(await this.network.predict(this.table(rows)), proba);
  }

  private whyNoProbabilities(): string | undefined {
    if (this.classes === undefined) return 'a network of values';
    try {
      this.classes.checkProbabilities();
      return undefined;
    } catch (error) {
      return (error as SteepestError).given;
    }
  }

  private table(rows: Rows): NdArray {
    const numbers = 'numbers' in rows ? rows.numbers : new Float32Array(0);
    const { imageShape, types } = this.reader.inputs;
    return { data: numbers, shape: [rows.count, ...(imageShape ?? [types.length])] };
  }

  private answers(outputs: Matrix<Float32Array>, proba: boolean): Answers {
    const { classes, byClass, labels } = this;
    if (classes === undefined) return { predictions: this.values(outputs), probabilities: undefined };
    const numbers = classes.numbers(outputs);
    const all = proba ? classes.all(outputs) : new Float64Array(0);
    const count = labels.length;
    return {
      predictions: numbers.map((number) => labels[number]!),
      probabilities: proba ? numbers.map((_, row) => byClass.text(all, row * count)) : undefined,
    };
  }

  private values({ data, rows }: Matrix<Float32Array>): (string | undefined)[] {
    const cols = data.length / rows;
    const { outputShape } = this;
    const all: (string | undefined)[] = [];
    for (let i = 0; i < rows; i++) {
      const row = data.subarray(i * cols, (i + 1) * cols);
      if (cols === 1) all.push(numberText(row[0]!));
      else if (outputShape.length === 1) all.push(listText(row));
      else if (row.every(Number.isFinite)) all.push(JSON.stringify(new Matrix(row, outputShape).toArray()));
      else all.push(undefined);
    }
    return all;
  }
}

/** True for one class per row: neither values nor several flags of their own. */
function learnsOneClass(
  compiled: Compiled | undefined,
  names: readonly string[] | undefined,
  outputs: number,
): boolean {
  if (compiled === undefined) return names !== undefined;
  const { definition } = compiled.objective.loss;
  const isMultiLabel = definition.fuses === 'sigmoid' && outputs > 1;
  return outputsFor(definition) !== undefined && !isMultiLabel;
}
