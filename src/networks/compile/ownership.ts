import { bytesText } from '../../core/units.js';
import { PHASE_LIMIT, PHASES } from '../../kernels/contract.js';
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

/**
 * Bytes per microsecond of one core that reads what another one wrote, or writes what it has read:
 * 12,000 to 28,000 on a Xeon with AMX, 7,000 and 36,000 on a Zen 5.
 */
const CROSSING = 14_000;
/** The same for rows that are gathered from a table larger than the caches. */
export const GATHERING = 12_000;
/** Floating-point operations per microsecond of one core in products with whole panels. */
export const FLOPS = 150_000;
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
 * @param workers the number of ranks to expect
 */
export function ownershipFor(
  model: ResolvedModel,
  { loss, optimizer }: Objective,
  maxRows: number,
  workers: number,
): Ownership {
  if (workers === 1) return NOBODY;
  return chooseOwnership({ ...trainingNodes(model, loss, maxRows), optimizer, maxRows, workers });
}

/**
 * Decides for each dense layer whether ranks own columns of its weights or share the rows of the
 * mini-batch, whichever is faster by a model of what crosses between cores. It never changes a bit.
 *
 * Rows are the rule where an op needs whole rows of the weights or of their gradient (penalties,
 * constraints, norms of gradients), where validation folds a normalisation into them, or where
 * nothing is trained.
 */
export function chooseOwnership(request: OwnershipRequest): Ownership {
  const widths = new Map<string, readonly number[]>();
  let inputCopies = 0;
  for (const { kernel, parts, chosen } of layerWays(request)) {
    if (chosen.way === 'rows') continue;
    widths.set(kernel.name, parts);
    if (chosen.way === 'columns and input') inputCopies = parts.length;
  }
  return widths.size === 0 ? NOBODY : { widths, inputCopies };
}

/** A line for each dense layer: how ranks share it, and the bytes that cross in a step. */
export function crossingLines(model: ResolvedModel, objective: Objective, maxRows: number, workers: number) {
  const { optimizer, loss } = objective;
  return layerWays({ ...trainingNodes(model, loss, maxRows), optimizer, maxRows, workers }).map(
    ({ name, chosen, byRows }) => {
      const bytes = `${name}: about ${bytesText(chosen.bytes)} of a step cross between cores`;
      return chosen === byRows ? bytes : `${bytes}, by rows ${bytesText(byRows.bytes)}`;
    },
  );
}

/** How ranks share a dense layer. */
interface LayerWays {
  name: string;
  kernel: ParameterSpec;
  /** Widths of its parts, if it has owners. */
  parts: readonly number[];
  chosen: Cost;
  byRows: Cost;
}

/** Phases of a step that the owners of a layer's columns may begin, and those of a batchNorm. */
const OWNER_PHASES = 4;
const NORM_PHASES = 2;

/** Layers that may have owners before a step has more phases than there are. */
function mostOwned(nodes: readonly Node[]): number {
  const norms = nodes.filter((node) => node instanceof BatchNormNode).length;
  // One more may follow the rows (ProgramBuilder.finishPhases).
  const phases = PHASE_LIMIT - PHASES.average - 2 - NORM_PHASES * norms;
  return Math.max(0, Math.floor(phases / OWNER_PHASES));
}

/** The dense layers, and how ranks share each. */
export function layerWays(request: OwnershipRequest): LayerWays[] {
  const { nodes, optimizer, workers } = request;
  if (workers === 1) return [];
  const { clipNorm = 0, globalClipNorm = 0 } = commonOf(optimizer.hyperparameters);
  const owned = new Set<Node>();
  const most = clipNorm + globalClipNorm === 0 ? mostOwned(nodes) : 0;
  return nodes.flatMap((node, i) => {
    if (!(node instanceof AffineNode)) return [];
    const kernel = node.parameters[0]!;
    const parts = columnWidths(kernel.cols, workers);
    const place = { isFirst: i === 0, isAfterOwned: i > 0 && owned.has(nodes[i - 1]!) };
    const byRows = costByRows(request, kernel, place);
    const isFree = owned.size < most && isOwnable(kernel, nodes[i + 1]) && parts.length > 1;
    const byColumns = isFree ? costByColumns(request, kernel, parts, place) : byRows;
    const chosen = byColumns.time < byRows.time ? byColumns : byRows;
    if (chosen.way !== 'rows') owned.add(node);
    return [{ name: node.name, kernel, parts, chosen, byRows }];
  });
}

