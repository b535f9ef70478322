import type { Op } from '../../kernels/contract.js';
import { type OpCost, opCost } from '../../program/cost.js';

/** What the ops of one layer need for a full mini-batch. */
export interface LayerCost extends OpCost {
  /** Ops that are the layer's; none where a neighbour computes it on the way. */
  ops: number;
}

/**
 * What follows a layer's name in the labels of its ops:
 * `conv2d_1 forward`, `dense_1/kernel`, `dense_1.input rows`.
 */
const AFTER_NAME = [' ', '/', '.', ','];

/**
 * The name of the layer that an op is for: the longest that
 * its label begins with, or that it gathers on the way.
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
 * The costs of each layer, by its name, and under '' of what
 * belongs to none (gathering, loss, metrics).
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
