import type { OnnxAttributes } from '../../io/onnx/attributes.js';
import { int } from '../../io/onnx/attributes.js';
import { elementNumber } from '../../io/onnx/elementTypes.js';
import type { OnnxBuilder } from '../../io/onnx/graphBuilder.js';

/** The operators for classical machine learning, of which only those for text are used. */
const ML = 'ai.onnx.ml';

/** A graph to which an estimator adds its nodes, and the names that they have in it. */
export class Graph {
  /** @param prefix what the names of nodes and constants begin with: the step of a pipeline */
  constructor(
    readonly builder: OnnxBuilder,
    private readonly prefix = '',
  ) {}

  /** The same graph for an estimator inside another. */
  within(part: string): Graph {
    return new Graph(this.builder, `${this.prefix}${part}/`);
  }

  /**
   * Adds a node.
   * @param name what it computes
   * @returns the name of its output
   */
  op(opType: string, inputs: readonly string[], name: string, attributes: OnnxAttributes = {}): string {
    return this.builder.add(opType, inputs, attributes, { name: this.prefix + name });
  }

  /** The same with an operator of `ai.onnx.ml`. */
  mlOp(opType: string, inputs: readonly string[], name: string, attributes: OnnxAttributes): string {
    return this.builder.add(opType, inputs, attributes, { name: this.prefix + name, domain: ML });
  }

  cast(value: string, to: 'float' | 'int64' | 'double', name: string): string {
    return this.op('Cast', [value], name, { to: int(elementNumber(to)) });
  }

  /** A constant of float64; a list without a shape is one row of it. */
  numbers(name: string, values: ArrayLike<number>, shape: readonly number[] = [values.length]): string {
    return this.builder.constant(this.prefix + name, {
      type: 'double',
      shape,
      data: Float64Array.from(values),
    });
  }

  /** A constant of one number, which is broadcast. */
  number(name: string, value: number): string {
    return this.numbers(name, [value], []);
  }

  /** A constant of whole numbers. */
  integers(name: string, values: readonly number[], shape: readonly number[] = [values.length]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.builder.constant(this.prefix + name, { type: 'int64', shape, data });
  }

  /** A constant of truth values. */
  flags(name: string, values: readonly boolean[]): string {
    const data = Uint8Array.from(values, Number);
    return this.builder.constant(this.prefix + name, { type: 'bool', shape: [values.length], data });
  }

  /** A constant of texts. */
  texts(name: string, data: readonly string[]): string {
    return this.builder.constant(this.prefix + name, {
      type: 'string',
      shape: [data.length],
      data: [...data],
    });
  }

  /** Some columns of a matrix of any type. */
  columns(value: string, columns: readonly number[], name: string): string {
    const numbers = this.integers(`${name}_columns`, columns);
    return this.op('Gather', [value, numbers], name, { axis: int(1) });
  }

  /** Matrices of one type next to each other. */
  beside(values: readonly string[], name: string): string {
    return values.length === 1 ? values[0]! : this.op('Concat', values, name, { axis: int(1) });
  }

  /** The sum of each row of a matrix: [N, 1]. */
  rowSums(value: string, name: string): string {
    return this.op('ReduceSum', [value, this.integers(`${name}_axis`, [1])], name, { keepdims: int(1) });
  }

  /** A column, [N, 1], as a list, [N]. */
  asList(value: string, name: string): string {
    return this.op('Squeeze', [value, this.integers(`${name}_axis`, [1])], name);
  }

  /** A list, [N], as a column, [N, 1]. */
  asColumn(value: string, name: string): string {
    return this.op('Unsqueeze', [value, this.integers(`${name}_axis`, [1])], name);
  }

  /** Numbers between two bounds; NaN stays NaN, as `Clip` does not promise. */
  clip(value: string, least: number, most: number, name: string): string {
    const low = this.number('least', least);
    const high = this.number('most', most);
    const above = this.op('Where', [this.op('Less', [value, low], 'isBelow'), low, value], 'raised');
    return this.op('Where', [this.op('Greater', [above, high], 'isAbove'), high, above], name);
  }
}
