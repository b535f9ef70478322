import { SteepestError } from '../../core/errors.js';
import { type DType, GROUP_IMAGES, type Operand, PHASES } from '../../kernels/contract.js';
import { ProgramBuilder, type ProgramMode } from '../../program/builder.js';
import type { ImageShape } from '../../program/images.js';
import { columns, type MemoryPlan, type Region, rowOf } from '../../program/memory.js';
import type { Gradient, Layout, Node } from '../../program/node.js';
import { trainable } from '../../program/parameters.js';
import type { StepProgram } from '../../program/partition.js';
import type { ResolvedLoss } from '../losses/index.js';
import type { ResolvedMetric } from '../metrics/index.js';
import type { ResolvedOptimizer } from '../optimizers/index.js';
import { mostImagesAsRows } from './fewImages.js';
import { gatherInput, type InputGather, splitInput } from './input.js';
import { emitRowMetrics, emitTallies, type Judged, type MetricColumns, placeMetrics } from './metrics.js';
import { lowerModel, type ResolvedModel } from './model.js';
import { arrangeLayouts, foldNorms, inputLayout, mergeActivations, mergePooling } from './passes.js';
import { ONE_SHARD, type ShardPlan, type Sharing, shardProgram } from './shards.js';
import { emitPenalties, emitUpdates } from './updates.js';

/** The arguments of `compile()`: loss, optimizer and metrics. */
export interface Objective {
  loss: ResolvedLoss;
  metrics: readonly ResolvedMetric[];
  optimizer: ResolvedOptimizer;
}

/** A table of rows that a program reads, in a buffer of its own. */
export interface TableSpec {
  buffer: number;
  dtype: DType;
  /** Rows that the program may read, from `firstRow` on. */
  rows: number;
  cols: number;
  firstRow: number;
}

/** Where a program reads its data and writes its results. */
export interface ProgramIo {
  x: TableSpec;
  /** Labels are a table of one column. */
  y?: TableSpec;
  /** A weight per row. */
  weights?: TableSpec | undefined;
  /** Order in which rows are read; their own order if absent. */
  index?: Operand | undefined;
  /** Where predictions are written, row by row. */
  out?: TableSpec;
}

/** What to compile, for which purpose, and into which memory. */
interface Request {
  model: ResolvedModel;
  io: ProgramIo;
  /** Reserves the memory that the program needs; it may already hold parameters. */
  memory: MemoryPlan;
  /** Rows of the largest mini-batch. */
  maxRows: number;
  /**
   * Maximum number of workers that will run the program; default 1. Each has its own memory. The
   * actual number may be decided later, when the cost of the program is known.
   */
  mostWorkers?: number;
}

interface PredictRequest extends Request {
  mode: 'predict';
  objective?: undefined;
}

interface JudgeRequest extends Request {
  mode: Exclude<ProgramMode, 'predict'>;
  objective: Objective;
  /** Whether training averages the weights over the updates. */
  averages?: boolean;
  /** Weight gradients are sums over shards; in a job, the program is that of one process. */
  shards?: ShardPlan | undefined;
}

export type CompileRequest = PredictRequest | JudgeRequest;

/** A compiled program and the location of its results in the arena. */
export interface CompiledProgram extends StepProgram, Sharing {
  /** Float64 sums of the loss and metric columns, one block per rank: `totals[rank]`. */
  totalsOf(rank: number): Operand;
  metricColumns: readonly MetricColumns[];
}

/** Activations of a chunk should stay in a core's L2 cache beside the weights: half of 1 MiB. */
const CHUNK_BYTES = 512 * 1024;
/** Smaller chunks would give the matrix kernels too few rows. */
const SMALLEST_CHUNK = 64;

/**
 * Compiles a model into a step program over a plan of memory.
 *
 * Row phases: gather, forward, loss, backward to every layer's δ. This is one phase, or more if a
 * node needs sums over the whole mini-batch before it can continue. Merge phase: loss totals; then
 * for each parameter slice its gradient over the whole batch and its update.
 */
