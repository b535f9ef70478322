import { describe, expect, it } from 'vitest';
import {
  type ProgressState,
  type ProgressStream,
  ProgressWriter,
  renderEpoch,
  renderProgress,
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
  it('sums an epoch up in one line', () => {
    expect(renderEpoch({ ...state, step: 400, elapsedMs: 3000 }, 1234)).toBe(
      'Epoch 3/10 · loss 0.1235 · accuracy 0.9612 · valLoss 0.2000 · 50,000 samples/s · 1.2 s',
    );
    expect(renderEpoch({ ...state, logs: {}, samples: 1, step: 1, elapsedMs: 3000 }, 7)).toBe(
      'Epoch 3/10 · 1 samples/s · 0.007 s',
    );
  });
});

class FakeStream implements ProgressStream {
  text = '';
  constructor(
    readonly isTTY: boolean,
    readonly columns?: number,
  ) {}
  write(text: string): void {
    this.text += text;
  }
}

describe('ProgressWriter', () => {
  const shape = { epochs: 2, batchSize: 25, samples: 100 };
  const writer = (stream: FakeStream): { writer: ProgressWriter; at: (ms: number) => void } => {
    let clock = 1000;
    return {
      writer: new ProgressWriter(shape, stream, () => clock),
      at: (ms) => {
        clock = 1000 + ms;
      },
    };
  };

  it('takes the total of a stream from its first epoch', () => {
    const stream = new FakeStream(true, 80);
    let clock = 0;
    const progress = new ProgressWriter(
      { epochs: 2, batchSize: 25, samples: undefined },
      stream,
      () => clock,
    );
    clock = 500;
    progress.update({ epoch: 0, step: 2, logs: {} });
    clock = 1000;
    progress.endEpoch(0, { loss: 0.5 }, 90);
    progress.update({ epoch: 1, step: 2, logs: { loss: 0.5 } });
    expect(stream.text.split('\r').slice(1)).toEqual([
      'Epoch 1/2 50 samples · 100 samples/s\u001b[K',
      'Epoch 1/2 [============] 4/4 · loss 0.5000 · ETA 0:01 · 90 samples/s\u001b[K',
      'Epoch 2/2 [======>     ] 2/4 · loss 0.5000 · ETA 0:01 · 135 samples/s\u001b[K',
    ]);
  });

  it('redraws one line on a terminal', () => {
    const stream = new FakeStream(true, 60);
    const { writer: progress, at } = writer(stream);
    progress.update({ epoch: 0, step: 0, logs: {} });
    at(500);
    progress.update({ epoch: 0, step: 2, logs: {} });
    progress.update({ epoch: 0, step: 2, logs: {} });
    at(1000);
    progress.endEpoch(0, { loss: 0.5 }, 100);
    at(2000);
    progress.endEpoch(1, { loss: 0.25 }, 100);
    progress.finish();
    progress.finish();
    expect(stream.text.split('\r')).toEqual([
      '',
      'Epoch 1/2 [>           ] 0/4\u001b[K',
      'Epoch 1/2 [======>     ] 2/4 · ETA 0:02 · 100 samples/s\u001b[K',
      'Epoch 1/2 [============] 4/4 · loss 0.5000 · ETA 0:01\u001b[K',
      'Epoch 2/2 [============] 4/4 · loss 0.2500 · ETA 0:00\u001b[K\n',
    ]);
  });

  it('never goes back when an epoch is reported late', () => {
    const stream = new FakeStream(true, 60);
    const { writer: progress, at } = writer(stream);
    at(1500);
    progress.update({ epoch: 1, step: 2, logs: {} });
    progress.endEpoch(0, { loss: 0.5 }, 100);
    expect(stream.text.split('\r').at(-1)).toBe(
      'Epoch 2/2 [======>     ] 2/4 · loss 0.5000 · ETA 0:01\u001b[K',
    );
  });

  it('stays within 79 characters where the terminal does not say how wide it is', () => {
    for (const columns of [undefined, 0]) {
      const stream = new FakeStream(true, columns);
      const { writer: progress, at } = writer(stream);
      at(1500);
      progress.update({ epoch: 1, step: 2, logs: { loss: 1, accuracy: 1, mae: 1, mse: 1 } });
      expect(stream.text.slice(1, -'\u001b[K'.length).length).toBeLessThanOrEqual(79);
      expect(stream.text).toContain('loss 1.0000');
    }
  });

  it('writes one line per epoch elsewhere', () => {
    const stream = new FakeStream(false);
    const { writer: progress, at } = writer(stream);
    at(500);
    progress.update({ epoch: 0, step: 2, logs: {} });
    at(1000);
    progress.endEpoch(0, { loss: 0.5, accuracy: 0.75 }, 100);
    at(1050);
    progress.endEpoch(1, { loss: 0.25, accuracy: 1 }, 100);
    progress.finish();
    expect(stream.text.split('\n')).toEqual([
      'Epoch 1/2 · loss 0.5000 · accuracy 0.7500 · 100 samples/s · 1.0 s',
      'Epoch 2/2 · loss 0.2500 · accuracy 1.0000 · 190.5 samples/s · 0.050 s',
      '',
    ]);
  });

  it('writes nothing for a fit that ends before it shows anything', () => {
    const stream = new FakeStream(true);
    writer(stream).writer.finish();
    expect(stream.text).toBe('');
  });
});
