import { type Schedule, scheduleNames } from 'steepest';
import { describe, expect, it } from 'vitest';
import { completeSchedule } from '#steepest/networks/schedules/complete.js';
import { cosPi } from '#steepest/networks/schedules/cosPi.js';
import { power } from '#steepest/networks/schedules/power.js';
import { rateAt } from '#steepest/networks/training/rateAt.js';
import { expectClose, readFixture } from '../support/fixtures.js';

interface Fixture {
  steps: number;
  /** Rates per sum. */
  block: number;
  stepsPerEpoch: number;
  /** Steps of the single rates. */
  at: number[];
  cases: { name: string; schedule: Schedule; single: number[]; blocks: number[] }[];
}

const { steps, block, stepsPerEpoch, at, cases } = readFixture<Fixture>('schedules');
/** The fixture has 12 digits. */
const RATES = { relative: 1e-11 };

function ratesOf(given: Schedule): number[] {
  const schedule = completeSchedule('learningRate', given);
  return Array.from({ length: steps }, (_, step) =>
    rateAt(schedule, {
      steps: step,
      epochs: Math.floor(step / stepsPerEpoch),
      stepInEpoch: step % stepsPerEpoch,
      stepsPerEpoch,
    }),
  );
}

describe('schedules against PyTorch and Keras, every step of 1,000', () => {
  it('has expected values for every schedule', () => {
    expect(new Set(cases.map((c) => c.schedule.schedule))).toEqual(new Set(scheduleNames));
  });

  it.each(cases)('$name', ({ schedule, single, blocks }) => {
    const rates = ratesOf(schedule);
    expectClose(
      at.map((step) => rates[step]!),
      single,
      RATES,
    );
    const sums = blocks.map((_, i) => rates.slice(i * block, (i + 1) * block).reduce((a, b) => a + b));
    expectClose(sums, blocks, RATES);
  });
});

describe('schedules against their formulas, every step of 1,000', () => {
  const [from, to, time, warmup] = [0.3, 0.0077, 19.5, 1.75];
  const half = (p: number): number => (1 + Math.cos(Math.PI * p)) / 2;
  const whole = (t: number): number => Math.min((t - warmup) / (time - warmup), 1);
  const common = { from, epochs: time, warmup };
  const formulas: [Schedule, (t: number) => number][] = [
    [{ schedule: 'constant', ...common }, () => from],
    [{ schedule: 'step', ...common, factor: 0.3 }, (t) => from * 0.3 ** Math.floor((t - warmup) / time)],
    [
      { schedule: 'piecewise', rates: [from, 0, 0.2], epochs: [2.5, 21], warmup },
      (t) => (t < 2.5 ? from : t < 21 ? 0 : 0.2),
    ],
    [{ schedule: 'exponential', ...common, factor: 0.01 }, (t) => from * 0.01 ** ((t - warmup) / time)],
    [{ schedule: 'inverseTime', ...common }, (t) => from / (1 + (t - warmup) / time)],
    [{ schedule: 'polynomial', ...common, to, power: 2.3 }, (t) => to + (from - to) * (1 - whole(t)) ** 2.3],
    [{ schedule: 'cosine', ...common, to }, (t) => to + (from - to) * half(whole(t))],
    [
      { schedule: 'cosineRestarts', from, to, warmup, epochs: 7.25, peakFactor: 0.6 },
      (t) => {
        const cycles = (t - warmup) / 7.25;
        const cycle = Math.floor(cycles);
        return to + (from * 0.6 ** cycle - to) * half(cycles - cycle);
      },
    ],
    [
      { schedule: 'oneCycle', peak: from, from: 0.02, to, rise: 0.4, epochs: time, warmup },
      (t) => {
        const p = whole(t);
        if (p < 0.4) return from + (0.02 - from) * half(p / 0.4);
        return to + (from - to) * half((p - 0.4) / 0.6);
      },
    ],
  ];

  it('are all here', () => {
    expect(formulas.map(([{ schedule }]) => schedule)).toEqual(scheduleNames);
  });

  it.each(formulas)('$schedule', (schedule, formula) => {
    const expected = Array.from({ length: steps }, (_, step) => {
      const t = step / stepsPerEpoch;
      if (t >= warmup) return formula(t);
      // The line through 0, one step along it at first.
      return (formula(warmup) * (t + 1 / stepsPerEpoch)) / (warmup + 1 / stepsPerEpoch);
    });
    expectClose(ratesOf(schedule), expected, { relative: 1e-12, absolute: 1e-15 });
  });

  it('stay the same during an epoch of unknown length, which counts as one step of a warm-up', () => {
    const schedule = completeSchedule('learningRate', { schedule: 'cosine', from: 1, epochs: 6, warmup: 2 });
    const rates = [0, 1, 2, 3, 5, 6, 9].map((epochs) => {
      const clock = { steps: 1000 * epochs + 7, epochs, stepInEpoch: 7, stepsPerEpoch: undefined };
      return rateAt(schedule, clock);
    });
    expectClose(rates, [1 / 3, 2 / 3, 1, half(1 / 4), half(3 / 4), 0, 0], {
      relative: 1e-14,
      absolute: 1e-16,
    });
  });

  it('stay finite where they grow without end', () => {
    const schedule = completeSchedule('learningRate', {
      schedule: 'exponential',
      from: 1,
      factor: 10,
      steps: 1,
    });
    const clock = { steps: 2 ** 40, epochs: 0, stepInEpoch: 0, stepsPerEpoch: 1 };
    expect(rateAt(schedule, clock)).toBeCloseTo(3.4028234663852886e38, -30);
  });
});

describe('the functions behind them', () => {
  it('cosPi is exact where the cosine is a whole number, and falls', () => {
    expect([cosPi(0), cosPi(0.5) + 0, cosPi(1)]).toEqual([1, 0, -1]);
    let last = 1;
    for (let p = 0; p <= 1; p += 2 ** -12) {
      const value = cosPi(p);
      expect(Math.abs(value - Math.cos(Math.PI * p))).toBeLessThan(4e-16);
      expect(value).toBeLessThanOrEqual(last);
      last = value;
    }
  });

  it('power is exact for small whole exponents and at the ends', () => {
    expect([power(0, 2.5), power(1, 1e9 + 0.5), power(1.5, 3), power(7, 0)]).toEqual([0, 1, 3.375, 1]);
    for (let i = 1; i < 2000; i++) {
      const [base, x] = [i / 1000, (i * 0.37) % 40];
      const expected = base ** x;
      expect(Math.abs(power(base, x) / expected - 1)).toBeLessThan(1e-13);
    }
  });
});
