import { checkTypes, type Operators, operator } from './operator.js';
import { axisOf, eachIndex, numbers, sizeOf, stridesOf, type Tensor } from './tensor.js';

/** The elements of a tensor at places, with another shape. */
function pick(x: Tensor, shape: readonly number[], places: readonly number[]): Tensor {
  const chosen = places.map((place) => x.data[place]!);
  const data = x.data instanceof Float64Array ? Float64Array.from(chosen as number[]) : chosen;
  if (data.length !== sizeOf(shape)) throw new Error(`${data.length} elements of shape [${shape}]`);
  return { type: x.type, shape, data };
}

const reshaped = (x: Tensor, shape: readonly number[]): Tensor => {
  if (sizeOf(shape) !== sizeOf(x.shape)) throw new Error(`[${x.shape}] cannot be [${shape}]`);
  return { ...x, shape };
};

/** Whole numbers that an operator takes as a tensor. */
function integers(tensor: Tensor): number[] {
  checkTypes([tensor], ['int64']);
  if (tensor.shape.length !== 1) throw new Error('expected a list of integers');
  return [...numbers(tensor).data];
}

function slice(x: Tensor, starts: number[], ends: number[], axes: number[]): Tensor {
  const first = x.shape.map(() => 0);
  const shape = [...x.shape];
  axes.forEach((given, i) => {
    const axis = axisOf(given, shape.length);
    const size = x.shape[axis]!;
    const place = (at: number): number => Math.min(size, Math.max(0, at < 0 ? at + size : at));
    first[axis] = place(starts[i]!);
    shape[axis] = Math.max(0, place(ends[i]!) - first[axis]!);
  });
  const strides = stridesOf(x.shape);
  const places: number[] = [];
  eachIndex(shape, (index) => {
    places.push(index.reduce((at, k, axis) => at + (k + first[axis]!) * strides[axis]!, 0));
  });
  return pick(x, shape, places);
}

function gather(x: Tensor, indices: Tensor, axis: number): Tensor {
  checkTypes([indices], ['int64', 'int32']);
  const [before, size, after] = [
    sizeOf(x.shape.slice(0, axis)),
    x.shape[axis]!,
    sizeOf(x.shape.slice(axis + 1)),
  ];
  const places: number[] = [];
  for (let i = 0; i < before; i++) {
    for (const given of numbers(indices).data) {
      const k = given < 0 ? given + size : given;
      if (k < 0 || k >= size) throw new Error(`index ${given} of ${size}`);
      for (let j = 0; j < after; j++) places.push((i * size + k) * after + j);
    }
  }
  return pick(x, [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], places);
}

function concat(parts: readonly Tensor[], axis: number): Tensor {
  const [first] = parts;
  if (parts.some(({ type }) => type !== first!.type)) throw new Error('parts of several types');
  const total = parts.reduce((sum, { shape }) => sum + shape[axis]!, 0);
  const shape = first!.shape.map((size, i) => (i === axis ? total : size));
  const data: (number | string)[] = [];
  const before = sizeOf(shape.slice(0, axis));
  for (let i = 0; i < before; i++) {
    for (const part of parts) {
      const run = sizeOf(part.shape.slice(axis));
      data.push(...part.data.slice(i * run, (i + 1) * run));
    }
  }
  if (data.length !== sizeOf(shape)) throw new Error('parts of several shapes');
  const isText = typeof data[0] === 'string';
  return { type: first!.type, shape, data: isText ? data : Float64Array.from(data as number[]) };
}

/** The operators that only move elements. */
export const SHAPES: Operators = {
  Identity: operator(1, ([x]) => x!),
  Flatten: operator(
    1,
    ([x], given) => {
      const axis = axisOf(given.number('axis'), x!.shape.length + 1);
      return reshaped(x!, [sizeOf(x!.shape.slice(0, axis)), sizeOf(x!.shape.slice(axis))]);
    },
    { axis: ['int', 1] },
  ),
  Reshape: operator(
    2,
    ([x, shape]) => {
      const wanted = integers(shape!).map((size, i) => (size === 0 ? x!.shape[i]! : size));
      const known = wanted.reduce((n, size) => (size === -1 ? n : n * size), 1);
      return reshaped(
        x!,
        wanted.map((size) => (size === -1 ? sizeOf(x!.shape) / known : size)),
      );
    },
    { allowzero: ['int', 0] },
  ),
  Squeeze: operator([1, 2], ([x, axes]) => {
    const chosen = axes && integers(axes).map((axis) => axisOf(axis, x!.shape.length));
    const goes = (size: number, axis: number): boolean => (chosen ? chosen.includes(axis) : size === 1);
    return reshaped(
      x!,
      x!.shape.filter((size, axis) => !goes(size, axis)),
    );
  }),
  Transpose: operator(
    1,
    ([x], given) => {
      const perm = given.numbers('perm');
      const shape = perm.map((axis) => x!.shape[axis]!);
      const strides = stridesOf(x!.shape);
      const places: number[] = [];
      eachIndex(shape, (index) => {
        places.push(index.reduce((at, k, axis) => at + k * strides[perm[axis]!]!, 0));
      });
      return pick(x!, shape, places);
    },
    { perm: ['ints'] },
  ),
  Slice: operator([3, 4], ([x, starts, ends, axes]) =>
    slice(
      x!,
      integers(starts!),
      integers(ends!),
      axes ? integers(axes) : integers(starts!).map((_, axis) => axis),
    ),
  ),
  Gather: operator(
    2,
    ([x, indices], given) => gather(x!, indices!, axisOf(given.number('axis'), x!.shape.length)),
    { axis: ['int', 0] },
  ),
  Concat: operator(
    [1, Number.POSITIVE_INFINITY],
    (parts, given) => concat(parts, axisOf(given.number('axis'), parts[0]!.shape.length)),
    { axis: ['int'] },
  ),
};
