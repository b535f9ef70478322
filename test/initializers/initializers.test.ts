import { layers, load, Sequential, sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import {
  completeInitializer,
  type Initializer,
  type InitializerName,
  initialize,
  initializerNames,
  initializers,
} from '#steepest/networks/initializers/index.js';
import { temporaryFolder } from '../support/folder.js';

const request = { fanIn: 3, fanOut: 5, length: 15, cols: 5, seed: 42, stream: 1 };
const random = initializerNames.filter((name) => /^(glorot|he|lecun)/.test(name));
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
    const values = initialize(name, { fanIn, fanOut, length, cols: fanOut, seed: 7, stream: 0 });
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
      cols: 0,
      seed: 2 ** 32 - 1,
      stream: 2 ** 24 - 1,
    });
    expect(values.every(Number.isFinite)).toBe(true);
    expect(initialize(name, { ...request, length: 0 })).toEqual(new Float32Array(0));
  });
});

/** The same for initializers with numbers, computed in the same way. */
const WITH_NUMBERS: readonly [
  Exclude<Initializer, string>,
  expected: number[],
  mean: number,
  deviation: number,
][] = [
  [
    { name: 'randomNormal', mean: 0.3, stddev: 0.7 },
    [0.6641455292701721, 0.42948997020721436, 0.2761382758617401, 1.105818748474121],
    0.3,
    0.7,
  ],
  [
    { name: 'randomUniform', minval: -0.2, maxval: 0.9 },
    [0.5683947205543518, 0.4307178556919098, 0.3350437581539154, 0.7626856565475464],
    0.35,
    1.1 / Math.sqrt(12),
  ],
  [
    { name: 'truncatedNormal', mean: 0.3, stddev: 0.7 },
    [0.6461173892021179, 0.4235350787639618, 0.2772243916988373, 1.050270676612854],
    0.3,
    0.7 * 0.8796256610342398,
  ],
  [
    { name: 'varianceScaling', scale: 1.7, mode: 'fanOut' },
    [0.32776832580566406, 0.116985984146595, -0.02156817726790905, 0.7104957699775696],
    0,
    Math.sqrt(1.7 / 5),
  ],
  [
    { name: 'varianceScaling', scale: 0.3, mode: 'fanAverage', distribution: 'untruncatedNormal' },
    [0.1424648016691208, 0.05066040903329849, -0.009335426613688469, 0.31526079773902893],
    0,
    Math.sqrt(0.3 / 4),
  ],
  [
    { name: 'varianceScaling', scale: 2.5, distribution: 'uniform' },
    [0.6278406977653503, 0.23204748332500458, -0.04299614578485489, 1.1863877773284912],
    0,
    Math.sqrt(2.5 / 3),
  ],
];

