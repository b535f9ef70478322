import { afterEach, describe, expect, it } from 'vitest';
import { type ProgressStream, ProgressWriter } from '#steepest/networks/training/progressWriter.js';
import { Screen } from './screen.js';

class FakeStream implements ProgressStream {
  text = '';
  bytesWritten = 0;
  constructor(
    readonly isTTY: boolean,
    readonly columns?: number,
    private readonly screen = new Screen(columns || 80),
  ) {}
  write(text: string): void {
    this.text += text;
    this.bytesWritten += Buffer.byteLength(text);
    this.screen.write(text);
  }
}

const shape = { epochs: 2, batchSize: 25, samples: 100 };

/** A writer whose bar and whose program's output go to one terminal. */
function terminal(columns = 80, own: object = {}) {
  const screen = new Screen(columns);
  const [stderr, stdout] = [new FakeStream(true, columns, screen), new FakeStream(true, columns, screen)];
  let clock = 1000;
  const writer = new ProgressWriter({ ...shape, ...own }, stderr, stdout, () => clock);
  const at = (ms: number): void => {
    clock = 1000 + ms;
  };
  return { screen, stderr, writer, at, log: (text: string) => stdout.write(`${text}\n`) };
}

describe('a bar on a terminal', () => {
  it('runs through an epoch, and leaves a line', () => {
    const { screen, writer, at } = terminal(60);
    writer.update({ epoch: 0, step: 0, logs: {} });
    expect(screen.text).toEqual(['Epoch 1/2 [>           ] 0/4']);
    at(500);
    writer.update({ epoch: 0, step: 2, logs: { loss: 0.75 } });
    expect(screen.text).toEqual(['Epoch 1/2 [======>     ] 2/4 · loss 0.7500 · ETA 0:02']);
    at(1000);
    writer.endEpoch(0, { loss: 0.5, valLoss: 0.625 }, 100);
    const first = 'Epoch 1/2 · loss 0.5000 · valLoss 0.6250 · 1.0 s';
    expect(screen.text).toEqual([first]);
    // The ranks have not begun the next epoch.
    writer.update({ epoch: 0, step: 4, logs: { loss: 0.5 } });
    expect(screen.text).toEqual([first]);
    at(1500);
    writer.update({ epoch: 1, step: 2, logs: { loss: 0.3 } });
    expect(screen.text).toEqual([first, 'Epoch 2/2 [======>     ] 2/4 · loss 0.3000 · ETA 0:01']);
    at(2000);
    writer.endEpoch(1, { loss: 0.25, valLoss: 0.375 }, 100);
    writer.update({ epoch: 1, step: 4, logs: { loss: 0.25 } });
    writer.finish(true);
    writer.finish(true);
    expect(screen.text.slice(0, 3)).toEqual([
      first,
      'Epoch 2/2 · loss 0.2500 · valLoss 0.3750 · 1.0 s',
      '2 epochs in 2.0 s',
    ]);
  });

  it.each([80, 40, 20])('fits in %i columns, with loss and valLoss', (columns) => {
    const { screen, writer, at } = terminal(columns, { epochs: 3 });
    const logs = { loss: 0.123, accuracy: 0.5, valLoss: 0.25, valAccuracy: 0.75 };
    for (let epoch = 0; epoch < 3; epoch++) {
      at(1000 * epoch + 500);
      writer.update({ epoch, step: 2, logs: { loss: 0.2, accuracy: 0.4 } });
      const bar = screen.text.at(-1)!;
      expect(bar.length).toBeLessThan(columns);
      expect(bar).toContain(`Epoch ${epoch + 1}/3`);
      at(1000 * epoch + 1000);
      writer.endEpoch(epoch, logs, 100);
      const squeezed = screen.text.join('').replaceAll(' ', '');
      expect(squeezed).toContain(`${epoch + 1}/3·loss0.1230·valLoss0.2500`);
    }
    if (columns >= 40) for (const line of screen.text) expect(line.length).toBeLessThan(columns);
  });

  it('takes the total of a stream from its first epoch', () => {
    const { screen, writer, at } = terminal(80, { samples: undefined });
    at(500);
    writer.update({ epoch: 0, step: 2, logs: {} });
    expect(screen.text).toEqual(['Epoch 1/2 50 samples · 100 samples/s']);
    at(1000);
    writer.endEpoch(0, { loss: 0.5 }, 90);
    writer.update({ epoch: 1, step: 2, logs: {} });
    expect(screen.text.at(-1)).toBe('Epoch 2/2 [======>     ] 2/4 · ETA 0:01 · 135 samples/s');
  });

  it('shows the next epoch while one is reported late', () => {
    const { screen, writer, at } = terminal();
    at(1500);
    writer.update({ epoch: 1, step: 2, logs: {} });
    writer.endEpoch(0, { loss: 0.5 }, 100);
    expect(screen.text).toEqual([
      'Epoch 1/2 · loss 0.5000 · 66.7 samples/s · 1.5 s',
      'Epoch 2/2 [======>     ] 2/4 · ETA 0:01 · 100 samples/s',
    ]);
  });

  it('writes nothing while nothing changes', () => {
    const { stderr, writer } = terminal();
    writer.update({ epoch: 0, step: 2, logs: {} });
    const before = stderr.text;
    writer.update({ epoch: 0, step: 2, logs: {} });
    expect(stderr.text).toBe(before);
  });

  it('stays if the fit ends within an epoch', () => {
    const { screen, writer, at, log } = terminal();
    at(500);
    writer.update({ epoch: 0, step: 2, logs: {} });
    writer.finish(false);
    log('an error');
    expect(screen.text).toEqual(['Epoch 1/2 [======>     ] 2/4 · ETA 0:02 · 100 samples/s', 'an error']);
  });

  it('says no total of one epoch', () => {
    const { screen, writer } = terminal();
    writer.endEpoch(0, { loss: 0.5 }, 100);
    writer.finish(true);
    expect(screen.text).toHaveLength(1);
  });

  it('stays within 79 characters where the terminal does not say how wide it is', () => {
    for (const columns of [undefined, 0]) {
      const stream = new FakeStream(true, columns);
      const writer = new ProgressWriter(shape, stream, stream);
      writer.update({ epoch: 1, step: 2, logs: { loss: 1, accuracy: 1, mae: 1, mse: 1 } });
      expect(stream.text.slice(1, -'\u001b[K'.length).length).toBeLessThanOrEqual(79);
      expect(stream.text).toContain('loss 1.0000');
    }
  });
});

