/**
 * Loss and gradient of all rows of a data set at any point: for solvers that have no mini-batches.
 * The program, its memory and the binding of the ranks are made once and serve every point. Rows are
 * taken in chunks, whose number depends on the data and the model alone, and sums over chunks are
 * kept in float64: the result is bit-identical for any number of workers.
 */
import type { Arena } from '../../core/arena.js';
import type { RankTask } from '../../parallel/rankTask.js';
import type { Workers } from '../../parallel/workers.js';
import type { MemoryPlan, Region } from '../../program/memory.js';
import { trainable } from '../../program/parameters.js';
import { compileProgram, type Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { type DataSet, TableList } from './dataSets.js';
import { refreshTransposes } from './persistence.js';
import { rankProgram, transposePairs } from './plan.js';
import { copyOut, type ModelState } from './state.js';
import { planSweep, sweepArena } from './sweep.js';
import type { RankProgram, TransposePair } from './tasks.js';

/** Memory of a chunk's activations: enough rows to keep all ranks busy. */
const CHUNK_BYTES = 2 ** 25;
const MOST_CHUNK_ROWS = 2048;
const LEAST_CHUNK_ROWS = 256;

/** Where the rows of a matrix are in the arena: a byte offset, and a stride in elements. */
export type Place = Pick<Region, 'byteOffset' | 'rowStride'>;

/** A parameter and its gradient in the arena, and its place among all numbers. */
export interface PlacedParameter {
  name: string;
  /** Of its first number in points and gradients, which have it dense and row by row. */
  first: number;
  rows: number;
  cols: number;
  weights: Place;
  gradient: Place;
}

/** What a rank needs for the sums. */
export interface WholeBatch {
  sweep: RankProgram;
  parameters: readonly PlacedParameter[];
  transposes: readonly TransposePair[];
  /** How many numbers a point has. */
  size: number;
  samples: number;
  chunkRows: number;
  /** Byte offset of the sums of the gradient, float64. */
  sums: number;
  /** Byte offset of rank 0's request, an int32. */
  command: number;
}

/** Programs and memory for all ranks. */
export interface WholeBatchPlan {
  arena: Arena;
  tables: RankTask['tables'];
  /** As many workers as are useful. */
  workers: number;
  forRank(rank: number): WholeBatch;
  /** The parameters that the arena has now. */
  parameters(): Map<string, Float32Array>;
}

/** Rows of a chunk: about equal chunks. */
function chunkRowsFor(rows: number, { parameters, inputCols }: ResolvedModel): number {
  // Activations and their gradients are as wide as the weights.
  const width = parameters.reduce((sum, { cols }) => sum + cols, inputCols);
  const fitting = Math.floor(CHUNK_BYTES / (8 * width));
  const most = Math.max(LEAST_CHUNK_ROWS, Math.min(MOST_CHUNK_ROWS, fitting));
  return Math.ceil(rows / Math.ceil(rows / most));
}

function placeParameters(memory: MemoryPlan, model: ResolvedModel): PlacedParameter[] {
  const at = (name: string): Place => {
    const { byteOffset, rowStride } = memory.get(name) as Region;
    return { byteOffset, rowStride };
  };
  let first = 0;
  return trainable(model.parameters).map(({ name, rows, cols }) => {
    const placed = { name, first, rows, cols, weights: at(name), gradient: at(`${name}.gradient`) };
    first += rows * cols;
    return placed;
  });
}

/**
 * Compiles the gradients of a model and allocates their memory, with the parameters of a state.
 * @throws SteepestError `ERR_MEMORY`
 */
export function planWholeBatch(
  model: ResolvedModel,
  state: ModelState,
  objective: Objective,
  data: DataSet,
  asked: Workers,
): WholeBatchPlan {
  const tables = new TableList();
  const io = tables.add(data);
  const chunkRows = chunkRowsFor(data.rows, model);
  const plan = planSweep(model, asked, (room) =>
    compileProgram({ ...room, model, objective, io, maxRows: chunkRows, mode: 'gradients' }),
  );
  const { memory, program, registers, workers } = plan;
  const parameters = placeParameters(memory, model);
  const size = parameters.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const sums = memory.vector('gradient sums', 'gradient', size, 'f64').byteOffset;
  const command = memory.vector('command', 'control', 1, 'i32').byteOffset;
  const arena = sweepArena(plan, model, state);
  const transposes = transposePairs(memory, model);
  refreshTransposes(arena, transposes);
  const common = { parameters, transposes, size, samples: data.rows, chunkRows, sums, command };
  return {
    arena,
    tables: tables.buffers,
    workers,
    forRank: (rank) => ({ ...common, sweep: rankProgram(program, registers, rank, rank, workers) }),
    parameters: () => {
      const regions = model.parameters.map(({ name }) => memory.get(name) as Region);
      return new Map(regions.map((region) => [region.name, copyOut(arena, region)]));
    },
  };
}
