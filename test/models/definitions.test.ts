import { readFile } from 'node:fs/promises';
import {
  type CompileOptions,
  type Loss,
  layers,
  load,
  lossNames,
  type Metric,
  metricNames,
  type Optimizer,
  optimizerNames,
  Sequential,
  type SteepestError,
  sequential,
} from 'steepest';
import { describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '#steepest/io/safetensors.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const x = [
  [0.2, -1],
  [1, 0.5],
  [-0.3, 2],
  [0.7, 0.1],
];
const y = [0, 1, 1, 0];
const build = (units = 1): Sequential =>
  sequential({ layers: [layers.dense({ units, inputShape: [2], activation: 'linear' })] });

function errorOf(call: () => unknown): SteepestError {
  try {
    call();
  } catch (error) {
    return error as SteepestError;
  }
  return expect.fail('accepted');
}

/** A loss with the targets of a metric. */
function lossFor(metric: string | { name: string }): Loss {
  const name = typeof metric === 'string' ? metric : metric.name;
  return name === 'sparseCategoricalCrossentropy' ? name : 'meanSquaredError';
}

/** Compiles with one thing chosen. */
const KINDS = {
  optimizer: (optimizer: never) => build().compile({ loss: 'meanSquaredError', optimizer }),
  loss: (loss: never) => build(2).compile({ loss }),
  'metrics[0]': (metrics: never) => build(5).compile({ loss: lossFor(metrics), metrics: [metrics] }),
} as const;
const NAMES = { optimizer: optimizerNames, loss: lossNames, 'metrics[0]': metricNames } as const;
type Kind = keyof typeof KINDS;

/** A thing's name and all its hyperparameters with their defaults. */
function completeOf(kind: Kind, name: string): { name: string; [key: string]: unknown } {
  const config = KINDS[kind](name as never).compileConfig!;
  const choice = { optimizer: config.optimizer, loss: config.loss, 'metrics[0]': config.metrics[0]! }[kind];
  return typeof choice === 'string' ? { name: choice } : { ...choice };
}

const things = (Object.keys(KINDS) as Kind[]).flatMap((kind) =>
  NAMES[kind].map((name) => [kind, name] as const),
);

/** Slips of the fingers. */
const slips = (key: string): string[] => [
  key[0]! + key.slice(2),
  `${key}s`,
  key.toUpperCase(),
  key.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
  ...(key.length > 1 ? [key[1]! + key[0]! + key.slice(2)] : []),
];

describe('a misspelled hyperparameter is refused with the one that was meant', () => {
  it.each(things)('%s %s', (kind, name) => {
    const { name: _, ...defaults } = completeOf(kind, name);
    for (const [key, value] of Object.entries(defaults)) {
      for (const slip of slips(key).filter((wrong) => wrong !== key)) {
        const error = errorOf(() => KINDS[kind]({ name, [slip]: value } as never));
        expect([error.code, error.given, error.hint]).toEqual([
          'ERR_UNKNOWN_NAME',
          `'${slip}'`,
          `Did you mean '${key}'?`,
        ]);
      }
    }
    expect(errorOf(() => KINDS[kind]({ name, reduction: 'sum' } as never))).toEqual(
      refused('ERR_UNKNOWN_NAME', `${kind} '${name}' to have only name`, "'reduction'"),
    );
  });

  it.each(things)('%s %s: and what belongs to others, with their names', (kind, name) => {
    const own = completeOf(kind, name);
    const { expected } = errorOf(() => KINDS[kind]({ name, thereIsNoSuchThing: 1 } as never));
    // An optional hyperparameter may be another thing's default: adamw's decay, precision's threshold.
    const optional = expected.split(/ to have only |, /);
    for (const other of NAMES[kind]) {
      for (const [key, value] of Object.entries(completeOf(kind, other))) {
        if (key in own || optional.includes(key)) continue;
        const error = errorOf(() => KINDS[kind]({ name, [key]: value } as never));
        expect(error.code).toBe('ERR_UNKNOWN_NAME');
        expect(error.hint).toMatch(new RegExp(`Leave it out: it belongs to .*\\b${other}\\b`));
      }
    }
  });

  it.each(Object.keys(KINDS) as Kind[])('%s: a wrong name, in an object too', (kind) => {
    for (const name of NAMES[kind]) {
      const wrong = name.toUpperCase();
      const hint = `Did you mean '${name}'?`;
      expect(errorOf(() => KINDS[kind](wrong as never))).toMatchObject({ code: 'ERR_UNKNOWN_NAME', hint });
      expect(errorOf(() => KINDS[kind]({ name: wrong } as never))).toMatchObject({ hint });
    }
    for (const name of ['toString', '__proto__', 'constructor']) {
      expect(errorOf(() => KINDS[kind](name as never)).code).toBe('ERR_UNKNOWN_NAME');
    }
    const polluted = JSON.parse('{"name":"x","__proto__":{"learningRate":1}}') as object;
    for (const name of NAMES[kind]) {
      const error = errorOf(() => KINDS[kind](Object.assign(polluted, { name }) as never));
      expect(error).toMatchObject({ code: 'ERR_UNKNOWN_NAME', given: "'__proto__'" });
    }
  });
});

