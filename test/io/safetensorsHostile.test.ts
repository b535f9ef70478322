import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SteepestError } from '#steepest/core/errors.js';
import { decodeSafetensors, MAX_HEADER_BYTES, MAX_RANK, MAX_TENSORS } from '#steepest/io/safetensors.js';
import { pythonFile, safetensorsFile } from './safetensorsFile.js';

const refused = expect.objectContaining({ name: 'SteepestError', code: 'ERR_MODEL_FILE' });
const tensor = (name: string, shape: string, begin: number, end: number, dtype = 'F32'): string =>
  `"${name}":{"dtype":"${dtype}","shape":${shape},"data_offsets":[${begin},${end}]}`;
const bytes = (count: number): number[] => new Array<number>(count).fill(0);

/** Headers, and how many bytes of data follow them. */
const hostile: Record<string, [header: string, dataBytes: number]> = {
  'two tensors over the same bytes': [`{${tensor('a', '[2]', 0, 8)},${tensor('b', '[2]', 0, 8)}}`, 8],
  'tensors that overlap in part': [`{${tensor('a', '[2]', 0, 8)},${tensor('b', '[2]', 4, 12)}}`, 12],
  'a hole between tensors': [`{${tensor('a', '[1]', 0, 4)},${tensor('b', '[1]', 8, 12)}}`, 12],
  'a hole before the first tensor': [`{${tensor('a', '[1]', 4, 8)}}`, 8],
  'an empty tensor inside another': [`{${tensor('a', '[2]', 0, 8)},${tensor('b', '[0]', 4, 4)}}`, 8],
  'bytes after the last tensor': [`{${tensor('a', '[1]', 0, 4)}}`, 5],
  'bytes and no tensor': ['{}', 1],
  'a tensor beyond the end': [`{${tensor('a', '[2]', 0, 8)}}`, 4],
  'offsets that run backwards': [`{${tensor('a', '[1]', 4, 0)}}`, 4],
  'a shape smaller than its bytes': [`{${tensor('a', '[1]', 0, 8)}}`, 8],
  'a shape larger than its bytes': [`{${tensor('a', '[3]', 0, 8)}}`, 8],
  'a product that wraps to 4 in 64 bits': [`{${tensor('a', '[4294967296,4294967296,1]', 0, 0)}}`, 0],
  'a product that wraps in 32 bits': [`{${tensor('a', '[65536,65536]', 0, 0)}}`, 0],
  'a byte count above 2^53': [`{${tensor('a', '[9007199254740991]', 0, 0)}}`, 0],
  'a dimension above 2^53': [`{${tensor('a', '[9007199254740992]', 0, 0)}}`, 0],
  'a dimension of 400 digits': [`{${tensor('a', `[1${'0'.repeat(400)}]`, 0, 0)}}`, 0],
  'a zero that hides a huge product': [`{${tensor('a', '[0,4294967296,4294967296]', 0, 0)}}`, 0],
  'a negative dimension': [`{${tensor('a', '[-1]', 0, 4)}}`, 4],
  'a negative zero': [`{${tensor('a', '[-0]', 0, 0)}}`, 0],
  'a fraction': [`{${tensor('a', '[1.0]', 0, 4)}}`, 4],
  'an exponent': [`{${tensor('a', '[1e0]', 0, 4)}}`, 4],
  'a leading zero': [`{${tensor('a', '[01]', 0, 4)}}`, 4],
  'a string as dimension': [`{${tensor('a', '["1"]', 0, 4)}}`, 4],
  'a list as dimension': [`{${tensor('a', '[[1]]', 0, 4)}}`, 4],
  'too high a rank': [`{${tensor('a', `[${new Array(MAX_RANK + 1).fill(1)}]`, 0, 4)}}`, 4],
  'a rank of a million': [`{${tensor('a', `[${new Array(1e6).fill(1)}]`, 0, 4)}}`, 4],
  'deep nesting': [`{"a":${'['.repeat(100_000)}`, 0],
  'deeply nested objects': ['{"a":'.repeat(100_000), 0],
  'a repeated tensor name': [`{${tensor('a', '[1]', 0, 4)},${tensor('a', '[1]', 0, 4)}}`, 4],
  'a repeated name, once escaped': [`{${tensor('a', '[1]', 0, 4)},${tensor('\\u0061', '[1]', 4, 8)}}`, 8],
  'a repeated __proto__': [`{${tensor('__proto__', '[1]', 0, 4)},${tensor('__proto__', '[1]', 4, 8)}}`, 8],
  'repeated metadata': ['{"__metadata__":{},"__metadata__":{}}', 0],
  'a repeated metadata key': ['{"__metadata__":{"a":"1","a":"2"}}', 0],
  'a repeated field': ['{"a":{"dtype":"U8","shape":[0],"shape":[1],"data_offsets":[0,1]}}', 1],
  'an unknown field': ['{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"path":"/etc/passwd"}}', 1],
  'a __proto__ field': ['{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1],"__proto__":{}}}', 1],
  'a missing field': ['{"a":{"dtype":"U8","shape":[1]}}', 1],
  'one offset': ['{"a":{"dtype":"U8","shape":[1],"data_offsets":[1]}}', 1],
  'three offsets': ['{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1,1]}}', 1],
  'an element type that nothing here holds': [`{${tensor('a', '[2]', 0, 4, 'F16')}}`, 4],
  'an element type out of a prototype': [`{${tensor('a', '[1]', 0, 4, 'constructor')}}`, 4],
  'an element type in lower case': [`{${tensor('a', '[1]', 0, 4, 'f32')}}`, 4],
  'metadata that is no string': ['{"__metadata__":{"a":1}}', 0],
  'nested metadata': ['{"__metadata__":{"a":{}}}', 0],
  'metadata that is a list': ['{"__metadata__":[]}', 0],
  null: ['null', 0],
  'a list': ['[]', 0],
  'a space before the header': [' {}', 0],
  'text after the header': ['{}x', 0],
  'a second header': ['{}{}', 0],
  'a line break as padding': ['{}\n', 0],
  'a zero byte as padding': ['{}\0', 0],
  'a comma at the end': [`{${tensor('a', '[0]', 0, 0)},}`, 0],
  'a comma at the end of a list': [`{${tensor('a', '[0,]', 0, 0)}}`, 0],
  'a single quote': [`{'a':{}}`, 0],
  'a lone surrogate': [`{${tensor('\\ud800', '[0]', 0, 0)}}`, 0],
  'a bad escape': [`{${tensor('\\x41', '[0]', 0, 0)}}`, 0],
  'a control character in a string': [`{${tensor('\t', '[0]', 0, 0)}}`, 0],
  'an endless string': [`{"${'a'.repeat(100_000)}`, 0],
  'an endless string of escapes': [`{"${'\\\\'.repeat(100_000)}\\`, 0],
};

