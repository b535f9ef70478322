import { each, ofTwo } from './elementwise.js';
import { checkTypes, FLOATS, NUMBERS, type Operators, operator } from './operator.js';
import {
  axisOf,
  broadcastIndex,
  broadcastShape,
  eachIndex,
  numbers,
  sizeOf,
  type Tensor,
  tensorOf,
} from './tensor.js';

/** A value of one type in the form in which tensors have them. */
const likeData = (type: string, values: readonly (number | string)[]): Tensor['data'] =>
  type === 'string' ? values : Float64Array.from(values as readonly number[]);

function where(condition: Tensor, x: Tensor, y: Tensor): Tensor {
  checkTypes([condition], ['bool']);
  const type = checkTypes([x, y], [...NUMBERS, 'bool', 'string']);
  const shape = broadcastShape(broadcastShape(condition.shape, x.shape), y.shape);
  const values: (number | string)[] = [];
  eachIndex(shape, (index) => {
    const chosen = numbers(condition).data[broadcastIndex(index, condition.shape)] === 0 ? y : x;
    values.push(chosen.data[broadcastIndex(index, chosen.shape)]!);
  });
  return { type, shape, data: likeData(type, values) };
}

/** Of matrices. */
function matMul(a: Tensor, b: Tensor): Tensor {
  const type = checkTypes([a, b], FLOATS);
  const [m, k] = a.shape as [number, number];
  const [rows, n] = b.shape as [number, number];
  if (a.shape.length !== 2 || b.shape.length !== 2 || rows !== k)
    throw new Error(`[${a.shape}] by [${b.shape}]`);
  const [x, y] = [numbers(a).data, numbers(b).data];
  const out = new Float64Array(m * n);
  for (let i = 0; i < m; i++) {
    for (let j = 0; j < n; j++) for (let t = 0; t < k; t++) out[i * n + j]! += x[i * k + t]! * y[t * n + j]!;
  }
  return tensorOf(type, [m, n], out);
}

/** The only axis that `ReduceSum`, `Unsqueeze` and others are given. */
function onlyAxis(axes: Tensor, rank: number): number {
  checkTypes([axes], ['int64']);
  const { data } = numbers(axes);
  if (axes.shape.length !== 1 || data.length !== 1) throw new Error('expected one axis');
  return axisOf(data[0]!, rank);
}

function reduceSum(x: Tensor, axes: Tensor, keepdims: number): Tensor {
  const type = checkTypes([x], NUMBERS);
  const axis = onlyAxis(axes, x.shape.length);
  const shape = x.shape.map((size, i) => (i === axis ? 1 : size));
  const sums = new Float64Array(sizeOf(shape));
  eachIndex(x.shape, (index, at) => {
    sums[broadcastIndex(index, shape)]! += numbers(x).data[at]!;
  });
  return tensorOf(type, keepdims === 1 ? shape : shape.filter((_, i) => i !== axis), sums);
}

/** Operators on tables: comparisons, gaps, sums of rows. */
export const TABLES: Operators = {
  Abs: each(Math.abs),
  Sign: each(Math.sign),
  Sin: each(Math.sin),
  Cos: each(Math.cos),
  Reciprocal: each((x) => 1 / x),
  Pow: ofTwo((a, b) => a ** b),
  Equal: ofTwo((a, b) => Number(a === b), 'bool'),
  Less: ofTwo((a, b) => Number(a < b), 'bool'),
  LessOrEqual: ofTwo((a, b) => Number(a <= b), 'bool'),
  GreaterOrEqual: ofTwo((a, b) => Number(a >= b), 'bool'),
  IsNaN: operator(1, ([x]) => {
    checkTypes([x!], FLOATS);
    return tensorOf(
      'bool',
      x!.shape,
      numbers(x!).data.map((value) => Number(Number.isNaN(value))),
    );
  }),
  Where: operator(3, ([condition, x, y]) => where(condition!, x!, y!)),
  MatMul: operator(2, ([a, b]) => matMul(a!, b!)),
  ReduceSum: operator(2, ([x, axes], given) => reduceSum(x!, axes!, given.number('keepdims')), {
    keepdims: ['int', 1],
  }),
  Unsqueeze: operator(2, ([x, axes]) => {
    const axis = onlyAxis(axes!, x!.shape.length + 1);
    return { ...x!, shape: [...x!.shape.slice(0, axis), 1, ...x!.shape.slice(axis)] };
  }),
};

/** Operators of `ai.onnx.ml`. */
export const CLASSICAL: Operators = {
  LabelEncoder: operator(
    1,
    ([x], given) => {
      checkTypes([x!], ['string']);
      const keys = given.get('keys_strings') as readonly string[];
      const values = given.numbers('values_int64s');
      if (keys.length !== values.length || new Set(keys).size !== keys.length)
        throw new Error('keys and values');
      const table = new Map(keys.map((key, i) => [key, values[i]!]));
      const other = given.number('default_int64');
      const found = (x!.data as readonly string[]).map((text) => table.get(text) ?? other);
      return tensorOf('int64', x!.shape, found);
    },
    { keys_strings: ['strings'], values_int64s: ['ints'], default_int64: ['int', -1] },
  ),
};
