import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { normalCdf } from '../../../../kernels/typescript/fast/special.js';
import { floatOf, textOf } from './attributes.js';
import type { GraphIndex } from './graphIndex.js';
import { scalarOf } from './view.js';

/**
 * A part of a graph that computes y = f(x) element by element, of one value and constant numbers.
 * Exporters write activations as many different formulas; what they are is seen from f's values.
 */
export interface Region {
  /** The value that all of it leads to. */
  output: string;
  /** Its nodes in order. */
  nodes: readonly OnnxNode[];
}

/** The longest formula that is looked for. */
const MOST_NODES = 16;

type Evaluate = (node: OnnxNode, ...inputs: number[]) => number;

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
/** ONNX's constants of Selu. */
export const SELU = { alpha: 1.6732632423543772, gamma: 1.0507009873554805 };

const elu = (x: number, alpha: number): number => (x < 0 ? alpha * Math.expm1(x) : x);

/** Operators on numbers, by their formulas in ONNX's documentation. */
const OPERATORS: Readonly<Record<string, Evaluate>> = {
  Identity: (_, x) => x,
  Cast: (_, x) => x,
  Neg: (_, x) => -x,
  Abs: (_, x) => Math.abs(x),
  Exp: (_, x) => Math.exp(x),
  Log: (_, x) => Math.log(x),
  Sqrt: (_, x) => Math.sqrt(x),
  Reciprocal: (_, x) => 1 / x,
  Erf: (_, x) => 2 * normalCdf(x * Math.SQRT2) - 1,
  Tanh: (_, x) => Math.tanh(x),
  Sigmoid: (_, x) => sigmoid(x),
  Relu: (_, x) => Math.max(x, 0),
  Softplus: (_, x) => softplus(x),
  Softsign: (_, x) => x / (1 + Math.abs(x)),
  HardSwish: (_, x) => x * Math.max(0, Math.min(1, x / 6 + 0.5)),
  Mish: (_, x) => x * Math.tanh(softplus(x)),
  Swish: (node, x) => x * sigmoid(floatOf(node, 'alpha', 1) * x),
  Gelu: (node, x) => (textOf(node, 'approximate', 'none') === 'none' ? x * normalCdf(x) : Number.NaN),
  LeakyRelu: (node, x) => (x < 0 ? floatOf(node, 'alpha', 0.01) * x : x),
  Elu: (node, x) => elu(x, floatOf(node, 'alpha', 1)),
  Celu: (node, x) => elu(x / floatOf(node, 'alpha', 1), 1) * floatOf(node, 'alpha', 1),
  Selu: (node, x) => floatOf(node, 'gamma', SELU.gamma) * elu(x, floatOf(node, 'alpha', SELU.alpha)),
  ThresholdedRelu: (node, x) => (x > floatOf(node, 'alpha', 1) ? x : 0),
  HardSigmoid: (node, x) =>
    Math.max(0, Math.min(1, floatOf(node, 'alpha', 0.2) * x + floatOf(node, 'beta', 0.5))),
  Clip: (node, x, least, most) =>
    Math.min(Math.max(x, least ?? floatOf(node, 'min', -Infinity)), most ?? floatOf(node, 'max', Infinity)),
  Add: (_, a, b = Number.NaN) => a + b,
  Sub: (_, a, b = Number.NaN) => a - b,
  Mul: (_, a, b = Number.NaN) => a * b,
  Div: (_, a, b = Number.NaN) => a / b,
  Pow: (_, a, b = Number.NaN) => a ** b,
  Max: (_, ...all) => Math.max(...all),
  Min: (_, ...all) => Math.min(...all),
  Greater: (_, a, b = Number.NaN) => Number(a > b),
  GreaterOrEqual: (_, a, b = Number.NaN) => Number(a >= b),
  Less: (_, a, b = Number.NaN) => Number(a < b),
  LessOrEqual: (_, a, b = Number.NaN) => Number(a <= b),
  Where: (_, test, a = Number.NaN, b = Number.NaN) => (test === 0 ? b : a),
};

/** Names of the operators on single numbers. */
export const isElementwise = ({ domain, opType }: OnnxNode): boolean =>
  domain === '' && Object.hasOwn(OPERATORS, opType);

/**
 * The regions that begin at a value, shortest first: after each of them, one value is all that is
 * left of it.
 */
export function* regionsFrom(value: string, graph: GraphIndex): Generator<Region> {
  const nodes: OnnxNode[] = [];
  const made = new Set([value]);
  const waiting: OnnxNode[] = [...graph.usersOf(value)];
  while (nodes.length < MOST_NODES && waiting.length > 0 && waiting.length <= MOST_NODES) {
    waiting.sort((a, b) => graph.position(a) - graph.position(b));
    const node = waiting.shift()!;
    const isOwn = (name: string): boolean =>
      name === '' || made.has(name) || scalarOf(graph.constant(name)) !== undefined;
    if (!isElementwise(node) || node.outputs.length !== 1 || !node.inputs.every(isOwn)) return;
    const output = node.outputs[0]!;
    nodes.push(node);
    made.add(output);
    const users = graph.usersOf(output);
    for (const user of users.slice(0, MOST_NODES + 1)) if (!waiting.includes(user)) waiting.push(user);
    // Everything that waits uses this output alone: no other value of the region goes on.
    const isEnd = waiting.length === users.length && waiting.every((user) => usesOnly(user, output, made));
    if (isEnd) yield { output, nodes: [...nodes] };
    if (graph.isOutput(output)) return;
  }
}

const usesOnly = (node: OnnxNode, output: string, made: ReadonlySet<string>): boolean =>
  node.inputs.every((name) => name === output || !made.has(name));

/** f of a region, at each of the numbers. */
export function valuesOf({ nodes, output }: Region, value: string, graph: GraphIndex, xs: readonly number[]) {
  return xs.map((x) => {
    const known = new Map([[value, x]]);
    for (const node of nodes) {
      const inputs = node.inputs.map((name) =>
        name === '' ? undefined : (known.get(name) ?? scalarOf(graph.constant(name)) ?? Number.NaN),
      );
      known.set(node.outputs[0]!, OPERATORS[node.opType]!(node, ...(inputs as number[])));
    }
    return known.get(output)!;
  });
}