describe('initializers with numbers', () => {
  it.each(WITH_NUMBERS)('%j', (initializer, expected, mean, deviation) => {
    expect([...initialize(initializer, request).subarray(0, 4)]).toEqual(expected);
    const length = 100_000;
    const values = initialize(initializer, { ...request, length, seed: 3 });
    const average = values.reduce((sum, v) => sum + v, 0) / length;
    const second = values.reduce((sum, v) => sum + (v - mean) ** 2, 0) / length;
    expect(Math.abs(average - mean)).toBeLessThan((5 * deviation) / Math.sqrt(length));
    expect(Math.abs(second / deviation ** 2 - 1)).toBeLessThan(5 * Math.sqrt(2 / length));
  });

  it('a constant, and the defaults', () => {
    const two = { ...request, length: 2 };
    expect(initialize({ name: 'constant', value: -0.7 }, two)).toEqual(Float32Array.of(-0.7, -0.7));
    expect(initialize('constant', two)).toEqual(Float32Array.of(0, 0));
    const byDefault: readonly Exclude<Initializer, string>[] = [
      { name: 'randomNormal', mean: 0, stddev: 0.05 },
      { name: 'truncatedNormal', mean: 0, stddev: 0.05 },
      { name: 'randomUniform', minval: -0.05, maxval: 0.05 },
      { name: 'varianceScaling', scale: 1, mode: 'fanIn', distribution: 'truncatedNormal' },
      { name: 'orthogonal', gain: 1 },
      { name: 'identity', gain: 1 },
    ];
    for (const complete of byDefault) {
      expect(completeInitializer('x', complete.name)).toEqual(complete);
      expect(initialize(complete.name, request)).toEqual(initialize(complete, request));
    }
  });

  it('are the presets where the numbers are', () => {
    const scaled = { name: 'varianceScaling', scale: 2, mode: 'fanIn', distribution: 'uniform' } as const;
    expect(initialize(scaled, request)).toEqual(initialize('heUniform', request));
  });

  it('understand the names of Keras', () => {
    const given = { name: 'variance_scaling', mode: 'fan_avg', distribution: 'truncated_normal' };
    expect(completeInitializer('x', given)).toEqual({
      name: 'varianceScaling',
      scale: 1,
      mode: 'fanAverage',
      distribution: 'truncatedNormal',
    });
    expect(completeInitializer('x', { ...given, distribution: 'normal' })).toMatchObject({
      distribution: 'truncatedNormal',
    });
  });

  it.each([
    [{ name: 'randomNormal', std: 1 }, /Did you mean 'stddev'/],
    [{ name: 'randomNormal', stddev: -1 }, /stddev to be a number of at least 0/],
    [{ name: 'randomUniform', minval: 1, maxval: 0 }, /minval of at most maxval/],
    [{ name: 'varianceScaling', mode: 'fanin' }, /Did you mean 'fanIn'/],
    [{ name: 'varianceScaling', mode: 1 }, /mode to be one of/],
    [{ name: 'varianceScaling', scale: 0 }, /scale to be a number above 0/],
    [{ name: 'constant', value: 1e39 }, /float32/],
    [{ name: 'ortogonal' }, /Did you mean 'orthogonal'/],
    ['normal', /Did you mean 'randomNormal'/],
    ['eye', /Did you mean 'identity'/],
  ])('refuse %j', (given, message) => {
    expect(() => completeInitializer('dense.kernelInitializer', given)).toThrow(message);
  });
});

describe('identity', () => {
  it.each([
    [3, 3, [1, 0, 0, 0, 1, 0, 0, 0, 1]],
    [2, 3, [1, 0, 0, 0, 1, 0]],
    [3, 2, [1, 0, 0, 1, 0, 0]],
    [0, 2, []],
  ])('of %i × %i', (rows, cols, expected) => {
    const sizes = { ...request, length: rows * cols, cols };
    expect([...initialize('identity', sizes)]).toEqual(expected);
    expect([...initialize({ name: 'identity', gain: -2.5 }, sizes)]).toEqual(
      expected.map((v) => v * -2.5 + 0),
    );
  });

  it('makes a dense layer pass its inputs on', () => {
    const dense = layers.dense({ units: 3, kernelInitializer: 'identity', inputShape: [3] });
    const model = sequential({ layers: [dense] });
    expect([...model.predictSync([[1, -2, 3]]).data]).toEqual([1, -2, 3]);
  });

  it.each([
    [
      'identity',
      () =>
        layers.conv2d({ filters: 2, kernelSize: 1, kernelInitializer: 'identity', inputShape: [2, 2, 2] }),
    ],
    ['identity', () => layers.dense({ units: 2, biasInitializer: 'identity', inputShape: [2] })],
    ['orthogonal', () => layers.batchNorm({ gammaInitializer: 'orthogonal', inputShape: [2] })],
  ])('%s is refused for an array that is no such matrix', (name, layer) => {
    expect(() => sequential({ layers: [layer()] })).toThrow(
      expect.objectContaining({ code: 'ERR_ARGUMENT', expected: expect.stringContaining(name) }),
    );
  });
});

