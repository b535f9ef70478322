import { checkTypes, FLOATS, NUMBERS, type Operator, type Operators, operator } from './operator.js';
import { broadcastIndex, broadcastShape, eachIndex, numbers, type Tensor, tensorOf } from './tensor.js';

/** A function of each number. */
export const each = (
  f: (x: number, alpha: number, other: number) => number,
  attributes: NonNullable<Operator['attributes']> = {},
): Operator =>
  operator(
    1,
    ([x], given) => {
      const type = checkTypes([x!], FLOATS);
      const [first = 0, second = 0] = Object.keys(attributes).map((name) => given.number(name));
      return tensorOf(
        type,
        x!.shape,
        numbers(x!).data.map((value) => f(value, first, second)),
      );
    },
    attributes,
  );

/** A function of each pair of numbers, broadcast. */
export const ofTwo = (f: (a: number, b: number) => number, result?: string): Operator =>
  operator(2, ([a, b]) => {
    const type = checkTypes([a!, b!], NUMBERS);
    const [x, y] = [numbers(a!), numbers(b!)];
    const shape = broadcastShape(x.shape, y.shape);
    const out = tensorOf(result ?? type, shape, new Float64Array(shape.reduce((n, size) => n * size, 1)));
    eachIndex(shape, (index, at) => {
      out.data[at] = f(x.data[broadcastIndex(index, x.shape)]!, y.data[broadcastIndex(index, y.shape)]!);
    });
    return out;
  });

/** 2/√π·e^(−x²)·Σ 2ⁿx^(2n+1)/(2n+1)!!, whose terms have one sign. */
function erf(x: number): number {
  if (Math.abs(x) > 6) return Math.sign(x);
  let sum = 0;
  let term = x;
  for (let n = 1; Math.abs(term) > Math.abs(sum) * 1e-18; n++) {
    sum += term;
    term *= (2 * x * x) / (2 * n + 1);
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum;
}

const clamp = (x: number, least: number, most: number): number => Math.min(most, Math.max(least, x));

/** A limit of Clip: a scalar. */
function limit(tensor: Tensor | undefined, otherwise: number): number {
  if (tensor === undefined) return otherwise;
  if (tensor.shape.length !== 0) throw new Error('a limit has to be a scalar');
  return numbers(tensor).data[0]!;
}

/** The operators that compute every number by itself. */
export const ELEMENTWISE: Operators = {
  Relu: each((x) => Math.max(0, x)),
  LeakyRelu: each((x, alpha) => (x < 0 ? alpha * x : x), { alpha: ['float', Math.fround(0.01)] }),
  Elu: each((x, alpha) => (x < 0 ? alpha * Math.expm1(x) : x), { alpha: ['float', 1] }),
  Celu: each((x, alpha) => Math.max(0, x) + Math.min(0, alpha * Math.expm1(x / alpha)), {
    alpha: ['float', 1],
  }),
  Selu: each((x, alpha, gamma) => gamma * (x <= 0 ? alpha * Math.expm1(x) : x), {
    alpha: ['float', 1.6732631921768188],
    gamma: ['float', 1.0507010221481323],
  }),
  Sigmoid: each((x) => 1 / (1 + Math.exp(-x))),
  Tanh: each(Math.tanh),
  Softplus: each((x) => Math.max(0, x) + Math.log1p(Math.exp(-Math.abs(x)))),
  Softsign: each((x) => x / (1 + Math.abs(x))),
  HardSigmoid: each((x, alpha, beta) => clamp(alpha * x + beta, 0, 1), {
    alpha: ['float', Math.fround(0.2)],
    beta: ['float', 0.5],
  }),
  HardSwish: each((x) => x * clamp(x / 6 + 0.5, 0, 1)),
  Exp: each(Math.exp),
  Log: each(Math.log),
  Sqrt: each(Math.sqrt),
  Erf: each(erf),
  Neg: each((x) => -x),
  Clip: {
    inputs: [1, 3],
    run([x, least, most]) {
      const type = checkTypes([x!, least ?? x!, most ?? x!], NUMBERS);
      const [low, high] = [limit(least, Number.NEGATIVE_INFINITY), limit(most, Number.POSITIVE_INFINITY)];
      return [
        tensorOf(
          type,
          x!.shape,
          numbers(x!).data.map((value) => clamp(value, low, high)),
        ),
      ];
    },
  },
  PRelu: operator(2, ([x, alpha]) => {
    const type = checkTypes([x!, alpha!], FLOATS);
    const [values, alphas] = [numbers(x!), numbers(alpha!)];
    const shape = broadcastShape(values.shape, alphas.shape);
    if (`${shape}` !== `${values.shape}`) throw new Error('alpha has more elements than x');
    const out = tensorOf(type, shape, values.data.slice());
    eachIndex(shape, (index, at) => {
      if (out.data[at]! < 0) out.data[at]! *= alphas.data[broadcastIndex(index, alphas.shape)]!;
    });
    return out;
  }),
  Add: ofTwo((a, b) => a + b),
  Sub: ofTwo((a, b) => a - b),
  Mul: ofTwo((a, b) => a * b),
  Div: ofTwo((a, b) => a / b),
  Greater: ofTwo((a, b) => Number(a > b), 'bool'),
};
