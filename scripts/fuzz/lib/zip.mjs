/**
 * ZIP archives field by field, so that each can lie: PKWARE's APPNOTE.TXT, 4.3. Written anew here,
 * because the package's own writer writes nothing wrong.
 */
import { deflateRawSync } from 'node:zlib';
import { crc32 } from '#steepest/core/crc32.js';
import { LARGE_SIZES, oneOf, SIZES } from './draw.mjs';

/** Fields of headers: offset and bytes. */
const LOCAL = {
  bytes: 30,
  flags: [6, 2],
  method: [8, 2],
  crc: [14, 4],
  packed: [18, 4],
  size: [22, 4],
  name: [26, 2],
  extra: [28, 2],
};
const CENTRAL = {
  ...{
    bytes: 46,
    flags: [8, 2],
    method: [10, 2],
    crc: [16, 4],
    packed: [20, 4],
    size: [24, 4],
    name: [28, 2],
  },
  ...{ extra: [30, 2], comment: [32, 2], disk: [34, 2], offset: [42, 4] },
};
const END = {
  bytes: 22,
  disk: [4, 2],
  here: [8, 2],
  count: [10, 2],
  size: [12, 4],
  offset: [16, 4],
  comment: [20, 2],
};
const SIGNATURES = {
  local: 0x04034b50,
  central: 0x02014b50,
  end: 0x06054b50,
  end64: 0x06064b50,
  locator: 0x07064b50,
};
const SEE_64 = 2 ** 32 - 1;

/** A header with these values, some of which lie if `draw` says so. */
function header(draw, fields, signature, values, mayLie) {
  const bytes = Buffer.alloc(fields.bytes);
  bytes.writeUInt32LE(signature, 0);
  const lie = mayLie && draw(6) === 0 ? oneOf(draw, Object.keys(fields).slice(1)) : undefined;
  for (const [name, place] of Object.entries(fields)) {
    if (name === 'bytes') continue;
    const [at, width] = place;
    let value = values[name] ?? 0;
    if (name === lie) value = oneOf(draw, [...SIZES, value + 1, Math.max(0, value - 1)]);
    bytes.writeUIntLE(Math.min(value, 256 ** width - 1), at, width);
  }
  return bytes;
}

const word64 = (value) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
  return bytes;
};

/** The ZIP64 field of an entry: those values that its 32 bits leave to it. */
function extra64(draw, values) {
  let content = Buffer.concat(values.map((value) => word64(draw(8) > 0 ? value : oneOf(draw, LARGE_SIZES))));
  if (draw(8) === 0) content = content.subarray(0, draw(content.length + 1));
  const head = Buffer.alloc(4);
  head.writeUInt16LE(draw(12) > 0 ? 1 : draw(4), 0);
  head.writeUInt16LE(draw(10) > 0 ? content.length : oneOf(draw, [0, 7, 255, 65535]), 2);
  return Buffer.concat([head, content]);
}

function records64(draw, values, at) {
  const end64 = Buffer.alloc(56);
  end64.writeUInt32LE(SIGNATURES.end64, 0);
  end64.writeUInt32LE(44, 4);
  word64(values.count).copy(end64, 32);
  word64(values.size).copy(end64, 40);
  word64(values.offset).copy(end64, 48);
  if (draw(4) === 0) word64(oneOf(draw, LARGE_SIZES)).copy(end64, oneOf(draw, [32, 40, 48]));
  const locator = Buffer.alloc(20);
  locator.writeUInt32LE(SIGNATURES.locator, 0);
  word64(draw(8) > 0 ? at : oneOf(draw, LARGE_SIZES)).copy(locator, 8);
  return Buffer.concat([end64, locator]);
}

/**
 * An archive of these files. Checksums are right, so that what is wrong inside is reached.
 * @param {(below: number) => number} draw
 * @param {{ name: string, content: Uint8Array }[]} files
 * @param {boolean} mayLie
 */
export function zipOf(draw, files, mayLie) {
  const pieces = [];
  const directory = [];
  let offset = 0;
  for (const { name, content } of files) {
    const isPacked = draw(2) === 0;
    const packed = isPacked ? deflateRawSync(content, { level: 1 }) : content;
    const nameBytes = Buffer.from(name, 'utf8');
    const values = {
      flags: 0x0800,
      method: isPacked ? 8 : 0,
      crc: crc32(content),
      packed: packed.length,
      size: content.length,
      name: nameBytes.length,
      offset,
    };
    const extra =
      mayLie && draw(6) === 0 ? extra64(draw, [values.size, values.packed, offset]) : Buffer.alloc(0);
    const see64 = extra.length > 0 && draw(3) > 0 ? { packed: SEE_64, size: SEE_64, offset: SEE_64 } : {};
    const gap = Buffer.alloc(mayLie && draw(10) === 0 ? draw(20) : 0);
    const local = header(draw, LOCAL, SIGNATURES.local, values, mayLie && draw(3) === 0);
    pieces.push(local, nameBytes, packed, gap);
    directory.push(
      header(draw, CENTRAL, SIGNATURES.central, { ...values, ...see64, extra: extra.length }, mayLie),
      nameBytes,
      extra,
    );
    offset += local.length + nameBytes.length + packed.length + gap.length;
  }
  const list = Buffer.concat(directory);
  const comment = Buffer.alloc(draw(8) === 0 ? draw(40) : 0, 'c');
  const values = {
    here: files.length,
    count: files.length,
    size: list.length,
    offset,
    comment: comment.length,
  };
  const is64 = mayLie && draw(5) === 0;
  const more = is64 ? records64(draw, values, offset + list.length) : Buffer.alloc(0);
  return Buffer.concat([...pieces, list, more, header(draw, END, SIGNATURES.end, values, mayLie), comment]);
}
