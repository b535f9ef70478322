import { describe, expect, it } from 'vitest';
import {
  type ProgressState,
  renderEpoch,
  renderProgress,
  renderTotal,
} from '#steepest/networks/training/progress.js';

const state: ProgressState = {
  epochs: 10,
  batchSize: 125,
  samples: 50_000,
  epoch: 2,
  step: 200,
  logs: { loss: 0.12345, accuracy: 0.9612, valLoss: 0.2 },
  elapsedMs: 2500,
};

describe('renderProgress', () => {
  it('shows epoch, bar, steps, loss, metrics, time left and rate', () => {
    expect(renderProgress(state, 200)).toBe(
      'Epoch 3/10 [======>     ] 200/400 · loss 0.1235 · accuracy 0.9612 · valLoss 0.2000 · ETA 0:08 · 50,000 samples/s',
    );
  });

  it('keeps bar, loss, a metric and time left within 80 columns', () => {
    expect(renderProgress(state, 79)).toBe(
      'Epoch 3/10 [======>     ] 200/400 · loss 0.1235 · accuracy 0.9612 · ETA 0:08',
    );
  });

  it('leaves out whole parts, the least important first, and is never too long', () => {
    const seen = new Set<string>();
    for (let width = 140; width >= 0; width--) {
      const line = renderProgress(state, width);
      expect(line.length).toBeLessThanOrEqual(width);
      seen.add(line);
    }
    const all =
      'Epoch 3/10 [======>     ] 200/400 · loss 0.1235 · accuracy 0.9612 · valLoss 0.2000 · ETA 0:08';
    expect([...seen]).toEqual([
      `${all} · 50,000 samples/s`,
      all,
      all.replace(' · valLoss 0.2000', ''),
      all.replace(/ · accuracy.*2000/, ''),
      'Epoch 3/10 200/400 · loss 0.1235 · ETA 0:08',
      'Epoch 3/10 200/400 · loss 0.1235',
      'Epoch 3/10 200/400',
      'Epoch 3/10',
      '',
    ]);
  });

  it('says nothing of loss, rate or time before there is anything to say', () => {
    const start = { ...state, epoch: 0, step: 0, logs: {}, elapsedMs: 30 };
    expect(renderProgress(start, 200)).toBe('Epoch 1/10 [>           ] 0/400');
  });

  it('fills the bar at the end of the last epoch', () => {
    const end = { ...state, epoch: 9, step: 400, logs: {}, elapsedMs: 10_000 };
    expect(renderProgress(end, 200)).toBe('Epoch 10/10 [============] 400/400 · ETA 0:00 · 50,000 samples/s');
  });

  it.each([
    [100_000, 'ETA 5:00'],
    [1_200_000, 'ETA 1:00:00'],
    [1_241_000, 'ETA 1:02:03'],
  ])('after %i ms for a quarter writes the time left as %s', (elapsedMs, expected) => {
    expect(renderProgress({ ...state, elapsedMs }, 200)).toContain(expected);
  });

  it('measures the pace of a fit that began within an epoch from there', () => {
    const resumed = { ...state, initialEpoch: 2, initialStep: 100, logs: {}, elapsedMs: 500 };
    expect(renderProgress(resumed, 200)).toContain('200/400 · ETA 0:15 · 25,000 samples/s');
  });

  it.each([
    [0, '0.0000'],
    [1e-5, '1.000e-5'],
    [-2.5e7, '-2.500e+7'],
    [123.456789, '123.4568'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
  ])('writes a loss of %d as %s', (loss, expected) => {
    expect(renderProgress({ ...state, logs: { loss } }, 200)).toContain(`loss ${expected} ·`);
  });
});

describe('renderProgress of a stream', () => {
  const first = { ...state, epoch: 0, samples: undefined };

  it('shows the samples done, without bar, total and time left, while nobody knows how many there are', () => {
    expect(renderProgress({ ...first, logs: {} }, 200)).toBe('Epoch 1/10 25,000 samples · 10,000 samples/s');
  });

  it('leaves out whole parts here too', () => {
    expect(renderProgress(first, 30)).toBe('Epoch 1/10 25,000 samples');
  });
});

describe('renderEpoch', () => {
  const end = { ...state, step: 400, elapsedMs: 3000 };
  const all = { loss: 0.12345, accuracy: 0.9612, mae: 0.25, valLoss: 0.2, valAccuracy: 0.95, valMae: 0.5 };
  const everything = Number.POSITIVE_INFINITY;

  it('sums an epoch up in one line', () => {
    expect(renderEpoch(end, 1234, everything)).toBe(
      'Epoch 3/10 · loss 0.1235 · accuracy 0.9612 · valLoss 0.2000 · 50,000 samples/s · 1.2 s',
    );
    expect(renderEpoch({ ...end, logs: {}, samples: 1, step: 1 }, 7, everything)).toBe(
      'Epoch 3/10 · 1 samples/s · 0.007 s',
    );
    expect(renderEpoch({ ...end, logs: {} }, 62_000, everything)).toContain(' · 1:02');
  });

  it('keeps values of validation and the time in 80 columns', () => {
    const logs = { loss: 0.12345, accuracy: 0.9612, valLoss: 0.2, valAccuracy: 0.95 };
    expect(renderEpoch({ ...end, logs }, 1234, 79)).toBe(
      'Epoch 3/10 · loss 0.1235 · valLoss 0.2000 · valAccuracy 0.9500 · 1.2 s',
    );
  });

  it('leaves out the least important first, and never loss and valLoss', () => {
    const seen = new Set<string>();
    for (let width = 160; width >= 0; width--) {
      const line = renderEpoch({ ...end, logs: all }, 1234, width);
      expect(line).toContain('loss 0.1235');
      expect(line).toContain('valLoss 0.2000');
      seen.add(line);
    }
    expect([...seen]).toEqual([
      'Epoch 3/10 · loss 0.1235 · accuracy 0.9612 · mae 0.2500 · valLoss 0.2000 · valAccuracy 0.9500 · valMae 0.5000 · 50,000 samples/s · 1.2 s',
      'Epoch 3/10 · loss 0.1235 · accuracy 0.9612 · mae 0.2500 · valLoss 0.2000 · valAccuracy 0.9500 · valMae 0.5000 · 1.2 s',
      'Epoch 3/10 · loss 0.1235 · accuracy 0.9612 · valLoss 0.2000 · valAccuracy 0.9500 · valMae 0.5000 · 1.2 s',
      'Epoch 3/10 · loss 0.1235 · valLoss 0.2000 · valAccuracy 0.9500 · valMae 0.5000 · 1.2 s',
      'Epoch 3/10 · loss 0.1235 · valLoss 0.2000 · valAccuracy 0.9500 · 1.2 s',
      'Epoch 3/10 · loss 0.1235 · valLoss 0.2000 · 1.2 s',
      'Epoch 3/10 · loss 0.1235 · valLoss 0.2000',
      '3/10 · loss 0.1235 · valLoss 0.2000',
    ]);
  });
});

it('renderTotal says how long all took', () => {
  expect(renderTotal(10, 12_345)).toBe('10 epochs in 12.3 s');
  expect(renderTotal(10, 3_723_000)).toBe('10 epochs in 1:02:03');
});
