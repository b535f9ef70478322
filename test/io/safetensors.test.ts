import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { NdArray } from '#steepest/core/ndarray.js';
import { decodeSafetensors, encodeSafetensors, MAX_RANK } from '#steepest/io/safetensors.js';
import { pythonFile, safetensorsFile } from './safetensorsFile.js';

const bits = (array: NdArray): number[] => [
  ...new Uint8Array(array.data.buffer, array.data.byteOffset, array.data.byteLength),
];

describe('safetensors', () => {
  it('reads a file in the layout that the Python package writes', () => {
    const { tensors, metadata } = decodeSafetensors(pythonFile());
    expect([...tensors.keys()]).toEqual(['wide', 'bias', 'kernel', 'label', 'pixels']);
    expect(tensors.get('wide')).toEqual({ data: Float64Array.of(Math.PI), shape: [] });
    expect(tensors.get('bias')).toEqual({ data: Float32Array.of(1, -2), shape: [2] });
    expect(tensors.get('kernel')).toEqual({ data: Float32Array.of(0.5, 0.25, 2, 1024), shape: [2, 2] });
    expect(tensors.get('label')).toEqual({ data: Int32Array.of(-7), shape: [1] });
    expect(tensors.get('pixels')).toEqual({ data: Uint8Array.of(0, 127, 255), shape: [3, 1] });
    expect({ ...metadata }).toEqual({ format: 'pt' });
  });

  it('writes the bytes of the format: length, padded JSON, data', () => {
    const bytes = encodeSafetensors(new Map([['a', { data: Float32Array.of(1, 2), shape: [2] }]]), {
      k: 'v',
    });
    const header = '{"__metadata__":{"k":"v"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}';
    const padded = header.padEnd(Math.ceil(header.length / 8) * 8);
    expect(Buffer.from(bytes)).toEqual(
      Buffer.concat([
        Buffer.from([padded.length, 0, 0, 0, 0, 0, 0, 0]),
        Buffer.from(padded),
        Buffer.from([0, 0, 0x80, 0x3f, 0, 0, 0, 0x40]),
      ]),
    );
  });

  it('keeps the order of names and aligns every tensor', () => {
    const tensors = new Map<string, NdArray>([
      ['2', { data: Uint8Array.of(1, 2, 3), shape: [3] }],
      ['1', { data: Float64Array.of(-0), shape: [1, 1] }],
      ['__proto__', { data: Int32Array.of(-5), shape: [] }],
      ['constructor', { data: Uint32Array.of(2 ** 32 - 1), shape: [1] }],
      ['empty', { data: new Float32Array(0), shape: [0, 4] }],
      ['é "\\\n', { data: Float32Array.of(Number.NaN), shape: [1] }],
    ]);
    const bytes = encodeSafetensors(tensors);
    const read = decodeSafetensors(bytes).tensors;
    expect([...read.keys()]).toEqual([...tensors.keys()]);
    expect([...read.values()]).toEqual([...tensors.values()]);
    expect(bytes).toEqual(encodeSafetensors(read));
    const headerLength = Number(new DataView(bytes.buffer).getBigUint64(0, true));
    const header = JSON.parse(Buffer.from(bytes.subarray(8, 8 + headerLength)).toString());
    expect(headerLength % 8).toBe(0);
    expect(header['1'].data_offsets[0] % 8).toBe(0);
    expect(header.constructor.data_offsets[0] % 4).toBe(0);
  });

  it('round-trips any tensors and metadata, bit for bit', () => {
    const data = fc.oneof(
      fc.float32Array({ maxLength: 9 }),
      fc.float64Array({ maxLength: 9 }),
      fc.int32Array({ maxLength: 9 }),
      fc.uint32Array({ maxLength: 9 }),
      fc.uint8Array({ maxLength: 9 }),
    );
    const name = fc.string({ unit: 'grapheme' }).filter((text) => text !== '__metadata__');
    const tensors = fc
      .uniqueArray(fc.tuple(name, data), { selector: ([key]) => key, maxLength: 6 })
      .map((pairs) => new Map(pairs.map(([key, d]) => [key, { data: d, shape: [1, d.length] } as NdArray])));
    const metadata = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' }), {
      noNullPrototype: false,
    });
    fc.assert(
      fc.property(tensors, metadata, (given, words) => {
        const read = decodeSafetensors(encodeSafetensors(given, words));
        expect([...read.tensors.keys()]).toEqual([...given.keys()]);
        for (const [key, tensor] of given) {
          const found = read.tensors.get(key)!;
          expect(found.data.constructor).toBe(tensor.data.constructor);
          expect(bits(found)).toEqual(bits(tensor));
          expect(found.shape).toEqual(tensor.shape);
        }
        expect(Object.entries(read.metadata).sort()).toEqual(Object.entries(words).sort());
      }),
    );
  });

  it('keeps __proto__ as a metadata key and touches no prototype', () => {
    const file = safetensorsFile('{"__metadata__":{"__proto__":"x","constructor":"y"}}', []);
    const { metadata } = decodeSafetensors(file);
    expect(Object.entries(metadata)).toEqual([
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(({} as Record<string, unknown>).x).toBeUndefined();
  });

  it('reads shared memory, unaligned views and leaves the file bytes alone', () => {
    const file = pythonFile();
    const shared = new Uint8Array(new SharedArrayBuffer(file.length + 3), 3);
    shared.set(file);
    const read = decodeSafetensors(shared).tensors.get('kernel')!;
    shared.fill(0);
    expect(read.data).toEqual(Float32Array.of(0.5, 0.25, 2, 1024));
  });

  it('writes views over shared memory', () => {
    const data = new Float32Array(new SharedArrayBuffer(16), 4, 2);
    data.set([3, 4]);
    const bytes = encodeSafetensors(new Map([['a', { data, shape: [2] }]]));
    expect(decodeSafetensors(bytes).tensors.get('a')!.data).toEqual(Float32Array.of(3, 4));
  });

  const one = { data: Float32Array.of(1), shape: [1] };
  const unfit: [string, Map<string, unknown>, Record<string, unknown>, string][] = [
    ['the metadata key as a name', new Map([['__metadata__', one]]), {}, 'ERR_ARGUMENT'],
    ['a lone surrogate in a name', new Map([['\ud800', one]]), {}, 'ERR_ARGUMENT'],
    ['a lone surrogate in metadata', new Map(), { a: '\udfff' }, 'ERR_ARGUMENT'],
    ['metadata that is no string', new Map(), { a: 1 }, 'ERR_ARGUMENT'],
    ['metadata above the cap', new Map(), { a: 'x'.repeat(2 ** 24) }, 'ERR_ARGUMENT'],
    [
      'an unknown element type',
      new Map([['a', { data: new BigInt64Array(1), shape: [1] }]]),
      {},
      'ERR_ARGUMENT',
    ],
    ['a plain array', new Map([['a', { data: [1], shape: [1] }]]), {}, 'ERR_ARGUMENT'],
    ['a shape that disagrees', new Map([['a', { data: Float32Array.of(1), shape: [2] }]]), {}, 'ERR_SHAPE'],
    [
      'a fraction in a shape',
      new Map([['a', { data: Float32Array.of(1), shape: [0.5, 2] }]]),
      {},
      'ERR_SHAPE',
    ],
    [
      'too high a rank',
      new Map([['a', { ...one, shape: new Array(MAX_RANK + 1).fill(1) }]]),
      {},
      'ERR_SHAPE',
    ],
  ];
  it.each(unfit)('refuses to write %s', (_, tensors, metadata, code) => {
    const write = () =>
      encodeSafetensors(tensors as Map<string, NdArray>, metadata as Record<string, string>);
    expect(write).toThrow(expect.objectContaining({ code }));
  });
});
