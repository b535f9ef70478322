import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FunctionTransformer, loadEstimator, pipeline, Ridge, registerFunction } from 'steepest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

const code = (name: string) => expect.objectContaining({ code: name });
/** Every built-in function, with a number that its inverse takes back, and what it makes of it. */
const BUILT_IN: [name: string, value: number, result: number][] = [
  ['identity', 3, 3],
  ['log', 2, Math.LN2],
  ['exp', 1, Math.E],
  ['log1p', 1, Math.LN2],
  ['expm1', 1, Math.E - 1],
  ['log2', 8, 3],
  ['exp2', 3, 8],
  ['log10', 1000, 3],
  ['exp10', 3, 1000],
  ['sqrt', 9, 3],
  ['square', 3, 9],
  ['cbrt', -27, -3],
  ['cube', -3, -27],
  ['reciprocal', 4, 0.25],
  ['negative', 4, -4],
  ['tanh', 0.5, (Math.E - 1) / (Math.E + 1)],
  ['sinh', 1, (Math.E - 1 / Math.E) / 2],
  ['arcsinh', (Math.E - 1 / Math.E) / 2, 1],
  ['logit', 0.75, Math.log(3)],
  ['expit', Math.log(3), 0.75],
];

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-functions-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe('FunctionTransformer', () => {
  it.each(BUILT_IN)('%s of %d, and back', async (func, value, result) => {
    const transformer = await new FunctionTransformer({ func }).fit([[value], [Number.NaN]]);
    const given = await transformer.transform([[value], [Number.NaN]]);
    expect(given.data[0]).toBeCloseTo(result, 14);
    expect(given.data[1]).toBeNaN();
    expect((await transformer.inverseTransform(given)).data[0]).toBeCloseTo(value, 12);
  });

  it.each([
    ['abs', -2, 2],
    ['sign', -2, -1],
    ['sin', 0, 0],
    ['cos', 0, 1],
  ] as const)('%s has no inverse', async (func, value, result) => {
    const transformer = await new FunctionTransformer({ func }).fit([[value]]);
    const given = await transformer.transform([[value]]);
    expect(given.data[0]).toBe(result);
    await expect(transformer.inverseTransform(given)).rejects.toThrow(/a function with an inverse/);
  });

  it('names a number of which the function makes none', async () => {
    const transformer = await new FunctionTransformer({ func: 'log' }).fit([[1, 2]]);
    await expect(transformer.transform([[1, 0]])).rejects.toThrow(
      /log for each number of column 1.*-Infinity for 0/,
    );
    await expect(transformer.transform([[-1, 1]])).rejects.toThrow(code('ERR_NOT_FINITE'));
    const wrong = await new FunctionTransformer({ func: (() => 'x') as never }).fit([[1]]);
    await expect(wrong.transform([[1]])).rejects.toThrow(code('ERR_NOT_FINITE'));
  });

  it('suggests names, and takes none but its own', () => {
    expect(() => new FunctionTransformer({ func: 'Log_1p' })).toThrow(/Did you mean 'log1p'/);
    expect(() => new FunctionTransformer({ func: 'ln' })).toThrow(/Did you mean 'log'/);
    expect(() => new FunctionTransformer({ func: 'wibble-wobble' })).toThrow(/registerFunction/);
    expect(() => new FunctionTransformer({ func: 3 as never })).toThrow(code('ERR_ARGUMENT'));
    expect(() => new FunctionTransformer({ func: 'toString' })).toThrow(code('ERR_UNKNOWN_NAME'));
  });

  it('saves a registered function by its name, and refuses one without', async () => {
    registerFunction('test: twice', { forward: (x) => 2 * x, inverse: (x) => x / 2 });
    const path = join(folder, 'f.safetensors');
    const named = await pipeline(new FunctionTransformer({ func: 'test: twice' }), new Ridge()).fit(
      [[1], [2]],
      [1, 2],
    );
    await named.save(path);
    const again = await loadEstimator(path);
    expect(await again.predict([[3]])).toEqual(await named.predict([[3]]));
    const anonymous = await pipeline(new FunctionTransformer({ func: (x) => x + 1 }), new Ridge()).fit(
      [[1], [2]],
      [1, 2],
    );
    await expect(anonymous.save(path)).rejects.toThrow(/functions with a name.*registerFunction/);
    expect(await (await loadEstimator(path)).predict([[3]])).toEqual(await named.predict([[3]]));
    // Copies within the program keep it.
    anonymous.setParams({ functionTransformer__checkInverse: false });
    expect(await anonymous.predict([[1]])).toHaveLength(1);
  });

  it('says what a file lacks whose function is not registered', async () => {
    registerFunction('test: gone', { forward: (x) => x });
    const saved = (await new FunctionTransformer({ func: 'test: gone' }).fit([[1]])).toSaved();
    const path = join(folder, 'gone.safetensors');
    const unknown = new FunctionTransformer();
    expect(() =>
      unknown.fromSaved({
        ...saved,
        state: { ...saved.state!, attributes: { ...saved.state!.attributes, func: 'test: never' } },
      }),
    ).toThrow(/Did you mean 'test: gone'|registerFunction/);
    await expect(unknown.save(path)).resolves.toBeUndefined();
  });

  it('warns of an inverse that is none, unless told not to', async () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => {});
    await new FunctionTransformer({ func: 'square' }).fit([[1], [2]]);
    expect(warn).not.toHaveBeenCalled();
    await new FunctionTransformer({ func: 'square' }).fit([[1], [-2]]);
    expect(warn).toHaveBeenCalledWith(
      expect.stringMatching(/-2 became 2/),
      expect.objectContaining({ code: 'STEEPEST_NOT_INVERSE' }),
    );
    warn.mockClear();
    await new FunctionTransformer({ func: 'square', checkInverse: false }).fit([[-1]]);
    await new FunctionTransformer({ func: (x) => x, inverseFunc: 'exp', checkInverse: false }).fit([[-1]]);
    expect(warn).not.toHaveBeenCalled();
    await new FunctionTransformer({ func: 'log1p', inverseFunc: 'exp' }).fit([[1]]);
    expect(warn).toHaveBeenCalledOnce();
    warn.mockRestore();
  });
});

describe('registerFunction', () => {
  it.each<[unknown, unknown, string]>([
    ['', { forward: Math.abs }, 'ERR_ARGUMENT'],
    ['log', { forward: Math.abs }, 'ERR_ARGUMENT'],
    [3, { forward: Math.abs }, 'ERR_ARGUMENT'],
    ['test: a', Math.abs, 'ERR_ARGUMENT'],
    ['test: a', {}, 'ERR_ARGUMENT'],
    ['test: a', { forward: 'abs' }, 'ERR_ARGUMENT'],
    ['test: a', { forward: Math.abs, inverse: 1 }, 'ERR_ARGUMENT'],
    ['test: a', { forward: Math.abs, backward: Math.abs }, 'ERR_UNKNOWN_NAME'],
  ])('refuses %j, %j', (name, functions, error) => {
    expect(() => registerFunction(name as never, functions as never)).toThrow(code(error));
    expect(() => new FunctionTransformer({ func: 'test: a' })).toThrow(code('ERR_UNKNOWN_NAME'));
  });
});
