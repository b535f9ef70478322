import { pathToFileURL } from 'node:url';
import { inflateSync } from 'node:zlib';
import { fromKeras, type Sequential } from 'steepest';
import { describe, expect, it } from 'vitest';
import { expectClose, readFixture } from '../support/fixtures.js';
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();

interface Case {
  title: string;
  keras: string;
  x: number[];
  shape: number[];
  y: number[];
}
const { cases, deflated } = readFixture<{ cases: Case[]; deflated: Record<string, string> }>('keras_models');

const decoded = (text: string): Buffer => Buffer.from(text, 'base64');
/** Files with the first case's model, as Keras writes them. */
const plain = Object.fromEntries(
  Object.entries(deflated).map(([name, text]) => [name, inflateSync(decoded(text))]),
) as Record<'stored' | 'h5', Buffer>;

function expectOutputs(network: Sequential, { x, shape, y }: Case): void {
  const outputs = network.predictSync({ data: Float32Array.from(x), shape });
  expectClose(outputs.data, y, { ofLargest: 1e-6, absolute: 1e-6 });
}

describe('models that Keras has saved', () => {
  it.each(cases)('$title', async (one) => {
    const network = await fromKeras(decoded(one.keras));
    expectOutputs(network, one);
    expect(network.compileConfig).toEqual({
      optimizer: {
        name: 'adam',
        learningRate: Math.fround(0.01),
        beta1: 0.9,
        beta2: 0.999,
        epsilon: 1e-7,
        amsgrad: false,
        clipNorm: 1,
      },
      loss: 'meanSquaredError',
      metrics: ['mae'],
    });
  });

  it.each(['stored', 'h5'] as const)('%s: the same model, from a path, a URL and bytes', async (kind) => {
    const path = await files.write(plain[kind], `model.${kind}`);
    for (const source of [path, pathToFileURL(path), new Uint8Array(plain[kind])]) {
      expectOutputs(await fromKeras(source), cases[0]!);
    }
  });

  it('have the same weights in both formats', async () => {
    const [archive, older] = await Promise.all([fromKeras(plain.stored), fromKeras(plain.h5)]);
    expect(archive.getWeights()).toEqual(older.getWeights());
    expect(archive.config).toEqual(older.config);
  });

  it('train', async () => {
    const one = cases[0]!;
    const network = await fromKeras(decoded(one.keras));
    const x = { data: Float32Array.from(one.x), shape: one.shape };
    const { data, shape } = network.predictSync(x);
    const y = { data: data.map((value) => value + 1), shape };
    const { history } = await network.fit(x, y, { epochs: 20, workers: 1 });
    expect(history.loss.at(-1)!).toBeLessThan(history.loss[0]!);
  });
});

describe('files that are not such models', () => {
  const cut = (bytes: Buffer, length: number): Buffer => bytes.subarray(0, length);

  it.each([
    ['an empty file', Buffer.alloc(0), 'an empty file'],
    ['text', Buffer.from('hello'), 'text'],
    ['the end of an archive', cut(plain.stored, 500), 'ZIP archive'],
    ['half an HDF5 file', cut(plain.h5, plain.h5.length / 2), 'bytes'],
    ['the start of an HDF5 file', cut(plain.h5, 12), 'bytes'],
  ])('%s', async (_title, bytes, words) => {
    await expect(fromKeras(bytes)).rejects.toEqual(refused('ERR_MODEL_FILE', words));
  });

  it('weights alone', async () => {
    const inside = plain.stored.indexOf('\x89HDF', 0, 'latin1');
    await expect(fromKeras(plain.stored.subarray(inside))).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'model_config', 'model.save()'),
    );
  });

  it('no path', async () => {
    await expect(fromKeras(undefined as never)).rejects.toEqual(refused('ERR_ARGUMENT', 'fromKeras'));
    await expect(fromKeras('no such file.keras')).rejects.toEqual(refused('ERR_MODEL_FILE'));
    await expect(fromKeras(plain.h5, { limit: 1 } as never)).rejects.toEqual(refused('ERR_UNKNOWN_NAME'));
  });

  it('larger than the limits', async () => {
    await expect(fromKeras(plain.stored, { limits: { bytes: 1000 } })).rejects.toEqual(
      refused('ERR_DATA_LIMIT'),
    );
    await expect(fromKeras(decoded(cases[0]!.keras), { limits: { bytes: 9000 } })).rejects.toEqual(
      refused('ERR_DATA_LIMIT'),
    );
  });
});
