import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdir, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { callbacks, type FitOptions, layers, load, type NdArray, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { sessionOf } from '../support/callbackSession.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const x = Array.from({ length: 64 }, (_, i) => [Math.sin(i), Math.cos(i)]);
const y = x.map(([a, b]) => [2 * a! - b! + Math.sin(9 * a!)]);
const build = (): Sequential =>
  sequential({
    seed: 3,
    layers: [layers.dense({ units: 5, activation: 'tanh', inputShape: [2] }), layers.dense({ units: 1 })],
  }).compile({ loss: 'meanSquaredError', metrics: ['mae'], optimizer: { name: 'adam', learningRate: 0.02 } });
const OPTIONS: FitOptions = { epochs: 6, batchSize: 8, validationSplit: 0.25 };
const names = async (folder: string): Promise<string[]> => (await readdir(files.path(folder))).sort();

/** Keeps the weights of the model at the end of each epoch. */
class WeightsSeen {
  readonly weights: NdArray[][] = [];

  constructor(private readonly model: Sequential) {}

  onEpochEnd(): void {
    this.weights.push(this.model.getWeights());
  }
}

describe('checkpoint', () => {
  it('saves each epoch, from which a fit goes on with the same bits', async () => {
    const model = build();
    const seen = new WeightsSeen(model);
    const saver = callbacks.checkpoint({ path: files.path('each/{epoch}.safetensors') });
    await model.fit(x, y, { ...OPTIONS, callbacks: [saver, seen] });
    expect(await names('each')).toEqual([1, 2, 3, 4, 5, 6].map((epoch) => `${epoch}.safetensors`));
    for (const [i, weights] of seen.weights.entries()) {
      const loaded = await load(files.path(`each/${i + 1}.safetensors`), Sequential);
      expect(loaded.getWeights()).toEqual(weights);
      await loaded.fit(x, y, { ...OPTIONS, initialEpoch: i + 1, epochs: 7 });
      if (i === 0) {
        await model.fit(x, y, { ...OPTIONS, initialEpoch: 6, epochs: 7 });
      }
      expect(loaded.getWeights()).toEqual(model.getWeights());
    }
  });

  it('fills the path with the numbers of the epoch', async () => {
    const path = files.path('filled/{epoch:02d}/{step}-{valLoss:.5f}-{mae}-{learningRate:.3f}.safetensors');
    const saver = callbacks.checkpoint({ path, everyEpochs: 2 });
    const { history } = await build().fit(x, y, { ...OPTIONS, callbacks: saver });
    expect(await names('filled')).toEqual(['02', '04', '06']);
    for (const epoch of [2, 4, 6]) {
      const [valLoss, mae] = [history.valLoss![epoch - 1]!, history.mae![epoch - 1]!];
      const name = `${6 * epoch}-${valLoss.toFixed(5)}-${mae.toFixed(4)}-0.020.safetensors`;
      expect(await names(`filled/0${epoch}`)).toEqual([name]);
    }
  });

  it.each([
    [{ saveBestOnly: true }, 'valLoss', 1],
    [{ saveBestOnly: true, monitor: 'val_mae', mode: 'min' }, 'valMae', 1],
    [{ saveBestOnly: true, monitor: 'loss', mode: 'max' }, 'loss', -1],
  ] as const)('saves the best only: %j', async (options, monitor, sign) => {
    const folder = `best-${monitor}`;
    const model = build();
    const seen = new WeightsSeen(model);
    const savers = [
      callbacks.checkpoint({ path: files.path(`${folder}/{epoch}.safetensors`), ...options }),
      callbacks.checkpoint({ path: files.path(`${folder}/last/best.safetensors`), ...options }),
      callbacks.checkpoint({
        path: files.path(`${folder}/two/{epoch}.safetensors`),
        keepLast: 2,
        ...options,
      }),
    ];
    const { history } = await model.fit(x, y, { ...OPTIONS, epochs: 12, callbacks: [...savers, seen] });
    const values = history[monitor]!.map((value) => sign * value);
    const records = values.flatMap((value, i) => (value < Math.min(...values.slice(0, i)) ? [i + 1] : []));
    const saved = (await names(folder))
      .filter((name) => /^\d/.test(name))
      .map((name) => Number.parseInt(name, 10));
    expect(saved.sort((a, b) => a - b)).toEqual(records);
    const best = await load(files.path(`${folder}/last/best.safetensors`), Sequential);
    expect(best.getWeights()).toEqual(seen.weights[records.at(-1)! - 1]);
    expect(await names(`${folder}/two`)).toHaveLength(Math.min(2, records.length));
  });

  it('keeps the last k files, whatever else removes some', async () => {
    const saver = callbacks.checkpoint({ path: files.path('last/{epoch}.safetensors'), keepLast: 2 });
    const onEpochEnd = async ({ epoch }: { epoch: number }): Promise<void> => {
      if (epoch === 2) await rm(files.path('last/2.safetensors'));
    };
    await build().fit(x, y, { ...OPTIONS, callbacks: [saver, { onEpochEnd }] });
    expect(await names('last')).toEqual(['5.safetensors', '6.safetensors']);
  });

  it('by steps: each file has the step in its name, and its weights', async () => {
    const model = build();
    const saver = callbacks.checkpoint({ path: files.path('steps/{step}.safetensors'), everySteps: 7 });
    await model.fit(x, y, { ...OPTIONS, epochs: 40, callbacks: saver });
    const steps = (await names('steps')).map((name) => Number.parseInt(name, 10));
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) {
      // A committed copy is taken at multiples of 7, and at ends of epochs, which have 6 steps.
      expect(step % 7 === 0 || step % 6 === 0, String(step)).toBe(true);
      const loaded = await load(files.path(`steps/${step}.safetensors`), Sequential);
      const apart = build();
      await apart.fit(x, y, { ...OPTIONS, epochs: 1, stepsPerEpoch: step });
      expect(loaded.getWeights()).toEqual(apart.getWeights());
    }
  });

  it.runIf(process.platform !== 'win32')('by steps: the workers go on while a file is written', async () => {
    const pipe = files.path('pipe');
    execFileSync('mkfifo', [pipe]);
    let bytes = 0;
    // Until somebody reads, writing to a pipe waits.
    const onEpochEnd = ({ epoch }: { epoch: number }): void => {
      if (epoch === 4) createReadStream(pipe).on('data', (chunk) => (bytes += chunk.length));
    };
    const saver = callbacks.checkpoint({ path: pipe, everySteps: 1 });
    await build().fit(x, y, { ...OPTIONS, callbacks: [saver, { onEpochEnd }] });
    expect(bytes).toBeGreaterThan(100);
  });

  it.each([
    ['epochs', {}],
    ['steps', { everySteps: 1 }],
  ])('a file that cannot be written ends the fit; nothing is lost (by %s)', async (name, options) => {
    const folder = files.path(`gone-${name}`);
    await mkdir(`${folder}-real`);
    await symlink(`${folder}-real`, folder);
    await writeFile(`${folder}-file`, 'takes its place');
    const model = build();
    const seen = new WeightsSeen(model);
    const onEpochEnd = async ({ epoch }: { epoch: number }): Promise<void> => {
      if (epoch === 1) await rename(`${folder}-file`, folder);
    };
    const saver = callbacks.checkpoint({ path: `${folder}/{epoch}-{step}.safetensors`, ...options });
    const error = await model
      .fit(x, y, { ...OPTIONS, epochs: 4000, callbacks: [seen, { onEpochEnd }, saver] })
      .catch((reason: unknown) => reason);
    expect(error).toEqual(refused('ERR_MODEL_FILE', `gone-${name}`));
    const epochs = (error as { history: { loss: number[] } }).history.loss.length;
    if (name === 'epochs') {
      expect(seen.weights).toHaveLength(epochs);
      expect(model.getWeights()).toEqual(seen.weights.at(-1));
    }
    expect(epochs).toBeGreaterThan(1);
    await expect(model.evaluate(x, y)).resolves.toBeDefined();
  });

  it('goes on with what a resumed fit restores', async () => {
    const path = files.path('resumed/{epoch}.safetensors');
    const choice = callbacks.checkpoint({ path, keepLast: 2, saveBestOnly: true });
    const logs = ['loss', 'valLoss'];
    const model = build();
    const first = sessionOf(choice, logs, model);
    await first.begin();
    for (const epoch of [0, 1, 2]) await first.epoch(epoch, { loss: 1, valLoss: 1 / (epoch + 1) });
    const second = sessionOf(choice, logs, model);
    second.restore(JSON.parse(JSON.stringify(first.state())));
    await second.begin();
    await second.epoch(3, { loss: 1, valLoss: 0.5 });
    expect(await names('resumed')).toEqual(['2.safetensors', '3.safetensors']);
    await second.epoch(4, { loss: 1, valLoss: 0.1 });
    expect(await names('resumed')).toEqual(['3.safetensors', '5.safetensors']);
    for (const state of [null, {}, { paths: [1], lastStep: 0 }, { paths: [], lastStep: 0.5 }]) {
      expect(() => second.restore(state)).toThrow(refused('ERR_MODEL_FILE', 'the state of a callback'));
    }
  });
});

