import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { atOnce } from '#steepest/core/inParts.js';
import { decoding } from '#steepest/io/onnx/decode.js';
import { encodeOnnx } from '#steepest/io/onnx/encode.js';
import { WireWriter } from '#steepest/io/onnx/wireWriter.js';
import { anyModel, graphOf, modelOf } from './messages.js';

interface Fixture {
  tensors: Record<string, { file: string; values: (number | string)[] }>;
  model: string;
}
const fixture = JSON.parse(
  readFileSync(new URL('../../fixtures/onnx_messages.json', import.meta.url), 'utf8'),
) as Fixture;
const decode = (bytes: Uint8Array) => atOnce(decoding(bytes));

describe("the onnx package's files", () => {
  it.each(Object.entries(fixture.tensors))('give tensors of %s', (type, { file, values }) => {
    const { initializers } = decode(Buffer.from(file, 'base64')).graph;
    const isText = type === 'string';
    expect(initializers.map(({ name }) => name)).toEqual(isText ? ['typed'] : ['typed', 'raw']);
    for (const tensor of initializers) {
      expect(tensor.type).toBe(type.endsWith('float16') ? 'float' : type);
      expect(tensor.shape).toEqual([2, 2]);
      // Whole numbers stand in the fixture as their digits.
      const isWhole = !isText && typeof values[0] === 'string';
      const data = Array.from<number | bigint | string>(tensor.data);
      expect(isWhole ? data.map(String) : data).toEqual(values);
    }
  });

  it('give nodes, attributes, inputs and metadata', () => {
    const model = decode(Buffer.from(fixture.model, 'base64'));
    expect({ ...model, graph: undefined }).toEqual({
      irVersion: 8,
      opsetImport: [
        { domain: '', version: 18 },
        { domain: 'ai.onnx.ml', version: 3 },
      ],
      producerName: 'é',
      producerVersion: '1.2',
      domain: 'org.example',
      modelVersion: 7,
      docString: 'text',
      graph: undefined,
      metadataProps: new Map([
        ['a', '1'],
        ['b', ''],
      ]),
    });
    const t = { name: '', type: 'float', shape: [], data: Float32Array.of(1.5) };
    expect(model.graph).toEqual({
      name: 'graph',
      nodes: [
        {
          opType: 'Some',
          domain: 'ai.onnx.ml',
          name: 'n-1',
          inputs: ['x', '', 'w'],
          outputs: ['y', ''],
          attributes: new Map<string, unknown>([
            ['f', { type: 'float', value: Math.fround(0.1) }],
            ['floats', { type: 'floats', value: [0.5, -0.25] }],
            ['i', { type: 'int', value: -3 }],
            ['ints', { type: 'ints', value: [1, -1, 2 ** 53] }],
            ['s', { type: 'string', value: 'é\n' }],
            ['strings', { type: 'strings', value: ['', 'a'] }],
            ['t', { type: 'tensor', value: t }],
          ]),
        },
        { opType: 'Identity', domain: '', name: '', inputs: ['y'], outputs: ['z'], attributes: new Map() },
      ],
      initializers: [{ name: 'w', type: 'int64', shape: [0, 5], data: new BigInt64Array(0) }],
      inputs: [{ name: 'x', type: 'float', shape: ['N', 3, ''] }],
      outputs: [
        { name: 'z', type: 'string', shape: [] },
        { name: 'any', type: 'float16', shape: undefined },
        { name: 'list', type: 'other', shape: undefined },
      ],
    });
  });
});

describe('encodeOnnx', () => {
  it('writes what decoding reads back, for any model', () => {
    fc.assert(
      fc.property(anyModel, (model) => {
        const bytes = encodeOnnx(model);
        const again = decode(bytes);
        expect(again).toEqual(model);
        expect(encodeOnnx(again)).toEqual(bytes);
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a name with half a character', () => {
    const model = modelOf({ graph: graphOf({ name: '\ud800' }) });
    expect(() => encodeOnnx(model)).toThrow(expect.objectContaining({ code: 'ERR_ARGUMENT' }));
  });

  it('refuses more than 2 GiB before memory is taken', () => {
    const data = new Uint8Array(2 ** 20);
    const writer = new WireWriter();
    // The same bytes many times: they are kept by reference.
    for (let n = 0; n < 2 ** 11; n++) writer.raw(9, data);
    expect(() => writer.finish()).toThrow(expect.objectContaining({ code: 'ERR_MEMORY' }));
  });
});

describe('decoding', () => {
  it('reads any bytes, wherever they lie: shared memory, and parts of a buffer', () => {
    const bytes = encodeOnnx(modelOf({ producerName: 'a' }));
    const shared = new Uint8Array(new SharedArrayBuffer(bytes.length + 5), 5);
    shared.set(bytes);
    expect(decode(shared)).toEqual(decode(bytes));
  });

  it('works in steps, also within a large tensor', () => {
    const data = new Float32Array(2 ** 21);
    const tensor = { name: 'w', type: 'float' as const, shape: [data.length], data };
    const bytes = encodeOnnx(modelOf({ graph: graphOf({ initializers: [tensor] }) }));
    let steps = 0;
    for (const work = decoding(bytes); work.next().done !== true; ) steps++;
    expect(steps).toBeGreaterThanOrEqual(8);
  });

  it('skips fields that it does not know', () => {
    const writer = new WireWriter();
    writer.int(900, 5);
    writer.raw(901, Buffer.from('abc'));
    writer.float(902, 1);
    writer.double(903, 1);
    const bytes = encodeOnnx(modelOf());
    expect(decode(Buffer.concat([bytes, writer.finish()]))).toEqual(decode(bytes));
  });
});