describe('an instance of a class', () => {
  it('is read with its getters, as an object of plain data', () => {
    class Settings {
      name = 'sgd' as const;
      get learningRate(): number {
        return 0.25;
      }
    }
    const { compileConfig } = build().compile({ loss: 'meanSquaredError', optimizer: new Settings() });
    expect(compileConfig!.optimizer).toEqual({
      name: 'sgd',
      learningRate: 0.25,
      momentum: 0,
      nesterov: false,
    });
    class Dense {
      name = 'first';
      get units(): number {
        return 3;
      }
      get useBias(): boolean {
        return false;
      }
    }
    expect(layers.dense(new Dense())).toMatchObject({ name: 'first', units: 3, useBias: false });
    class Leaky {
      name = 'leakyRelu' as const;
      get alpha(): number {
        return 0.5;
      }
    }
    expect(layers.activation({ activation: new Leaky() }).activation).toEqual({
      name: 'leakyRelu',
      alpha: 0.5,
    });
    class Ridge {
      l1 = 0.25;
      get l2(): number {
        return 0.5;
      }
    }
    expect(layers.dense({ units: 1, kernelRegularizer: new Ridge() }).kernelRegularizer).toEqual({
      l1: 0.25,
      l2: 0.5,
    });
  });

  it('with a method is refused: nobody would call it', () => {
    class Mine {
      call(): number {
        return 0;
      }
    }
    for (const [kind, name] of things) {
      const instance = Object.assign(new Mine(), { name });
      expect(
        errorOf(() => KINDS[kind](instance as never)),
        `${kind} ${name}`,
      ).toMatchObject({
        code: 'ERR_UNKNOWN_NAME',
        given: "'call'",
      });
    }
    expect(errorOf(() => layers.dense(Object.assign(new Mine(), { units: 1 }) as never)).given).toBe(
      "'call'",
    );
    const activation = Object.assign(new Mine(), { name: 'relu' }) as never;
    expect(errorOf(() => layers.dense({ units: 1, activation })).given).toBe("'call'");
    const kernelRegularizer = Object.assign(new Mine(), { l1: 1 }) as never;
    expect(errorOf(() => layers.dense({ units: 1, kernelRegularizer })).given).toBe("'call'");
  });

  it('whose getter throws is refused', () => {
    const angry = Object.defineProperty({ name: 'sgd' }, 'learningRate', {
      enumerable: true,
      get: () => {
        throw new Error('angry');
      },
    });
    expect(errorOf(() => KINDS.optimizer(angry as never))).toEqual(refused('ERR_ARGUMENT', 'angry'));
  });
});

describe('numbers that float32 makes 0 or infinite', () => {
  it.each([1e-46, 1.1e-38, 1e39, Number.MAX_VALUE, Number.MIN_VALUE])('%s', (value) => {
    for (const optimizer of [
      { name: 'sgd', learningRate: value },
      { name: 'adam', epsilon: value },
      { name: 'adamw', weightDecay: value },
    ] as Optimizer[]) {
      expect(errorOf(() => KINDS.optimizer(optimizer as never)).expected).toContain('that float32 holds');
    }
    expect(KINDS.optimizer({ name: 'sgd', learningRate: 2 ** -126 } as never)).toBeDefined();
  });
});

const TUNED: CompileOptions = {
  optimizer: { name: 'sgd', learningRate: 0.125, momentum: 0.75 },
  loss: { name: 'binaryCrossentropy', fromLogits: true },
  metrics: ['mae', { name: 'binaryAccuracy', threshold: 0.75 }],
};