describe('what others print', () => {
  it('has its own lines while the bar is hidden', () => {
    const { screen, writer, at, log } = terminal();
    at(500);
    writer.update({ epoch: 0, step: 2, logs: {} });
    writer.hide();
    log('from a callback');
    writer.update({ epoch: 0, step: 3, logs: {} });
    log('and more');
    writer.show();
    expect(screen.text).toEqual([
      'from a callback',
      'and more',
      'Epoch 1/2 [=========>  ] 3/4 · ETA 0:01 · 150 samples/s',
    ]);
    writer.endEpoch(0, { loss: 0.5 }, 100);
    expect(screen.text.slice(0, 3)).toEqual([
      'from a callback',
      'and more',
      'Epoch 1/2 · loss 0.5000 · 200 samples/s · 0.5 s',
    ]);
  });

  it('does not bring back a bar of an epoch that has not begun', () => {
    const { screen, writer } = terminal();
    writer.endEpoch(0, { loss: 0.5 }, 100);
    writer.hide();
    writer.show();
    expect(screen.text).toHaveLength(1);
  });

  it('has lines above the bar from the second one on', () => {
    const { screen, writer, at, log } = terminal();
    for (let step = 1; step < 4; step++) {
      at(250 * step);
      writer.update({ epoch: 0, step, logs: {} });
      log(`request ${step}`);
    }
    at(1000);
    writer.endEpoch(0, { loss: 0.5 }, 100);
    log('request 4');
    at(1500);
    writer.update({ epoch: 1, step: 2, logs: {} });
    expect(screen.text).toEqual([
      'Epoch 1/2 [===>        ] 1/4 · ETA 0:02 · 100 samples/s request 1',
      'request 2',
      'request 3',
      'Epoch 1/2 · loss 0.5000 · 100 samples/s · 1.0 s',
      'request 4',
      'Epoch 2/2 [======>     ] 2/4 · ETA 0:01 · 100 samples/s',
    ]);
    writer.finish(false);
    log('the end');
    expect(screen.text.slice(-2)).toEqual([
      'Epoch 2/2 [======>     ] 2/4 · ETA 0:01 · 100 samples/s',
      'the end',
    ]);
  });
});

describe('elsewhere', () => {
  const { TERM } = process.env;
  afterEach(() => {
    if (TERM === undefined) delete process.env.TERM;
    else process.env.TERM = TERM;
  });

  it.each(['a file', 'a terminal without control sequences'])('one line per epoch: %s', (what) => {
    const isFile = what === 'a file';
    if (!isFile) process.env.TERM = 'dumb';
    const stream = new FakeStream(!isFile);
    let clock = 0;
    const writer = new ProgressWriter(shape, stream, new FakeStream(false), () => clock);
    clock = 500;
    writer.update({ epoch: 0, step: 2, logs: {} });
    clock = 1000;
    writer.endEpoch(0, { loss: 0.5, accuracy: 0.75 }, 100);
    clock = 1050;
    writer.hide();
    writer.show();
    writer.endEpoch(1, { loss: 0.25, accuracy: 1 }, 100);
    writer.finish(true);
    expect(stream.text.split('\n')).toEqual([
      'Epoch 1/2 · loss 0.5000 · accuracy 0.7500 · 100 samples/s · 1.0 s',
      'Epoch 2/2 · loss 0.2500 · accuracy 1.0000 · 190.5 samples/s · 0.050 s',
      '',
    ]);
  });

  it('nothing of a fit that ends before it shows anything', () => {
    const stream = new FakeStream(true);
    new ProgressWriter(shape, stream, stream).finish(true);
    expect(stream.text).toBe('');
  });
});
