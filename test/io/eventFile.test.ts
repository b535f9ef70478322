import { describe, expect, it } from 'vitest';
import { crc32, crc32c } from '#steepest/core/crc32.js';
import { scalarsRecord, versionRecord } from '#steepest/io/eventFile.js';
import { eventsIn } from '../support/eventFile.js';

const ascii = (text: string): Uint8Array => new TextEncoder().encode(text);
const bytes = (length: number, value: (i: number) => number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => value(i));

describe('checksums', () => {
  // RFC 3720, appendix B.4.
  it.each([
    ['32 bytes of zeroes', bytes(32, () => 0), 0x8a9136aa],
    ['32 bytes of ones', bytes(32, () => 0xff), 0x62a8ab43],
    ['32 bytes, incrementing', bytes(32, (i) => i), 0x46dd794e],
    ['32 bytes, decrementing', bytes(32, (i) => 31 - i), 0x113fdb5c],
  ])('CRC-32C of %s', (_, data, expected) => {
    expect(crc32c(data)).toBe(expected);
  });

  // The check values of the two polynomials in the catalogue of parametrised CRC algorithms.
  it('of the nine digits', () => {
    expect(crc32c(ascii('123456789'))).toBe(0xe3069283);
    expect(crc32(ascii('123456789'))).toBe(0xcbf43926);
  });
});

describe('event files', () => {
  it('begin as files of TensorFlow do', () => {
    // Their first record always has 24 bytes; only the time in it differs.
    const record = Buffer.from(versionRecord(0));
    expect(record.subarray(0, 12).toString('hex')).toBe('1800000000000000a37f4b22');
    expect(record.subarray(12, -4).toString('latin1')).toBe(
      `\u0009${'\0'.repeat(8)}\u001a\u000dbrain.Event:2`,
    );
  });

  const STEPS = [0, 1, 127, 128, 300, 2 ** 31, 2 ** 32 + 5, 2 ** 40 + 1, Number.MAX_SAFE_INTEGER];
  it.each(STEPS)('hold step %d', (step) => {
    const [event] = eventsIn(scalarsRecord(1.5, step, [{ tag: 'loss', value: 0.25 }]));
    expect(event).toEqual({ wallTime: 1.5, step: BigInt(step), scalars: [['loss', 0.25]] });
  });

  const VALUES = [0, -0, 1, -1.5, 0.1, 1e-45, 3.4e38, 1e300, Number.NaN, Number.POSITIVE_INFINITY];
  it.each(VALUES)('hold %d as float32', (value) => {
    const [event] = eventsIn(scalarsRecord(1, 1, [{ tag: 'x', value }]));
    expect(event!.scalars).toEqual([['x', Math.fround(value)]]);
  });

  it('hold names in any language, and of any length', () => {
    const tags = ['epoch_loss', 'größe/π', '損失', '', 'a'.repeat(127), 'b'.repeat(128), 'c'.repeat(40_000)];
    const scalars = tags.map((tag, value) => ({ tag, value }));
    const file = Buffer.concat([
      versionRecord(1e9),
      scalarsRecord(1e9, 7, scalars),
      scalarsRecord(1e9, 8, []),
    ]);
    expect(eventsIn(file)).toEqual([
      { wallTime: 1e9, step: 0n, version: 'brain.Event:2', scalars: [] },
      { wallTime: 1e9, step: 7n, scalars: scalars.map(({ tag, value }) => [tag, value]) },
      { wallTime: 1e9, step: 8n, scalars: [] },
    ]);
  });

  it('show every changed byte', () => {
    const record = scalarsRecord(2, 3, [{ tag: 'epoch_loss', value: 0.5 }]);
    for (let at = 0; at < record.length; at++) {
      for (const flip of [1, 0x80]) {
        const damaged = Uint8Array.from(record);
        damaged[at]! ^= flip;
        expect(() => eventsIn(damaged), `byte ${at}`).toThrow();
      }
    }
  });
});
