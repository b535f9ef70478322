/** Damages bytes of which nothing is known. */
import { gzipSync } from 'node:zlib';
import { doOneOf, oneOf, SIZES } from './draw.mjs';

/** Most bytes that one change inserts or takes away. */
const MOST = 64;
/** A changed file may not grow without end. */
const LARGEST = 2 ** 18;

function flipBit(draw, bytes) {
  bytes[draw(bytes.length)] ^= 1 << draw(8);
  return bytes;
}

function setByte(draw, bytes) {
  bytes[draw(bytes.length)] = oneOf(draw, [
    0,
    1,
    0x7f,
    0x80,
    0xff,
    draw(256),
    ...Buffer.from('[]{}",:-9\n;\\'),
  ]);
  return bytes;
}

/** An integer of 2, 4 or 8 bytes at the edge of its range, at any place or an aligned one. */
function setInteger(draw, bytes) {
  const width = oneOf(draw, [2, 4, 4, 8]);
  if (bytes.length < width) return bytes;
  const at = draw(bytes.length - width + 1);
  const place = draw(2) === 0 ? at : at - (at % width);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const little = draw(4) > 0;
  const value = oneOf(draw, [...SIZES, -1, -2, -(2 ** 31), bytes.length, bytes.length - place]);
  if (width === 2) view.setUint16(place, value, little);
  else if (width === 4) view.setUint32(place, value, little);
  else view.setBigInt64(place, BigInt(value), little);
  return bytes;
}

/** One more or less than what is there. */
function addToInteger(draw, bytes) {
  if (bytes.length < 4) return bytes;
  const at = draw(bytes.length / 4) * 4;
  if (at + 4 > bytes.length) return bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  view.setInt32(at, view.getInt32(at, true) + oneOf(draw, [-8, -4, -2, -1, 1, 2, 4, 8]), true);
  return bytes;
}

function removeRange(draw, bytes) {
  const at = draw(bytes.length);
  return Buffer.concat([bytes.subarray(0, at), bytes.subarray(at + 1 + draw(MOST))]);
}

function repeatRange(draw, bytes) {
  const at = draw(bytes.length);
  const part = bytes.subarray(at, at + 1 + draw(MOST));
  const times = draw(8) === 0 ? 1 + draw(50) : 1;
  const copies = Array.from({ length: times }, () => part);
  return Buffer.concat([bytes.subarray(0, at), ...copies, bytes.subarray(at)]);
}

function fillRange(draw, bytes) {
  const at = draw(bytes.length);
  bytes.subarray(at, at + 1 + draw(MOST)).fill(oneOf(draw, [0, 0xff, draw(256)]));
  return bytes;
}

function moveRange(draw, bytes) {
  const [from, to] = [draw(bytes.length), draw(bytes.length)];
  bytes.copyWithin(to, from, from + 1 + draw(MOST));
  return bytes;
}

const cutOff = (draw, bytes) => bytes.subarray(0, draw(bytes.length));
const cutStart = (draw, bytes) => bytes.subarray(draw(Math.min(bytes.length, MOST)));

const CHANGES = [
  ...[flipBit, flipBit, setByte, setByte, setInteger, setInteger, addToInteger],
  ...[removeRange, repeatRange, fillRange, moveRange, cutOff, cutStart],
];

/**
 * A copy with one to four changes.
 * @param {(below: number) => number} draw
 * @param {Uint8Array} bytes
 */
export function changeBytes(draw, bytes) {
  let copy = Buffer.from(bytes);
  for (let n = 1 + draw(4); n > 0 && copy.length > 0; n--) copy = doOneOf(draw, CHANGES, copy);
  return copy.subarray(0, LARGEST);
}

/** The beginning of one file with the end of another. */
export function splice(draw, bytes, other) {
  return Buffer.concat([bytes.subarray(0, draw(bytes.length + 1)), other.subarray(draw(other.length + 1))]);
}

/** Sometimes the same gzipped, and sometimes that damaged. */
export function perhapsZipped(draw, bytes) {
  if (draw(5) > 0) return bytes;
  const zipped = gzipSync(bytes, { level: 1 });
  return draw(3) === 0 ? changeBytes(draw, zipped) : zipped;
}
