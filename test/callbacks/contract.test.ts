import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  type CallbackChoice,
  type CallbackName,
  callbackNames,
  callbacks,
  layers,
  SteepestError,
  sequential,
} from 'steepest';
import { afterAll, describe, expect, it } from 'vitest';

const folder = mkdtempSync(join(tmpdir(), 'steepest-callbacks-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The plain data of every callback, with the options that cannot be left out. */
const DATA: Record<CallbackName, () => CallbackChoice> = {
  checkpoint: () => callbacks.checkpoint({ path: join(folder, '{epoch}.safetensors'), keepLast: 2 }),
  csvLogger: () => callbacks.csvLogger({ path: join(folder, 'log.csv') }),
  jsonLogger: () => callbacks.jsonLogger({ path: join(folder, 'log.jsonl') }),
  learningRateLogger: () => callbacks.learningRateLogger(),
  tensorBoard: () => callbacks.tensorBoard({ folder: join(folder, 'runs') }),
  earlyStopping: () => callbacks.earlyStopping({ patience: 2, restoreBest: true }),
  ema: () => callbacks.ema({ decay: 0.9 }),
  reduceOnPlateau: () => callbacks.reduceOnPlateau({ patience: 1, monitor: 'loss' }),
  timeLimit: () => callbacks.timeLimit({ seconds: 3600 }),
};

const x = Array.from({ length: 16 }, (_, i) => [Math.sin(i)]);
const y = x.map(([v]) => [2 * v!]);
const build = () =>
  sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [1] })] }).compile({
    loss: 'meanSquaredError',
    optimizer: { name: 'sgd', learningRate: 0.1 },
  });
const options = { epochs: 4, batchSize: 4, validationSplit: 0.25 };

describe.each(callbackNames)('callbacks.%s', (name) => {
  it('is plain data, which a fit takes as it is, as JSON, and again', async () => {
    const choice = DATA[name]();
    expect(choice.name).toBe(name);
    const copy = JSON.parse(JSON.stringify(choice)) as CallbackChoice;
    const runs = [choice, choice, copy].map((callback) =>
      build().fit(x, y, { ...options, callbacks: callback }),
    );
    const [first, ...others] = await Promise.all(runs);
    for (const other of others) expect(other).toEqual(first);
  });

  it('refuses what it does not know', () => {
    const { name: _, ...given } = DATA[name]();
    const make = () => (callbacks[name] as (given: object) => unknown)({ ...given, patiense: 1 });
    expect(make).toThrow(SteepestError);
    expect(make).toThrow('patiense');
  });
});
