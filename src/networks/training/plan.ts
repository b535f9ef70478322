import type { Arena } from '../../core/arena.js';
import type { Table } from '../../data/sharedRows.js';
import { type Op, type Operand, PHASES, type ProgramBuffer, REGISTER_COUNT } from '../../kernels/contract.js';
import { CONTROL_BYTES } from '../../parallel/control.js';
import { MemoryPlan, operandOf } from '../../program/memory.js';
import { phasesOf, programForRank } from '../../program/partition.js';
import {
  type CompiledProgram,
  compileProgram,
  type Objective,
  type ProgramIo,
  type TableSpec,
} from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { TARGET_SHIFT } from '../metrics/regression.js';
import { SHUFFLE_STREAM } from './rowOrder.js';
import { copyIn, reserveState } from './state.js';
import { type RingRegions, reserveRing, type StreamData } from './streamFeed.js';
import type { RankProgram, TransposePair } from './tasks.js';

/** Samples and targets of one data set, and the range of rows to use. */
export interface DataSet {
  x: Table;
  y: Table;
  /** A weight per row, if rows weigh differently. */
  weights: Table | undefined;
  firstRow: number;
  rows: number;
}

/** What a fit reads. Of a stream, the data set is the room for its rows. */
export interface FitData {
  train: DataSet;
  validation: DataSet | undefined;
  trainStream?: StreamData | undefined;
  validationStream?: StreamData | undefined;
}

/** The room for a stream's rows, as a data set. */
export function streamRoom({ store }: StreamData): DataSet {
  return { x: store.x, y: store.y, weights: store.weights, firstRow: 0, rows: store.capacity };
}

/** Collects the tables of programs; buffer 0 is the arena. */
export class TableList {
  readonly buffers: ProgramBuffer[] = [];

  /** The tables of a data set as a program reads them. */
  add({ x, y, weights, firstRow, rows }: DataSet): Pick<ProgramIo, 'x' | 'y' | 'weights'> {
    const place = (table: Table): TableSpec => {
      this.buffers.push(table.data);
      return tableSpec(table, this.buffers.length, firstRow, rows);
    };
    return { x: place(x), y: place(y), weights: weights && place(weights) };
  }
}

/** A table's place among a program's buffers. */
export function tableSpec(table: Table, buffer: number, firstRow: number, rows: number): TableSpec {
  return { buffer, dtype: table.dtype, rows, cols: table.cols, firstRow };
}

/** Everything about a fit that can be worked out before any memory is taken. */
export interface FitLayout {
  memory: MemoryPlan;
  train: CompiledProgram;
  validate: CompiledProgram | undefined;
  persistent: { byteOffset: number; byteLength: number; copies: readonly [number, number] };
  transposes: readonly TransposePair[];
  slots: readonly string[];
  /** What the elements of slots start at. */
  initialSlot: number;
  /** Buffers of the programs behind the arena. */
  tables: ProgramBuffer[];
  trainRing: RingRegions | undefined;
  validationRing: RingRegions | undefined;
  /** The rank's part of a program, with its registers. */
  forRank(which: 'train' | 'validate', rank: number): RankProgram | undefined;
}

/** Lays out the arena of a fit and compiles its programs. */
export function layoutFit(
  model: ResolvedModel,
  objective: Objective,
  data: FitData,
  options: { batchSize: number; shuffle: boolean; workers: number },
): FitLayout {
  const { batchSize, workers } = options;
  const { train: training, validation, trainStream, validationStream } = data;
  // A stream may have any number of rows; memory need not be larger than all there is.
  const maxRows = trainStream ? batchSize : Math.min(batchSize, training.rows);
  // The rows to validate on may be more than those to train on, and come in mini-batches of their
  // own.
  const validationRows = validationStream
    ? batchSize
    : Math.max(maxRows, Math.min(batchSize, validation?.rows ?? 0));
  const memory = new MemoryPlan(CONTROL_BYTES);
  const { definition: optimizer, hyperparameters } = objective.optimizer;
  const slots = optimizer.slots(hyperparameters);
  const persistent = reserveState(memory, model.parameters, slots);
  const trainRing = trainStream && reserveRing(memory, 'train', trainStream);
  const validationRing = validationStream && reserveRing(memory, 'validation', validationStream);
  const shuffled =
    options.shuffle && !trainStream ? memory.vector('index', 'batch', training.rows, 'u32') : undefined;

  const tables = new TableList();
  const train = compileProgram(
    model,
    objective,
    'train',
    {
      ...tables.add(training),
      index: trainRing?.index ?? shuffled,
    },
    memory,
    maxRows,
    workers,
  );
  const program = shuffled ? { ...train, ops: [shuffleOp(shuffled, model.seed), ...train.ops] } : train;
  const validate =
    validation &&
    compileProgram(
      model,
      objective,
      'evaluate',
      {
        ...tables.add(validation),
        index: validationRing?.index,
      },
      memory,
      validationRows,
      workers,
    );
  const registers = memory.matrix('registers', 'control', 2 * workers, REGISTER_COUNT, 'f64');
  const copyOffset = (n: number): number =>
    memory.vector(`committed.${n}`, 'state', persistent.byteLength / 4).byteOffset;

  return {
    memory,
    train: program,
    validate,
    persistent: { ...persistent, copies: [copyOffset(1), copyOffset(2)] },
    transposes: transposePairs(memory, model),
    slots,
    initialSlot: optimizer.initialState?.(hyperparameters) ?? 0,
    tables: tables.buffers,
    trainRing,
    validationRing,
    forRank(which, rank) {
      const compiled = which === 'train' ? program : validate;
      if (compiled === undefined) return undefined;
      const row = rank + (which === 'train' ? 0 : workers);
      return {
        program: programForRank(compiled, rank, workers),
        registersOffset: registers.byteOffset + row * registers.rowStride * Float64Array.BYTES_PER_ELEMENT,
        totals: compiled.totalsOf(rank),
        phases: phasesOf(compiled),
      };
    },
  };
}

function shuffleOp(index: Operand, seed: number): Op {
  return {
    kind: 'shuffle',
    phase: PHASES.epochStart,
    split: 'first',
    begin: 0,
    end: 0,
    operands: { index: operandOf(index) },
    scalars: { seed, stream: SHUFFLE_STREAM },
    label: 'shuffle',
  };
}

/** Every weight matrix that the program keeps a transpose of. */
export function transposePairs(memory: MemoryPlan, model: ResolvedModel): TransposePair[] {
  return model.parameters.flatMap(({ name }) => {
    const matrix = memory.get(name);
    const transpose = memory.get(`${name}.transpose`);
    return matrix && transpose ? [{ matrix: operandOf(matrix), transpose: operandOf(transpose) }] : [];
  });
}

/** The first row's targets, which r2 subtracts from all. */
export function firstTargets({ y, firstRow }: DataSet): Float32Array {
  return Float32Array.from(y.data.subarray(firstRow * y.cols, (firstRow + 1) * y.cols));
}

/** The same of a stream. */
export function firstStreamTargets({ first }: Pick<StreamData, 'first'>): Float32Array {
  const { values, cols } = first.y;
  return Float32Array.from({ length: cols }, (_, j) => values[j] as number);
}

/** Fills what r2 subtracts from the targets of a data set. */
export function fillTargetShift(
  memory: MemoryPlan,
  arena: Arena,
  mode: 'train' | 'evaluate',
  targets: Float32Array,
): void {
  const region = memory.get(`${TARGET_SHIFT}.${mode}`);
  if (region !== undefined) copyIn(arena, region, targets);
}
