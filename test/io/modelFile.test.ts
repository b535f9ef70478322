import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { LinearRegression, layers, load, loadEstimator, Sequential, sequential } from 'steepest';
import { beforeAll, describe, expect, it } from 'vitest';
import { encodeSafetensors } from '#steepest/io/safetensors.js';
import kinds from '../fixtures/file_kinds.json' with { type: 'json' };
import { refused, temporaryFolder } from '../support/folder.js';

const files = temporaryFolder();
const model = sequential({ layers: [layers.dense({ units: 2, inputShape: [3] })] });
const regression = new LinearRegression();
const x = [[1, 2, 3]];
let networkPath: string;
let estimatorPath: string;

beforeAll(async () => {
  networkPath = files.path('network.safetensors');
  estimatorPath = files.path('estimator.safetensors');
  await model.save(networkPath);
  await regression.fit([[1], [2], [4]], [2, 4, 8]);
  await regression.save(estimatorPath);
});

/** The two readers; what one of them refuses, the other does. */
const readers = {
  load,
  loadEstimator,
  'LinearRegression.load': (source: never) => LinearRegression.load(source),
};

describe('where a model comes from', () => {
  const sources: Record<string, (path: string) => Promise<unknown>> = {
    'a path': async (path) => path,
    'a file: URL': async (path) => pathToFileURL(path),
    'a Buffer': async (path) => readFile(path),
    'a Uint8Array': async (path) => new Uint8Array(await readFile(path)),
    'an ArrayBuffer': async (path) => new Uint8Array(await readFile(path)).buffer,
    'bytes inside a larger buffer': async (path) => {
      const bytes = await readFile(path);
      const larger = new Uint8Array(bytes.length + 11);
      larger.set(bytes, 5);
      return larger.subarray(5, 5 + bytes.length);
    },
    'shared memory': async (path) => {
      const bytes = await readFile(path);
      const shared = new Uint8Array(new SharedArrayBuffer(bytes.length));
      shared.set(bytes);
      return shared;
    },
    'a DataView': async (path) => new DataView(new Uint8Array(await readFile(path)).buffer),
  };
  it.each(Object.entries(sources))('is %s', async (_, source) => {
    const again = await load((await source(networkPath)) as string, Sequential);
    expect(again.predictSync(x)).toEqual(model.predictSync(x));
    for (const read of [loadEstimator, readers['LinearRegression.load']]) {
      const estimator = (await read((await source(estimatorPath)) as never)) as LinearRegression;
      expect(await estimator.predict([[3]])).toEqual(await regression.predict([[3]]));
    }
  });

  it('is read from where save wrote it, by URL too', async () => {
    const url = pathToFileURL(files.path('näme with spaces %20.safetensors'));
    await model.save(url);
    expect((await load(url, Sequential)).predictSync(x)).toEqual(model.predictSync(x));
    await regression.save(url);
    expect(await loadEstimator(url)).toBeInstanceOf(LinearRegression);
  });

  const wrong: Record<string, [source: unknown, ...words: string[]]> = {
    null: [null, 'given null'],
    undefined: [undefined, 'given undefined'],
    'a number': [3, 'given 3'],
    'an empty text': ['', "given ''"],
    'a promise': [Promise.resolve(new Uint8Array()), 'Put await before it'],
    'a response': [new Response('x'), 'await value.arrayBuffer()'],
    'a blob': [new Blob(['x']), 'await value.arrayBuffer()'],
    'a list of bytes': [[1, 2, 3], 'Uint8Array.from'],
    'a web address': [new URL('https://example.org/model'), "'https://example.org/model'", 'Download'],
    'a web address as text': ['https://example.org/model', 'Download'],
    'a file address as text': ['file:///model', 'new URL('],
    'an address on another host': [new URL('file://host/model'), 'without a host'],
    'a path with a zero byte': ['a\0b', 'zero byte'],
    'a symbol': [Symbol('path'), 'Symbol(path)'],
    'a function': [() => 'path', 'a function'],
    'an object without prototype': [Object.create(null), '{}'],
  };
  it.each(Object.entries(wrong))('is not %s', async (_, [source, ...words]) => {
    for (const read of Object.values(readers)) {
      await expect(read(source as never)).rejects.toEqual(refused('ERR_ARGUMENT', ...words));
    }
    if (source instanceof Promise || Array.isArray(source) || source instanceof Blob) return;
    if (source instanceof Response) return;
    for (const save of [model, regression]) {
      await expect(save.save(source as never)).rejects.toEqual(refused('ERR_ARGUMENT', ...words));
    }
  });

  it('is distinguished from the file of the other reader', async () => {
    await expect(load(estimatorPath, Sequential)).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'a network', 'given an estimator', 'Use loadEstimator()'),
    );
    for (const read of [loadEstimator, readers['LinearRegression.load']]) {
      await expect(read(networkPath as never)).rejects.toEqual(
        refused('ERR_MODEL_FILE', 'an estimator', 'given a network', 'Use load()'),
      );
    }
  });
});

const bytesOf = (name: keyof typeof kinds): Buffer => Buffer.from(kinds[name], 'base64');
/**
 * An archive as PyTorch writes it: names of torch/serialization.py; the content does not matter.
 */
function pytorchArchive(): Buffer {
  const name = Buffer.from('archive/data.pkl');
  const head = Buffer.alloc(30);
  head.write('PK\x03\x04', 'latin1');
  head.writeUInt16LE(name.length, 26);
  return Buffer.concat([head, name, Buffer.from('FB')]);
}
const other = { model: 'x'.repeat(1000), format: 'pt' };

