import { describe, expect, it } from 'vitest';
import type { SliceGroup } from '#steepest/program/builder.js';
import { partitionGroups } from '#steepest/program/partition.js';

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
