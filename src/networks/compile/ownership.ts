import type { Node } from '../../program/node.js';
import { NOBODY, type Ownership } from '../../program/ownership.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { AffineNode } from '../nodes/affine.js';
import { BatchNormNode } from '../nodes/batchNorm.js';
import { commonOf } from '../optimizers/common.js';
import type { ResolvedOptimizer } from '../optimizers/index.js';
import { type Objective, trainingNodes } from './compile.js';
import type { ResolvedModel } from './model.js';

/** What the choice of owners depends on. */
export interface OwnershipRequest {
  /** The nodes of the training program, after the gather. */
  nodes: readonly Node[];
  /** The gather only copies rows. */
  gathersRows: boolean;
  optimizer: ResolvedOptimizer;
  maxRows: number;
  /** Ranks that are expected to run the program. */
  workers: number;
}

/** Owners have whole cache lines of each row. */
const OWNED_COLUMNS = 16;

/** Bytes per microsecond of one core: reading what another core wrote, or writing what it read. */
const CROSSING = 14_000;
/** The same for rows of a table that are gathered. */
const GATHERING = 12_000;
/** Floating-point operations per microsecond of one core. */
const FLOPS = 150_000;
/** Microseconds of a barrier. */
const BARRIER = 1.5;
/** Copies of the input may take this much memory together. */
const MOST_COPIED_BYTES = 64 * 1024 * 1024;

/**
 * Cuts the columns of a weight matrix among owners, in cache lines.
 * @returns the widths; one if there are too few columns
 */
export function columnWidths(cols: number, workers: number): number[] {
  const lines = Math.ceil(cols / OWNED_COLUMNS);
  const parts = Math.min(workers, lines);
  const edge = (i: number): number => Math.min(cols, Math.floor((lines * i) / parts) * OWNED_COLUMNS);
  return Array.from({ length: parts }, (_, i) => edge(i + 1) - edge(i));
}

/**
 * Who owns which columns in the training of a model. More or fewer ranks may then run the program.
 * @param ranks the number of ranks to expect for a step of so many floating-point operations
 */
export function ownershipFor(
  model: ResolvedModel,
  { loss, optimizer }: Objective,
  maxRows: number,
  ranks: (flops: number) => number,
): Ownership {
  // However much there is to do, one rank does it: there is nothing to choose.
  if (ranks(Number.MAX_VALUE) === 1) return NOBODY;
  const { nodes, gathersRows } = trainingNodes(model, loss);
  const workers = ranks(trainingFlops(nodes, maxRows));
  return chooseOwnership({ nodes, gathersRows, optimizer, maxRows, workers });
}

/**
 * Decides for each dense layer whether ranks own columns of its weights or share the rows of the
 * mini-batch, whichever is faster by a model of what crosses between cores. It never changes a bit.
 *
 * Rows are the rule where an op needs whole rows of the weights or of their gradient (penalties,
 * constraints, norms of gradients), or where nothing is trained.
 */
export function chooseOwnership(request: OwnershipRequest): Ownership {
  const { nodes, optimizer, workers } = request;
  const { clipNorm = 0, globalClipNorm = 0 } = commonOf(optimizer.hyperparameters);
  if (workers === 1 || clipNorm + globalClipNorm > 0) return NOBODY;
  const widths = new Map<string, readonly number[]>();
  let inputCopies = 0;
  nodes.forEach((node, i) => {
    const kernel = ownable(node, nodes[i + 1]);
    if (kernel === undefined) return;
    const parts = columnWidths(kernel.cols, workers);
    if (parts.length === 1) return;
    const before = nodes[i - 1];
    const isAfterOwned = before !== undefined && widths.has(before.parameters[0]?.name ?? '');
    const choice = cheaper(request, kernel, parts, { isFirst: i === 0, isAfterOwned });
    if (choice === 'rows') return;
    widths.set(kernel.name, parts);
    if (choice === 'columns and input') inputCopies = parts.length;
  });
  return { widths, inputCopies };
}

/** Passes over the weights in a step: forward, input gradient, weight gradient. */
const PASSES = 3;

/**
 * Floating-point operations of a training step, before it is compiled: those of dense layers and
 * convolutions.
 */
export function trainingFlops(nodes: readonly Node[], maxRows: number): number {
  const perRow = nodes.reduce((sum, node) => {
    if (node instanceof AffineNode) return sum + 2 * node.inputCols * node.outputCols;
    // A group of 16 images takes as many operations on 16 lanes as an image on one.
    return sum + 2 * (node.asRows?.group ?? 0);
  }, 0);
  return PASSES * maxRows * perRow;
}

/** The weights of a node whose columns may have owners. */
function ownable(node: Node, after: Node | undefined): ParameterSpec | undefined {
  // Validation folds a normalisation into whole rows of the weights.
  if (!(node instanceof AffineNode) || after instanceof BatchNormNode) return undefined;
  const [kernel] = node.parameters;
  const isFree =
    kernel!.trainable && kernel!.constraint === undefined && kernel!.l1 === 0 && kernel!.l2 === 0;
  return isFree ? kernel : undefined;
}

type Choice = 'rows' | 'columns' | 'columns and input';

/** Microseconds of a step that each way costs a rank beyond the arithmetic shared evenly. */
function cheaper(
  { gathersRows, maxRows, workers }: OwnershipRequest,
  { rows: k, cols: n }: ParameterSpec,
  parts: readonly number[],
  { isFirst, isAfterOwned }: { isFirst: boolean; isAfterOwned: boolean },
): Choice {
  const others = 1 - 1 / workers;
  const [weights, input, output] = [4 * k * n, 4 * maxRows * k, 4 * maxRows * n];
  // Each rank reads what the others wrote of an array, and writes its own part after they read it.
  const crossing = (bytes: number): number => (bytes * (others + 1 / workers)) / CROSSING;
  const transposes = isFirst ? 1 : 2;
  const byRows = transposes * crossing(weights) + crossing(output) + (isAfterOwned ? 0 : crossing(input));
  const flops = 2 * maxRows * k * n * (isFirst ? 2 : 3);
  const uneven = (flops / FLOPS) * (Math.max(...parts) / n - 1 / workers);
  const byColumns = uneven + crossing(output) + BARRIER * 2 + (isFirst ? 0 : crossing(weights * others));
  const copied = (input * others) / GATHERING;
  const shared = crossing(input) + BARRIER;
  const mayCopy = isFirst && gathersRows && input * parts.length <= MOST_COPIED_BYTES;
  if (mayCopy && copied <= shared) return byColumns + copied < byRows ? 'columns and input' : 'rows';
  return byColumns + shared < byRows ? 'columns' : 'rows';
}
