import type { Graph } from './graph.js';

/**
 * The named functions of one number as ONNX operators, in float64. `Sinh`, `Asinh` and others have
 * no kernel for float64 in onnxruntime, and plain formulas lose the digits of small numbers:
 * log(1 + x) is 0 for x = 10⁻¹⁷.
 */

/** Adds the nodes of a function. @param x the name of its argument */
type WriteFunction = (graph: Graph, x: string) => string;

const operator =
  (opType: string, name: string): WriteFunction =>
  (graph, x) =>
    graph.op(opType, [x], name);

const power =
  (base: number): WriteFunction =>
  (graph, x) =>
    graph.op('Pow', [graph.number('base', base), x], 'power');

const logarithm =
  (base: number): WriteFunction =>
  (graph, x) =>
    graph.op('Div', [graph.op('Log', [x], 'log'), graph.number('logBase', Math.log(base))], 'logarithm');

const times = (graph: Graph, a: string, b: string, name: string): string => graph.op('Mul', [a, b], name);

/** log(u)·x / (u − 1) of u = 1 + x, whose errors cancel (Kahan); x itself where u is 1. */
const log1p: WriteFunction = (graph, x) => {
  const one = graph.number('one', 1);
  const sum = graph.op('Add', [x, one], 'onePlus');
  const ratio = graph.op('Div', [x, graph.op('Sub', [sum, one], 'rounded')], 'ratio');
  const value = times(graph, graph.op('Log', [sum], 'log'), ratio, 'product');
  return graph.op('Where', [graph.op('Equal', [sum, one], 'isTiny'), x, value], 'log1p');
};

/** (u − 1)·x / log(u) of u = exp(x), likewise; −1 where u is 0, and u − 1 where u is large. */
const expm1: WriteFunction = (graph, x) => {
  const one = graph.number('one', 1);
  const u = graph.op('Exp', [x], 'exp');
  const less = graph.op('Sub', [u, one], 'less');
  const value = times(graph, less, graph.op('Div', [x, graph.op('Log', [u], 'log')], 'ratio'), 'product');
  const isLarge = graph.op('Greater', [graph.op('Abs', [x], 'size'), graph.number('large', 1)], 'isLarge');
  const body = graph.op('Where', [isLarge, less, value], 'body');
  return graph.op('Where', [graph.op('Equal', [u, one], 'isTiny'), x, body], 'expm1');
};

/** An odd function from its values at |x|. */
const odd =
  (ofSize: WriteFunction): WriteFunction =>
  (graph, x) =>
    times(graph, graph.op('Sign', [x], 'sign'), ofSize(graph, graph.op('Abs', [x], 'size')), 'signed');

/** From here on, 1 + x² is x² in float64, and exp(−x) nothing beside exp(x). */
const LARGE_ROOT = 2 ** 28;
const LARGE_POWER = 20;

/** log(x + √(1 + x²)) = log1p(x + x² / (1 + √(1 + x²))); log(2x) where x is large. */
const arcsinh = odd((graph, x) => {
  const one = graph.number('one', 1);
  const isLarge = graph.op('Greater', [x, graph.number('large', LARGE_ROOT)], 'isLarge');
  const small = graph.op('Where', [isLarge, one, x], 'small');
  const square = times(graph, small, small, 'square');
  const root = graph.op('Sqrt', [graph.op('Add', [square, one], 'onePlusSquare')], 'root');
  const part = graph.op('Div', [square, graph.op('Add', [root, one], 'onePlusRoot')], 'quotient');
  const near = log1p(graph, graph.op('Add', [small, part], 'argument'));
  const far = graph.op('Add', [graph.op('Log', [x], 'logLarge'), graph.number('log2', Math.LN2)], 'far');
  return graph.op('Where', [isLarge, far, near], 'arcsinhOfSize');
});

