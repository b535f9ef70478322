/**
 * Thrift's compact protocol as a tree, without knowing what its fields mean: read, changed in one
 * place, and written again (github.com/apache/thrift, doc/specs/thrift-compact-protocol.md).
 */
import { changeBytes } from './bytes.mjs';
import { LARGE_SIZES, oneOf } from './draw.mjs';

const TYPES = {
  TRUE: 1,
  FALSE: 2,
  BYTE: 3,
  I16: 4,
  I32: 5,
  I64: 6,
  DOUBLE: 7,
  BINARY: 8,
  LIST: 9,
  SET: 10,
  STRUCT: 12,
};
const { TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, STRUCT } = TYPES;
const INTEGERS = [I16, I32, I64];
const DEEP = 5000;

/** @returns {{ value: object[], end: number }} a struct's fields, and where they end */
export function readStruct(bytes, at = 0) {
  const reader = { bytes, at };
  const value = struct(reader);
  return { value, end: reader.at };
}

function byte(reader) {
  if (reader.at >= reader.bytes.length) throw new RangeError('the end');
  return reader.bytes[reader.at++];
}

function varint(reader) {
  let value = 0n;
  for (let shift = 0n; ; shift += 7n) {
    const next = byte(reader);
    value |= BigInt(next & 127) << shift;
    if (next < 128) return value;
  }
}

const zigzag = (reader) => {
  const n = varint(reader);
  return (n >> 1n) ^ -(n & 1n);
};

function struct(reader) {
  const fields = [];
  let id = 0;
  for (;;) {
    const head = byte(reader);
    const type = head & 15;
    if (type === 0) return fields;
    id = head >> 4 > 0 ? id + (head >> 4) : Number(zigzag(reader));
    fields.push({ id, type, value: readValue(reader, type) });
  }
}

function readValue(reader, type, inList = false) {
  if (type === TRUE || type === FALSE) return inList ? byte(reader) : type;
  if (type === BYTE) return byte(reader);
  if (INTEGERS.includes(type)) return zigzag(reader);
  if (type === DOUBLE) return taken(reader, 8);
  if (type === BINARY) return taken(reader, Number(varint(reader)));
  if (type === STRUCT) return struct(reader);
  if (type !== LIST && type !== SET) throw new RangeError(`type ${type}`);
  const head = byte(reader);
  const count = head >> 4 === 15 ? Number(varint(reader)) : head >> 4;
  const of = head & 15;
  return { of, items: Array.from({ length: count }, () => readValue(reader, of, true)) };
}

function taken(reader, count) {
  const part = reader.bytes.subarray(reader.at, reader.at + count);
  reader.at += count;
  return part;
}

/** The bytes of a struct. */
export function writeStruct(fields) {
  const out = [];
  putStruct(out, fields);
  return Buffer.concat(out);
}

function putVarint(out, value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  out.push(Buffer.from(bytes));
}

const putZigzag = (out, value) => putVarint(out, (value << 1n) ^ (value < 0n ? -1n : 0n));

function putStruct(out, fields) {
  let last = 0;
  for (const { id, type, value } of fields) {
    const step = id - last;
    if (step > 0 && step < 16) out.push(Buffer.of((step << 4) | type));
    else {
      out.push(Buffer.of(type));
      putZigzag(out, BigInt(id));
    }
    last = id;
    putValue(out, type, value);
  }
  out.push(Buffer.of(0));
}

function putValue(out, type, value, inList = false) {
  if (type === TRUE || type === FALSE) {
    if (inList) out.push(Buffer.of(value));
  } else if (type === BYTE) out.push(Buffer.of(value));
  else if (INTEGERS.includes(type)) putZigzag(out, value);
  else if (type === DOUBLE) out.push(value);
  else if (type === BINARY) {
    putVarint(out, BigInt(value.length));
    out.push(value);
  } else if (type === STRUCT) putStruct(out, value);
  else {
    const count = value.says ?? value.items.length;
    out.push(Buffer.of((Math.min(count, 15) << 4) | (value.saysOf ?? value.of)));
    if (count >= 15) putVarint(out, BigInt(count));
    for (const item of value.items) putValue(out, value.of, item, true);
  }
}

