import vm from 'node:vm';
import {
  type Batch,
  data,
  LinearRegression,
  LogisticRegression,
  layers,
  metrics,
  StandardScaler,
  sequential,
} from 'steepest';
import { sgemm } from 'steepest/kernels';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  isBigIntArray,
  isDataView,
  isDate,
  isError,
  isSharedBuffer,
  isTypedArray,
} from '#steepest/core/realm.js';
import { messageOf, show } from '#steepest/core/show.js';

/**
 * A value of another realm, whose classes are not those of
 * this file: what Jest, `node:vm` and jsdom hand over.
 */
const foreign = <T>(code: string): T => vm.runInNewContext(code) as T;

describe('values of another realm', () => {
  it('are distinguished as those of this one', () => {
    for (const make of [foreign, (code: string): unknown => vm.runInThisContext(code)]) {
      expect(isTypedArray(make('new Float32Array(2)'), 'Float32Array')).toBe(true);
      expect(isTypedArray(make('new Float64Array(2)'), 'Float32Array')).toBe(false);
      expect(isTypedArray(make("({ [Symbol.toStringTag]: 'Float32Array' })"), 'Float32Array')).toBe(false);
      expect(isTypedArray(make('[1]'), 'Float32Array')).toBe(false);
      expect(isBigIntArray(make('new BigUint64Array(1)'))).toBe(true);
      expect(isDataView(make('new DataView(new ArrayBuffer(8))'))).toBe(true);
      expect(isDataView(make('new Uint8Array(8)'))).toBe(false);
      expect(isSharedBuffer(make('new SharedArrayBuffer(8)'))).toBe(true);
      expect(isSharedBuffer(make('new ArrayBuffer(8)'))).toBe(false);
      expect(isDate(make('new Date(0)'))).toBe(true);
      expect(isError(make("new RangeError('far')"))).toBe(true);
      expect(messageOf(make("new RangeError('far')"))).toBe('far');
      expect(show(make("new RangeError('far')"))).toBe('RangeError: far');
    }
    expect(isTypedArray(Buffer.alloc(1), 'Uint8Array')).toBe(true);
    expect(messageOf('a text')).toBe("'a text'");
    expect(messageOf(undefined)).toBe('undefined');
  });

  const X = [0, 1, 2, 3];
  const types = ['Float32Array', 'Float64Array', 'Int32Array', 'Uint32Array', 'Uint8Array'] as const;
  it.each(types)('train and predict: %s', async (type) => {
    const array = foreign<Float64Array>(`${type}.of(${X})`);
    const x = { data: array, shape: [4, 1] as const };
    const line = await new LinearRegression().fit(x, array);
    expect(line.coef.data[0]).toBeCloseTo(1, 12);
    const classes = await new LogisticRegression().fit(x, foreign(`${type}.of(0, 0, 1, 1)`));
    expect(await classes.predict(x)).toEqual([0, 0, 1, 1]);
    expect(metrics.r2Score(array, array)).toBe(1);

    const weights = async (input: typeof x, targets: Float64Array): Promise<Float32Array[]> => {
      const model = sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [1] })] });
      model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
      await model.fit(input, targets, { epochs: 2, workers: 1 });
      return model.getWeights().map((weight) => weight.data);
    };
    const own = { data: Float64Array.from(X), shape: [4, 1] as const };
    expect(await weights(x, array)).toEqual(await weights(own, own.data));
  });

  it('are taken by the kernels', () => {
    const one = foreign<Float32Array>('Float32Array.of(3)');
    const c = foreign<Float32Array>('new Float32Array(1)');
    sgemm({ m: 1, n: 1, k: 1, a: one, b: one, c });
    expect(c[0]).toBe(9);
  });

  it('are columns of a table', () => {
    const table = new data.DataTable([['a', foreign<Float64Array>('Float64Array.of(1, 2)')]]);
    expect([...table.column('a')]).toEqual([1, 2]);
  });
});

describe('fake timers', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('do not stop a fit', async () => {
    vi.useFakeTimers();
    const model = sequential({ seed: 1, layers: [layers.dense({ units: 1, inputShape: [1] })] });
    model.compile({ optimizer: 'sgd', loss: 'meanSquaredError' });
    const batches = function* (): Generator<Batch> {
      for (let i = 0; i < 3; i++) yield { x: [[i], [i + 1]], y: [i, i + 1] };
    };
    const { history } = await model.fit(batches, { epochs: 2, batchSize: 2, workers: 2 });
    expect(history.loss).toHaveLength(2);
    // Enough rows for two slices, between which the event loop has its turn.
    const rows = 2 ** 20 + 2;
    const x = { data: Float64Array.from({ length: rows }, (_, i) => i % 2), shape: [rows, 1] as const };
    const { data: scaled } = await new StandardScaler().fitTransform(x);
    expect([scaled[0], scaled.at(-1)]).toEqual([-1, 1]);
  });
});
