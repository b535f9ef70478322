import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { estimatorTypes, loadEstimator, MLPRegressor, PolynomialFeatures, SteepestError } from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decodeSafetensors, encodeSafetensors } from '#steepest/io/safetensors.js';
import { ESTIMATORS, numbers, small } from '../../scripts/fuzz/lib/fitted.mjs';

type Json = null | number | string | boolean | Json[] | { [key: string]: Json };

const KINDS = Object.entries(ESTIMATORS).map(([type, [, make]]) => [type, make] as const);
const WRONG: Json[] = [null, -1, 0, 1.5, 1e9, 'x', true, [], [null], {}, { e: 1 }];

/** Every place in a value, as a list of keys. */
function places(value: Json, at: string[] = []): string[][] {
  if (typeof value !== 'object' || value === null) return [at];
  const inner = Object.entries(value).flatMap(([key, item]) => places(item, [...at, key]));
  return [at, ...inner];
}

function replaced(value: Json, [key, ...rest]: readonly string[], by: Json | undefined): Json {
  const copy = structuredClone(value) as { [key: string]: Json };
  if (rest.length > 0) copy[key!] = replaced(copy[key!]!, rest, by);
  else if (by === undefined) delete copy[key!];
  else copy[key!] = by;
  return copy;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'steepest-hostile-'));
});
afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

describe.each(KINDS)('%s from a damaged file', (_, make) => {
  it('is loaded whole or refused with a SteepestError, whatever is wrong in its description', async () => {
    const path = join(folder, 'damaged.safetensors');
    await (await make()).save(path);
    const { tensors, metadata } = decodeSafetensors(await readFile(path));
    const description = JSON.parse(metadata.estimator!) as Json;
    let refused = 0;
    for (const place of places(description).filter(({ length }) => length > 0)) {
      for (const wrong of [undefined, ...WRONG]) {
        const estimator = JSON.stringify(replaced(description, place, wrong));
        await writeFile(path, encodeSafetensors(tensors, { ...metadata, estimator }));
        try {
          await loadEstimator(path);
        } catch (error) {
          expect(error, `${place.join('.')} = ${JSON.stringify(wrong)}`).toBeInstanceOf(SteepestError);
          refused++;
        }
      }
    }
    expect(refused).toBeGreaterThan(10);
  });

  it('is refused without one of its tensors', async () => {
    const path = join(folder, 'tensorless.safetensors');
    await (await make()).save(path);
    const { tensors, metadata } = decodeSafetensors(await readFile(path));
    for (const name of tensors.keys()) {
      const left = new Map([...tensors].filter(([other]) => other !== name));
      await writeFile(path, encodeSafetensors(left, metadata));
      await expect(loadEstimator(path)).rejects.toThrow(expect.objectContaining({ code: 'ERR_MODEL_FILE' }));
    }
  });
});

it('a perceptron whose parameters changed after the fit is saved as it was trained', async () => {
  const path = join(folder, 'changed.safetensors');
  const model = await new MLPRegressor(small).fit(numbers, [1, 2]);
  const before = await model.predict(numbers);
  await model.setParams({ hiddenLayerSizes: [7, 3], activation: 'tanh' }).save(path);
  const loaded = await MLPRegressor.load(path);
  expect(await loaded.predict(numbers)).toEqual(before);
  expect(loaded.getParams()).toMatchObject({ hiddenLayerSizes: [7, 3], activation: 'tanh' });
});

it('covers every estimator that can be saved', () => {
  expect(KINDS.map(([type]) => type).sort()).toEqual([...estimatorTypes()].sort());
});

describe('PolynomialFeatures of very many columns', () => {
  async function withColumns(cols: number, degree: unknown): Promise<PolynomialFeatures> {
    const path = join(folder, 'wide.safetensors');
    await (await new PolynomialFeatures().fit(numbers)).save(path);
    const { tensors, metadata } = decodeSafetensors(await readFile(path));
    const description = JSON.parse(metadata.estimator!) as { state: { attributes: object } };
    Object.assign(description.state.attributes, { cols, degree });
    const estimator = JSON.stringify(description);
    return loadEstimator(encodeSafetensors(tensors, { ...metadata, estimator }), PolynomialFeatures);
  }

  it('is refused where not even their names can be had', async () => {
    await expect(withColumns(2 ** 31, [0, 0])).rejects.toMatchObject({ code: 'ERR_MODEL_FILE' });
  });

  it('names only what it makes, and refuses powers that need more memory than there is', async () => {
    const wide = await withColumns(2 ** 24, [0, 0]);
    expect(wide.getFeatureNamesOut()).toEqual(['1']);
    const many = await withColumns(2 ** 12 - 1, 2);
    expect(() => many.powers).toThrow(
      expect.objectContaining({ code: 'ERR_MEMORY', message: expect.stringContaining('4095 int32') }),
    );
  });
});
