import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LinearRegression, layers, load, sequential } from 'steepest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ModelInfo, readModelInfo, withModelInfo, writeModelInfo } from '#steepest/cli/modelInfo.js';
import { decodeSafetensors, withMetadata } from '#steepest/io/safetensors.js';

let home: string;
beforeAll(() => {
  home = mkdtempSync(join(tmpdir(), 'steepest-model-info-'));
});
afterAll(() => rmSync(home, { recursive: true, force: true }));

const INFO: ModelInfo = {
  version: '0.1.0',
  command: 'steepest train a.csv --target y',
  task: 'classification',
  target: 'y “ü”',
  classes: ['no', 'yes'],
  model: 'logistic',
  columns: [{ name: 'day', role: 'date' }],
  reading: { types: { a: 'number' }, dates: { day: '' }, missing: ['?'] },
  image: { size: [8, 8], channels: 1 },
  rows: { trained: 80, held: 20, dropped: 0 },
  validation: { kind: 'split', share: 0.2 },
  seed: 0,
  scores: [{ name: 'accuracy', value: 0.9, baseline: 0.5, sd: 0.01 }],
};

const models = async () => ({
  estimator: await new LinearRegression().fit([[1], [2], [4]], [1, 2, 3]),
  network: sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] }),
});

describe('what train knows of a model', () => {
  it('is in the file, which stays the same model', async () => {
    for (const [name, model] of Object.entries(await models())) {
      const bytes = model.toBytes();
      const path = join(home, `${name}.safetensors`);
      await writeModelInfo(path, bytes, INFO);
      expect(await readModelInfo(path)).toEqual(INFO);
      expect((await load(path)).toBytes()).toEqual(bytes);
      expect(withModelInfo(readFileSync(path), INFO)).toEqual(new Uint8Array(readFileSync(path)));
      expect(decodeSafetensors(readFileSync(path)).tensors).toEqual(decodeSafetensors(bytes).tensors);
    }
  });

  it('is undefined for a model that was saved otherwise', async () => {
    const { network } = await models();
    expect(await readModelInfo(network.toBytes())).toBeUndefined();
  });

  it('is refused in every field of another type', async () => {
    const bytes = (await models()).network.toBytes();
    const fields = Object.keys(INFO).filter(
      (field) => !['classes', 'columns', 'reading', 'image'].includes(field),
    );
    for (const field of fields) {
      for (const value of [null, true, [null], { a: null }]) {
        const file = withMetadata(bytes, { train: JSON.stringify({ ...INFO, [field]: value }) });
        await expect(readModelInfo(file), `${field} ${JSON.stringify(value)}`).rejects.toMatchObject({
          code: 'ERR_MODEL_FILE',
        });
      }
    }
    const inside: [string, unknown][] = [
      ['classes', [1]],
      ['columns', [{ name: 'a', role: 'x' }]],
      ['reading', { types: { a: 'category' } }],
      ['reading', { dates: { a: 1 } }],
      ['reading', { missing: [1] }],
      ['reading', { header: true }],
      ['image', { size: [1], channels: 1 }],
      ['image', { size: [1, 1], channels: 2 }],
      ['scores', [{ name: 'r2', value: '1', baseline: 0 }]],
    ];
    for (const [field, value] of inside) {
      const file = withMetadata(bytes, { train: JSON.stringify({ ...INFO, [field]: value }) });
      await expect(readModelInfo(file), field).rejects.toMatchObject({ code: 'ERR_MODEL_FILE' });
    }
  });

  it('is refused for text that is no JSON, and for other files', async () => {
    const bytes = (await models()).network.toBytes();
    for (const train of ['', '{', '[]', '1']) {
      await expect(readModelInfo(withMetadata(bytes, { train }))).rejects.toMatchObject({
        code: 'ERR_MODEL_FILE',
      });
    }
    const path = join(home, 'other.txt');
    writeFileSync(path, 'a,b\n1,2\n');
    await expect(readModelInfo(path)).rejects.toMatchObject({ code: 'ERR_MODEL_FILE' });
    await expect(writeModelInfo(join(home, 'absent', 'm'), bytes, INFO)).rejects.toMatchObject({
      code: 'ERR_MODEL_FILE',
    });
  });
});
