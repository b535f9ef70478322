import { type Constraint, layers, load, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { refused, temporaryFolder } from '../support/folder.js';
import { kernelChoices, native, nativeChoices, typescriptExact } from '../support/kernelChoices.js';
import { randomNumbers, randomRows } from '../support/random.js';

const files = temporaryFolder();
const next = randomNumbers(51);
const x = randomRows(40, 9, next);
const y = x.map((row) => [row[0]! + row[1]!, row[2]! * row[3]!]);

/** The second layer's transpose is what the gradient of the first one is computed with. */
function build(constraint: Constraint): Sequential {
  const model = sequential({
    seed: 2,
    layers: [
      layers.dense({ units: 35, activation: 'tanh', inputShape: [9], kernelConstraint: 'nonNeg' }),
      layers.dense({
        units: 19,
        activation: 'tanh',
        kernelConstraint: constraint,
        biasConstraint: 'unitNorm',
      }),
      layers.dense({ units: 2 }),
    ],
  });
  return model.compile({ optimizer: { name: 'adam', learningRate: 0.02 }, loss: 'meanSquaredError' });
}

const bytesOf = (model: Sequential): string[] =>
  model.getWeights().map(({ data }) => Buffer.from(data.buffer).toString('hex'));
const CONSTRAINTS: [string, Constraint][] = [
  ['maxNorm', { name: 'maxNorm', maxValue: 0.6 }],
  ['maxNorm of rows', { name: 'maxNorm', maxValue: 0.4, axis: 1 }],
  ['unitNorm', 'unitNorm'],
  ['unitNorm of all', { name: 'unitNorm', axis: [0, 1] }],
];

describe.each(CONSTRAINTS)('%s', (_, constraint) => {
  const fit = { batchSize: 10 };

  it('has the same bits for any number of workers, instruction set and cut into fits', async () => {
    const reference = build(constraint);
    await reference.fit(x, y, { ...fit, ...native.options, epochs: 3, workers: 1 });
    const others = [
      ...[2, 3, 7].map((workers) => ({ ...native.options, workers })),
      ...[...nativeChoices, typescriptExact].map(({ options }) => ({ ...options, workers: 2 })),
    ];
    for (const options of others) {
      const model = build(constraint);
      await model.fit(x, y, { ...fit, ...options, epochs: 3 });
      expect(bytesOf(model), JSON.stringify(options)).toEqual(bytesOf(reference));
    }
    // Each fit begins with transposes made from the kernels, so updates must leave the same ones.
    const [parts, whole] = [build(constraint), build(constraint)];
    const steps = { ...fit, ...native.options, stepsPerEpoch: 4 };
    for (let epoch = 0; epoch < 3; epoch++) await parts.fit(x, y, steps);
    await whole.fit(x, y, { ...steps, epochs: 3 });
    expect(bytesOf(parts)).toEqual(bytesOf(whole));
  });
});

describe.each(kernelChoices)('after a fit, $title', ({ options }) => {
  it('norms of columns, and signs, are what was asked for', async () => {
    const model = build({ name: 'maxNorm', maxValue: 0.6 });
    await model.fit(x, y, { ...options, epochs: 5, batchSize: 10 });
    const [first, , second, bias] = model.getWeights();
    expect(Math.min(...first!.data)).toBe(0);
    const norms = Array.from({ length: 19 }, (_, j) =>
      Math.hypot(...Array.from({ length: 35 }, (_, i) => second!.data[i * 19 + j]!)),
    );
    expect(Math.max(...norms)).toBeLessThan(0.6000001);
    expect(Math.max(...norms)).toBeGreaterThan(0.59999);
    expect(Math.hypot(...bias!.data)).toBeCloseTo(1, 6);
  });
});

describe('a constraint', () => {
  it('is completed, saved and read back', async () => {
    const model = build({ name: 'maxNorm', axis: -1 });
    await model.save(files.path('constrained'));
    const loaded = await load(files.path('constrained'), Sequential);
    expect(loaded.config.layers[1]).toMatchObject({
      kernelConstraint: { name: 'maxNorm', maxValue: 2, axis: [1] },
      biasConstraint: { name: 'unitNorm', axis: [0] },
    });
    expect(loaded.config).toEqual(model.config);
    for (const one of [model, loaded]) await one.fit(x, y, { workers: 1 });
    expect(bytesOf(loaded)).toEqual(bytesOf(model));
  });

  const make = (kernelConstraint: unknown) =>
    layers.dense({ units: 1, kernelConstraint: kernelConstraint as Constraint });

  it.each([
    ['maxnorm', 'ERR_UNKNOWN_NAME', "Did you mean 'maxNorm'?"],
    [{ name: 'maxNorm', max: 3 }, 'ERR_UNKNOWN_NAME', "Did you mean 'maxValue'?"],
    [{ name: 'maxNorm', maxValue: 0 }, 'ERR_ARGUMENT', 'Leave it out for the default 2.'],
    [{ name: 'maxNorm', axis: 2 }, 'ERR_ARGUMENT', 'Leave it out for one norm per unit or filter.'],
    [{ name: 'unitNorm', axis: [] }, 'ERR_ARGUMENT', 'Leave it out for one norm per unit or filter.'],
    [{ name: 'unitNorm', axis: 0.5 }, 'ERR_ARGUMENT', 'Leave it out.'],
    [{ name: 'nonNeg', axis: 0 }, 'ERR_UNKNOWN_NAME', 'Leave it out: it belongs to maxNorm, unitNorm.'],
  ])('%j is refused', (constraint, code, hint) => {
    expect(() => make(constraint)).toThrow(expect.objectContaining({ code, hint }));
  });

  it('of filters takes the axes of a norm per filter, of rows or of all', () => {
    const conv = (axis: number | number[]) =>
      layers.conv2d({ filters: 2, kernelSize: 3, kernelConstraint: { name: 'unitNorm', axis } });
    for (const axis of [
      [0, 1, 2],
      [2, 1, 0],
      [-4, 1, 2],
    ]) {
      expect(conv(axis).kernelConstraint).toEqual({ name: 'unitNorm', axis: [0, 1, 2] });
    }
    expect(conv(3).kernelConstraint).toEqual({ name: 'unitNorm', axis: [3] });
    for (const axis of [0, [0, 1], [0, 3]]) {
      expect(() => conv(axis)).toThrow(
        refused('ERR_ARGUMENT', 'conv2d.kernelConstraint.axis to be [0, 1, 2], 3 or [0, 1, 2, 3]'),
      );
    }
  });
});
