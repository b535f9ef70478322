import type { CallbackContext, Logs, Sequential, StreamFitOptions } from 'steepest';
import { describe, expect, it } from 'vitest';
import { anyChoice, Draws, Generated, type Rows, TASK_NAMES } from '../support/generated.js';

/** Loss and metrics without those of validation, and those of validation by their own names. */
function validationOf(logs: Readonly<Logs>): Logs {
  const held = Object.entries(logs).filter(([name]) => /^val[A-Z]/.test(name));
  const own = held.map(([name, value]) => [name[3]!.toLowerCase() + name.slice(4), value]);
  return Object.fromEntries(own) as Logs;
}

/** Where the rows to validate on come from. */
const SOURCES = [
  'arrays',
  'arrays and their weights',
  'a stream',
  'a stream and its weights',
  'the split',
] as const;

interface Case {
  generated: Generated;
  source: (typeof SOURCES)[number];
  trainOnStream: boolean;
  train: Rows;
  held: Rows;
  weights: number[] | undefined;
}

function makeCase(draws: Draws, number: number): Case {
  const generated = new Generated(draws, TASK_NAMES[number % 4]!, draws.chance(0.35));
  const source = SOURCES[number % 5]!;
  const train = generated.rows(draws.whole(1, 60));
  const held = generated.rows(draws.pick([draws.whole(1, 20), draws.whole(20, 200)]));
  const weights = source.includes('weights') ? held.x.map(() => 2 * draws.uniform()) : undefined;
  return {
    generated,
    source,
    train,
    held,
    weights,
    trainOnStream: source !== 'the split' && draws.chance(0.3),
  };
}

async function fitCase(model: Sequential, test: Case, options: StreamFitOptions): Promise<void> {
  const { generated, source, train, held, weights } = test;
  if (source === 'the split') {
    const x = [...train.x, ...held.x];
    const y = [...train.y, ...held.y] as number[];
    await model.fit(x, y, { ...options, validationSplit: held.x.length / x.length });
    return;
  }
  const batches = generated.batches(held, weights);
  const arrays = weights ? ([held.x, held.y, weights] as const) : ([held.x, held.y] as const);
  const validationData = source.startsWith('arrays') ? arrays : () => batches;
  if (test.trainOnStream) await model.fit(generated.batches(train), { ...options, validationData });
  else await model.fit(train.x, train.y, { ...options, validationData });
}

describe('validation in fit is what evaluate says, bit for bit', () => {
  it.each([1, 2, 3])('16 generated fits, seed %i', async (seed) => {
    const draws = new Draws(seed);
    for (let number = 0; number < 16; number++) {
      const test = makeCase(draws, number);
      const { held, weights, generated } = test;
      const model = generated.model();
      const found: Logs[] = [];
      const expected: Logs[] = [];
      const onEpochEnd = async ({ logs }: CallbackContext): Promise<void> => {
        found.push(validationOf(logs));
        const options = { workers: draws.pick([1, 2]), batchSize: draws.pick([5, 64, 256]) };
        const onArrays = draws.chance(0.7);
        expected.push(
          onArrays
            ? await model.evaluate(held.x, held.y, weights ? { ...options, sampleWeight: weights } : options)
            : await model.evaluate(generated.batches(held, weights), options),
        );
      };
      await fitCase(model, test, { ...anyChoice(draws), epochs: 2, callbacks: [{ onEpochEnd }] });
      expect(found, `case ${number}: ${test.source}`).toEqual(expected);
    }
  });
});

describe('twenty rows to train on, two hundred to validate on', () => {
  it('counts all two hundred', async () => {
    const draws = new Draws(5);
    const generated = new Generated(draws, 'sparseCategoricalCrossentropy', false);
    const [train, held] = [generated.rows(20), generated.rows(200)];
    const model = generated.model();
    const { history } = await model.fit(train.x, train.y, { epochs: 3, validationData: [held.x, held.y] });
    const { data } = await model.predict(held.x);
    const { outputs } = generated;
    const right = held.y.filter((label, i) => {
      const scores = Array.from(data.subarray(i * outputs, (i + 1) * outputs));
      return scores.indexOf(Math.max(...scores)) === label;
    });
    expect(history.valAccuracy!.at(-1)).toBe(right.length / 200);
  });
});
