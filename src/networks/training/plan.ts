import { type Op, type Operand, PHASES, type ProgramBuffer, REGISTER_COUNT } from '../../kernels/contract.js';
import { CONTROL_BYTES } from '../../parallel/control.js';
import { mostWorkers, type Workers } from '../../parallel/workers.js';
import { MemoryPlan, operandOf, partsOf, type Region, rowsOf } from '../../program/memory.js';
import { NOBODY, type Ownership } from '../../program/ownership.js';
import { trainable } from '../../program/parameters.js';
import { phasesOf, programForRank } from '../../program/partition.js';
import { type CompiledProgram, compileProgram, type Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { ownershipFor } from '../compile/ownership.js';
import { checkShardRows, type ShardPlan } from '../compile/shards.js';
import { AVERAGE_SLOT, parameterRegion, slotRegion } from '../compile/updates.js';
import { usefulRanks } from '../compile/usefulRanks.js';
import { type FitData, TableList } from './dataSets.js';
import { type FitExchanges, planExchanges } from './exchangePlans.js';
import { SHUFFLE_STREAM } from './rowOrder.js';
import { type RunningSums, reserveRunningSums } from './runningSums.js';
import { reserveState } from './state.js';
import { reserveStepReports, type StepReports } from './stepReports.js';
import { type RingRegions, reserveRing } from './streamData.js';
import type { AveragePair, FitTask, RankProgram, TransposePair } from './tasks.js';

/**
 * Everything about a fit that can be computed before memory is allocated. It is valid for any
 * number of workers up to a bound, and for each attempt to run the fit.
 */
export interface FitPlan {
  memory: MemoryPlan;
  train: CompiledProgram;
  validate: CompiledProgram | undefined;
  persistent: { byteOffset: number; byteLength: number; copies: readonly [number, number] };
  /** Byte offset of the memory for a checkpoint, if the fit has them. */
  checkpoint: number | undefined;
  transposes: readonly TransposePair[];
  untrained: FitTask['untrained'];
  averages: FitTask['averages'];
  slots: readonly string[];
  /** Initial values of slots. */
  initialSlot: number;
  /** Number of virtual shards, if gradients are sums over them. */
  shards: number | undefined;
  /** The programs' buffers after the arena. */
  tables: ProgramBuffer[];
  trainRing: RingRegions | undefined;
  validationRing: RingRegions | undefined;
  /** Where rank 0 leaves sums of steps, if a callback wants them. */
  stepReports: StepReports | undefined;
  /** Where it leaves sums for a display, if there is one. */
  runningSums: RunningSums | undefined;
  /** What it exchanges with other processes of a cluster. */
  exchanges: FitExchanges | undefined;
  /** As many workers as are useful and available. */
  workersNow(): number;
  /** A rank's part of a program, with its registers. */
  forRank(which: 'train' | 'validate', rank: number, workers: number): RankProgram | undefined;
}

export interface FitSizes {
  batchSize: number;
  shuffle: boolean;
  workers: Workers;
  /** Steps at whose multiples callbacks want sums. */
  every: readonly number[];
  hasCheckpoints: boolean;
  /** The share of the old value in moving averages of the weights; undefined for none. */
  averageDecay: number | undefined;
  /** Whether there is a display. */
  hasProgress: boolean;
  /** Weight gradients are sums over shards, of which this process computes some; undefined for none. */
  shards?: ShardPlan | undefined;
}

/** Lays out the arena of a fit and compiles its programs. */
export function planFit(model: ResolvedModel, objective: Objective, data: FitData, sizes: FitSizes): FitPlan {
  const { batchSize, shuffle, workers, every, hasCheckpoints, hasProgress, averageDecay, shards } = sizes;
  const { train: training, validation, trainStream, validationStream } = data;
  const rows = mostRows(data, batchSize);
  const most = mostWorkers(workers);
  const useful = workers === 'auto' ? usefulRanks(model, objective, rows.train, most) : most;
  // There may be fewer threads by the time that the ranks start.
  const workersNow = (): number => Math.min(useful, mostWorkers(workers));
  const owners = (): Ownership => ownershipFor(model, objective, rows.train, workersNow());
  // Shards are of whole rows of a gradient.
  const memory = new MemoryPlan(CONTROL_BYTES, shards ? NOBODY : owners());
  const { definition: optimizer, hyperparameters } = objective.optimizer;
  const averages = averageDecay !== undefined;
  const slots = [...optimizer.slots(hyperparameters), ...(averages ? [AVERAGE_SLOT] : [])];
  const state = reserveState(memory, model.parameters, slots);
  const trainRing = trainStream && reserveRing(memory, 'train', trainStream);
  const validationRing = validationStream && reserveRing(memory, 'validation', validationStream);
  const shuffled =
    shuffle && !trainStream ? memory.vector('index', 'batch', training.rows, 'u32') : undefined;

  const tables = new TableList();
  const common = { model, objective, memory, mostWorkers: most };
  const trainIo = { ...tables.add(training), index: trainRing?.index ?? shuffled };
  const ofTraining = { io: trainIo, maxRows: rows.train, averages, shards };
  const train = withShuffle(compileProgram({ ...common, mode: 'train', ...ofTraining }), shuffled, model);
  if (shards) checkShardRows(train, shards);
  const heldIo = validation && { ...tables.add(validation), index: validationRing?.index };
  const ofValidation = { maxRows: rows.validate, shards: shards?.processes === 1 ? undefined : shards };
  const validate = heldIo && compileProgram({ ...common, mode: 'evaluate', io: heldIo, ...ofValidation });
  const registers = memory.matrix('registers', 'control', 2 * most, REGISTER_COUNT, 'f64');
  const exchanges = planExchanges(memory, shards, train, validate);
  return {
    memory,
    train,
    validate,
    persistent: { ...state, copies: reserveCopies(memory, state.byteLength) },
    checkpoint: hasCheckpoints
      ? memory.vector('checkpoint', 'state', state.byteLength / 4).byteOffset
      : undefined,
    transposes: transposePairs(memory, model),
    untrained: untrainedRegions(memory, model),
    averages: averagesOf(memory, model, averageDecay),
    slots,
    initialSlot: optimizer.initialState?.(hyperparameters) ?? 0,
    shards: shards?.shards,
    tables: tables.buffers,
    trainRing,
    validationRing,
    stepReports: reserveStepReports(memory, train.totalsOf(0).cols, every),
    runningSums: hasProgress ? reserveRunningSums(memory, train.totalsOf(0).cols) : undefined,
    exchanges,
    workersNow,
    forRank(which, rank, ranks) {
      const program = which === 'train' ? train : validate;
      const row = rank + (which === 'train' ? 0 : most);
      return program && rankProgram(program, registers, row, rank, ranks, exchanges?.[which]);
    },
  };
}

/** Rows of the largest mini-batches. */
function mostRows(
  { train, validation, trainStream, validationStream }: FitData,
  batchSize: number,
): { train: number; validate: number } {
  // A stream may have any number of rows; the buffer need not be larger than the memory limit.
  const most = trainStream ? batchSize : Math.min(batchSize, train.rows);
  // There may be more validation rows than training rows, so they have mini-batches of their own.
  const validate = validationStream ? batchSize : Math.max(most, Math.min(batchSize, validation?.rows ?? 0));
  return { train: most, validate };
}

/** Statistics, which are vectors; the kernels of frozen layers never change. */
const untrainedRegions = (memory: MemoryPlan, { parameters }: ResolvedModel): Region[] =>
  parameters
    .filter(({ trainable, rows }) => !trainable && rows === 1)
    .map((parameter) => parameterRegion(memory, parameter));

/** Reserves the two committed copies of parameters and optimizer arrays. */
function reserveCopies(memory: MemoryPlan, byteLength: number): [number, number] {
  const copy = (n: number): number => memory.vector(`committed.${n}`, 'state', byteLength / 4).byteOffset;
  return [copy(1), copy(2)];
}

/**
 * A rank's part of a program.
 * @param registers one row of registers for each rank of each program
 * @param row the one of this rank and program
 */
export function rankProgram(
  program: CompiledProgram,
  registers: Region,
  row: number,
  rank: number,
  workers: number,
  exchanges: RankProgram['exchanges'] = {},
): RankProgram {
  return {
    program: programForRank(program, rank, workers),
    registersOffset: registers.byteOffset + row * registers.rowStride * Float64Array.BYTES_PER_ELEMENT,
    totals: program.totalsOf(rank),
    phases: phasesOf(program),
    exchanges,
  };
}

/** The steps of an epoch, and before them the order of its rows. */
function withShuffle(
  steps: CompiledProgram,
  index: Region | undefined,
  { seed }: ResolvedModel,
): CompiledProgram {
  return index ? { ...steps, ops: [shuffleOp(index, seed), ...steps.ops] } : steps;
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

/** The weights of each trainable parameter, and their average; undefined for a fit without averages. */
function averagesOf(
  memory: MemoryPlan,
  model: ResolvedModel,
  decay: number | undefined,
): FitTask['averages'] {
  if (decay === undefined) return undefined;
  const pairs = trainable(model.parameters).map((parameter): AveragePair => {
    const { byteOffset: weights, byteLength } = parameterRegion(memory, parameter);
    return { weights, average: slotRegion(memory, parameter, AVERAGE_SLOT).byteOffset, byteLength };
  });
  return { decay, pairs };
}

/** Every weight matrix of which the program keeps a transpose. */
export function transposePairs(memory: MemoryPlan, model: ResolvedModel): TransposePair[] {
  return model.parameters.flatMap(({ name }) => {
    const matrix = memory.get(name);
    const transpose = memory.get(`${name}.transpose`);
    if (matrix === undefined || transpose === undefined) return [];
    return partsOf(matrix).map(({ first, operand }) => ({
      matrix: operandOf(operand),
      transpose: operandOf(rowsOf(transpose, first, operand.cols)),
    }));
  });
}
