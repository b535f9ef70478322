import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { axisOf, intOf } from '../read/attributes.js';
import type { Chain, Weight } from '../read/chain.js';
import { scalarOf } from '../read/view.js';
import { checkLastAxis } from './normalizationReader.js';

/**
 * The layer normalisation that exporters write as a formula in versions of ONNX without the
 * operator: d = x − mean(x), then d / √(mean(d²) + epsilon)·gamma + beta.
 * @returns whether it begins at the chain's value
 */
export function readLayerNormFormula(chain: Chain): boolean {
  const { graph, x } = chain;
  const user = (value: string | undefined, opType: string): OnnxNode | undefined =>
    graph.usersOf(value ?? '').find((node) => node.domain === '' && node.opType === opType);
  const mean = user(x.value, 'ReduceMean');
  const difference = user(mean?.outputs[0], 'Sub');
  const d = difference?.outputs[0];
  if (mean === undefined || difference?.inputs[0] !== x.value || !isOverLast(mean, chain)) return false;
  const square = user(d, 'Pow') ?? user(d, 'Mul');
  const isSquare =
    square?.opType === 'Mul'
      ? square.inputs.every((name) => name === d)
      : scalarOf(graph.constant(square?.inputs[1])) === 2;
  const variance = user(square?.outputs[0], 'ReduceMean');
  const sum = user(variance?.outputs[0], 'Add');
  const root = user(sum?.outputs[0], 'Sqrt');
  const quotient = user(root?.outputs[0], 'Div');
  const epsilon = sum?.inputs
    .map((name) => scalarOf(graph.constant(name)))
    .find((number) => number !== undefined);
  const isWhole =
    isSquare &&
    variance !== undefined &&
    isOverLast(variance, chain) &&
    quotient?.inputs[0] === d &&
    epsilon !== undefined;
  // Nothing else may use what is in between.
  const inner = [
    x.value,
    d,
    mean.outputs[0],
    square?.outputs[0],
    variance?.outputs[0],
    sum?.outputs[0],
    root?.outputs[0],
  ];
  const counts = [2, 2, 1, 1, 1, 1, 1];
  const isAlone = inner.every((value, i) => {
    return (
      value !== undefined && graph.usersOf(value).length === counts[i] && !(i > 0 && graph.isOutput(value))
    );
  });
  if (!isWhole || !isAlone || !(epsilon > 0) || quotient === undefined) return false;
  checkLastAxis(quotient, chain, x.dims.length);
  add(chain, epsilon, quotient);
  return true;
}

/** ReduceMean over the last axis, which it keeps. */
function isOverLast(node: OnnxNode, { graph, x }: Chain): boolean {
  const axes = graph.integers(node, 'axes', 1);
  const [axis] = axes ?? [];
  const isLast = axes?.length === 1 && axisOf(axis!, x.dims.length + 1) === x.dims.length;
  return isLast && intOf(node, 'keepdims', 1) !== 0;
}

function add(chain: Chain, epsilon: number, quotient: OnnxNode): void {
  let value = quotient.outputs[0]!;
  const weights: Record<string, Weight> = {};
  let hint = quotient.name;
  for (const [opType, array] of [
    ['Mul', 'gamma'],
    ['Add', 'beta'],
  ] as const) {
    const users = chain.graph.usersOf(value);
    const node = users.length === 1 && !chain.graph.isOutput(value) ? users[0] : undefined;
    if (node === undefined || node.opType !== opType || node.domain !== '') continue;
    const constants = node.inputs.map((name) => chain.graph.constant(name));
    const at = constants.findIndex((constant) => constant !== undefined);
    const constant = constants[at];
    const view = constant && chain.perChannel(constant, false);
    if (view === undefined) continue;
    weights[array] = { view };
    if (array === 'gamma') hint = node.inputs[at]!;
    value = node.outputs[0]!;
  }
  const config = { type: 'layerNorm', epsilon, scale: 'gamma' in weights, center: 'beta' in weights };
  chain.add(config, hint, weights);
  chain.go(value);
}