/** What a file is, and words of the message about it. */
const foreign: Record<string, [bytes: Uint8Array, ...words: string[]]> = {
  'nothing at all': [Buffer.alloc(0), 'an empty file'],
  'an .h5 file of Keras': [bytesOf('h5'), 'HDF5', 'fromKeras()'],
  'a .keras file': [bytesOf('keras'), 'a Keras model', 'fromKeras()'],
  "Keras's to_json()": [bytesOf('keras_json'), 'to_json'],
  'an .npz file': [bytesOf('npz'), '.npz', 'data.readNpz'],
  'an .npy file': [bytesOf('npy'), '.npy', 'data.readNpy'],
  'an ONNX model': [bytesOf('onnx'), 'an ONNX model', 'fromOnnx()'],
  'a pickle': [bytesOf('pickle'), 'a Python pickle'],
  'a packed pickle': [bytesOf('zlib_pickle'), 'zlib', 'joblib'],
  'a gzip file': [bytesOf('gzip'), 'a gzip file', 'Unpack'],
  'a .pt file of PyTorch': [pytorchArchive(), 'a PyTorch model', 'save_file'],
  // The legacy format begins with a pickled magic number, 0x1950a86a20f9469cfc6c
  // (torch/serialization.py).
  'an old .pt file': [Buffer.from('80028a0a6cfc9c46f9206aa850192e80024de903', 'hex'), 'PyTorch'],
  'a SavedModel': [Buffer.from('08011284c70b0a3c120408001200', 'hex'), 'SavedModel'],
  'a model.json of TensorFlow.js': [
    Buffer.from(JSON.stringify({ format: 'layers-model', modelTopology: {}, weightsManifest: [] })),
    'TensorFlow.js',
    'fromTfjs()',
  ],
  'an estimator of scikit-learn': [Buffer.from('{"sklearn": "1.9.1"}'), 'scikit-learn', 'fromSklearn()'],
  'other JSON': [Buffer.from('  {"a": 1}'), 'JSON', '"a"'],
  'a table as text': [Buffer.from('a,b\n1,2\n'), 'text', 'a,b'],
  'text of letters with marks': [Buffer.from('größe;ß\n'), 'text', 'größe'],
  'a web page': [Buffer.from('<!DOCTYPE html><html></html>'), 'HTML', 'Download'],
  'a pointer of Git LFS': [
    Buffer.from('version https://git-lfs.github.com/spec/v1\noid sha256:0\n'),
    'git lfs pull',
  ],
  'a TFLite model': [Buffer.from('\x1c\0\0\0TFL3\0\0', 'latin1'), 'TensorFlow Lite'],
  'another archive': [
    Buffer.from(pytorchArchive().toString('latin1').replace('data.pkl', 'data.txt'), 'latin1'),
    'ZIP',
    'archive/data.txt',
  ],
  'any bytes': [Buffer.from([0xde, 0xad, 0xbe, 0xef]), 'bytes that begin with de ad be ef'],
  'safetensors of another program': [
    encodeSafetensors(new Map([['w', { data: new Float32Array(2), shape: [2] }]]), other),
    'another program, with 1 tensors and format',
    "'pt'",
  ],
};

describe('files of other programs', () => {
  it.each(Object.entries(foreign))('are told: %s', async (name, [bytes, ...words]) => {
    const path = await files.write(bytes, `${name.replaceAll('/', ' ')}.safetensors`);
    for (const read of Object.values(readers)) {
      for (const source of [path, bytes]) {
        const error: Error = await read(source as never).then(
          () => expect.fail('was loaded'),
          (thrown: Error) => thrown,
        );
        expect(error).toEqual(refused('ERR_MODEL_FILE', ...words));
        expect(error.message.length).toBeLessThan(700);
        expect(error.message).toContain(source === path ? path.slice(-20) : 'these bytes');
      }
    }
  });

  it('are distinguished from a compressed and from a truncated file of ours', async () => {
    const whole = await readFile(networkPath);
    await expect(load(gzipSync(whole), Sequential)).rejects.toEqual(refused('ERR_MODEL_FILE', 'gzip'));
    await expect(load(whole.subarray(0, -1), Sequential)).rejects.toEqual(
      refused('ERR_MODEL_FILE', 'incomplete'),
    );
    for (let length = 0; length < whole.length; length += 7) {
      await expect(load(whole.subarray(0, length), Sequential)).rejects.toMatchObject({
        code: 'ERR_MODEL_FILE',
      });
    }
  });

  it('name the cause where nothing can be read', async () => {
    await mkdir(files.path('folder'));
    await writeFile(files.path('file'), 'x');
    const cases = [
      ['folder', 'a folder', 'Name a file in it'],
      ['none', 'ENOENT', 'Check the path'],
      ['file/x', 'ENOTDIR', 'no folder'],
      ['x'.repeat(300), 'ENAMETOOLONG', '255 bytes'],
      ['x'.repeat(1e7), 'ENAMETOOLONG', '(100000'],
    ] as const;
    for (const read of Object.values(readers)) {
      for (const [name, ...words] of cases) {
        const error: Error = await read(files.path(name) as never).then(
          () => expect.fail('was loaded'),
          (thrown: Error) => thrown,
        );
        for (const word of words) expect(error.message).toContain(word);
        expect(error).toMatchObject({ name: 'SteepestError', code: 'ERR_MODEL_FILE' });
        expect(error.message.length).toBeLessThan(700);
      }
    }
  });
});
