import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { NdArray } from '../../core/ndarray.js';
import { exp } from '../../kernels/typescript/float64/math.js';
import type { ResolvedModel } from '../compile/model.js';
import { type OutputKind, outputKind } from '../compile/outputKind.js';
import type { Compiled } from './compileOptions.js';

/** A class of a prediction and its probability. */
export interface ClassProbability {
  /** The class's name, or its number if the model's classes have no names. */
  class: string | number;
  /** From 0 to 1. */
  probability: number;
}

/** What turns a model's outputs into classes. */
export class Classes {
  /** Two for a single output. */
  readonly count: number;
  private readonly outputs: OutputKind;
  /** The loss of a compiled model, for errors. */
  private readonly loss: string | undefined;

  /**
   * @param method for errors
   * @throws SteepestError `ERR_SHAPE` or `ERR_ARGUMENT` for a model that does not predict classes
   */
  constructor(
    private readonly method: string,
    private readonly model: ResolvedModel,
    compiled: Compiled | undefined,
  ) {
    const { outputCols, outputShape } = model;
    const loss = compiled?.objective.loss;
    if (!outputShape.slice(0, -1).every((size) => size === 1)) {
      throw new SteepestError('ERR_SHAPE', {
        expected: `a model with one score per class for ${method}`,
        given: `one with images [${outputShape.join(', ')}] as output`,
        hint: 'Use predict().',
      });
    }
    const outputs = outputKind(loss);
    if (loss !== undefined && outputs === undefined) {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `a model of classes for ${method}`,
        given: `one compiled with ${loss.definition.name}, whose outputs are values`,
        hint: 'Use predict(), or a loss such as sparseCategoricalCrossentropy.',
      });
    }
    this.count = outputCols === 1 ? 2 : outputCols;
    this.loss = loss?.definition.name;
    this.outputs = outputs as OutputKind;
  }

  /** The most probable class of each row; of equal ones the first. */
  best(outputs: NdArray<Float32Array>): string[] | number[] {
    const { classes } = this.model;
    const numbers = this.numbers(outputs);
    return classes === undefined ? numbers : numbers.map((number) => classes[number]!);
  }

  /** The number of the most probable class of each row. */
  numbers({ data }: NdArray<Float32Array>): number[] {
    const { outputCols } = this.model;
    return Array.from({ length: data.length / outputCols }, (_, row) =>
      outputCols === 1 ? this.ofOne(data[row]!, row) : largest(data, row * outputCols, outputCols),
    );
  }

  /** The `k` most probable classes of each row, in order of probability and then of their numbers. */
  top({ data }: NdArray<Float32Array>, k: number): ClassProbability[][] {
    const { outputCols, classes } = this.model;
    return Array.from({ length: data.length / outputCols }, (_, row) => {
      const outputs = data.subarray(row * outputCols, (row + 1) * outputCols);
      const probabilities = this.probabilities(outputs, row);
      const order = Array.from(probabilities, (_, number) => number);
      // Array.prototype.sort is stable.
      order.sort((a, b) => probabilities[b]! - probabilities[a]!);
      return order.slice(0, k).map((number) => ({
        class: classes === undefined ? number : classes[number]!,
        probability: probabilities[number]!,
      }));
    });
  }

  /**
   * The probabilities of all classes, rows × classes.
   * @throws SteepestError as {@link checkProbabilities}
   */
  all({ data }: NdArray<Float32Array>): Float64Array {
    this.checkProbabilities();
    const { outputCols } = this.model;
    const all = new Float64Array((data.length / outputCols) * this.count);
    for (let row = 0; row * outputCols < data.length; row++) {
      const outputs = data.subarray(row * outputCols, (row + 1) * outputCols);
      all.set(this.probabilities(outputs, row), row * this.count);
    }
    return all;
  }

  /**
   * @throws SteepestError `ERR_ARGUMENT` for more classes than there are, or for outputs of which
   *   no probabilities can be made
   */
  checkTop(k: unknown): number {
    this.checkProbabilities();
    const most = checkInteger('k', k);
    if (most <= this.count) return most;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `k to be at most ${this.count}, the number of classes`,
      given: `${most}`,
      hint: 'Use a smaller k.',
    });
  }

  /**
   * @throws SteepestError `ERR_ARGUMENT` for outputs of which no probabilities can be made
   */
  checkProbabilities(): void {
    if (this.outputs !== 'scores') return;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `a model of probabilities for ${this.method}`,
      given: `one compiled with ${this.loss}, whose outputs are scores`,
      hint: 'Use predictClasses() or predict(), or a cross-entropy as loss.',
    });
  }

  private ofOne(output: number, row: number): number {
    if (this.outputs !== 'probabilities') return output > 0 ? 1 : 0;
    return this.checkProbability(output, row) > 0.5 ? 1 : 0;
  }

  private probabilities(outputs: Float32Array, row: number): Float64Array {
    if (this.outputs === 'logits') return outputs.length === 1 ? sigmoidPair(outputs[0]!) : softmax(outputs);
    outputs.forEach((output) => {
      this.checkProbability(output, row);
    });
    const [p = 0] = outputs;
    return Float64Array.from(outputs.length === 1 ? [1 - p, p] : outputs);
  }

  private checkProbability(output: number, row: number): number {
    if (output >= 0 && output <= 1) return output;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `probabilities from 0 to 1 as outputs for ${this.method}`,
      given: `${output} at row ${row}`,
      hint: "End the model in 'softmax' or 'sigmoid', or compile it with a loss with fromLogits: true.",
    });
  }
}

function largest(data: Float32Array, from: number, count: number): number {
  let best = 0;
  for (let j = 1; j < count; j++) if (data[from + j]! > data[from + best]!) best = j;
  return best;
}

/** exp(z − max) / Σ exp(z − max), the sum in class order, in float64. */
function softmax(logits: Float32Array): Float64Array {
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const powers = Float64Array.from(logits, (z) => exp(z - most));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((power) => power / sum);
}

/** 1 − σ(z) and σ(z), each without cancellation. */
function sigmoidPair(z: number): Float64Array {
  const t = exp(-Math.abs(z));
  const [less, more] = [t / (1 + t), 1 / (1 + t)];
  return Float64Array.from(z >= 0 ? [less, more] : [more, less]);
}
