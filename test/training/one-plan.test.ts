import { layers, sequential } from 'steepest';
import { describe, expect, it, vi } from 'vitest';
import { MemoryPlan } from '#steepest/program/memory.js';

const x = Array.from({ length: 40 }, (_, i) => [i % 7, i % 5, i % 3]);
const y = x.map((row) => row[0]! % 2);

function makeModel() {
  const model = sequential({
    layers: [
      layers.dense({ units: 4, activation: 'relu', inputShape: [3] }),
      layers.dense({ units: 2, activation: 'softmax' }),
    ],
  });
  return model.compile({ loss: 'sparseCategoricalCrossentropy' });
}

/** How many programs of each mode are compiled meanwhile: each has totals of its own. */
async function programsIn(work: () => unknown): Promise<Record<string, number>> {
  const matrix = vi.spyOn(MemoryPlan.prototype, 'matrix');
  await work();
  const counts: Record<string, number> = {};
  for (const [name] of matrix.mock.calls) {
    const mode = /^totals\.(\w+)$/.exec(name)?.[1];
    if (mode !== undefined) counts[mode] = (counts[mode] ?? 0) + 1;
  }
  matrix.mockRestore();
  return counts;
}

describe.each(['auto', 1, 2] as const)('with workers: %s, a program is compiled once per call', (workers) => {
  it('of fit', async () => {
    const model = makeModel();
    expect(await programsIn(() => model.fit(x, y, { workers }))).toEqual({ train: 1 });
    const split = { workers, validationSplit: 0.25, epochs: 2 };
    expect(await programsIn(() => model.fit(x, y, split))).toEqual({ train: 1, evaluate: 1 });
    expect(await programsIn(() => model.fit([{ x, y }], { workers }))).toEqual({ train: 1 });
  });

  it('of evaluate and predict', async () => {
    const model = makeModel();
    expect(await programsIn(() => model.evaluate(x, y, { workers }))).toEqual({ evaluate: 1 });
    expect(await programsIn(() => model.evaluate([{ x, y }], { workers }))).toEqual({ evaluate: 1 });
    expect(await programsIn(() => model.predict(x, { workers }))).toEqual({ predict: 1 });
  });
});

it('computes a few rows here and many on threads in the same bits', async () => {
  const model = makeModel();
  const [here, pooled] = [await model.predict(x), await model.predict(x, { workers: 2 })];
  expect(here).toEqual(pooled);
  expect(model.predictSync(x)).toEqual(pooled);
});
