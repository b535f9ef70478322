import { describe, expect, it } from 'vitest';
import {
  aligned,
  epochEndSeconds,
  exchangeSeconds,
  mostShards,
  stepSeconds,
  traffic,
} from '../../bench/cluster/model.mjs';

describe('the shards of ranks', () => {
  it.each([
    [1, 8],
    [2, 4],
    [3, 3],
    [4, 2],
    [5, 2],
    [8, 1],
  ])('of %d ranks are at most %d of eight', (ranks, most) => {
    expect(mostShards(ranks, 8)).toBe(most);
  });

  it.each([
    [0, 8, 1],
    [4, 8, 1],
    [0, 3, 2], // 0-1, 2
    [2, 5, 2], // 2-3, 4
    [1, 7, 4], // 1, 2-3, 4-5, 6
    [5, 8, 2], // 5, 6-7
    [3, 3, 0],
  ])('from %d to before %d leave %d sums', (first, end, sums) => {
    expect(aligned(first, end)).toBe(sums);
  });
});

describe('what a step sends', () => {
  it('is half of the parameters each time with two ranks', () => {
    const half = { bytes: 2000, message: 2000 };
    expect(traffic({ parameters: 1000, ranks: 2, shards: 8 })).toEqual([half, half]);
  });

  it('is what a ring all-reduce sends with four', () => {
    const part = { bytes: 3000, message: 1000 };
    expect(traffic({ parameters: 1000, ranks: 4, shards: 8 })).toEqual([part, part]);
  });

  it('has more sums where ranks do not divide the shards', () => {
    // Shards 0-1, 2-3 4 and 5 6-7: one sum or two, of a third of the parameters for each rank.
    const [sums, updated] = traffic({ parameters: 750, ranks: 3, shards: 8 });
    expect(sums).toEqual({ bytes: 4000, message: 2000 });
    expect(updated).toEqual({ bytes: 2000, message: 1000 });
  });
});

const network = { latency: 1e-4, bytesPerSecond: 1e8, handOver: 5e-5 };

describe('the seconds of an exchange', () => {
  it('are hand-over, latency and bytes', () => {
    expect(exchangeSeconds({ bytes: 1e4, message: 1e4 }, network)).toBeCloseTo(2.5e-4, 12);
  });

  it('have three latencies more if the receiver is asked', () => {
    expect(exchangeSeconds({ bytes: 1e6, message: 1e6 }, network)).toBeCloseTo(1.015e-2, 12);
    expect(exchangeSeconds({ bytes: 1e7, message: 1e7 }, network)).toBeCloseTo(0.10045, 12);
  });
});

describe('the seconds of an exchange that was measured', () => {
  it('have the measured ones in place of those of its bytes', () => {
    const measured = { ...network, transfer: (message: number) => 3e-6 * message };
    expect(exchangeSeconds({ bytes: 1e6, message: 1e3 }, measured)).toBeCloseTo(3.15e-3, 12);
  });
});

describe('the seconds of a step', () => {
  const step = { computation: 0.08, parameters: 1000, shards: 8, network };
  const exchanges = 2 * (1.5e-4 + 2000 / 1e8);

  it('are those of the computation alone on one rank', () => {
    expect(stepSeconds({ ...step, ranks: 1 })).toBe(0.08);
  });

  it('are half of it and two exchanges on two', () => {
    expect(stepSeconds({ ...step, ranks: 2 })).toBeCloseTo(0.04 + exchanges, 12);
  });

  it('grow when ranks share cores', () => {
    expect(stepSeconds({ ...step, ranks: 2, cores: 1 })).toBeCloseTo(0.08 + exchanges, 12);
  });

  it('have the exchanges of norms besides', () => {
    expect(stepSeconds({ ...step, ranks: 2, smallExchanges: 4 })).toBeCloseTo(
      0.04 + exchanges + 4 * 1.5e-4,
      12,
    );
  });
});

describe('the end of an epoch', () => {
  const epoch = { parameters: 60_000, arrays: 2, network };

  it("exchanges the optimizer's arrays: of each rank a slice, for all others", () => {
    // Three others times 120,000 bytes.
    expect(epochEndSeconds({ ...epoch, ranks: 4 })).toBeCloseTo(1.5e-4 + 3.6e-3, 12);
  });

  it('costs nothing on one rank', () => {
    expect(epochEndSeconds({ ...epoch, ranks: 1 })).toBe(0);
  });
});
