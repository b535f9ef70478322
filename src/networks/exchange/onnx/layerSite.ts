import type { OnnxAttributes } from '../../../io/onnx/attributes.js';
import type { OnnxBuilder } from '../../../io/onnx/graphBuilder.js';
import type { ResolvedLayer } from '../../compile/model.js';

/** Where a layer writes its nodes: the graph, and the layer's own name and arrays. */
export class LayerSite {
  constructor(
    readonly builder: OnnxBuilder,
    readonly layer: ResolvedLayer,
    /** All arrays of the network by name, `dense_1/kernel`. */
    private readonly weights: ReadonlyMap<string, Float32Array>,
  ) {}

  /** An array of the layer, `'kernel'`; undefined if it has none of this name. */
  array(name: string): { data: Float32Array; shape: readonly number[] } | undefined {
    const whole = this.nameOf(name);
    const parameter = this.layer.parameters.find((one) => one.name === whole);
    return parameter && { data: this.weights.get(whole) as Float32Array, shape: parameter.shape };
  }

  /** A constant of float32, named after the layer. @returns its name */
  constant(name: string, data: Float32Array, shape: readonly number[]): string {
    return this.builder.constant(this.nameOf(name), { type: 'float', shape, data });
  }

  /** A constant of one number that is broadcast. @returns its name */
  scalar(name: string, value: number): string {
    return this.constant(name, Float32Array.of(value), []);
  }

  /** A constant of whole numbers. @returns its name */
  integers(name: string, values: readonly number[]): string {
    const data = BigInt64Array.from(values, BigInt);
    return this.builder.constant(this.nameOf(name), { type: 'int64', shape: [values.length], data });
  }

  /**
   * Adds a node.
   * @param part what it computes of the layer, for its name; by default all of it
   * @returns the name of its output
   */
  add(opType: string, inputs: readonly string[], attributes: OnnxAttributes = {}, part?: string): string {
    const name = part === undefined ? this.layer.name : this.nameOf(part);
    return this.builder.add(opType, inputs, attributes, { name });
  }

  private nameOf(part: string): string {
    return `${this.layer.name}/${part}`;
  }
}