/** (u + u / (u + 1)) / 2 of u = expm1(x); if x is large exp(x/2)·(exp(x/2)/2), to overflow later. */
const sinh = odd((graph, x) => {
  const half = graph.number('half', 0.5);
  const isLarge = graph.op('Greater', [x, graph.number('large', LARGE_POWER)], 'isLarge');
  const u = expm1(graph, graph.op('Where', [isLarge, half, x], 'small'));
  const part = graph.op('Div', [u, graph.op('Add', [u, graph.number('one', 1)], 'uPlusOne')], 'part');
  const near = times(graph, graph.op('Add', [u, part], 'twice'), half, 'near');
  const root = graph.op('Exp', [times(graph, x, half, 'halved')], 'root');
  const far = times(graph, root, times(graph, root, half, 'halfRoot'), 'far');
  return graph.op('Where', [isLarge, far, near], 'sinhOfSize');
});

/** (log1p(x) − log1p(−x)) / 2. */
const arctanh: WriteFunction = (graph, x) => {
  const minus = log1p(graph, graph.op('Neg', [x], 'negative'));
  const difference = graph.op('Sub', [log1p(graph, x), minus], 'difference');
  return times(graph, difference, graph.number('half', 0.5), 'arctanh');
};

const logit: WriteFunction = (graph, x) => {
  const minus = log1p(graph, graph.op('Neg', [x], 'negative'));
  return graph.op('Sub', [graph.op('Log', [x], 'logOfX'), minus], 'logit');
};

const expit: WriteFunction = (graph, x) => {
  const power = graph.op('Exp', [graph.op('Neg', [x], 'negative')], 'exp');
  return graph.op('Reciprocal', [graph.op('Add', [power, graph.number('one', 1)], 'sum')], 'expit');
};

const identity: WriteFunction = (_graph, x) => x;
const exp = operator('Exp', 'exp');
const log = operator('Log', 'log');
const square: WriteFunction = (graph, x) => times(graph, x, x, 'square');
const cube: WriteFunction = (graph, x) => times(graph, square(graph, x), x, 'cube');
const sqrt = operator('Sqrt', 'sqrt');
const cbrt = odd((graph, x) => graph.op('Pow', [x, graph.number('third', 1 / 3)], 'root'));
const tanh = operator('Tanh', 'tanh');
const reciprocal = operator('Reciprocal', 'reciprocal');
const negative = operator('Neg', 'negative');

/** Each function, and the one that takes its results back. */
const FUNCTIONS: ReadonlyMap<string, readonly [WriteFunction, WriteFunction?]> = new Map([
  ['identity', [identity, identity]],
  ['log', [log, exp]],
  ['exp', [exp, log]],
  ['log1p', [log1p, expm1]],
  ['expm1', [expm1, log1p]],
  ['log2', [logarithm(2), power(2)]],
  ['exp2', [power(2), logarithm(2)]],
  ['log10', [logarithm(10), power(10)]],
  ['exp10', [power(10), logarithm(10)]],
  ['sqrt', [sqrt, square]],
  ['square', [square, sqrt]],
  ['cbrt', [cbrt, cube]],
  ['cube', [cube, cbrt]],
  ['reciprocal', [reciprocal, reciprocal]],
  ['negative', [negative, negative]],
  ['abs', [operator('Abs', 'abs')]],
  ['sign', [operator('Sign', 'sign')]],
  ['sin', [operator('Sin', 'sin')]],
  ['cos', [operator('Cos', 'cos')]],
  ['tanh', [tanh, arctanh]],
  ['arcsinh', [arcsinh, sinh]],
  ['sinh', [sinh, arcsinh]],
  ['logit', [logit, expit]],
  ['expit', [expit, logit]],
] as const satisfies readonly (readonly [string, readonly [WriteFunction, WriteFunction?]])[]);

/** Names of the functions that have an ONNX form. */
export const onnxFunctions = (): readonly string[] => [...FUNCTIONS.keys()];

/**
 * Adds a named function, or its inverse.
 * @returns undefined for a function without an ONNX form
 */
export function writeFunction(graph: Graph, x: string, name: unknown, isInverse = false): string | undefined {
  const write = FUNCTIONS.get(name as string)?.[isInverse ? 1 : 0];
  return write?.(graph, x);
}
