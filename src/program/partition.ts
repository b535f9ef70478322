import {
  type BindableProgram,
  isRowPhase,
  type Op,
  PHASES,
  type Phase,
  type RowRange,
} from '../kernels/contract.js';
import type { GroupOp, SliceGroup } from './builder.js';
import { rowOf } from './memory.js';
import { ownerOf } from './ownership.js';

/** A program for any number of workers: its ops in order, and the groups that ranks share. */
export interface StepProgram {
  ops: readonly Op[];
  groups: readonly SliceGroup[];
  maxRows: number;
  /** Maximum rows of a chunk, so that its working set fits in a cache. */
  fittingRows: number;
  /** Rows of the mini-batch that this process computes; all of them if absent. */
  rowRange?: RowRange;
}

/** For each rank, its range `[begin, end)` in units of one group. */
export type GroupRanges = readonly (readonly [number, number])[];

/**
 * Cuts the units of all groups of a phase, laid end to end, into `workers` runs of nearly equal
 * cost. A unit belongs to the rank whose share of the total cost contains the unit's midpoint, so
 * shares differ by at most one unit's cost. Contiguous runs keep a rank's slice of W, Wᵀ and the
 * optimizer's state in its own cache from step to step. A group that is a part with an owner goes
 * to it as a whole.
 *
 * @returns ranges[group][rank]
 */
export function partitionGroups(groups: readonly SliceGroup[], workers: number): GroupRanges[] {
  const costOf = (group: SliceGroup): number => (group.part ? 0 : group.units * group.cost);
  const phaseOf = (group: SliceGroup): Phase | undefined => group.ops[0]?.op.phase;
  const totals = new Map<Phase | undefined, number>();
  // In the order of the groups, so that the cost per group does not grow with the depth of the
  // model.
  const starts = groups.map((group) => {
    const start = totals.get(phaseOf(group)) ?? 0;
    totals.set(phaseOf(group), start + costOf(group));
    return start;
  });
  return groups.map((group, g) => {
    if (group.part !== undefined) {
      const owner = ownerOf(group.part, workers);
      return Array.from({ length: workers }, (_, rank): [number, number] => [
        rank > owner ? group.units : 0,
        rank < owner ? 0 : group.units,
      ]);
    }
    const total = totals.get(phaseOf(group))!;
    const start = starts[g]!;
    // First unit whose midpoint is at or after the given share of the total.
    const firstUnitOf = (rank: number): number => {
      const boundary = (total * rank) / workers;
      const unit = Math.ceil((boundary - start) / group.cost - 0.5);
      return Math.min(group.units, Math.max(0, unit));
    };
    return Array.from({ length: workers }, (_, rank): [number, number] => [
      rank === 0 ? 0 : firstUnitOf(rank),
      rank === workers - 1 ? group.units : firstUnitOf(rank + 1),
    ]);
  });
}

/** Rows of a chunk: each rank's rows are cut into chunks of about equal size. */
export function chunkRows({ maxRows, fittingRows, rowRange }: StepProgram, workers: number): number {
  const rows = rowRange ? rowRange.endRow - rowRange.firstRow : maxRows;
  const rowsPerRank = Math.max(1, Math.ceil(rows / workers));
  return Math.ceil(rowsPerRank / Math.ceil(rowsPerRank / fittingRows));
}

/** The ops of one rank: its slices are filled in, and slices without units for it are left out. */
export function programForRank(program: StepProgram, rank: number, workers: number): BindableProgram {
  const ranges = partitionGroups(program.groups, workers);
  const sliced = new Map<Op, readonly Op[]>();
  program.groups.forEach((group, g) => {
    const [first, last] = ranges[g]![rank]!;
    if (group.tileUnits !== undefined) addTiles(sliced, group, group.tileUnits, first, last);
    else for (const entry of group.ops) sliced.set(entry.op, sliceOf(entry, first, last));
  });
  const ops: Op[] = [];
  for (const op of program.ops) {
    if (op.part !== undefined && ownerOf(op.part, workers) !== rank) continue;
    for (const mine of sliced.get(op) ?? [op]) ops.push(withOwnRows(mine, rank));
  }
  const { maxRows, rowRange } = program;
  return { ops, rank, workers, maxRows, rowChunk: chunkRows(program, workers), rowRange };
}

/** An op over units `[first, last)`; nothing if they are none of it. */
function sliceOf({ op, perUnit, extent, from = 0 }: GroupOp, first: number, last: number): readonly Op[] {
  const begin = Math.min(extent, from + first * perUnit);
  const end = Math.min(extent, from + last * perUnit);
  return begin < end ? [{ ...op, begin, end }] : [];
}

/** The ops of the group's first phase run tile by tile, in the place of the first op. */
function addTiles(
  sliced: Map<Op, readonly Op[]>,
  { ops }: SliceGroup,
  tileUnits: number,
  first: number,
  last: number,
): void {
  const { phase } = ops[0]!.op;
  const tiles: Op[] = [];
  for (let begin = first; begin < last; begin += tileUnits) {
    for (const entry of ops) {
      if (entry.op.phase === phase) tiles.push(...sliceOf(entry, begin, Math.min(last, begin + tileUnits)));
    }
  }
  ops.forEach((entry, i) => {
    if (entry.op.phase !== phase) sliced.set(entry.op, sliceOf(entry, first, last));
    else sliced.set(entry.op, i === 0 ? tiles : []);
  });
}

/** Replaces operands that exist once per rank by the rank's own row. */
function withOwnRows(op: Op, rank: number): Op {
  if (op.own === undefined) return op;
  const operands = { ...op.operands };
  for (const name of op.own) operands[name] = rowOf(operands[name]!, rank);
  return { ...op, operands };
}

/** Which phases a program has. All ranks have the same phases, even those without work in one. */
export interface ProgramPhases {
  /** There are ops that run before the first step. */
  starts: boolean;
  /** Phases over the rows of a mini-batch, in order. */
  rows: readonly Phase[];
  /** Phases after the merge that make the update, in order; empty if the merge makes it. */
  update: readonly Phase[];
}

/** Phases after the merge, in order. */
const AFTER_MERGE: readonly Phase[] = [PHASES.finish, PHASES.update, PHASES.constrain, PHASES.average];

export function phasesOf({ ops }: Pick<StepProgram, 'ops'>): ProgramPhases {
  const rows = new Set<Phase>([PHASES.rows]);
  let starts = false;
  for (const { phase } of ops) {
    if (phase === PHASES.epochStart) starts = true;
    if (isRowPhase(phase)) rows.add(phase);
  }
  const update = AFTER_MERGE.filter((after) => ops.some(({ phase }) => phase === after));
  return { starts, rows: [...rows].sort((a, b) => a - b), update };
}
