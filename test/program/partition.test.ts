import { describe, expect, it } from 'vitest';
import { type Op, type Operand, PHASES, rowPhase } from '#steepest/kernels/contract.js';
import type { SliceGroup } from '#steepest/program/builder.js';
import { partitionGroups, phasesOf, programForRank } from '#steepest/program/partition.js';

const group = (units: number, cost: number): SliceGroup => ({ label: '', units, cost, ops: [] });

/** Weight matrices and biases of some networks, in units of 16 rows. */
const NETWORKS: Record<string, SliceGroup[]> = {
  '784-128-10': [group(49, 128), group(1, 8), group(8, 10), group(1, 1)],
  '784-512-256-10': [group(49, 512), group(1, 32), group(32, 256), group(1, 16), group(16, 10), group(1, 1)],
  '20-64-64-2': [group(2, 64), group(1, 4), group(4, 64), group(1, 4), group(4, 2), group(1, 1)],
};

describe('partitionGroups', () => {
  for (const [name, groups] of Object.entries(NETWORKS)) {
    for (const workers of [1, 2, 3, 4, 7, 8, 16, 32, 64]) {
      it(`gives every unit of ${name} to one of ${workers} ranks, in order`, () => {
        partitionGroups(groups, workers).forEach((ranges, g) => {
          expect(ranges[0]![0]).toBe(0);
          expect(ranges[workers - 1]![1]).toBe(groups[g]!.units);
          for (let rank = 1; rank < workers; rank++) expect(ranges[rank]![0]).toBe(ranges[rank - 1]![1]);
        });
      });

      it(`balances ${name} among ${workers} ranks to within the largest unit`, () => {
        const ranges = partitionGroups(groups, workers);
        const loads = Array.from({ length: workers }, (_, rank) =>
          groups.reduce((sum, { cost }, g) => sum + cost * (ranges[g]![rank]![1] - ranges[g]![rank]![0]), 0),
        );
        const total = groups.reduce((sum, { units, cost }) => sum + units * cost, 0);
        const largestUnit = Math.max(...groups.map(({ cost }) => cost));
        expect(Math.max(...loads)).toBeLessThanOrEqual(total / workers + largestUnit);
      });
    }
  }
});

const op = (phase: number, rest: Partial<Op> = {}): Op => ({
  kind: 'copyRows',
  phase,
  split: 'rows',
  begin: 0,
  end: 0,
  operands: {},
  scalars: {},
  ...rest,
});

describe('phasesOf', () => {
  it('finds the phases over rows in their order, merge left out', () => {
    const ops = [rowPhase(2), PHASES.merge, rowPhase(1), PHASES.rows].map((phase) => op(phase));
    expect(phasesOf({ ops })).toEqual({
      starts: false,
      rows: [rowPhase(0), rowPhase(1), rowPhase(2)],
      update: [],
    });
    expect(new Set([rowPhase(0), rowPhase(1), rowPhase(2), PHASES.merge, PHASES.epochStart]).size).toBe(5);
  });

  it('has one such phase at least, and says what comes before the first step', () => {
    expect(phasesOf({ ops: [op(PHASES.epochStart)] })).toEqual({
      starts: true,
      rows: [PHASES.rows],
      update: [],
    });
  });
});

describe('programForRank', () => {
  it('gives each rank its own row of the operands that have one', () => {
    const stats: Operand = {
      buffer: 0,
      dtype: 'f32',
      byteOffset: 64,
      rows: 3,
      cols: 5,
      rowStride: 16,
      colStride: 1,
    };
    const ops = [op(PHASES.rows, { operands: { src: stats, dst: stats }, own: ['dst'] })];
    const program = { ops, groups: [], maxRows: 8, fittingRows: 8 };
    const mine = programForRank(program, 2, 3).ops[0]!;
    expect(mine.operands.src).toEqual(stats);
    expect(mine.operands.dst).toEqual({ ...stats, rows: 1, byteOffset: 64 + 2 * 16 * 4 });
  });

  it.each([
    { rows: 100, fitting: 64, workers: 1, chunk: 50 },
    { rows: 100, fitting: 64, workers: 2, chunk: 50 },
    { rows: 100, fitting: 100, workers: 1, chunk: 100 },
    { rows: 100, fitting: 20, workers: 3, chunk: 17 },
    { rows: 1, fitting: 64, workers: 2, chunk: 1 },
  ])('cuts $rows rows of $workers ranks into chunks of at most $fitting', (sizes) => {
    const { rows, fitting, workers, chunk } = sizes;
    const program = { ops: [], groups: [], maxRows: rows, fittingRows: fitting };
    expect(programForRank(program, 0, workers).rowChunk).toBe(chunk);
  });
});
