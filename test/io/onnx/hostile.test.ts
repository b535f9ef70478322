import { describe, expect, it } from 'vitest';
import { atOnce } from '#steepest/core/inParts.js';
import { decoding, MAX_METADATA, MAX_NODES } from '#steepest/io/onnx/decode.js';
import { MAX_NAME_BYTES } from '#steepest/io/onnx/decodeTensor.js';
import { WireWriter } from '#steepest/io/onnx/wireWriter.js';
import { MAX_RANK } from '#steepest/io/safetensors.js';

const refused = expect.objectContaining({ name: 'SteepestError', code: 'ERR_MODEL_FILE' });
const decode = (bytes: Uint8Array) => atOnce(decoding(bytes));

type Write = (writer: WireWriter) => void;
const bytesOf = (write: Write): Uint8Array => {
  const writer = new WireWriter();
  write(writer);
  return writer.finish();
};
const GRAPH = 7;
const model = (write: Write): Uint8Array =>
  bytesOf((writer) => {
    writer.int(1, 8);
    write(writer);
  });
const graph = (write: Write): Uint8Array => model((writer) => writer.message(GRAPH, write));
const node = (write: Write): Uint8Array => graph((writer) => writer.message(1, write));
const attribute = (write: Write): Uint8Array => node((writer) => writer.message(5, write));
const tensor = (write: Write): Uint8Array => graph((writer) => writer.message(5, write));
/** A tensor of type float with a shape. */
const float = (shape: readonly (number | bigint)[], write: Write = () => {}): Uint8Array =>
  tensor((writer) => {
    for (const size of shape) writer.int(1, size);
    writer.int(2, 1);
    write(writer);
  });
const times =
  (count: number, write: Write): Write =>
  (writer) => {
    for (let n = 0; n < count; n++) write(writer);
  };
const raw =
  (field: number, text: string): Write =>
  (writer) =>
    writer.raw(field, Buffer.from(text, 'latin1'));

const whole = graph(() => {});

const files: Record<string, Uint8Array> = {
  nothing: new Uint8Array(0),
  'no graph': model(() => {}),
  'no version': bytesOf((writer) => writer.message(GRAPH, () => {})),
  'two graphs': model(times(2, (writer) => writer.message(GRAPH, () => {}))),
  'half a file': float([64], raw(9, 'x'.repeat(256))).subarray(0, 100),
  'a number that does not end': Uint8Array.of(8, 0x80, 0x80),
  'a number of eleven bytes': Uint8Array.of(8, ...new Array<number>(10).fill(0x80), 1),
  'a field of number 0': Buffer.concat([whole, Uint8Array.of(0, 1)]),
  'a field number beyond 32 bits': Buffer.concat([whole, Uint8Array.of(0xf8, 0xff, 0xff, 0xff, 0xff, 1, 1)]),
  'the start of a group': Buffer.concat([whole, Uint8Array.of(0x9b, 6)]),
  'the end of a group': Buffer.concat([whole, Uint8Array.of(0x9c, 6)]),
  'wire type 6': Buffer.concat([whole, Uint8Array.of(0x9e, 6)]),
  'a length of 2^63': Buffer.concat([whole, Uint8Array.of(0x12, ...new Array<number>(9).fill(0xff), 1)]),
  'a length of 2^32': Buffer.concat([whole, Uint8Array.of(0x12, 0x80, 0x80, 0x80, 0x80, 0x10)]),
  'a length beyond its message': model((writer) => writer.raw(GRAPH, Uint8Array.of(0x12, 5, 97))),
  'a fixed32 that ends early': Buffer.concat([whole, Uint8Array.of(0x9d, 6, 1, 2)]),
  'a number as graph': model((writer) => writer.int(GRAPH, 5)),
  'a text as version': bytesOf(raw(1, '8')),
  'a text that is not UTF-8': model(raw(2, '\xff')),
  'a surrogate in UTF-8': model(raw(2, '\xed\xa0\x80')),
  'a long name': graph(raw(2, 'a'.repeat(MAX_NAME_BYTES + 1))),
  'metadata twice': model(times(2, (writer) => writer.message(14, raw(1, 'a')))),
  'too much metadata': model((writer) => {
    for (let n = 0; n <= MAX_METADATA; n++) writer.message(14, raw(1, String(n)));
  }),
  'too many nodes': graph(times(MAX_NODES + 1, (writer) => writer.message(1, () => {}))),
  'too many inputs': graph(times(MAX_NODES + 1, (writer) => writer.message(11, () => {}))),
  'an attribute twice': node(times(2, (writer) => writer.message(5, raw(4, 'a')))),
  'an attribute without a value': attribute(raw(1, 'a')),
  'an attribute of type 99': attribute((writer) => writer.int(20, 99)),
  'an attribute of type tensor without one': attribute((writer) => writer.int(20, 4)),
  'floats of three bytes': attribute(raw(7, 'abc')),
  'ints that end within one': attribute(raw(8, '\x80')),
  'an initializer twice': graph(
    times(2, (writer) =>
      writer.message(5, (one) => {
        one.int(1, 0);
        one.int(2, 1);
      }),
    ),
  ),
  'a sparse initializer': graph((writer) => writer.message(15, () => {})),
  'a tensor of no type': tensor(() => {}),
  'a tensor of float8': tensor((writer) => writer.int(2, 17)),
  'a tensor of type 99': tensor((writer) => writer.int(2, 99)),
  'a tensor of a negative type': tensor((writer) => writer.int(2, -1)),
  'a negative dimension': float([-1]),
  'a dimension of 2^63 − 1': float([2n ** 63n - 1n]),
  'dimensions whose product wraps in 32 bits': float([65536, 65536]),
  'dimensions whose product wraps in 64 bits': float([2 ** 32, 2 ** 32]),
  'a zero that hides a huge product': float([0, 2 ** 32, 2 ** 32]),
  'too high a rank': float(new Array<number>(MAX_RANK + 1).fill(1), raw(9, 'abcd')),
  'a huge tensor without bytes': float([2 ** 30]),
  'raw data that are too few': float([2], raw(9, 'abcd')),
  'raw data that are too many': float([1], raw(9, 'abcdefgh')),
  'raw data twice': float([1], times(2, raw(9, 'abcd'))),
  'raw data and numbers': float([1], (writer) => {
    writer.raw(9, Buffer.from('abcd'));
    writer.packedFloats(4, [1]);
  }),
  'numbers in the field of another type': float([1], (writer) => writer.packedInts(5, [1])),
  'too few numbers': float([8], (writer) => writer.packedFloats(4, [1, 2])),
  'too many numbers': float([1], (writer) => writer.packedFloats(4, [1, 2])),
  'too many numbers, one by one': float(
    [1],
    times(2, (writer) => writer.float(4, 1)),
  ),
  'numbers of another wire type': float([1], (writer) => writer.double(4, 1)),
  'packed floats of seven bytes': float([2], raw(4, '1234567')),
  'texts in a tensor of floats': float([1], raw(6, 'a')),
  'raw data in a tensor of texts': tensor((writer) => {
    writer.int(1, 1);
    writer.int(2, 8);
    writer.raw(9, Buffer.from('a'));
  }),
  'too few texts': tensor((writer) => {
    writer.int(1, 2);
    writer.int(2, 8);
    writer.raw(6, Buffer.from('a'));
  }),
  'a segment of a tensor': float([1], (writer) => {
    writer.message(3, () => {});
    writer.raw(9, Buffer.from('abcd'));
  }),
  'a shape of a thousand dimensions': graph((writer) =>
    writer.message(11, (value) =>
      value.message(2, (type) =>
        type.message(1, (of) =>
          of.message(
            2,
            times(1000, (shape) => shape.message(1, () => {})),
          ),
        ),
      ),
    ),
  ),
  'graphs in graphs': nested(2000),
};

