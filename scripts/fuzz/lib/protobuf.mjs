/**
 * Protobuf messages as trees, without knowing what their fields mean: read, changed in one place,
 * and written again (protobuf.dev/programming-guides/encoding).
 */
import { changeBytes } from './bytes.mjs';
import { LARGE_SIZES, oneOf } from './draw.mjs';

const [VARINT, FIXED64, BYTES, FIXED32] = [0, 1, 2, 5];
/** Messages in messages are taken for such to this depth, and nested to that one. */
const DEEP = 12;
const VERY_DEEP = 4000;
/** A changed file may not grow without end. */
const LARGEST = 2 ** 18;
/** Repeating a field more often than any limit allows takes a moment to write. */
const MANY = 70_000;

function varint(bytes, at) {
  let value = 0n;
  for (let shift = 0n; at < bytes.length && shift < 70n; shift += 7n) {
    const byte = bytes[at++];
    value |= BigInt(byte & 127) << shift;
    if (byte < 128) return { value, at };
  }
  throw new RangeError('no varint');
}

/** The fields of a message: `{ field, wire, value }`, where a value may be a list of fields. */
function read(bytes, depth = 0) {
  const fields = [];
  for (let at = 0; at < bytes.length; ) {
    const tag = varint(bytes, at);
    const [field, wire] = [Number(tag.value >> 3n), Number(tag.value & 7n)];
    at = tag.at;
    if (field === 0 || field > 2 ** 20) throw new RangeError('no field');
    if (wire === VARINT) {
      const number = varint(bytes, at);
      fields.push({ field, wire, value: number.value });
      at = number.at;
    } else {
      let length = wire === FIXED64 ? 8 : 4;
      if (wire === BYTES) {
        const size = varint(bytes, at);
        length = Number(size.value);
        at = size.at;
      } else if (wire !== FIXED64 && wire !== FIXED32) throw new RangeError('no wire type');
      if (at + length > bytes.length) throw new RangeError('too short');
      const part = bytes.subarray(at, at + length);
      fields.push({ field, wire, value: wire === BYTES ? readInside(part, depth) : part });
      at += length;
    }
  }
  return fields;
}

/** Bytes, as a message if they can be one. */
function readInside(bytes, depth) {
  if (bytes.length < 2 || depth > DEEP) return bytes;
  try {
    return read(bytes, depth + 1);
  } catch {
    return bytes;
  }
}

function putVarint(out, value) {
  const bytes = [];
  let rest = BigInt.asUintN(64, value);
  for (; rest > 127n; rest >>= 7n) bytes.push(Number(rest & 127n) | 128);
  bytes.push(Number(rest));
  out.push(Buffer.from(bytes));
}

/** A value's bytes, also of one whose wire type was changed. */
function bytesOf(value) {
  if (typeof value === 'bigint') return Buffer.alloc(8);
  return Array.isArray(value) ? write(value) : value;
}

function write(fields) {
  const out = [];
  for (const { field, wire, value, says } of fields) {
    putVarint(out, BigInt(field) * 8n + BigInt(wire));
    if (wire === VARINT) putVarint(out, typeof value === 'bigint' ? value : 0n);
    else {
      const bytes = bytesOf(value);
      if (wire === BYTES) putVarint(out, BigInt(says ?? bytes.length));
      out.push(bytes);
    }
  }
  return Buffer.concat(out);
}

/** Every place of a tree: a list of fields, and an index in it. */
function placesOf(fields, found = []) {
  fields.forEach(({ value }, k) => {
    found.push({ fields, k });
    if (Array.isArray(value)) placesOf(value, found);
  });
  return found;
}

function changedValue(draw, { wire, value }) {
  if (wire === VARINT) {
    const edges = [...LARGE_SIZES.map(BigInt), -1n, -(2n ** 63n), 2n ** 63n - 1n, 0n, 1n, BigInt(draw(64))];
    return oneOf(draw, [value + 1n, value - 1n, value * 2n, -value, oneOf(draw, edges), oneOf(draw, edges)]);
  }
  if (Array.isArray(value))
    return oneOf(draw, [[], value.slice(draw(value.length + 1)), changeBytes(draw, write(value))]);
  return value.length > 0 ? changeBytes(draw, Buffer.from(value)) : Buffer.of(draw(256));
}

function changeField(draw, { fields, k }, all) {
  const own = fields[k];
  switch (draw(10)) {
    case 0:
      fields.splice(k, 1);
      break;
    case 1:
      fields.splice(k, 0, { ...own });
      break;
    case 2:
      own.field = oneOf(draw, [own.field + 1, Math.max(1, own.field - 1), 1 + draw(30), 2 ** 28]);
      break;
    case 3: {
      const other = oneOf(draw, all);
      fields[k] = {
        ...other.fields[other.k],
        field: draw(2) === 0 ? own.field : other.fields[other.k].field,
      };
      break;
    }
    case 4: {
      const other = oneOf(draw, all);
      [fields[k], other.fields[other.k]] = [other.fields[other.k], own];
      break;
    }
    case 5:
      if (own.wire === BYTES) own.says = oneOf(draw, [0, 1, 2 ** 20, 2 ** 31, 2 ** 32, ...LARGE_SIZES]);
      else own.wire = oneOf(draw, [VARINT, FIXED64, BYTES, FIXED32, 3, 4, 6]);
      break;
    default:
      own.value = changedValue(draw, own);
  }
}

/** A message in itself, deeper than a stack. */
function nest(fields) {
  let inner = Buffer.alloc(0);
  const tag = Buffer.of((oneOfFields(fields) << 3) | BYTES);
  for (let n = 0; n < VERY_DEEP && inner.length < LARGEST / 8; n++) {
    const length = [];
    putVarint(length, BigInt(inner.length));
    inner = Buffer.concat([tag, ...length, inner]);
  }
  return Buffer.concat([write(fields), inner]);
}

const oneOfFields = (fields) => fields.find(({ value }) => Array.isArray(value))?.field ?? 7;

/**
 * A damaged copy of a message.
 * @param {(below: number) => number} draw
 */
export function changeMessage(draw, bytes) {
  const fields = read(Buffer.from(bytes));
  if (draw(200) === 0) return nest(fields);
  for (let n = 1 + draw(3); n > 0; n--) {
    const all = placesOf(fields);
    if (all.length === 0) break;
    const place = oneOf(draw, all);
    if (draw(400) === 0) {
      const own = place.fields[place.k];
      const isSmall = !Array.isArray(own.value) && !(own.value.length > 2);
      if (isSmall) place.fields.splice(place.k, 0, ...Array.from({ length: MANY }, () => own));
    } else changeField(draw, place, all);
    // A place that was put into itself has no end.
    if (placesWithin(fields) === undefined) return Buffer.from(bytes);
  }
  const changed = write(fields);
  return changed.length <= LARGEST ? changed : changed.subarray(0, LARGEST);
}

/** The number of places, if the tree is one and of a usual size. */
function placesWithin(fields, path = new Set(), count = { n: 0 }) {
  if (path.has(fields) || path.size > 2 * DEEP || count.n > 2 * MANY) return undefined;
  path.add(fields);
  for (const { value } of fields) {
    count.n++;
    if (Array.isArray(value) && placesWithin(value, path, count) === undefined) return undefined;
  }
  path.delete(fields);
  return count.n;
}
