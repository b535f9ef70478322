import { GROUP_IMAGES } from '../../kernels/contract.js';
import type { Node } from '../../program/node.js';
import { AffineNode } from '../nodes/affine.js';
import { BatchNormNode } from '../nodes/batchNorm.js';
import { type Objective, trainingNodes } from './compile.js';
import type { ResolvedModel } from './model.js';
import { FLOPS, GATHERING, layerWays, type OwnershipRequest, PASSES, work } from './ownership.js';

/** Floating-point operations per microsecond of one core in convolutions. */
const IMAGE_FLOPS = 100_000;
/**
 * Microseconds that two ranks lose at a barrier of a step: 0.4 for the barrier, the rest until the
 * slower one arrives. Measured: 12 to 18 for the three barriers of small networks.
 */
const WAITING = 4;
/** Barriers of a step without owners, and those of a batchNorm. */
const STEP_BARRIERS = 2;
const NORM_BARRIERS = 2;
/** More ranks have to be faster by this, or they are not worth their cores. */
const GAIN = 1.1;

/**
 * The number of ranks that trains a model fastest, by the cost model that also chooses owners.
 * @param most ranks that there may be
 */
export function usefulRanks(
  model: ResolvedModel,
  { loss, optimizer }: Objective,
  maxRows: number,
  most: number,
): number {
  if (most === 1) return 1;
  const request = { ...trainingNodes(model, loss, maxRows), optimizer, maxRows };
  const times = Array.from({ length: most }, (_, i) => stepTime({ ...request, workers: i + 1 }));
  const best = Math.min(...times);
  return 1 + times.findIndex((time) => time <= GAIN * best);
}

/** Microseconds of a training step. */
function stepTime(request: OwnershipRequest): number {
  const { nodes, maxRows, workers } = request;
  const input = 4 * maxRows * (nodes[0]?.inputCols ?? 0);
  const arithmetic = nodes.reduce((sum, node, i) => sum + nodeTime(node, i === 0, request), 0);
  const sharing = layerWays(request).reduce((sum, { chosen }) => sum + chosen.time, 0);
  const norms = nodes.filter((node) => node instanceof BatchNormNode).length;
  const waiting = (STEP_BARRIERS + NORM_BARRIERS * norms) * WAITING * Math.log2(workers);
  return arithmetic + sharing + waiting + input / GATHERING / workers;
}

/** Microseconds of a node's arithmetic, shared evenly: all passes over its weights. */
function nodeTime(node: Node, isFirst: boolean, { maxRows, workers }: OwnershipRequest): number {
  if (node instanceof AffineNode) {
    const passes = isFirst ? PASSES - 1 : PASSES;
    return (passes * 2 * maxRows * node.inputCols * work(node.outputCols)) / FLOPS / workers;
  }
  // A group of 16 images takes as many operations on 16 lanes as an image on one. Ranks take whole
  // groups; the weight gradient is shared by its elements.
  const flops = 2 * maxRows * (node.asRows?.group ?? 0);
  const groups = Math.ceil(maxRows / GROUP_IMAGES);
  const share = Math.ceil(groups / workers) / groups;
  return (flops * ((PASSES - 1) * share + 1 / workers)) / IMAGE_FLOPS;
}