/** If in If in If … */
function nested(depth: number): Uint8Array {
  let inner: Uint8Array = new Uint8Array(0);
  for (let n = 0; n < depth; n++) {
    inner = bytesOf((writer) =>
      writer.message(1, (one) => one.message(5, (attributes) => attributes.raw(6, inner))),
    );
  }
  return model((writer) => writer.raw(GRAPH, inner));
}

describe('decoding refuses', () => {
  it.each(Object.entries(files))('%s', (_, bytes) => {
    expect(() => decode(bytes)).toThrow(refused);
  });

  it('every beginning of a file', () => {
    const bytes = float([2, 2], raw(9, 'x'.repeat(16)));
    for (let end = 0; end < bytes.length; end++) {
      expect(() => decode(bytes.subarray(0, end)), `${end} bytes`).toThrow(refused);
    }
  });
});

describe('decoding names what it does not read', () => {
  const messageOf = (bytes: Uint8Array): string => {
    try {
      decode(bytes);
    } catch (error) {
      return (error as Error).message;
    }
    return 'it was read';
  };

  it('graphs, by the operator that has them', () => {
    const bytes = node((writer) => {
      writer.message(5, (branch) => {
        branch.text(1, 'then_branch');
        branch.message(6, () => {});
        branch.int(20, 5);
      });
      writer.text(3, 'choose');
      writer.text(4, 'If');
    });
    expect(messageOf(bytes)).toContain('"If" (node "choose") with a graph as "then_branch"');
  });

  it('functions', () => {
    expect(messageOf(model((writer) => writer.message(25, raw(1, 'Mine'))))).toContain('function "Mine"');
  });

  it('tensors in other files, with how to join them', () => {
    const by = (write: Write): string =>
      messageOf(
        float([1], (writer) => {
          writer.text(8, 'w');
          write(writer);
        }),
      );
    for (const text of [
      by((writer) => writer.int(14, 1)),
      by((writer) => writer.message(13, raw(1, 'location'))),
    ]) {
      expect(text).toContain('tensor "w" in another file');
      expect(text).toContain('external_data=False');
    }
  });

  it('element types, with those that are read', () => {
    expect(messageOf(tensor((writer) => writer.int(2, 17)))).toMatch(/float, double, .* given float8e4m3fn/);
  });
});