export function compileProgram(request: CompileRequest): CompiledProgram {
  const { model, mode, io, memory, maxRows, mostWorkers = 1 } = request;
  const builder = new ProgramBuilder(memory, mode, maxRows, mostWorkers);
  const forward = emitForward(builder, request);
  const places = placeMetrics(model, request.objective?.metrics ?? [], io.weights !== undefined);
  const totals = memory.matrix(`totals.${mode}`, 'statistics', mostWorkers, places.totalsCols, 'f64');
  if (request.mode === 'predict') {
    const out = tableOperand(io.out as TableSpec);
    builder.emit('copyRows', { src: forward.output, dst: out }, {}, { label: 'output' });
  } else {
    const stats = memory.matrix(`batch${maxRows}/statistics`, 'statistics', maxRows, places.rowCols);
    const { gradient, judged } = emitLoss(builder, request, forward, stats);
    emitRowMetrics(builder, places.metrics, judged, stats);
    const penalty = emitPenalties(builder, model.parameters)?.partials;
    const merged = { phase: PHASES.merge, split: 'all', label: 'loss', own: ['totals'] } as const;
    builder.emit('rowSums', { stats, penalty, totals: columns(totals, 0, places.rowCols) }, {}, merged);
    emitTallies(builder, places.metrics, judged, rowOf(totals, 0));
    if (mode === 'train') {
      const { objective, averages, shards = ONE_SHARD } = request;
      // Gradients are complete only when the verdict about the loss is known.
      const isApart = shards.processes > 1;
      emitUpdates(builder, model.parameters, objective.optimizer, { averages, isApart });
      for (const node of forward.nodes) node.updateState?.(builder);
    }
    if (gradient !== undefined) backward(builder, forward.nodes, gradient);
  }
  builder.finishPhases();
  const { ops, groups } = builder;
  const program = { ops, groups, maxRows, fittingRows: rowsThatFit(builder) };
  const totalsOf = (rank: number): Operand => rowOf(totals, rank);
  const shards = request.mode === 'predict' ? ONE_SHARD : (request.shards ?? ONE_SHARD);
  return { ...shardProgram(program, memory, shards), totalsOf, metricColumns: places.metrics };
}

/** The nodes of a program, and how they process a mini-batch. */
interface Forward {
  nodes: readonly Node[];
  output: Operand;
  /** The loss takes logits: it includes the last activation, or there is none. */
  onLogits: boolean;
}

/** The nodes of a program as it runs them. */
interface Arranged extends Pick<Forward, 'nodes' | 'onLogits'> {
  gather: InputGather;
  /** How the gather lays out rows. */
  layout: Layout;
}

/** @param loss what the program computes of the outputs, if anything */
function arrangeNodes(
  model: ResolvedModel,
  loss: ResolvedLoss | undefined,
  { differentiates, maxRows }: Pick<ProgramBuilder, 'differentiates' | 'maxRows'>,
): Arranged {
  const { gather, rest, shape } = splitInput(lowerModel(model), model.inputShape);
  const all = differentiates ? rest : foldNorms(rest);
  const keepsRows = !differentiates && maxRows <= mostImagesAsRows(all);
  const layout = inputLayout(all, shape, keepsRows);
  const fused = loss === undefined ? false : fusesLastNode(all, loss);
  const kept = fused === 'node' ? all.slice(0, -1) : all;
  const imageShape = layout === 'images' ? (shape as unknown as ImageShape) : undefined;
  const nodes = arrangeLayouts(mergeNodes(kept), layout, imageShape, keepsRows);
  return { gather, layout, nodes, onLogits: fused !== false };
}

/** The nodes of a training program that come after the gather, and whether it only copies rows. */
export function trainingNodes(
  model: ResolvedModel,
  loss: ResolvedLoss,
  maxRows: number,
): { nodes: readonly Node[]; gathersRows: boolean } {
  const { gather, layout, nodes } = arrangeNodes(model, loss, { differentiates: true, maxRows });
  return { nodes, gathersRows: layout === 'rows' && gather.windows.length === 0 };
}

/** Emits everything from the gather to the last node that is not part of the loss. */
function emitForward(builder: ProgramBuilder, { model, mode, io, objective }: CompileRequest): Forward {
  const loss = mode === 'predict' ? undefined : objective.loss;
  const { gather, layout, nodes, onLogits } = arrangeNodes(model, loss, builder);
  const from = { src: tableOperand(io.x), index: io.index };
  let x = gatherInput(builder, gather, from, model.inputShape, layout);
  for (const node of nodes) x = node.forward(builder, x);
  return { nodes, output: x, onLogits };
}

/**
 * Emits the loss into each row's statistics.
 * @returns the gradient of the loss, if gradients are wanted, and what metrics read
 */
function emitLoss(
  builder: ProgramBuilder,
  { io, objective }: JudgeRequest,
  { output, onLogits }: Forward,
  stats: Operand,
): { gradient: Gradient | undefined; judged: Judged } {
  const { definition, hyperparameters } = objective.loss;
  const target = gatherTarget(builder, io);
  const rowLoss = columns(stats, 0, 1);
  const gradient = builder.differentiates ? builder.batchMatrix('loss.gradient', output.cols) : undefined;
  const inputs = { prediction: output, fused: onLogits, target, rowLoss, gradient };
  const prediction = definition.emit(builder, inputs, hyperparameters);
  const weights = io.weights && gatherWeights(builder, io.weights, io.index);
  if (weights !== undefined) {
    builder.emit('weightRows', { weights, dz: gradient, rowLoss }, {}, { label: 'weights' });
  }
  return {
    gradient: gradient && { operand: gradient, of: 'output' },
    judged: { prediction, target, targets: definition.targets, weights },
  };
}