/** Every place of a struct: the list or field that holds a value. */
function placesOf(fields, found = []) {
  fields.forEach((field, k) => {
    found.push({ holder: fields, k, field });
    visit(field.type, field.value, found);
  });
  return found;
}

function visit(type, value, found) {
  if (type === STRUCT) placesOf(value, found);
  if (type !== LIST && type !== SET) return;
  value.items.forEach((item, k) => {
    found.push({ list: value, k });
    visit(value.of, item, found);
  });
}

/** An integer near what stands there, or at an edge. */
function changedInteger(draw, value) {
  const edges = [...LARGE_SIZES.map(BigInt), -1n, -(2n ** 31n), -(2n ** 63n), 2n ** 64n - 1n];
  return oneOf(draw, [
    value + 1n,
    value - 1n,
    value * 2n,
    -value,
    value ^ (1n << BigInt(draw(16))),
    oneOf(draw, edges),
    oneOf(draw, edges),
  ]);
}

function changedValue(draw, type, value) {
  if (INTEGERS.includes(type)) return changedInteger(draw, value);
  if (type === BYTE) return draw(256);
  if (type === DOUBLE || type === BINARY)
    return value.length > 0 ? changeBytes(draw, value) : Buffer.of(draw(256));
  if (type === LIST || type === SET) return changedList(draw, value);
  return value;
}

function changedList(draw, { of, items }) {
  const copy = [...items];
  switch (draw(4)) {
    case 0:
      copy.splice(draw(copy.length + 1), 1);
      return { of, items: copy };
    case 1:
      return copy.length > 0 ? { of, items: [...copy, oneOf(draw, copy)] } : { of, items };
    case 2:
      return { of, items, says: oneOf(draw, [0, items.length + 1, 14, 15, 1000, 2 ** 24, 2 ** 31, 2 ** 32]) };
    default:
      return { of, items, saysOf: draw(14) };
  }
}

function changeField(draw, { holder, k, field }, all) {
  switch (draw(8)) {
    case 0:
      holder.splice(k, 1);
      break;
    case 1:
      holder.splice(k, 0, { ...field });
      break;
    case 2:
      field.id = oneOf(draw, [field.id + 1, field.id - 1, 0, -1, 100, 32767]);
      break;
    case 3: {
      const other = oneOf(draw, all).field;
      if (other !== undefined)
        Object.assign(field, structuredClone({ type: other.type, value: other.value }));
      break;
    }
    default:
      field.value = changedValue(draw, field.type, field.value);
  }
}

/** Structs in structs, deeper than a stack. */
function nest(fields) {
  const bytes = [];
  for (let n = 0; n < DEEP; n++) bytes.push((15 << 4) | STRUCT);
  fields.push({ id: 60, type: BINARY, value: Buffer.from(bytes) });
}

/**
 * Changes one place. What is written may then be no struct at all.
 * @param {(below: number) => number} draw
 */
export function changeStruct(draw, fields) {
  if (draw(60) === 0) {
    nest(fields);
    return;
  }
  const all = placesOf(fields);
  if (all.length === 0) return;
  const place = oneOf(draw, all);
  if (place.field !== undefined) changeField(draw, place, all);
  else {
    const { list, k } = place;
    if (draw(3) === 0) list.items.splice(k, draw(2), list.items[draw(list.items.length)]);
    else list.items[k] = changedValue(draw, list.of, list.items[k]);
  }
}

/** Ids that lead from a struct into its fields; a number after a list is an index there. */
export function fieldAt(fields, ...ids) {
  let value = fields;
  for (const id of ids)
    value = Array.isArray(value) ? value.find((field) => field.id === id)?.value : value?.items[id];
  return value;
}

/** Sets an integer field that is there. */
export function setInteger(fields, id, value) {
  const field = fields.find((candidate) => candidate.id === id);
  if (field !== undefined) field.value = BigInt(value);
}