describe('mistakes with checkpoint', () => {
  const make = callbacks.checkpoint as (options: object) => never;
  it.each([
    [{}, 'ERR_ARGUMENT', 'checkpoint.path'],
    [{ filepath: 'a' }, 'ERR_UNKNOWN_NAME', "Did you mean 'path'?"],
    [{ path: 'a/' }, 'ERR_ARGUMENT', "Write 'a/{epoch}.safetensors'."],
    [{ path: 'a-{epoch' }, 'ERR_ARGUMENT', 'Close each brace'],
    [{ path: 'a-{epoch:x}' }, 'ERR_ARGUMENT', 'Write {epoch}.'],
    [{ path: 'a', everyEpochs: 0 }, 'ERR_ARGUMENT', 'everyEpochs'],
    [{ path: 'a', everyEpochs: 1, everySteps: 5 }, 'ERR_ARGUMENT', 'Leave one of them out'],
    [{ path: 'a', saveBestOnly: true, everySteps: 5 }, 'ERR_ARGUMENT', 'which compares epochs'],
    [{ path: 'a', monitor: 'loss' }, 'ERR_ARGUMENT', 'saveBestOnly: true'],
    [{ path: 'a', mode: 'max' }, 'ERR_ARGUMENT', 'saveBestOnly: true'],
    [{ path: 'a', saveBestOnly: true, mode: 'best' }, 'ERR_UNKNOWN_NAME', 'checkpoint.mode'],
    [{ path: 'a', keepLast: 2 }, 'ERR_ARGUMENT', 'with a placeholder, for keepLast'],
  ] as const)('%j', (options, code, words) => {
    expect(() => make(options)).toThrow(refused(code, words));
  });

  it.each([
    [{ path: '{val_los}' }, "Did you mean 'valLoss'?"],
    [{ path: '{valAccuracy}' }, '{epoch}, {step}, {learningRate}, {loss}, {mae}, {valLoss}, {valMae}'],
    [{ path: '{valLoss}', everySteps: 3 }, 'Validation follows the last step'],
    [{ path: 'a', saveBestOnly: true, monitor: 'valAcc' }, 'checkpoint.monitor'],
  ])('before training: %j', async (options, words) => {
    const model = build();
    const before = model.getWeights();
    const path = files.path(`early/${options.path}`);
    const fit = model.fit(x, y, { ...OPTIONS, callbacks: callbacks.checkpoint({ ...options, path }) });
    await expect(fit).rejects.toEqual(refused('ERR_UNKNOWN_NAME', words));
    expect(model.getWeights()).toEqual(before);
    await expect(readdir(files.path('early'))).rejects.toThrow('ENOENT');
  });
});