/** Passes over the weights in a step: forward, input gradient, weight gradient. */
export const PASSES = 3;

/**
 * Columns that the kernels compute side by side, and half of them, at three quarters of the rate.
 */
const PANEL = 32;
const HALF_PANEL = 16;
/** Up to so many columns, lanes are rows, at half the rate. */
const NARROW = 12;

/** So many columns of whole panels take as long as these columns of a product. */
export function work(cols: number): number {
  if (cols <= NARROW) return 2 * cols;
  const rest = cols % PANEL;
  const half = rest > HALF_PANEL ? PANEL : HALF_PANEL / 0.75;
  return cols - rest + (rest === 0 ? 0 : half);
}

/** Whether the columns of a layer's weights may have owners. */
function isOwnable({ trainable, constraint, l1, l2 }: ParameterSpec, after: Node | undefined): boolean {
  return trainable && constraint === undefined && l1 === 0 && l2 === 0 && !(after instanceof BatchNormNode);
}

/** What a way to share a layer costs beyond the arithmetic shared evenly. */
interface Cost {
  way: 'rows' | 'columns' | 'columns and input';
  /** Microseconds of a step. */
  time: number;
  /**
   * Bytes of a step that a rank reads after another one has written them, of all ranks together.
   */
  bytes: number;
}

interface Place {
  isFirst: boolean;
  /** The layer below has owners: they have the rows of the weights that take their columns. */
  isAfterOwned: boolean;
}

/**
 * Microseconds for arrays of so many bytes: each rank reads what the others wrote, and writes its
 * own part after they have read it.
 */
const crossing = (bytes: number): number => bytes / CROSSING;

const bytesOf = ({ rows, cols }: ParameterSpec, maxRows: number) => ({
  weights: 4 * rows * cols,
  input: 4 * maxRows * rows,
  output: 4 * maxRows * cols,
});

/** Each rank reads all weights, and for its rows of them the whole input and all of δ. */
function costByRows({ maxRows, workers }: OwnershipRequest, kernel: ParameterSpec, place: Place): Cost {
  const { weights, input, output } = bytesOf(kernel, maxRows);
  const shared = (place.isFirst ? 1 : 2) * weights + output + (place.isAfterOwned ? 0 : input);
  return { way: 'rows', time: crossing(shared), bytes: shared * (workers - 1) };
}

/**
 * Outputs cross, and the input unless each owner gathers it; of Wᵀ what another rank's columns
 * take.
 */
function costByColumns(
  { gathersRows, maxRows, workers }: OwnershipRequest,
  kernel: ParameterSpec,
  parts: readonly number[],
  { isFirst }: Place,
): Cost {
  const others = 1 - 1 / workers;
  const { weights, input, output } = bytesOf(kernel, maxRows);
  const flops = 2 * maxRows * kernel.rows * (isFirst ? PASSES - 1 : PASSES);
  const uneven = (flops / FLOPS) * (Math.max(...parts.map(work)) - work(kernel.cols) / workers);
  const own = output + (isFirst ? 0 : weights * others);
  const time = uneven + crossing(own) + 2 * BARRIER;
  const copied = (input * others) / GATHERING;
  const shared = crossing(input) + BARRIER;
  const mayCopy = isFirst && gathersRows && input * parts.length <= MOST_COPIED_BYTES;
  if (mayCopy && copied <= shared) {
    return { way: 'columns and input', time: time + copied, bytes: own * (workers - 1) };
  }
  return { way: 'columns', time: time + shared, bytes: (own + input) * (workers - 1) };
}