/** Activations are fused before pooling is, and may also be fused after it. */
const mergeNodes = (nodes: readonly Node[]): Node[] =>
  mergeActivations(mergePooling(mergeActivations(nodes)));

function gatherTarget(builder: ProgramBuilder, io: ProgramIo): Operand {
  const table = io.y as TableSpec;
  const { memory, maxRows } = builder;
  if (table.dtype === 'i32') {
    const labels = memory.vector(`batch${maxRows}/labels`, 'batch', maxRows, 'i32');
    const src: Operand = {
      ...tableOperand(table),
      rows: 1,
      cols: table.rows,
      rowStride: table.rows,
    };
    builder.emit('gatherLabels', { src, index: io.index, dst: labels }, {}, { label: 'labels' });
    return labels;
  }
  const target = memory.matrix(`batch${maxRows}/target`, 'batch', maxRows, table.cols);
  builder.emit(
    'gatherRows',
    { src: tableOperand(table), index: io.index, dst: target },
    { scaled: 0, scale: 1, offset: 0 },
    { label: 'targets' },
  );
  return target;
}

function gatherWeights(builder: ProgramBuilder, table: TableSpec, index: Operand | undefined): Operand {
  const { memory, maxRows } = builder;
  const weights = memory.matrix(`batch${maxRows}/weights`, 'batch', maxRows, 1);
  builder.emit(
    'gatherRows',
    { src: tableOperand(table), index, dst: weights },
    { scaled: 0, scale: 1, offset: 0 },
    { label: 'weights' },
  );
  return weights;
}

/** A table as operand: dense rows, starting at `firstRow`. */
export function tableOperand({ buffer, dtype, rows, cols, firstRow }: TableSpec): Operand {
  const size = dtype === 'u8' ? 1 : 4;
  return { buffer, dtype, byteOffset: firstRow * cols * size, rows, cols, rowStride: cols, colStride: 1 };
}

/**
 * Refuses a loss on logits for a model that ends in probabilities.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkLogits(model: ResolvedModel, loss: ResolvedLoss): void {
  fusesLastNode(splitInput(lowerModel(model), model.inputShape).rest, loss);
}

/**
 * How the loss gets logits: 'node' if the last node is the activation that the loss fuses, 'logits'
 * if the user declared the model's output to be logits.
 */
function fusesLastNode(nodes: readonly Node[], loss: ResolvedLoss): 'node' | 'logits' | false {
  const { fuses } = loss.definition;
  const last = nodes.at(-1)?.endsIn;
  if (loss.hyperparameters.fromLogits === true) {
    if (last === 'softmax' || last === 'sigmoid') {
      throw new SteepestError('ERR_ARGUMENT', {
        expected: 'a model that ends in logits, as fromLogits says',
        given: `a last activation of '${last}'`,
        hint: `Leave fromLogits out: the loss computes '${last}' itself, without loss of accuracy.`,
      });
    }
    return 'logits';
  }
  return fuses !== undefined && last === fuses ? 'node' : false;
}

function backward(builder: ProgramBuilder, nodes: readonly Node[], from: Gradient): void {
  const firstTrainable = nodes.findIndex((node) => trainable(node.parameters).length > 0);
  let gradient: Gradient | undefined = from;
  for (let i = nodes.length - 1; i >= 0 && gradient !== undefined; i--) {
    gradient = nodes[i]!.backward(
      builder,
      gradient,
      i > firstTrainable && firstTrainable >= 0,
      nodes[i - 1]?.outputDerivative(),
    );
    if (i <= firstTrainable) break;
  }
}

/** Number of rows whose activations fit in CHUNK_BYTES. */
function rowsThatFit(builder: ProgramBuilder): number {
  // A chunk is of one copy of the input.
  const bytesPerRow = builder.memory.regions
    .filter((region) => region.role === 'activation' || region.role === 'batch')
    .filter((region) => !builder.isFurtherCopy(region))
    .reduce((sum, region) => sum + bytesOfRow(builder, region), 0);
  // A single group of images is enough work for the kernels.
  const hasImages = builder.memory.regions.some(({ name }) => name.startsWith(`images${builder.maxRows}/`));
  const smallest = hasImages ? GROUP_IMAGES : SMALLEST_CHUNK;
  return Math.max(smallest, Math.floor(CHUNK_BYTES / Math.max(bytesPerRow, 1)));
}

/** Bytes of a region that belong to one sample of the mini-batch; 0 for other regions. */
function bytesOfRow({ maxRows, maxGroups }: ProgramBuilder, { rows, cols, byteLength }: Region): number {
  if (rows === maxRows) return byteLength / rows;
  return rows === maxGroups && cols % GROUP_IMAGES === 0 ? byteLength / rows / GROUP_IMAGES : 0;
}
