import { spawnSync } from 'node:child_process';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { layers, type ProgressReport, type Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { ProgressReporter } from '#steepest/networks/training/progressReporter.js';
import { refused, temporaryFolder } from '../support/folder.js';
import { randomNumbers, randomRows } from '../support/random.js';
import { ROOT } from '../support/trackedFiles.js';
import { Screen } from './screen.js';

const files = temporaryFolder();
const x = randomRows(40, 3, randomNumbers(3));
const y = x.map((row) => Number(row[0]! > 0));

function build(): Sequential {
  const model = sequential({
    seed: 1,
    layers: [layers.dense({ units: 2, activation: 'softmax', inputShape: [3] })],
  });
  return model.compile({ optimizer: 'sgd', loss: 'sparseCategoricalCrossentropy', metrics: 'accuracy' });
}
const options = { epochs: 3, batchSize: 8, validationSplit: 0.2, workers: 1 };

describe('a progress function', () => {
  it('gets the end of each epoch with its logs', async () => {
    const reports: ProgressReport[] = [];
    const { history } = await build().fit(x, y, { ...options, progress: (report) => reports.push(report) });
    const ends = reports.filter(({ isEpochEnd }) => isEpochEnd);
    expect(ends.map(({ epoch, step, steps }) => [epoch, step, steps])).toEqual([
      [0, 4, 4],
      [1, 4, 4],
      [2, 4, 4],
    ]);
    for (const [name, values] of Object.entries(history)) {
      expect(ends.map(({ logs }) => logs[name])).toEqual(values);
    }
    expect(ends.at(-1)!.remainingMs).toBe(0);
    for (const report of reports) {
      expect(Object.isFrozen(report) && Object.isFrozen(report.logs)).toBe(true);
      expect(report.epochs).toBe(3);
      expect(report.elapsedMs).toBeGreaterThan(0);
    }
  });

  it('changes no bit of the result', async () => {
    const [silent, shown] = [build(), build()];
    const first = await silent.fit(x, y, options);
    const second = await shown.fit(x, y, { ...options, progress: () => false });
    expect(second.history).toEqual(first.history);
    expect(shown.getWeights()).toEqual(silent.getWeights());
  });

  it.each([
    [
      'throws',
      () => {
        throw new RangeError('mine');
      },
    ],
    [
      'rejects',
      async () => {
        throw new RangeError('mine');
      },
    ],
  ])('that %s ends the fit with its error', async (_, progress) => {
    const model = build();
    let calls = 0;
    const fit = model.fit(x, y, {
      ...options,
      epochs: 1_000_000,
      progress: () => {
        calls++;
        return progress();
      },
    });
    await expect(fit).rejects.toThrow(new RangeError('mine'));
    expect(calls).toBe(1);
    // The model keeps its steps, and can be trained on.
    expect(model.getWeights()).not.toEqual(build().getWeights());
    await model.fit(x, y, options);
  });

  it('knows the steps of a stream from the second epoch on', async () => {
    const steps: unknown[] = [];
    const stream = [{ x, y }];
    await build().fit(stream, {
      epochs: 2,
      batchSize: 8,
      progress: ({ steps: all, isEpochEnd }) => isEpochEnd && steps.push(all),
    });
    expect(steps).toEqual([5, 5]);
  });

  it.each(['yes', 1, null, {}, class Bar {}])('%s in its place is refused', async (progress) => {
    await expect(build().fit(x, y, { progress: progress as never })).rejects.toEqual(
      refused('ERR_ARGUMENT', 'progress to be true, false or a function'),
    );
  });
});

describe('ProgressReporter', () => {
  const shape = { epochs: 2, batchSize: 25, samples: 100 };

  it('reports what has changed, and no epoch after its end', () => {
    let clock = 0;
    const reports: ProgressReport[] = [];
    const add = (report: ProgressReport) => reports.push(report);
    const reporter = new ProgressReporter(
      shape,
      add,
      () => {},
      () => clock,
    );
    clock = 500;
    reporter.update({ epoch: 0, step: 0, logs: {} });
    reporter.update({ epoch: 0, step: 2, logs: { loss: 0.5 } });
    reporter.update({ epoch: 0, step: 2, logs: { loss: 0.5 } });
    reporter.endEpoch(0, { loss: 0.25, valLoss: 1 }, 100);
    reporter.update({ epoch: 0, step: 4, logs: {} });
    reporter.finish();
    reporter.update({ epoch: 1, step: 2, logs: {} });
    expect(reports).toEqual([
      {
        epoch: 0,
        epochs: 2,
        step: 2,
        steps: 4,
        logs: { loss: 0.5 },
        isEpochEnd: false,
        elapsedMs: 500,
        remainingMs: 1500,
        samplesPerSecond: 100,
      },
      {
        epoch: 0,
        epochs: 2,
        step: 4,
        steps: 4,
        logs: { loss: 0.25, valLoss: 1 },
        isEpochEnd: true,
        elapsedMs: 500,
        remainingMs: 500,
        samplesPerSecond: 200,
      },
    ]);
  });
});

describe('a program on a terminal', () => {
  it('prints in callbacks without touching the bar', () => {
    const program = `
      const { layers, sequential } = require('steepest');
      process.stderr.isTTY = true;
      process.env.TERM = 'xterm';
      const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [1] })] });
      model.compile({ loss: 'meanSquaredError' });
      const wait = () => new Promise((resolve) => setTimeout(resolve, 120));
      const rows = Array.from({ length: 64 }, (_, i) => [i / 64]);
      model.fit(rows, rows.map(([v]) => v), {
        epochs: 3, batchSize: 1, progress: true, workers: 1, validationSplit: 0.25,
        callbacks: {
          every: 16,
          onBatchEnd({ step }) { console.log('step ' + step); },
          async onEpochEnd({ epoch }) {
            console.log('before the wait of epoch ' + epoch);
            await wait();
            console.error('after the wait of epoch ' + epoch);
          },
        },
      });`;
    const path = files.path('terminal');
    const file = openSync(path, 'w');
    const { status } = spawnSync(process.execPath, ['-e', program], {
      cwd: ROOT,
      stdio: ['ignore', file, file],
    });
    closeSync(file);
    expect(status).toBe(0);
    const screen = new Screen();
    screen.write(readFileSync(path, 'utf8'));
    const lines = screen.text;
    const isLine =
      /^(?:step \d+|(?:before|after) the wait of epoch \d|Epoch \d\/3 · loss \d\.\d+ · valLoss \d\.\d+ ·.* s|3 epochs in .* s)$/;
    expect(lines.filter((line) => !isLine.test(line))).toEqual([]);
    expect(lines.filter((line) => !line.startsWith('step')).map((line) => line.split(' · ')[0])).toEqual([
      ...[0, 1, 2].flatMap((epoch) => [
        `Epoch ${epoch + 1}/3`,
        `before the wait of epoch ${epoch}`,
        `after the wait of epoch ${epoch}`,
      ]),
      expect.stringMatching(/^3 epochs in/),
    ]);
  });
});
