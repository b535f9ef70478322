import fc from 'fast-check';
import { configure } from 'steepest';
import {
  type DenseBackwardOptions,
  denseBackward,
  denseBackwardAsync,
  denseForward,
  denseForwardAsync,
  type SgemmOptions,
  sgemm,
  sgemmAsync,
} from 'steepest/kernels';
import { afterEach, describe, expect, it } from 'vitest';
import { kernelChoices, nativeChoices, typescriptFast } from '../../support/kernelChoices.js';

const WORKERS = [1, 2, 3, 7, 'auto'] as const;
const CHOICES = [...kernelChoices.slice(1), ...nativeChoices];

/** A copy, of which comparisons take no time. */
const bitsOf = ({ buffer, byteOffset, byteLength }: Float32Array): string =>
  Buffer.from(buffer as ArrayBuffer, byteOffset, byteLength).toString('base64');

/** An array of `length` that begins 3 elements into its memory. */
function values(length: number, seed: number, isShared: boolean): Float32Array<ArrayBufferLike> {
  const memory = isShared
    ? new SharedArrayBuffer(4 * (length + 5))
    : (new ArrayBuffer(4 * (length + 5)) as ArrayBufferLike);
  const array = new Float32Array(memory, 12, length);
  for (let i = 0; i < length; i++) array[i] = Math.sin(i * 12.9898 + seed * 78.233);
  return array;
}

/** What a synchronous call returns on the kernels of a choice: exact ones have the bits of native ones. */
function onKernelsOf<T>({ title }: (typeof CHOICES)[number], call: () => T): T {
  const before = process.env.STEEPEST_BACKEND;
  process.env.STEEPEST_BACKEND = title === typescriptFast.title ? 'typescript' : 'native';
  try {
    return call();
  } finally {
    if (before === undefined) delete process.env.STEEPEST_BACKEND;
    else process.env.STEEPEST_BACKEND = before;
  }
}

async function codeOf(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
  } catch (error) {
    return (error as { code: string }).code;
  }
  return undefined;
}

/** Sizes around one grain, one tile, and shares that stay empty. */
const size = fc.oneof(fc.integer({ min: 0, max: 20 }), fc.integer({ min: 30, max: 70 }), fc.constant(129));
const factor = fc.constantFrom(0, 1, -0.5, 3, Number.POSITIVE_INFINITY);
const products = fc.record({
  m: size,
  n: size,
  k: size,
  gap: fc.nat(3),
  transA: fc.boolean(),
  transB: fc.boolean(),
  shared: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean()),
  alpha: factor,
  beta: factor,
});

/** Arguments of a product, always with the same numbers. */
function argumentsOf(product: typeof products extends fc.Arbitrary<infer T> ? T : never): SgemmOptions {
  const { shared, gap, m, n, k, transA, transB, alpha, beta } = product;
  const [aRows, aCols] = transA ? [k, m] : [m, k];
  const [bRows, bCols] = transB ? [n, k] : [k, n];
  const [lda, ldb, ldc] = [Math.max(1, aCols) + gap, Math.max(1, bCols) + gap, Math.max(1, n) + gap];
  const a = values(aRows * lda, 1, shared[0]);
  const b = values(bRows * ldb, 2, shared[1]);
  const c = values(m * ldc + 3, 3, shared[2]);
  return { m, n, k, transA, transB, alpha, beta, lda, ldb, ldc, a, b, c };
}

describe.each(CHOICES)('sgemmAsync on $title', (choice) => {
  it('has the bits of sgemm for any number of workers, and touches nothing else', async () => {
    const check = async (product: Parameters<typeof argumentsOf>[0]): Promise<void> => {
      const expected = bitsOf(onKernelsOf(choice, () => sgemm(argumentsOf(product))));
      for (const workers of WORKERS) {
        const options = argumentsOf(product);
        const [a, b] = [bitsOf(options.a), bitsOf(options.b)];
        const { backend, isa, numerics } = choice.options;
        expect(await sgemmAsync({ ...options, workers, backend, isa, numerics })).toBe(options.c);
        expect(bitsOf(options.c), `${workers} workers`).toBe(expected);
        expect([bitsOf(options.a), bitsOf(options.b)]).toEqual([a, b]);
      }
    };
    await fc.assert(fc.asyncProperty(products, check), { numRuns: 25 });
  });
});

/** A layer whose arrays are shared or not, one by one. */
function layer(rows: number, inputs: number, units: number, sharing: number): DenseBackwardOptions {
  const array = (length: number, seed: number) => values(length, seed, ((sharing >> seed) & 1) === 1);
  return {
    rows,
    inputs,
    units,
    x: array(rows * inputs, 0),
    w: array(inputs * units, 1),
    dy: array(rows * units, 2),
    saved: array(rows * units, 3),
  };
}

const LAYERS = [
  [67, 33, 50],
  [5, 130, 200],
  [200, 3, 1],
  [40, 0, 20],
  [0, 4, 5],
  [4, 5, 0],
] as const;

