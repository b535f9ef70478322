/** A value of a graph as the evaluator has it: numbers in float64, integers as numbers, or text. */
export interface Tensor {
  /** An element type of ONNX. */
  type: string;
  shape: readonly number[];
  data: readonly (number | string)[] | Float64Array;
}

/** A tensor of numbers. */
export interface NumberTensor extends Tensor {
  data: Float64Array;
}

export const sizeOf = (shape: readonly number[]): number => shape.reduce((a, b) => a * b, 1);

export function numbers(tensor: Tensor): NumberTensor {
  if (!(tensor.data instanceof Float64Array)) throw new Error('expected numbers, given text');
  return tensor as NumberTensor;
}

export function tensorOf(type: string, shape: readonly number[], data: Iterable<number>): NumberTensor {
  const values = data instanceof Float64Array ? data : Float64Array.from(data);
  if (values.length !== sizeOf(shape)) throw new Error(`${values.length} numbers of shape [${shape}]`);
  return { type, shape, data: values };
}

/** Distances of neighbours along each axis, row-major. */
export function stridesOf(shape: readonly number[]): number[] {
  const strides = shape.map(() => 1);
  for (let axis = shape.length - 2; axis >= 0; axis--) strides[axis] = strides[axis + 1]! * shape[axis + 1]!;
  return strides;
}

/** An axis as it is counted from the front. */
export function axisOf(axis: number, rank: number): number {
  if (axis < -rank || axis >= rank) throw new Error(`axis ${axis} of ${rank}`);
  return axis < 0 ? axis + rank : axis;
}

/** Calls back with every index of a shape, in row-major order. */
export function eachIndex(
  shape: readonly number[],
  use: (index: readonly number[], at: number) => void,
): void {
  const index = shape.map(() => 0);
  for (let at = 0; at < sizeOf(shape); at++) {
    use(index, at);
    for (let axis = shape.length - 1; axis >= 0 && ++index[axis]! === shape[axis]; axis--) index[axis] = 0;
  }
}

/**
 * The shape of two that are broadcast against each other (ONNX's multidirectional broadcasting).
 */
export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  const rank = Math.max(a.length, b.length);
  return Array.from({ length: rank }, (_, i) => {
    const [x, y] = [a[a.length - rank + i] ?? 1, b[b.length - rank + i] ?? 1];
    if (x !== y && x !== 1 && y !== 1) throw new Error(`[${a}] and [${b}] cannot be broadcast`);
    return x === 1 ? y : x;
  });
}

/** Where an index of a broadcast shape lies in one of its operands. */
export function broadcastIndex(index: readonly number[], shape: readonly number[]): number {
  const strides = stridesOf(shape);
  const skipped = index.length - shape.length;
  return shape.reduce((at, size, axis) => at + (size === 1 ? 0 : index[skipped + axis]! * strides[axis]!), 0);
}
