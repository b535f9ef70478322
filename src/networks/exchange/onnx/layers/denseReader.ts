import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { floatOf, intOf, isGiven } from '../read/attributes.js';
import type { Chain } from '../read/chain.js';
import { refuseNode } from '../read/refuse.js';
import { transposed, type View } from '../read/view.js';
import type { NodeReaders } from '../readers.js';

/** Gemm of rows and constants, and MatMul, whose bias is an Add that follows. */
export const denseReaders: NodeReaders = {
  Gemm(node, chain) {
    const [a, kernel, bias] = node.inputs;
    if (intOf(node, 'transA', 0) !== 0) refuseNode(node, 'rows as they are', 'transA = 1');
    const isTransposed = intOf(node, 'transB', 0) !== 0;
    const view = kernelOf(node, chain, a, kernel, isTransposed);
    const factors = { kernel: floatOf(node, 'alpha', 1), bias: floatOf(node, 'beta', 1) };
    add(node, chain, view, bias, factors);
  },
  MatMul(node, chain) {
    const [a, kernel] = node.inputs;
    add(node, chain, kernelOf(node, chain, a, kernel, false), undefined, { kernel: 1, bias: 1 });
  },
};

function kernelOf(
  node: OnnxNode,
  { graph, x }: Chain,
  a: string | undefined,
  name: string | undefined,
  isTransposed: boolean,
): View {
  const constant = graph.constant(name);
  if (a !== x.value || constant === undefined) {
    refuseNode(node, 'rows first and a constant second', 'other inputs');
  }
  const view = isTransposed ? transposed(constant, [1, 0]) : constant;
  if (view?.shape.length !== 2) refuseNode(node, 'a constant matrix', `shape [${constant.shape.join(', ')}]`);
  if (x.dims.length !== 1 || x.shape.length !== 1) {
    const hint = 'Flatten the samples before the layer.';
    refuseNode(node, 'samples that are rows', `shape [${x.dims.join(', ')}]`, hint);
  }
  if (view.shape[0] !== x.dims[0]) {
    refuseNode(node, `a matrix with ${x.dims[0]} rows, as many as columns come in`, `${view.shape[0]}`);
  }
  return view;
}

function add(
  node: OnnxNode,
  chain: Chain,
  view: View,
  biasName: string | undefined,
  factors: { kernel: number; bias: number },
): void {
  const units = view.shape[1]!;
  const kernel = { view: chain.inOurOrder(view), factor: factors.kernel };
  const config = { type: 'dense', units, useBias: false };
  chain.add(config, node.inputs[1]!, { kernel });
  chain.go(node.outputs[0], { dims: [units], channelsFirst: undefined });
  if (!isGiven(biasName)) return;
  const constant = chain.graph.constant(biasName);
  const bias = constant && chain.perChannel(constant);
  if (bias === undefined) refuseNode(node, 'a constant number for each unit as bias', 'another input');
  chain.change({ useBias: true }, { bias: { view: bias, factor: factors.bias } });
}

/**
 * Makes a constant that is added the bias of the layer before.
 * @returns whether that layer can have it
 */
export function addBias(constant: View, chain: Chain): boolean {
  if (chain.open?.useBias !== false) return false;
  const bias = chain.perChannel(constant, false);
  if (bias === undefined) return false;
  chain.change({ useBias: true }, { bias: { view: bias } });
  return true;
}
