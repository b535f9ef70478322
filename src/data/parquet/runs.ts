/**
 * Checks the encodings of a page (github.com/apache/parquet-format, Encodings.md) run by run
 * without decoding values. It bounds the work: hyparquet trusts counts, and a run of 2^31 values in
 * a page of ten keeps it busy for minutes.
 */
import { Malformed } from '../malformed.js';
import { CompactReader } from './thrift.js';

/** Bits of a run's length: 32. */
const LENGTH_BYTES = 5;
/** Runs are padded to complete groups of eight. */
const GROUP = 8;
const MOST_BITS = 32;
/** Above this, hyparquet's count of a run is negative. */
const MOST_GROUPS = 2 ** 28;

/**
 * Runs of equal values and groups of packed ones.
 * @param width bits of a value
 * @param count expected number of values
 * @returns how many of them are 1, if a value has one bit
 */
export function checkRuns(bytes: Uint8Array, at: number, width: number, count: number): number {
  if (width > MOST_BITS) throw new Malformed(`values of ${width} bits`);
  const reader = new CompactReader(bytes, at);
  const valueBytes = Math.ceil(width / GROUP);
  let ones = 0;
  for (let left = count; left > 0; ) {
    const head = reader.varint(LENGTH_BYTES);
    if (head % 2 === 1) {
      const groups = (head - 1) / 2;
      const padding = width === 0 ? left + GROUP : Number.POSITIVE_INFINITY;
      if (groups >= MOST_GROUPS || groups * GROUP > padding) throw new Malformed(`a run of ${groups} groups`);
      // Beyond this, hyparquet is one byte ahead and reads wrong bytes as a run's length.
      if (groups === 0) throw new Malformed('a run of no values');
      const start = reader.at;
      // Readers may ignore the padding after the last value.
      const needed = Math.ceil((Math.min(left, groups * GROUP) * width) / GROUP);
      reader.skip(needed);
      if (width === 1) ones += onesOf(bytes, start, Math.min(left, groups * GROUP));
      reader.skip(Math.min(groups * width - needed, bytes.length - reader.at));
      left -= groups * GROUP;
    } else {
      const run = head / 2;
      if (run > left + GROUP - 1) throw new Malformed(`a run of ${run} values where ${left} are left`);
      const value = reader.at;
      reader.skip(valueBytes);
      if (width === 1 && bytes[value] === 1) ones += Math.min(run, left);
      left -= run;
    }
  }
  return ones;
}

function onesOf(bytes: Uint8Array, at: number, bits: number): number {
  let ones = 0;
  for (let i = 0; i < bits; i += GROUP) {
    let byte = bytes[at + i / GROUP]! & (bits - i < GROUP ? (1 << (bits - i)) - 1 : 0xff);
    for (; byte > 0; byte &= byte - 1) ones++;
  }
  return ones;
}

/** Delta encoding: differences, in blocks that consist of small blocks with one bit width each. */
interface Deltas {
  /** Where the following data begins. */
  at: number;
  /** The sum of the numbers, if requested: lengths of texts. */
  sum: number;
}

const MOST_DELTA_BITS = 64;

/** @param sums whether to decode the numbers, which have 32 bits then */
export function checkDeltas(bytes: Uint8Array, at: number, count: number, sums: boolean): Deltas {
  const reader = new CompactReader(bytes, at);
  const block = reader.varint();
  const parts = reader.varint();
  reader.varint();
  let value = reader.zigzag();
  const perPart = block / parts;
  if (!(parts > 0) || perPart % GROUP !== 0 || block > 2 ** 31) {
    throw new Malformed(`blocks of ${block} values in ${parts} parts`);
  }
  if (sums && value < 0) throw new Malformed(`a text of ${value} bytes`);
  let sum = count > 0 ? value : 0;
  for (let left = count - 1; left > 0; ) {
    const least = reader.zigzag();
    const widths = reader.at;
    reader.skip(parts);
    for (let part = 0; part < parts && left > 0; part++, left -= perPart) {
      const width = bytes[widths + part]!;
      if (width > MOST_DELTA_BITS) throw new Malformed(`differences of ${width} bits`);
      const start = reader.at;
      const needed = Math.ceil((Math.min(left, perPart) * width) / GROUP);
      reader.skip(needed);
      if (sums) {
        for (let i = 0; i < Math.min(left, perPart); i++) {
          value = (value + least + bitsAt(bytes, start, i * width, width)) | 0;
          if (value < 0) throw new Malformed(`a text of ${value} bytes`);
          sum += value;
        }
      }
      reader.skip(Math.min((perPart * width) / GROUP - needed, bytes.length - reader.at));
    }
  }
  return { at: reader.at, sum };
}

/** A number of `width` bits, low bits first; bits above 32 are ignored. */
function bitsAt(bytes: Uint8Array, start: number, bit: number, width: number): number {
  let value = 0;
  for (let got = 0; got < Math.min(width, MOST_BITS); ) {
    const at = bit + got;
    const part = Math.min(GROUP - (at % GROUP), width - got);
    value |= ((bytes[start + Math.floor(at / GROUP)]! >>> (at % GROUP)) & ((1 << part) - 1)) << got;
    got += part;
  }
  return value;
}
