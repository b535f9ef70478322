import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, describe, expect, it } from 'vitest';
import { data, LinearRegression, Ridge, type RowBatch, SteepestError, shutdown } from '#steepest/index.js';
import { availableIsas } from '#steepest/kernels/backend.js';
import { idleThreads } from '#steepest/parallel/threads.js';
import { problem, shared } from './leastSquaresData.js';
import { sharedBytes } from './sharedBytes.js';

afterAll(shutdown);

/** More than the tables that are copied whole, more blocks than accumulators, and an uneven end. */
const ROWS = 30_011;
const COLS = 19;
const { x, y, weight } = problem(ROWS, COLS, 2);
const X = { data: x, shape: [ROWS, COLS] };
const Y = { data: y, shape: [ROWS, 2] };

async function fitted(values: Float64Array, workers: number, options: object = {}) {
  const model = new LinearRegression({ workers });
  await model.fit({ data: values, shape: [ROWS, COLS] }, Y, { sampleWeight: weight, ...options });
  return [...model.coef.data, ...model.intercept, ...model.singularValues];
}

async function* batches(size: number): AsyncIterable<RowBatch> {
  for (let first = 0; first < ROWS; first += size) {
    const last = Math.min(ROWS, first + size);
    yield {
      x: { data: x.slice(first * COLS, last * COLS), shape: [last - first, COLS] },
      y: { data: y.slice(first * 2, last * 2), shape: [last - first, 2] },
      sampleWeight: weight.slice(first, last),
    };
  }
}

const kernelSets = [
  ...availableIsas().map((isa) => ({ name: isa, options: { isa } })),
  { name: 'fast TypeScript', options: { backend: 'typescript' } },
];