describe('what was chosen', () => {
  it('is completed, copied, printed, saved and read back', async () => {
    const given = structuredClone<CompileOptions>(TUNED) as {
      optimizer: { learningRate: number };
    } & CompileOptions;
    const model = build().compile(given);
    given.optimizer.learningRate = 99;
    const complete = {
      optimizer: { name: 'sgd', learningRate: 0.125, momentum: 0.75, nesterov: false },
      loss: { name: 'binaryCrossentropy', fromLogits: true, labelSmoothing: 0 },
      metrics: ['mae', { name: 'binaryAccuracy', threshold: 0.75 }],
    };
    expect(model.compileConfig).toEqual(complete);
    (model.compileConfig!.metrics as Metric[]).pop();
    expect(model.compileConfig).toEqual(complete);
    expect(build().compileConfig).toBeUndefined();
    expect(build().compile(model.compileConfig!).compileConfig).toEqual(complete);

    const text =
      'optimizer sgd (learningRate 0.125, momentum 0.75), loss binaryCrossentropy (fromLogits), ' +
      'metrics mae, binaryAccuracy (threshold 0.75)';
    expect(model.summary().split('\n').at(-1)).toBe(text);
    expect(model.explain().split('\n')[1]).toBe(text);

    await model.save(files.path('tuned'));
    const again = await load(files.path('tuned'), Sequential);
    expect(again.compileConfig).toEqual(complete);
    const how = { epochs: 3, batchSize: 3, workers: 1 };
    expect(await again.fit(x, y, how)).toEqual(await model.fit(x, y, how));
    expect(again.getWeights()).toEqual(model.getWeights());
  });

  it('of huber, by its default and by another delta, is saved', async () => {
    for (const [loss, delta] of [
      ['huber', 1],
      [{ name: 'huber', delta: 0.125 }, 0.125],
    ] as const) {
      const model = build().compile({ loss });
      await model.save(files.path('huber'));
      const again = await load(files.path('huber'), Sequential);
      expect(again.compileConfig!.loss).toEqual({ name: 'huber', delta });
      // Both weights 0: the loss of a row is that of its target, 1 or 0.
      model.setWeights([
        { data: new Float32Array(2), shape: [2, 1] },
        { data: new Float32Array(1), shape: [1] },
      ]);
      const { loss: mean } = await model.evaluate(x, y);
      expect(mean).toBe((0.5 * delta * (2 - delta) * y.filter((t) => t === 1).length) / y.length);
    }
  });

  it('of binaryAccuracy: the share of rows where (p > threshold) is the target', async () => {
    const p = x.map(([a, b]) => 1 / (1 + Math.exp(-(a! + 0.5 * b!))));
    for (const threshold of [0.3, 0.5, 0.6, 0.75]) {
      const metric = { name: 'binaryAccuracy', threshold } as const;
      const model = build().compile({
        loss: { name: 'binaryCrossentropy', fromLogits: true },
        metrics: metric,
      });
      model.setWeights([
        { data: Float32Array.of(1, 0.5), shape: [2, 1] },
        { data: Float32Array.of(0), shape: [1] },
      ]);
      const right = p.filter((v, i) => (v > threshold ? 1 : 0) === y[i]).length / p.length;
      expect((await model.evaluate(x, y)).binaryAccuracy, `${threshold}`).toBe(right);
    }
  });

  it('twice is refused: one of the two would be lost', () => {
    const metrics: Metric[] = ['binaryAccuracy', { name: 'binaryAccuracy', threshold: 0.7 }];
    expect(errorOf(() => build().compile({ loss: 'meanSquaredError', metrics }))).toEqual(
      refused('ERR_ARGUMENT', 'each metric once'),
    );
  });
});

describe('a file', () => {
  /** A saved model whose description of compile is another, or whose tensors are. */
  async function changed(
    compile: object,
    change: (tensors: ReturnType<typeof decodeSafetensors>['tensors']) => void = () => {},
  ): Promise<Uint8Array> {
    const model = build().compile({ ...TUNED, metrics: [] });
    await model.fit(x, y, { workers: 1 });
    await model.save(files.path('hostile'));
    const { tensors, metadata } = decodeSafetensors(await readFile(files.path('hostile')));
    change(tensors);
    const text = JSON.stringify({ ...model.compileConfig, ...compile });
    return encodeSafetensors(tensors, { ...metadata, compile: text });
  }

  it.each<[string, object]>([
    ['an unknown optimizer', { optimizer: 'sdg' }],
    ['an unknown hyperparameter', { optimizer: { name: 'sgd', momentum: 0.5, lr: 1 } }],
    ['a learning rate of text', { optimizer: { name: 'sgd', momentum: 0.5, learningRate: '1' } }],
    ['a loss without name', { loss: { fromLogits: true } }],
    ['a loss of lists', { loss: ['meanSquaredError'] }],
    ['a delta of 0', { loss: { name: 'huber', delta: 0 } }],
    ['a delta that float32 makes 0', { loss: { name: 'huber', delta: 1e-60 } }],
    ['a number for a boolean', { loss: { name: 'binaryCrossentropy', fromLogits: 1 } }],
    ["another loss's hyperparameter", { loss: { name: 'meanSquaredError', fromLogits: false } }],
    ['metrics of null', { metrics: [null] }],
    ['a threshold of 1', { metrics: [{ name: 'binaryAccuracy', threshold: 1 }] }],
    ['an unknown option', { callbacks: [] }],
    ['an optimizer with other arrays', { optimizer: 'adam' }],
    ['an optimizer without arrays', { optimizer: 'sgd' }],
  ])('with %s is refused', async (_, compile) => {
    await expect(load(await changed(compile), Sequential)).rejects.toEqual(refused('ERR_MODEL_FILE'));
  });

  it('as it was saved is not; without an array of the optimizer it is', async () => {
    expect((await load(await changed({}), Sequential)).compileConfig!.metrics).toEqual([]);
    const missing = await changed({}, (tensors) => tensors.delete('optimizer.v/dense_1/bias'));
    await expect(load(missing, Sequential)).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'optimizer.v/dense_1/bias', 'none'),
    );
  });
});
