import type { Op, Operand } from '../../kernels/contract.js';
import { ARENA_BUFFER, type MemoryPlan, type Region } from '../../program/memory.js';
import type { Layout } from '../../program/node.js';
import { splitInput } from './input.js';
import { layerNodes, lowerModel, type ResolvedModel } from './model.js';
import { inputLayout } from './passes.js';

/** Determines which operands of a program are images. */
export class LayoutMap {
  private readonly regions: ReadonlyMap<number, Region>;

  constructor(
    memory: MemoryPlan,
    private readonly maxRows: number,
  ) {
    this.regions = new Map(memory.regions.map((region) => [region.byteOffset, region]));
  }

  /** The layout of an operand with one part per sample; undefined for others (weights, sums). */
  of(operand: Operand): Layout | undefined {
    const region = operand.buffer === ARENA_BUFFER ? this.regions.get(operand.byteOffset) : undefined;
    if (region?.name.startsWith(`images${this.maxRows}/`)) return 'images';
    const perSample = region === undefined || region.role === 'activation' || region.role === 'batch';
    return perSample && operand.rows === this.maxRows ? 'rows' : undefined;
  }

  /** `rows`, `images`, or both if an op rearranges; nothing for ops without samples. */
  text({ operands }: Op): string {
    const all = Object.values(operands).map((operand) => this.of(operand));
    const known = all.filter((layout) => layout !== undefined);
    const last = known.at(-1);
    if (last === undefined) return '';
    const other = known.find((layout) => layout !== last);
    return other === undefined ? last : `${other} → ${last}`;
  }
}

/** The layout of each layer's output in mini-batches that fill groups of 16. */
export function layerLayouts(model: ResolvedModel): Layout[] {
  const { rest, shape } = splitInput(lowerModel(model), model.inputShape);
  let layout = inputLayout(rest, shape, false);
  return model.layers.map((_, index) => {
    for (const { takes, gives } of layerNodes(model, index)) layout = gives ?? takes ?? layout;
    return layout;
  });
}