describe('a pass over the rows', () => {
  it.each(kernelSets)(
    'has the same bits for any number of workers, in place and through slots: $name',
    async ({ options }) => {
      const expected = await fitted(shared(x), 1, options);
      for (const workers of [1, 2, 3, 5]) {
        expect(await fitted(x, workers, options)).toEqual(expected);
        expect(await fitted(shared(x), workers, options)).toEqual(expected);
      }
    },
  );

  it('has the same bits on every instruction set', async () => {
    const expected = await fitted(x, 2, { numerics: 'exact' });
    for (const isa of availableIsas()) expect(await fitted(x, 2, { isa })).toEqual(expected);
  });

  it('has the same bits for a stream of batches of any size', async () => {
    const expected = await fitted(x, 2);
    for (const [size, workers] of [
      [1000, 1],
      [7777, 2],
      [ROWS, 3],
    ] as const) {
      const stream = size === 1000 ? batches(size) : () => batches(size);
      const model = await new LinearRegression({ workers }).fit(stream);
      expect([...model.coef.data, ...model.intercept, ...model.singularValues]).toEqual(expected);
    }
  });

  it('takes float32 and bytes as the numbers they are', async () => {
    const bytes = Uint8Array.from({ length: 600 * 3 }, (_, i) => (i * i * 31) % 251);
    const target = Float64Array.from({ length: 600 }, (_, i) => 3 * bytes[3 * i]! - bytes[3 * i + 2]! + 7);
    for (const values of [bytes, Float32Array.from(bytes), Float64Array.from(bytes)]) {
      const model = await new LinearRegression().fit({ data: values, shape: [600, 3] }, target);
      [3, 0, -1].forEach((value, j) => {
        expect(model.coef.data[j]).toBeCloseTo(value, 10);
      });
      expect(model.intercept[0]).toBeCloseTo(7, 9);
    }
  });

  it('leaves the event loop free and its input as it was', async () => {
    const [before, yBefore, weightBefore] = [x.slice(), y.slice(), weight.slice()];
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await fitted(x, 1);
    clearInterval(timer);
    expect(turns).toBeGreaterThan(1);
    const same = (a: Float64Array, b: Float64Array): boolean => a.every((value, i) => Object.is(value, b[i]));
    expect([same(x, before), same(y, yBefore), same(weight, weightBefore)]).toEqual([true, true, true]);
  });

  it('takes no copy of a large X', async () => {
    const rows = 100_000;
    const large = {
      data: Float64Array.from({ length: rows * 20 }, (_, i) => Math.sin(i)),
      shape: [rows, 20],
    };
    const target = Float64Array.from({ length: rows }, (_, i) => Math.cos(i));
    const bytes = await sharedBytes(async () => {
      await new LinearRegression({ workers: 2 }).fit(large, target);
    });
    expect(bytes).toBeGreaterThan(0);
    expect(bytes).toBeLessThan(large.data.byteLength / 2);
  });

  it('keeps what was learned when a fit is aborted', async () => {
    const model = new Ridge();
    await model.fit([[1], [2], [3]], [2, 4, 6.5]);
    const before = model.coef;
    const controller = new AbortController();
    const fit = model.fit(X, Y, { signal: controller.signal });
    setImmediate(() => controller.abort());
    await expect(fit).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    await expect(model.fit(X, Y, { signal: AbortSignal.abort() })).rejects.toMatchObject({
      code: 'ERR_ABORTED',
    });
    expect(model.coef).toEqual(before);
  });

  it('names row and column of a number that is not finite, in place and through slots', async () => {
    const spoilt = x.slice();
    spoilt[20_000 * COLS + 3] = Number.NaN;
    for (const values of [spoilt, shared(spoilt)]) {
      await expect(
        new LinearRegression().fit({ data: values, shape: [ROWS, COLS] }, Y),
      ).rejects.toMatchObject({
        code: 'ERR_NOT_FINITE',
        given: 'NaN at row 20000, column 3',
      });
    }
    await expect(new LinearRegression().fit([[1], [Number.POSITIVE_INFINITY]], [1, 2])).rejects.toMatchObject(
      {
        code: 'ERR_NOT_FINITE',
      },
    );
  });

  it('stops waiting for a stream that is aborted, and closes one that is left', async () => {
    async function* endless(): AsyncIterable<RowBatch> {
      yield { x: [[1], [2]], y: [1, 2] };
      await new Promise(() => {});
    }
    const controller = new AbortController();
    setTimeout(() => controller.abort(), 30);
    await expect(
      new LinearRegression().fit(endless(), undefined, { signal: controller.signal }),
    ).rejects.toMatchObject({ code: 'ERR_ABORTED' });
    let closed = 0;
    async function* withFile(): AsyncIterable<RowBatch> {
      try {
        yield { x: [[1], [2]], y: [1, 2] };
        yield { x: [[1], [2]] };
        yield { x: [[3]], y: [3] };
      } finally {
        closed++;
      }
    }
    await expect(new Ridge().fit(withFile())).rejects.toMatchObject({
      code: 'ERR_ARGUMENT',
      given: 'batch 1 without y',
    });
    expect(closed).toBe(1);
  });

  it('takes a CSV file in batches', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'steepest-rows-'));
    const path = join(folder, 'rows.csv');
    const rows = Array.from({ length: 500 }, (_, i) => [
      i % 17,
      (i * i) % 31,
      2 * (i % 17) - ((i * i) % 31) + 4,
    ]);
    writeFileSync(path, `a,b,y\n${rows.map((row) => row.join(',')).join('\n')}\n`);
    const model = await new LinearRegression().fit(data.csv(path, { target: 'y', batchRows: 64 }));
    const whole = await new LinearRegression().fit(
      rows.map((row) => row.slice(0, 2)),
      rows.map((row) => row[2]!),
    );
    expect(model.coef).toEqual(whole.coef);
    expect(model.intercept).toEqual(whole.intercept);
    rmSync(folder, { recursive: true });
  });

  it('has the bits of the native kernels with numerics exact', async () => {
    const rows = 700;
    const small = { data: x.slice(0, rows * COLS), shape: [rows, COLS] };
    const targets = { data: y.slice(0, 2 * rows), shape: [rows, 2] };
    const exact = await new LinearRegression().fit(small, targets, {
      backend: 'typescript',
      numerics: 'exact',
    });
    for (const isa of availableIsas()) {
      const native = await new LinearRegression().fit(small, targets, { isa: isa as 'portable' });
      expect(native.coef).toEqual(exact.coef);
      expect(native.intercept).toEqual(exact.intercept);
    }
  });

  it('gives up at once when a thread is lost, keeps what was learned, and works again', async () => {
    const model = await new LinearRegression({ workers: 3 }).fit(batches(5000));
    const before = model.coef;
    const threads = idleThreads(3) as unknown as readonly { terminate(): Promise<number> }[];
    let closed = 0;
    async function* slow(): AsyncIterable<RowBatch> {
      try {
        for (let i = 0; i < 1000; i++) {
          yield* batches(ROWS);
          await sleep(5);
        }
      } finally {
        closed++;
      }
    }
    const fit = model.fit(slow());
    setTimeout(() => void threads[threads.length - 1]!.terminate(), 60);
    await expect(fit).rejects.toMatchObject({ code: 'ERR_WORKER_LOST' });
    expect(closed).toBe(1);
    expect(model.coef).toEqual(before);
    await model.fit(batches(5000));
    expect(model.coef).toEqual(before);
  });

  it('passes on what a stream throws, and says which batch does not fit', async () => {
    async function* broken(): AsyncIterable<RowBatch> {
      yield { x: [[1], [2]], y: [1, 2] };
      throw new RangeError('the file is gone');
    }
    await expect(new LinearRegression().fit(broken())).rejects.toThrow('the file is gone');
    async function* uneven(): AsyncIterable<RowBatch> {
      yield { x: [[1], [2]], y: [1, 2] };
      yield { x: [[1, 2]], y: [1] };
    }
    const error = await new LinearRegression().fit(uneven()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(SteepestError);
    expect(error).toMatchObject({ code: 'ERR_SHAPE', given: '2 columns' });
    async function* nothing(): AsyncIterable<RowBatch> {}
    await expect(new LinearRegression().fit(nothing())).rejects.toMatchObject({ code: 'ERR_EMPTY' });
  });
});
