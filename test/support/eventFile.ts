/**
 * A reader of TensorBoard's event files that shares nothing with the writer: its checksum goes bit
 * by bit, and it keeps every field of the protocol buffers that it does not know as an error.
 */
export interface ReadEvent {
  wallTime: number;
  step: bigint;
  version?: string;
  scalars: [tag: string, value: number][];
}

/** CRC-32C by its definition: a shift register for each bit. */
function castagnoli(data: Uint8Array): number {
  let register = 0xffffffff;
  for (const byte of data) {
    register ^= byte;
    for (let bit = 0; bit < 8; bit++) {
      const odd = register & 1;
      register >>>= 1;
      if (odd === 1) register ^= 0x82f63b78;
      register >>>= 0;
    }
  }
  return ~register >>> 0;
}

/** The checksum as TFRecord stores it: rotated right by 15 bits, plus a constant. */
function stored(data: Uint8Array): number {
  const crc = BigInt(castagnoli(data));
  const rotated = ((crc >> 15n) | (crc << 17n)) & 0xffffffffn;
  return Number((rotated + 0xa282ead8n) & 0xffffffffn);
}

/** All events of a file. @throws Error for anything that is not exactly as the format says */
export function eventsIn(file: Uint8Array): ReadEvent[] {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const events: ReadEvent[] = [];
  for (let at = 0; at < file.length; ) {
    const length = Number(view.getBigUint64(at, true));
    if (view.getUint32(at + 8, true) !== stored(file.subarray(at, at + 8)))
      throw new Error('checksum of a length');
    const data = file.subarray(at + 12, at + 12 + length);
    if (data.length !== length) throw new Error('a record that is cut off');
    if (view.getUint32(at + 12 + length, true) !== stored(data)) throw new Error('checksum of a record');
    events.push(eventOf(data));
    at += length + 16;
  }
  return events;
}

interface Field {
  number: number;
  wire: number;
  bytes: Uint8Array;
  value: bigint;
}

/** The fields of a message, in their order in the file. */
function* fieldsOf(message: Uint8Array): Generator<Field> {
  let at = 0;
  const take = (count: number): Uint8Array => {
    const part = message.subarray(at, at + count);
    if (part.length !== count) throw new Error('a field that is cut off');
    at += count;
    return part;
  };
  const varint = (): bigint => {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = take(1)[0] as number;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const key = Number(varint());
    const [number, wire] = [key >> 3, key & 7];
    const none = new Uint8Array();
    if (wire === 0) yield { number, wire, value: varint(), bytes: none };
    else if (wire === 1) yield { number, wire, value: 0n, bytes: take(8) };
    else if (wire === 2) yield { number, wire, value: 0n, bytes: take(Number(varint())) };
    else if (wire === 5) yield { number, wire, value: 0n, bytes: take(4) };
    else throw new Error(`wire type ${wire}`);
  }
}

const numberOf = (bytes: Uint8Array): number => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return bytes.length === 8 ? view.getFloat64(0, true) : view.getFloat32(0, true);
};
const textOf = (bytes: Uint8Array): string => new TextDecoder('utf-8', { fatal: true }).decode(bytes);

function eventOf(message: Uint8Array): ReadEvent {
  const event: ReadEvent = { wallTime: Number.NaN, step: 0n, scalars: [] };
  for (const { number, wire, bytes, value } of fieldsOf(message)) {
    const kind = `${number}.${wire}`;
    if (kind === '1.1') event.wallTime = numberOf(bytes);
    else if (kind === '2.0') event.step = value;
    else if (kind === '3.2') event.version = textOf(bytes);
    else if (kind === '5.2') event.scalars.push(...[...fieldsOf(bytes)].map(scalarOf));
    else throw new Error(`field ${kind} of an event`);
  }
  return event;
}

function scalarOf({ number, wire, bytes }: Field): [string, number] {
  if (number !== 1 || wire !== 2) throw new Error('a summary without values');
  const fields = new Map([...fieldsOf(bytes)].map((field) => [`${field.number}.${field.wire}`, field.bytes]));
  const [tag, value] = [fields.get('1.2'), fields.get('2.5')];
  if (tag === undefined || value === undefined || fields.size !== 2)
    throw new Error('a value without a scalar');
  return [textOf(tag), numberOf(value)];
}
