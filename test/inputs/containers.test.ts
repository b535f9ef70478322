import { data, layers, metrics, Ridge, StandardScaler, sequential, trainTestSplit } from 'steepest';
import { describe, expect, it } from 'vitest';
import {
  CLASSES,
  COLS,
  ESTIMATORS,
  missingEstimators,
  network,
  ROW_LIST,
  ROWS,
  SUBJECTS,
} from './subjects.js';

/** A class of typed arrays; Float16Array is not in every release of Node.js. */
type Numbers = Float64Array;
const TYPES = [
  'Float64Array',
  'Float32Array',
  'Float16Array',
  'Int32Array',
  'Uint32Array',
  'Int16Array',
  'Uint16Array',
  'Int8Array',
  'Uint8Array',
  'Uint8ClampedArray',
].flatMap((name) => {
  const Type = (globalThis as unknown as Record<string, typeof Float64Array | undefined>)[name];
  return Type === undefined ? [] : [[name, Type] as const];
});

const flat = ROW_LIST.flat();
const shape = [ROWS, COLS];
const shared = (Type: typeof Float64Array, values: readonly number[]): Numbers => {
  const array = new Type(new SharedArrayBuffer(values.length * Type.BYTES_PER_ELEMENT));
  array.set(values);
  return array;
};

/** The same numbers in every container that can hold them. */
const X: Record<string, unknown> = {
  ...Object.fromEntries(
    TYPES.map(([name, Type]) => [`rows of ${name}`, ROW_LIST.map((row) => Type.from(row))]),
  ),
  ...Object.fromEntries(
    TYPES.map(([name, Type]) => [`${name} with a shape`, { data: Type.from(flat), shape }]),
  ),
  ...Object.fromEntries(TYPES.map(([name, Type]) => [`shared ${name}`, { data: shared(Type, flat), shape }])),
  'rows of several kinds': ROW_LIST.map((row, i) =>
    i % 3 === 0 ? row : TYPES[i % TYPES.length]![1].from(row),
  ),
  'a part of an array': { data: Float32Array.from([9, ...flat, 9]).subarray(1, -1), shape },
  'a Buffer': { data: Buffer.from(flat), shape },
  'rows of Buffers': ROW_LIST.map((row) => Buffer.from(row)),
};
const columns = ROW_LIST[0]!.map((_, j) => [`x${j}`, ROW_LIST.map((row) => row[j]!)] as const);

const list = ROW_LIST.map(([a]) => a!);
/** Targets, and classes by number, in every container. */
const yOf = (values: readonly number[]): Record<string, unknown> => ({
  ...Object.fromEntries(TYPES.map(([name, Type]) => [name, Type.from(values)])),
  ...Object.fromEntries(
    TYPES.map(([name, Type]) => [`${name} with a shape`, { data: Type.from(values), shape: [ROWS] }]),
  ),
});

const valuesFor = (y: string): readonly number[] => (y === 'numbers' ? list : CLASSES);

/** Names of categories and columns depend on the container. */
const withoutNames = (result: unknown): unknown => {
  if (typeof result !== 'object' || result === null || !('shape' in result)) return result;
  const { data: numbers, shape: sizes } = result as { data?: unknown; shape?: unknown };
  return { data: numbers, shape: sizes };
};

describe('equal numbers in any container', () => {
  it('are tried with every estimator', () => {
    expect(missingEstimators()).toEqual([]);
    expect(ESTIMATORS.length).toBeGreaterThan(10);
  });

  it.each(SUBJECTS.map((subject) => [subject.name, subject] as const))(
    'give %s the same bits as x',
    async (_, { run, y }) => {
      const values = valuesFor(y) as never;
      const expected = withoutNames(await run(ROW_LIST as never, values));
      for (const [name, x] of Object.entries(X)) {
        expect(withoutNames(await run(x as never, values)), name).toEqual(expected);
      }
    },
  );

  it.each(SUBJECTS.filter(({ y }) => y !== 'any').map((subject) => [subject.name, subject] as const))(
    'give %s the same bits as y',
    async (_, { run, y }) => {
      const values = valuesFor(y);
      const x = ROW_LIST as never;
      const expected = await run(x, values as never);
      for (const [name, container] of Object.entries(yOf(values))) {
        expect(await run(x, container as never), name).toEqual(expected);
      }
    },
  );

  it('give estimators the same bits as a DataTable', async () => {
    for (const { name, run, y } of ESTIMATORS) {
      const values = valuesFor(y) as never;
      const table = await run(new data.DataTable(columns) as never, values);
      const expected = await run(ROW_LIST as never, values);
      const numbers = table instanceof data.DataTable ? table.toMatrix() : table;
      expect(withoutNames(numbers), name).toEqual(withoutNames(expected));
    }
  });

  it('weigh rows alike', async () => {
    const weights = list.map((value) => value + 1);
    const scale = async (sampleWeight: metrics.WeightInput) =>
      (await new StandardScaler().fit(ROW_LIST, undefined, { sampleWeight })).transform(ROW_LIST);
    const expected = await scale(weights);
    for (const [name, Type] of TYPES) expect(await scale(Type.from(weights)), name).toEqual(expected);
  });
});