describe.each(CHOICES)('denseForwardAsync and denseBackwardAsync on $title', (choice) => {
  it.each(LAYERS)('have the bits of the synchronous calls: %i × %i to %i', async (rows, inputs, units) => {
    const { backend, isa, numerics } = choice.options;
    for (const activation of ['linear', 'tanh', 'gelu'] as const) {
      for (const [index, workers] of WORKERS.entries()) {
        const { dy, saved, ...forward } = layer(rows, inputs, units, 5 * index + 1);
        const bias = values(units, 4, index % 2 === 0);
        const onPool = { workers, backend, isa, numerics };
        const y = onKernelsOf(choice, () => denseForward({ ...forward, bias, activation }));
        const answer = await denseForwardAsync({ ...forward, bias, activation, ...onPool });
        expect(bitsOf(answer), activation).toBe(bitsOf(y));
        expect(answer.buffer).toBeInstanceOf(ArrayBuffer);
        const backward = { ...forward, dy, saved, activation };
        const gradients = onKernelsOf(choice, () => denseBackward(backward));
        const answers = await denseBackwardAsync({ ...backward, ...onPool });
        for (const name of ['dx', 'dw', 'db'] as const) {
          expect(bitsOf(answers[name]), `${name}, ${activation}`).toBe(bitsOf(gradients[name]));
        }
      }
    }
  });
});

describe('sgemmAsync', () => {
  afterEach(() => configure({ maxThreads: 16 }));

  const good = (): SgemmOptions => ({
    m: 2,
    n: 2,
    k: 3,
    a: new Float32Array(6).fill(1),
    b: new Float32Array(6).fill(1),
    c: new Float32Array(4).fill(7),
  });
  /** Seconds of work for the exact kernels. */
  const long = (isShared: boolean) => {
    const [m, n, k] = [2000, 500, 500];
    const c = values(m * n, 3, isShared);
    const kernels = { backend: 'typescript', numerics: 'exact' } as const;
    return { m, n, k, a: values(m * k, 1, true), b: values(k * n, 2, true), c, ...kernels };
  };

  it('uses an array for both operands, and one that resizes', async () => {
    const a = values(20 * 20, 1, false);
    const Growable = SharedArrayBuffer as new (bytes: number, options: object) => SharedArrayBuffer;
    const c = new Float32Array(new Growable(4 * 400, { maxByteLength: 4000 }));
    const expected = sgemm({ m: 20, n: 20, k: 20, a, b: a, transB: true, c: new Float32Array(400) });
    await sgemmAsync({ m: 20, n: 20, k: 20, a, b: a, transB: true, c, workers: 2 });
    expect(Float32Array.from(c)).toEqual(expected);
  });

  it.each([
    ['ERR_ARGUMENT', { workers: 0 }],
    ['ERR_ARGUMENT', { workers: 1.5 }],
    ['ERR_ARGUMENT', { workers: '2' }],
    ['ERR_ARGUMENT', { workers: 1025 }],
    ['ERR_ARGUMENT', { workers: null }],
    ['ERR_ARGUMENT', { signal: new AbortController() }],
    ['ERR_ARGUMENT', { m: 2n }],
    ['ERR_SHAPE', { k: 4 }],
    ['ERR_BACKEND', { isa: 'sse' }],
    ['ERR_UNKNOWN_NAME', { worker: 2 }],
  ])('refuses with %s: %o', async (code, change) => {
    const options = good();
    expect(await codeOf(sgemmAsync({ ...options, ...(change as object) }))).toBe(code);
    expect([...options.c]).toEqual([7, 7, 7, 7]);
  });

  it.each([
    ['sgemm', () => sgemm({ ...good(), workers: 2 } as SgemmOptions)],
    ['denseForward', () => denseForward({ ...layer(1, 1, 1, 0), signal: undefined } as never)],
    ['denseBackward', () => denseBackward({ ...layer(1, 1, 1, 0), workers: 2 } as never)],
  ])('is what %s names when it is asked for workers', (name, call) => {
    const hint = expect.stringContaining(`await ${name}Async(`);
    expect(call).toThrowError(expect.objectContaining({ code: 'ERR_UNKNOWN_NAME', hint }));
  });

  it('ends on an abort: before, while it waits, and while it computes', async () => {
    const options = good();
    expect(await codeOf(sgemmAsync({ ...options, signal: AbortSignal.abort() }))).toBe('ERR_ABORTED');
    expect([...options.c]).toEqual([7, 7, 7, 7]);

    configure({ maxThreads: 2 });
    const [first, second] = [new AbortController(), new AbortController()];
    const untouched = long(false);
    const before = bitsOf(untouched.c);
    const computing = codeOf(sgemmAsync({ ...untouched, workers: 2, signal: first.signal }));
    const waiting = codeOf(sgemmAsync({ ...options, workers: 1, signal: second.signal }));
    setTimeout(() => second.abort(), 20);
    expect(await waiting).toBe('ERR_ABORTED');
    setTimeout(() => first.abort(), 20);
    expect(await computing).toBe('ERR_ABORTED');
    expect(bitsOf(untouched.c)).toBe(before);
    expect([...options.c]).toEqual([7, 7, 7, 7]);
    expect([...(await sgemmAsync(options))]).toEqual([3, 3, 3, 3]);
  });

  it('says so if an array is taken away during the call', async () => {
    const options = good();
    const call = codeOf(sgemmAsync(options));
    structuredClone(options.c.buffer, { transfer: [options.c.buffer as ArrayBuffer] });
    expect(await call).toBe('ERR_ARGUMENT');
  });

  it('gets memory, threads and kernels for calls side by side', async () => {
    const calls = Array.from({ length: 12 }, (_, i) => sgemmAsync({ ...good(), workers: 1 + (i % 3) }));
    for (const c of await Promise.all(calls)) expect([...c]).toEqual([3, 3, 3, 3]);
  });
});