describe('orthogonal', () => {
  const draw = (rows: number, cols: number, seed: number, gain = 1) =>
    initialize({ name: 'orthogonal', gain }, { ...request, length: rows * cols, cols, seed });

  it('is the Q of its Householder vectors', () => {
    // By mpmath with 40 digits, from the product of the reflections as matrices.
    expect([...draw(3, 2, 42, 1.5)]).toEqual(
      [1.410616397857666, -0.3855989873409271, 0.5016144514083862, 0.8708112239837646].concat(
        -0.09243480861186981,
        -1.158879280090332,
      ),
    );
  });

  it.each([
    [1, 1],
    [5, 5],
    [70, 70],
    [90, 37],
    [37, 90],
    [1, 9],
    [9, 1],
  ])('%i × %i: its shorter side is orthonormal', (rows, cols) => {
    const gain = 0.7;
    const q = draw(rows, cols, 5, gain);
    const [n, step, next] = rows >= cols ? [cols, 1, cols] : [rows, cols, 1];
    const m = Math.max(rows, cols);
    for (let a = 0; a < n; a++) {
      for (let b = 0; b <= a; b++) {
        let sum = 0;
        for (let i = 0; i < m; i++) sum += q[a * step + i * next]! * q[b * step + i * next]!;
        expect(Math.abs(sum - (a === b ? gain * gain : 0))).toBeLessThan(2e-7);
      }
    }
  });

  it('is as likely as every other orthogonal matrix', () => {
    // Moments of the Haar measure (Diaconis & Shahshahani 1994): E tr Q = 0, E (tr Q)² = 1, E tr Q² = 1, E det Q = 0.
    const [n, draws] = [3, 4000];
    const sums = { trace: 0, square: 0, second: 0, det: 0 };
    for (let seed = 0; seed < draws; seed++) {
      const q = draw(n, n, seed);
      const at = (i: number, j: number): number => q[i * n + j]!;
      const trace = at(0, 0) + at(1, 1) + at(2, 2);
      sums.trace += trace;
      sums.square += trace * trace;
      for (let i = 0; i < n; i++) for (let j = 0; j < n; j++) sums.second += at(i, j) * at(j, i);
      sums.det +=
        at(0, 0) * (at(1, 1) * at(2, 2) - at(1, 2) * at(2, 1)) -
        at(0, 1) * (at(1, 0) * at(2, 2) - at(1, 2) * at(2, 0)) +
        at(0, 2) * (at(1, 0) * at(2, 1) - at(1, 1) * at(2, 0));
    }
    const mean = (sum: number): number => sum / draws;
    // Five standard errors: variances are 1, at most 3, at most 3, and 1.
    expect(Math.abs(mean(sums.trace))).toBeLessThan(5 / Math.sqrt(draws));
    expect(Math.abs(mean(sums.square) - 1)).toBeLessThan(5 * Math.sqrt(3 / draws));
    expect(Math.abs(mean(sums.second) - 1)).toBeLessThan(5 * Math.sqrt(3 / draws));
    expect(Math.abs(mean(sums.det))).toBeLessThan(5 / Math.sqrt(draws));
  });
});

describe('a model with such initializers', () => {
  const files = temporaryFolder();

  it('has them, complete, in its description and its file', async () => {
    const model = sequential({
      seed: 3,
      layers: [
        layers.conv2d({
          filters: 4,
          kernelSize: 2,
          kernelInitializer: { name: 'orthogonal', gain: 1.5 },
          biasInitializer: { name: 'constant', value: 0.1 },
          inputShape: [4, 4, 2],
        }),
        layers.layerNorm({ gammaInitializer: { name: 'randomUniform', minval: 0.9, maxval: 1.1 } }),
        layers.flatten(),
        layers.dense({ units: 2, kernelInitializer: { name: 'randomNormal', stddev: 0.2 } }),
      ],
    });
    const { config } = model;
    expect(config.layers[0]).toMatchObject({ kernelInitializer: { name: 'orthogonal', gain: 1.5 } });
    expect(config.layers[3]).toMatchObject({
      kernelInitializer: { name: 'randomNormal', mean: 0, stddev: 0.2 },
    });
    expect(sequential(JSON.parse(JSON.stringify(model))).getWeights()).toEqual(model.getWeights());
    expect(Array.from(model.getWeights()[1]!.data)).toEqual(new Array(4).fill(Math.fround(0.1)));
    await model.save(files.path('model'));
    expect((await load(files.path('model'), Sequential)).config).toEqual(config);
  });
});

describe('initialize', () => {
  it('fills with zeros and ones', () => {
    expect(initialize('zeros', { ...request, length: 2 })).toEqual(Float32Array.of(0, 0));
    expect(initialize('ones', { ...request, length: 2 })).toEqual(Float32Array.of(1, 1));
  });

  it('has a registry entry for each name', () => {
    expect(Object.keys(initializers)).toEqual(initializerNames);
    for (const name of initializerNames) {
      const complete = completeInitializer('x', name);
      expect(typeof complete === 'string' ? complete : complete.name).toBe(name);
    }
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