describe('the public types', () => {
  it('take what is taken, without a cast', async () => {
    const model = network(1);
    await model.fit([Float64Array.of(1, 2, 3, 4), [5, 6, 7, 8]], Uint16Array.of(1, 2), { workers: 1 });
    await model.fit({ data: Int8Array.of(1, 2, 3, 4), shape: [1, 4] }, [1], {
      sampleWeight: Int16Array.of(1),
    });
    expect(model.predictSync(Uint8ClampedArray.of(1, 2, 3, 4)).shape).toEqual([1, 1]);
    const ridge = await new Ridge().fit([Uint8Array.of(1), Uint8Array.of(2)], Int8Array.of(1, 2));
    expect(await ridge.predict({ data: Uint16Array.of(1), shape: [1, 1] })).toHaveLength(1);
    expect(metrics.meanSquaredError([Int8Array.of(1)], [Float32Array.of(1)])).toBe(0);
    const [head] = trainTestSplit(Uint8ClampedArray.of(1, 2, 3, 4), { shuffle: false });
    expect(head).toEqual(Uint8ClampedArray.of(1, 2, 3));
    // @ts-expect-error BigInts are no numbers.
    await expect(ridge.predict({ data: BigInt64Array.of(1n), shape: [1, 1] })).rejects.toThrow(/Number/);
  });
});

describe('images', () => {
  const [height, width, channels] = [5, 4, 2];
  const count = 6;
  const pixels = Array.from({ length: count * height * width * channels }, (_, i) => (i * 37) % 256);
  const nest = (values: readonly number[], [size = 1, ...rest]: readonly number[]): unknown[] => {
    const step = values.length / size;
    return Array.from({ length: size }, (_, i) => {
      const part = values.slice(i * step, (i + 1) * step);
      return rest.length === 0 ? part[0] : nest(part, rest);
    });
  };
  const build = (inputShape: readonly number[]) =>
    sequential({
      seed: 1,
      layers: [
        layers.rescaling({ scale: 1 / 255, inputShape }),
        layers.conv2d({ filters: 2, kernelSize: 3 }),
        layers.flatten(),
        layers.dense({ units: 1 }),
      ],
    }).compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
  const y = Array.from({ length: count }, (_, i) => i);

  it.each([
    ['with channels', [height, width, channels], [height, width, channels]],
    ['of one channel', [height * channels, width, 1], [height * channels, width, 1]],
    ['without their one channel', [height * channels, width, 1], [height * channels, width]],
  ] as const)(
    'are nested lists, %s, with the bits of an array with a shape',
    async (_, inputShape, given) => {
      const x = { data: Float32Array.from(pixels), shape: [count, ...given] };
      const bytes = { data: Uint8ClampedArray.from(pixels), shape: [count, ...given] };
      const nested = nest(pixels, [count, ...given]) as number[][][];
      const typed = nested.map(function rows(level): unknown {
        return typeof level[0] === 'number'
          ? Uint8Array.from(level as unknown as number[])
          : (level as unknown as number[][][]).map(rows);
      });
      const results = [];
      for (const images of [x, bytes, nested, typed] as (typeof x)[]) {
        const model = build(inputShape);
        await model.fit(images, y, { workers: 1, batchSize: 4 });
        const stream = () => [{ x: images, y }];
        results.push([
          model.getWeights(),
          await model.evaluate(images, y, { workers: 1 }),
          await model.evaluate(stream, { workers: 1 }),
          (await model.predict(images, { workers: 1 })).data,
          model.predictSync(images).data,
        ]);
      }
      for (const result of results) expect(result).toEqual(results[0]);
      const model = build(inputShape);
      const whole = model.predictSync(nested).data;
      // One image on its own.
      expect(model.predictSync(nested[2] as never).data).toEqual(whole.slice(2, 3));
      expect(model.predictSync(nested[2]!.flat(2) as never).data).toEqual(whole.slice(2, 3));
    },
  );

  it('say where nested lists are not what they should be', async () => {
    const model = build([height, width, channels]);
    const nested = nest(pixels, [count, height, width, channels]) as unknown[][][][];
    const change = (edit: (copy: unknown[][][][]) => void): never => {
      const copy = structuredClone(nested);
      edit(copy);
      return copy as never;
    };
    const cases: [x: never, code: string, ...words: string[]][] = [
      [change((c) => c[3]![1]!.pop()), 'ERR_RAGGED', 'sample 3', '[1]', '3 of them'],
      [change((c) => c[2]![4]![3]!.splice(1, 1, 'abc')), 'ERR_ARGUMENT', "'abc' at sample 2", '[4, 3, 1]'],
      [change((c) => c[0]![0]![0]!.splice(0, 1, null)), 'ERR_ARGUMENT', 'null at sample 0', '[0, 0, 0]'],
      [change((c) => c[5]!.splice(0, 1, 7 as never)), 'ERR_RAGGED', '7 at sample 5', '[0]'],
      [change((c) => c.splice(1, 1, undefined as never)), 'ERR_RAGGED', 'undefined at sample 1'],
      [nest(pixels, [count, channels, height, width]) as never, 'ERR_SHAPE', 'Channels come last'],
      [nest(pixels, [count, height, width * channels]) as never, 'ERR_SHAPE', '[6, 5, 8]'],
    ];
    for (const [x, code, ...words] of cases) {
      for (const call of [() => model.fit(x, y), () => model.predict(x), async () => model.predictSync(x)]) {
        const error: Error = await call().then(
          () => expect.fail('was taken'),
          (thrown: Error) => thrown,
        );
        expect(error).toMatchObject({ name: 'SteepestError', code });
        for (const word of words) expect(error.message).toContain(word);
      }
    }
  });
});
