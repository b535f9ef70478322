import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { UniformStream } from '#steepest/core/random.js';
import {
  LogisticRegression,
  loadEstimator,
  MinMaxScaler,
  PolynomialFeatures,
  SimpleImputer,
  StandardScaler,
  shutdown,
} from '#steepest/index.js';

afterAll(shutdown);

const ROWS = 50;
const COLS = 3;
const draw = new UniformStream(3, 9);
/** Numbers between −1 and 1, the last column constant; with 2^1023 they reach float64's largest. */
const x = Float64Array.from({ length: ROWS * COLS }, (_, at) =>
  at % COLS === 2 ? 0.7 : 2 * draw.at(at) - 1,
);
const weight = Float64Array.from(
  { length: ROWS },
  (_, i) => Math.floor(3 * draw.at(1000 + i)) + (i === 0 ? 1 : 0),
);
const table = (factor: number) => ({ data: x.map((value) => value * factor), shape: [ROWS, COLS] });

/** From where numbers begin to lose digits at the lower end, to the largest. */
const POWERS = [-960, -540, -300, 300, 520, 1023];

describe('preprocessing of very small and very large numbers', () => {
  it.each(POWERS)('StandardScaler has the same digits for numbers times 2^%i', async (k) => {
    const plain = new StandardScaler();
    const expected = await (await plain.fit(table(1), undefined, { sampleWeight: weight })).transform(
      table(1),
    );
    const scaler = await new StandardScaler().fit(table(2 ** k), undefined, { sampleWeight: weight });
    const times = (values: Float64Array): Float64Array => values.map((v) => v * 2 ** k);
    expect(scaler.mean).toEqual(times(plain.mean));
    expect(scaler.scale.subarray(0, 2)).toEqual(times(plain.scale).subarray(0, 2));
    expect(scaler.scale[2]).toBe(1);
    expect(await scaler.transform(table(2 ** k))).toEqual(expected);
    const path = join(tmpdir(), `steepest-scale-${process.pid}.safetensors`);
    await scaler.save(path);
    const again = (await loadEstimator(path)) as unknown as StandardScaler;
    expect([again.scale, again.mean, again.var]).toEqual([scaler.scale, scaler.mean, scaler.var]);
  });

  it.each([-1000, -301, 400, 990])('StandardScaler has the same digits for weights times 2^%i', async (k) => {
    const plain = await new StandardScaler().fit(table(1), undefined, { sampleWeight: weight });
    const heavy = weight.map((w) => w * 2 ** k);
    const scaler = await new StandardScaler().fit(table(1), undefined, { sampleWeight: heavy });
    expect([scaler.mean, scaler.var, scaler.scale]).toEqual([plain.mean, plain.var, plain.scale]);
    expect(scaler.nSamplesSeen).toEqual(plain.nSamplesSeen.map((n) => n * 2 ** k));
  });

  it.each(POWERS)('StandardScaler learns numbers times 2^%i in pieces', async (k) => {
    const piece = (from: number, to: number) => ({
      data: x.slice(from * COLS, to * COLS).map((value) => value * 2 ** k),
      shape: [to - from, COLS],
    });
    const whole = await new StandardScaler().fit(piece(0, ROWS));
    const scaler = await new StandardScaler().partialFit(piece(0, 20));
    await scaler.partialFit(piece(20, ROWS));
    for (let j = 0; j < COLS; j++) {
      expect(scaler.mean[j]! / 2 ** k).toBeCloseTo(whole.mean[j]! / 2 ** k, 13);
      expect(scaler.scale[j]! / whole.scale[j]!).toBeCloseTo(1, 13);
    }
  });

  it('StandardScaler takes the largest numbers of both signs: ±1.7e308 become ±1', async () => {
    const ends = [[1.7e308], [-1.7e308]];
    const scaler = await new StandardScaler().fit(ends);
    expect((await scaler.transform(ends)).data).toEqual(Float64Array.of(1, -1));
    expect(scaler.mean[0]).toBe(0);
    expect(scaler.scale[0]).toBe(1.7e308);
  });

  it.each(POWERS)('MinMaxScaler maps numbers times 2^%i to the whole range and back', async (k) => {
    const plain = await (await new MinMaxScaler().fit(table(1))).transform(table(1));
    const scaler = await new MinMaxScaler().fit(table(2 ** k));
    const given = await scaler.transform(table(2 ** k));
    const back = await scaler.inverseTransform(given);
    for (let at = 0; at < given.data.length; at++) {
      expect(given.data[at]).toBeCloseTo(plain.data[at]!, 13);
      expect(back.data[at]! / 2 ** k).toBeCloseTo(x[at]!, 13);
    }
  });

  it('SimpleImputer finds the mean of the largest numbers', async () => {
    const imputer = await new SimpleImputer().fit([[1.5e308], [1.7e308], [-1.7e308], [Number.NaN]]);
    expect((imputer.statistics[0] as number) / 5e307).toBeCloseTo(1, 14);
    const same = await new SimpleImputer().fit([[1.7e308], [1.7e308], [1.7e308]]);
    expect(same.statistics[0]).toBe(1.7e308);
  });

  it('PolynomialFeatures has products of numbers whose squares are beyond float64', async () => {
    const features = new PolynomialFeatures({ degree: [3, 3], includeBias: false });
    const { data } = await features.fitTransform([[2 ** 600, 3 * 2 ** -700]]);
    expect(data).toEqual(Float64Array.of(Infinity, 3 * 2 ** 500, 9 * 2 ** -800, 0));
  });

  it.each([-900, 300, 1018])('LogisticRegression has the same digits for weights times 2^%i', async (k) => {
    const labels = Array.from(weight, (_, i) => Number(x[COLS * i]! + x[COLS * i + 1]! > 0.3 * Math.sin(i)));
    const learned = (factor: number) =>
      new LogisticRegression({ penalty: 'none', maxIter: 500 }).fit(table(1), labels, {
        sampleWeight: weight.map((w) => w * factor),
      });
    const [plain, heavy] = [await learned(1), await learned(2 ** k)];
    expect([heavy.coef, heavy.intercept]).toEqual([plain.coef, plain.intercept]);
  });

  it('LogisticRegression asks for scaled columns where its steps have not come to an end', async () => {
    const warnings: string[] = [];
    const listen = ({ message }: Error): void => void warnings.push(message);
    process.on('warning', listen);
    const labels = Array.from(weight, (_, i) => Number(x[COLS * i]! > 0));
    await new LogisticRegression().fit(table(2 ** 300), labels);
    await new Promise(setImmediate);
    process.off('warning', listen);
    expect(warnings.join()).toMatch(/Scale the columns/);
  });
});