describe('decodeSafetensors refuses', () => {
  it.each(Object.entries(hostile))('%s', (_, [header, dataBytes]) => {
    expect(() => decodeSafetensors(safetensorsFile(header, bytes(dataBytes)))).toThrow(refused);
  });

  it('a file cut off anywhere', () => {
    const whole = pythonFile();
    for (let length = 0; length < whole.length; length++) {
      expect(() => decodeSafetensors(whole.subarray(0, length)), `${length} bytes`).toThrow(refused);
    }
  });

  it('a byte too many', () => {
    expect(() => decodeSafetensors(Uint8Array.from([...pythonFile(), 0]))).toThrow(refused);
  });

  it.each([0n, 1n, 2n ** 53n, 2n ** 63n, 2n ** 64n - 1n, 100_000_001n, BigInt(MAX_HEADER_BYTES) + 1n])(
    'a header length of %s',
    (length) => {
      const file = Buffer.from(pythonFile());
      file.writeBigUInt64LE(length);
      expect(() => decodeSafetensors(file)).toThrow(refused);
    },
  );

  it('bytes that are no UTF-8, and a byte order mark', () => {
    expect(() => decodeSafetensors(safetensorsFile(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x7d), []))).toThrow(
      refused,
    );
    expect(() => decodeSafetensors(safetensorsFile('\ufeff{}', []))).toThrow(refused);
  });

  it('more tensors than the cap, however small', () => {
    const names = Array.from({ length: MAX_TENSORS + 1 }, (_, i) => tensor(`t${i}`, '[0]', 0, 0));
    expect(() => decodeSafetensors(safetensorsFile(`{${names}}`, []))).toThrow(refused);
    names.pop();
    expect(decodeSafetensors(safetensorsFile(`{${names}}`, [])).tensors.size).toBe(MAX_TENSORS);
  });

  it('with a message that says what, why and how to fix it, and quotes little of the file', () => {
    const name = `\u009b31m\u202e${'n'.repeat(5000)}`;
    try {
      decodeSafetensors(safetensorsFile(`{${tensor(name, '[2]', 0, 4)}}`, bytes(4)));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(SteepestError);
      const { expected, given, hint, message } = error as SteepestError;
      expect(expected).toContain('F32 of shape [2], to have 8 bytes');
      expect(given).toBe('data_offsets [0, 4]');
      expect(hint).toContain('copy or save it again');
      expect(message.length).toBeLessThan(400);
      expect(message).not.toMatch(/\p{Cc}|\p{Cf}/u);
    }
  });
});

describe('decodeSafetensors', () => {
  it('accepts white space between tokens, a long string and an empty file of tensors', () => {
    const spaced = '{ "a" :\t{ "shape" : [ 1 , 1 ] ,\n"dtype":"U8","data_offsets": [0 ,1] }\r}  ';
    expect(decodeSafetensors(safetensorsFile(spaced, [9])).tensors.get('a')).toEqual({
      data: Uint8Array.of(9),
      shape: [1, 1],
    });
    const long = 'x\\"\\u0041'.repeat(1_000_000);
    const { metadata } = decodeSafetensors(safetensorsFile(`{"__metadata__":{"k":"${long}"}}`, []));
    expect(metadata.k!.length).toBe(3_000_000);
    expect(decodeSafetensors(safetensorsFile('{}', [])).tensors.size).toBe(0);
  });

  it('accepts empty tensors at any border', () => {
    const header = `{${tensor('a', '[1]', 0, 4)},${tensor('b', '[0,3]', 4, 4)},${tensor('c', '[0]', 0, 0)}}`;
    const { tensors } = decodeSafetensors(safetensorsFile(header, bytes(4)));
    expect([...tensors.values()].map(({ data }) => data.length)).toEqual([1, 0, 0]);
  });

  it('throws nothing but ERR_MODEL_FILE, whatever byte of a file changes', () => {
    const whole = pythonFile();
    const change = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), (changes) => {
        const file = Uint8Array.from(whole);
        for (const [position, value] of changes) file[position] = value;
        try {
          decodeSafetensors(file);
        } catch (error) {
          expect(error).toEqual(refused);
        }
      }),
      { numRuns: 3000 },
    );
  });
});
