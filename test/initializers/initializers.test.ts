import { describe, expect, it } from 'vitest';
import {
  completeInitializer,
  type InitializerName,
  initialize,
  initializerNames,
  initializers,
} from '#steepest/networks/initializers/index.js';

const request = { fanIn: 3, fanOut: 5, length: 15, seed: 42, stream: 1 };
const random = initializerNames.filter((name) => name !== 'zeros' && name !== 'ones');
const variances: Record<string, (fanIn: number, fanOut: number) => number> = {
  glorot: (fanIn, fanOut) => 2 / (fanIn + fanOut),
  he: (fanIn) => 2 / fanIn,
  lecun: (fanIn) => 1 / fanIn,
};

/**
 * The first four values for `request`, computed apart from this code: Threefry in Python integers, the inverse normal
 * through mpmath's erfinv with 40 digits, the result rounded to float32 once.
 */
const EXPECTED: Partial<Record<InitializerName, number[]>> = {
  glorotUniform: [0.3438825309276581, 0.12709763646125793, -0.023549959063529968, 0.6498113870620728],
  glorotNormal: [0.28105902671813965, 0.1003146544098854, -0.018494559451937675, 0.6092451214790344],
  heUniform: [0.5615578293800354, 0.2075495719909668, -0.03845692053437233, 1.0611375570297241],
  heNormal: [0.4589674472808838, 0.16381314396858215, -0.030201489105820656, 0.9948930740356445],
  lecunUniform: [0.3970813453197479, 0.14675970375537872, -0.02719314955174923, 0.750337541103363],
  lecunNormal: [0.3245390057563782, 0.11583337932825089, -0.021355677396059036, 0.7034956812858582],
};

describe.each(random)('%s', (name) => {
  const kind = name.replace(/Uniform|Normal/, '');

  it('gives the values of its formula, bit for bit', () => {
    expect([...initialize(name, request).subarray(0, 4)]).toEqual(EXPECTED[name]);
  });

  it('has the mean and variance of its definition and keeps within its bounds', () => {
    const [fanIn, fanOut, length] = [300, 100, 200_000];
    const variance = variances[kind]!(fanIn, fanOut);
    const values = initialize(name, { fanIn, fanOut, length, seed: 7, stream: 0 });
    const mean = values.reduce((sum, v) => sum + v, 0) / length;
    const second = values.reduce((sum, v) => sum + v * v, 0) / length;
    // The mean's standard error is √(variance/n), the relative one of the variance below √(2/n): five of each.
    expect(Math.abs(mean)).toBeLessThan(5 * Math.sqrt(variance / length));
    expect(Math.abs(second / variance - 1)).toBeLessThan(5 * Math.sqrt(2 / length));
    const largest = values.reduce((most, v) => Math.max(most, Math.abs(v)), 0);
    const bound = Math.sqrt(variance) * (name.endsWith('Uniform') ? Math.sqrt(3) : 2 / 0.8796256610342398);
    expect(largest).toBeLessThanOrEqual(Math.fround(bound));
    expect(largest).toBeGreaterThan(0.999 * bound);
  });

  it('makes value i a function of seed, stream and i alone', () => {
    const values = initialize(name, request);
    expect(initialize(name, { ...request, length: 7 })).toEqual(values.subarray(0, 7));
    expect(initialize(name, request)).toEqual(values);
    for (const other of [{ seed: 43 }, { stream: 2 }]) {
      const changed = initialize(name, { ...request, ...other });
      expect(changed.filter((value, i) => value === values[i]).length).toBe(0);
    }
  });

  it('takes the ends of the ranges and a fan of 0', () => {
    const values = initialize(name, {
      fanIn: 0,
      fanOut: 0,
      length: 3,
      seed: 2 ** 32 - 1,
      stream: 2 ** 24 - 1,
    });
    expect(values.every(Number.isFinite)).toBe(true);
    expect(initialize(name, { ...request, length: 0 })).toEqual(new Float32Array(0));
  });
});

describe('initialize', () => {
  it('fills with zeros and ones', () => {
    expect(initialize('zeros', { ...request, length: 2 })).toEqual(Float32Array.of(0, 0));
    expect(initialize('ones', { ...request, length: 2 })).toEqual(Float32Array.of(1, 1));
  });

  it('has a registry entry for each name', () => {
    expect(Object.keys(initializers)).toEqual(initializerNames);
    for (const name of initializerNames) expect(completeInitializer('x', name)).toBe(name);
  });

  it.each(['glorot', 'constructor', '__proto__', '', 7, undefined, null])('refuses the name %s', (name) => {
    expect(() => completeInitializer('dense.kernelInitializer', name)).toThrow(
      expect.objectContaining({
        code: 'ERR_UNKNOWN_NAME',
        expected: expect.stringContaining('dense.kernelInitializer'),
      }),
    );
    expect(() => initialize(name as InitializerName, request)).toThrow(
      expect.objectContaining({ code: 'ERR_UNKNOWN_NAME' }),
    );
  });

  it.each([
    { seed: -1 },
    { seed: 2 ** 32 },
    { seed: 0.5 },
    { stream: 2 ** 24 },
    { stream: Number.NaN },
    { length: -1 },
    { length: 1.5 },
    { fanIn: Number.POSITIVE_INFINITY },
    { fanOut: -2 },
  ])('refuses %o', (part) => {
    expect(() => initialize('heNormal', { ...request, ...part })).toThrow(
      expect.objectContaining({
        code: 'ERR_ARGUMENT',
        expected: expect.stringContaining(Object.keys(part)[0]!),
      }),
    );
  });
});
