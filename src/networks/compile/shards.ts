/**
 * Virtual shards: the weight gradient of a mini-batch as a sum over S = 2^k blocks of its rows, along
 * a fixed binary tree. Any number of processes then computes the same bits, each for a run of shards.
 */
import type { ExchangePlan } from '../../core/clusterOption.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { bytesText, flopUnitText } from '../../core/units.js';
import { GROUP_IMAGES, type RowRange } from '../../kernels/contract.js';
import type { PhaseExchange, ProcessPart } from '../../program/exchange.js';
import type { MemoryPlan } from '../../program/memory.js';
import { trainable } from '../../program/parameters.js';
import type { StepProgram } from '../../program/partition.js';
import { shardGradients } from '../../program/shardGradients.js';
import { runOf } from '../../program/shardTree.js';
import { shareProgram } from '../../program/shareProgram.js';
import type { ResolvedModel } from './model.js';

/**
 * The shards of a mini-batch, and the part of a process: it computes the rows of shards
 * ⌊S·p/P⌋ … ⌊S·(p + 1)/P⌋ − 1, and updates its slice of the parameters.
 */
export interface ShardPlan extends ProcessPart {
  /** S, a power of two; at least as many as there are processes. */
  shards: number;
}

/**
 * What a program compiled with shards says beyond its ops. All of it is empty for one process.
 *
 * A step: the row phases in order, each followed by its exchange; then the merge, which completes
 * the sums and writes totals on every process (so verdicts about the loss need no exchange); then
 * the phases of the update, each followed by its exchange. Parameters are the same on all processes
 * after the last phase. Gradients are blocks of shards in the exchange before the merge.
 */
export interface Sharing {
  /** Exchanges between phases, in the order of a step. */
  exchanges: readonly PhaseExchange[];
  /**
   * Completes the optimizer's arrays, and averages of weights: a process keeps only its slices of
   * them up to date. For a commit, a checkpoint or the end of an epoch.
   */
  state: ExchangePlan;
}

/** The mini-batch as a whole, in one process. */
export const ONE_SHARD: ShardPlan = { shards: 1, process: 0, processes: 1 };

const NOTHING: Sharing = { exchanges: [], state: { sends: [], receives: [] } };

/** Shards begin at multiples of so many rows. */
const grainOf = ({ ops }: StepProgram): number =>
  ops.some(({ split }) => split === 'groups') ? GROUP_IMAGES : 1;

/** Rows of a shard of mini-batches of at most `maxRows`. */
function shardRows(program: StepProgram, shards: number): number {
  const grain = grainOf(program);
  return Math.ceil(Math.ceil(program.maxRows / shards) / grain) * grain;
}

/** Most shards: more would have no row in the mini-batches that CPUs train on. */
const MOST_SHARDS = 256;

/** A power of two up to {@link MOST_SHARDS}. */
export const isShards = (value: unknown): value is number =>
  typeof value === 'number' && value >= 1 && value <= MOST_SHARDS && Number.isInteger(Math.log2(value));

/** What shards add to a step: each gradient but one is written, read and added to another. */
export function shardCosts(
  { parameters }: Pick<ResolvedModel, 'parameters'>,
  shards: number | undefined,
): { shardFlops: number; shardBytes: number } | undefined {
  if (shards === undefined) return undefined;
  const numbers = trainable(parameters).reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  const shardFlops = (shards - 1) * numbers;
  return { shardFlops, shardBytes: 4 * Float32Array.BYTES_PER_ELEMENT * shardFlops };
}

/** A line about shards and their cost; none without shards. */
export function shardLines(model: Pick<ResolvedModel, 'parameters'>, shards: number | undefined): string[] {
  const costs = shardCosts(model, shards);
  if (costs === undefined || shards === undefined) return [];
  const { shardFlops, shardBytes } = costs;
  const each = `${flopUnitText(shardFlops)} and ${bytesText(shardBytes)} more in a step`;
  return [`Gradients are sums over ${shards} virtual ${shards === 1 ? 'shard' : 'shards'}: ${each}.`];
}

/** @throws SteepestError `ERR_ARGUMENT` unless it is a power of two, or undefined */
export function checkShards(shards: unknown): number | undefined {
  if (shards === undefined || isShards(shards)) return shards;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `shards to be a power of two from 1 to ${MOST_SHARDS}`,
    given: show(shards),
    hint: 'Write shards: 8. Up to as many processes can then compute the same bits.',
  });
}

/**
 * Refuses mini-batches in which a shard would never have a row.
 * @throws SteepestError `ERR_ARGUMENT`
 */
export function checkShardRows(program: StepProgram, { shards }: ShardPlan): void {
  const { maxRows } = program;
  const rows = shardRows(program, shards);
  if ((shards - 1) * rows < maxRows) return;
  const grain = grainOf(program);
  const groups = grain === 1 ? '' : `, which in this network are whole groups of ${grain} rows`;
  let fitting = shards;
  while ((fitting - 1) * shardRows(program, fitting) >= maxRows) fitting /= 2;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `a row of the mini-batch in each of ${shards} shards${groups}`,
    given: `mini-batches of ${maxRows} rows`,
    hint: `Use shards: ${fitting}, or a batchSize that is a multiple of ${shards * grain}.`,
  });
}

/** Computes a program's weight gradients by shards, and only the part of a process. */
export function shardProgram(
  program: StepProgram,
  memory: MemoryPlan,
  plan: ShardPlan,
): StepProgram & Sharing {
  const { shards, process, processes } = plan;
  if (shards === 1 && processes === 1) return { ...program, ...NOTHING };
  const rows = shardRows(program, shards);
  const rowAt = (shard: number): number => Math.min(program.maxRows, shard * rows);
  const rowsOf = (of: number): RowRange => {
    const { first, end } = runOf(shards, of, processes);
    return { firstRow: rowAt(first), endRow: end === shards ? program.maxRows : rowAt(end) };
  };
  const sharded = shardGradients(program, memory, { ...plan, rowAt });
  if (processes === 1) return { ...sharded.program, ...NOTHING };
  return { ...shareProgram(sharded, memory, { ...plan, rowsOf }), rowRange: rowsOf(process) };
}
