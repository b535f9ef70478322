import { crc32c } from '../core/crc32.js';

/**
 * Records of TensorBoard's event files: protocol buffers in the frames of TFRecord files. Only what
 * scalars need is here. The messages are `Event` (event.proto), `Summary` and `Summary.Value`
 * (summary.proto) of TensorBoard; the numbers below are those of their fields.
 */

/** A number to plot, under the name of its chart. */
export interface Scalar {
  tag: string;
  value: number;
}

/** The version of event files that every current reader accepts. */
const FILE_VERSION = 'brain.Event:2';

/** Wire types of protocol buffers (protobuf.dev, "Encoding"). */
const WIRE = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;
const EVENT = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const SUMMARY = { value: 1 } as const;
const VALUE = { tag: 1, simpleValue: 2 } as const;

/** TFRecord rotates and shifts its checksums, so that data may hold checksums. */
const MASK = 0xa282ead8;

/** The first record of an event file. @param seconds the time, in seconds since 1970 */
export function versionRecord(seconds: number): Uint8Array {
  const event = [fixed64(EVENT.wallTime, seconds), ...bytes(EVENT.fileVersion, utf8(FILE_VERSION))];
  return record(Buffer.concat(event));
}

/**
 * A record with the scalars of one step. Values are stored as float32, as Keras and PyTorch do.
 * @param seconds the time, in seconds since 1970
 */
export function scalarsRecord(seconds: number, step: number, scalars: readonly Scalar[]): Uint8Array {
  const values = scalars.flatMap(({ tag, value }) => {
    const fields = [...bytes(VALUE.tag, utf8(tag)), fixed32(VALUE.simpleValue, value)];
    return bytes(SUMMARY.value, Buffer.concat(fields));
  });
  const summary = bytes(EVENT.summary, Buffer.concat(values));
  return record(Buffer.concat([fixed64(EVENT.wallTime, seconds), ...integer(EVENT.step, step), ...summary]));
}

/** The frame of a record: its length, then the record, each with its checksum. */
function record(data: Uint8Array): Uint8Array {
  const header = Buffer.alloc(12);
  header.writeBigUInt64LE(BigInt(data.length));
  header.writeUInt32LE(masked(header.subarray(0, 8)), 8);
  const footer = Buffer.alloc(4);
  footer.writeUInt32LE(masked(data));
  return Buffer.concat([header, data, footer]);
}

function masked(data: Uint8Array): number {
  const crc = crc32c(data);
  return (((crc >>> 15) | (crc << 17)) + MASK) >>> 0;
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const key = (field: number, wire: number): number => (field << 3) | wire;

/** Seven bits per byte, the lowest first; safe integers may have 53 bits. */
function varint(value: number): Uint8Array {
  const list: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest = Math.floor(rest / 0x80)) list.push((rest % 0x80) | 0x80);
  list.push(rest);
  return Uint8Array.from(list);
}

const integer = (field: number, value: number): Uint8Array[] => [
  varint(key(field, WIRE.varint)),
  varint(value),
];

const bytes = (field: number, data: Uint8Array): Uint8Array[] => [
  varint(key(field, WIRE.bytes)),
  varint(data.length),
  data,
];

function fixed64(field: number, value: number): Uint8Array {
  const buffer = Buffer.alloc(9);
  buffer[0] = key(field, WIRE.fixed64);
  buffer.writeDoubleLE(value, 1);
  return buffer;
}

function fixed32(field: number, value: number): Uint8Array {
  const buffer = Buffer.alloc(5);
  buffer[0] = key(field, WIRE.fixed32);
  buffer.writeFloatLE(value, 1);
  return buffer;
}
