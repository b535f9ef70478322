import type { Op } from '../../kernels/contract.js';
import { type OpCost, opCost } from '../../program/cost.js';

/** The costs of one layer's ops for a full mini-batch. */
export interface LayerCost extends OpCost {
  /** The ops of the layer; empty if a neighbouring layer computes it. */
  ops: number;
}

/**
 * What may follow a layer's name in the labels of its ops: `conv2d_1 forward`, `dense_1/kernel`,
 * `dense_1.input rows`.
 */
const AFTER_NAME = [' ', '/', '.', ','];

/**
 * The name of an op's layer: the longest name that the label begins with, or of the layer that the
 * gather includes.
 */
function layerOf(label: string, names: ReadonlySet<string>): string | undefined {
  const words = label.startsWith('x, ') ? label.slice('x, '.length) : label;
  if (names.has(words)) return words;
  for (let end = words.length - 1; end > 0; end--) {
    if (!AFTER_NAME.includes(words[end]!)) continue;
    const name = words.slice(0, end);
    if (names.has(name)) return name;
  }
  return undefined;
}

/**
 * The costs of each layer by its name, and under '' the costs of no layer (gather, loss, metrics).
 */
export function layerCosts(ops: readonly Op[], names: readonly string[]): Map<string, LayerCost> {
  const known = new Set(names);
  const costs = new Map([...names, ''].map((name) => [name, { ops: 0, flops: 0, bytes: 0 }]));
  for (const op of ops) {
    const cost = costs.get(layerOf(op.label ?? '', known) ?? '')!;
    const { flops, bytes } = opCost(op);
    cost.ops++;
    cost.flops += flops;
    cost.bytes += bytes;
  }
  return costs;
}
