/** Parquet files: pages with Thrift headers, and a Thrift footer that says where they are. */
import { readFileSync } from 'node:fs';
import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { snappyUncompress } from 'hyparquet';
import { data } from 'steepest';
import { changeBytes } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';
import { tableReader } from '../lib/tables.mjs';
import { changeStruct, fieldAt, readStruct, setInteger, writeStruct } from '../lib/thrift.mjs';

const FIXTURES = new URL('../../../test/fixtures/', import.meta.url);
const MAGIC = Buffer.from('PAR1');
/** Length of the footer, and the magic number. */
const TAIL = 8;
// Ids of parquet.thrift.
const ROW_GROUPS = 4;
const COLUMNS = 1;
const META_DATA = 3;
const COMPRESSED_SIZE = 7;
const DATA_OFFSET = 9;
const DICTIONARY_OFFSET = 11;
const CODEC = 4;
const PAGE_TYPE = 1;
const PAGE_SIZE = 2;
const PAGE_COMPRESSED_SIZE = 3;
const PAGE_V2 = 3n;

/** By the number of the codec: snappy, gzip, Brotli. */
const UNPACKERS = {
  1: (body, size) => {
    const output = new Uint8Array(size);
    snappyUncompress(body, output);
    return output;
  },
  2: (body) => gunzipSync(body),
  4: (body) => brotliDecompressSync(body),
};

const fixture = (name) => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));
function footerOf(file) {
  const length = file.readUInt32LE(file.length - TAIL);
  const begin = file.length - TAIL - length;
  return { begin, fields: readStruct(file.subarray(begin, begin + length)).value };
}

function withFooter(draw, body, fields) {
  const footer = writeStruct(fields);
  const tail = Buffer.alloc(4);
  tail.writeUInt32LE(
    draw(40) > 0
      ? footer.length
      : oneOf(draw, [0, 1, footer.length - 1, footer.length + 1, 2 ** 31, 2 ** 32 - 1]),
  );
  return Buffer.concat([body, footer, tail, MAGIC]);
}

/** The metadata of a column's part in a row group. */
function someColumn(draw, fields) {
  const groups = fieldAt(fields, ROW_GROUPS)?.items ?? [];
  if (groups.length === 0) return undefined;
  const columns = fieldAt(oneOf(draw, groups), COLUMNS)?.items ?? [];
  return columns.length === 0 ? undefined : fieldAt(oneOf(draw, columns), META_DATA);
}

/** The pages of a column written anew behind all others, one of them damaged. */
function changePages(draw, file) {
  const { begin, fields } = footerOf(file);
  const column = someColumn(draw, fields);
  if (column === undefined) return file;
  const number = (id) => Number(fieldAt(column, id) ?? 0);
  const [dictionary, first] = [number(DICTIONARY_OFFSET), number(DATA_OFFSET)];
  const start = dictionary > 0 ? Math.min(dictionary, first) : first;
  const pages = pagesOf(file, start, start + number(COMPRESSED_SIZE));
  if (draw(3) > 0) unpack(column, pages);
  changePage(draw, oneOf(draw, pages));
  const written = [];
  let offset = begin;
  for (const { at, header, body } of pages) {
    if (at === first) setInteger(column, DATA_OFFSET, offset);
    if (at === dictionary) setInteger(column, DICTIONARY_OFFSET, offset);
    written.push(writeStruct(header), body);
    offset += written.at(-2).length + body.length;
  }
  setInteger(column, COMPRESSED_SIZE, offset - begin);
  return withFooter(draw, Buffer.concat([file.subarray(0, begin), ...written]), fields);
}

function pagesOf(file, begin, end) {
  const pages = [];
  for (let at = begin; at < end; ) {
    const { value: header, end: bodyAt } = readStruct(file, at);
    const size = Number(fieldAt(header, PAGE_COMPRESSED_SIZE));
    pages.push({ at, header, body: file.subarray(bodyAt, bodyAt + size) });
    at = bodyAt + size;
  }
  return pages;
}

/** Without compression, so that a damaged page is not just one that cannot be unpacked. */
function unpack(column, pages) {
  const unpacker = UNPACKERS[Number(fieldAt(column, CODEC))];
  // Pages of version 2 pack a part of themselves.
  if (unpacker === undefined || pages.some(({ header }) => fieldAt(header, PAGE_TYPE) === PAGE_V2)) return;
  for (const page of pages) {
    page.body = unpacker(page.body, Number(fieldAt(page.header, PAGE_SIZE)));
    setInteger(page.header, PAGE_COMPRESSED_SIZE, page.body.length);
  }
  setInteger(column, CODEC, 0);
}

function changePage(draw, page) {
  if (draw(3) === 0 || page.body.length === 0) {
    changeStruct(draw, page.header);
    return;
  }
  const isPlain = fieldAt(page.header, PAGE_SIZE) === fieldAt(page.header, PAGE_COMPRESSED_SIZE);
  page.body = changeBytes(draw, page.body);
  // Mostly a header that tells the truth, so that the content is reached.
  if (draw(6) === 0) return;
  setInteger(page.header, PAGE_COMPRESSED_SIZE, page.body.length);
  if (isPlain) setInteger(page.header, PAGE_SIZE, page.body.length);
}

function changeFooter(draw, file) {
  const { begin, fields } = footerOf(file);
  for (let n = 1 + draw(3); n > 0; n--) changeStruct(draw, fields);
  return withFooter(draw, file.subarray(0, begin), fields);
}

/** What lies at an offset that the footer gives. */
function changeNumber(draw, file) {
  const { begin, fields } = footerOf(file);
  const column = someColumn(draw, fields);
  const numbers = column?.filter(({ value }) => typeof value === 'bigint') ?? [];
  if (numbers.length > 0) {
    const field = oneOf(draw, numbers);
    field.value = oneOf(draw, [
      field.value + BigInt(draw(9)) - 4n,
      BigInt(draw(file.length)),
      BigInt(draw(12)),
    ]);
  }
  return withFooter(draw, file.subarray(0, begin), fields);
}

export default {
  name: 'parquet',
  covers: ['readParquet'],
  codes: ['ERR_DATA_FILE', 'ERR_DATA_LIMIT', 'ERR_EMPTY'],
  async seeds() {
    const { parquet, codecs } = fixture('tables.json');
    const { files, int96 } = fixture('exact_columns.json').parquet;
    return Object.fromEntries(
      Object.entries({ ...parquet, ...codecs, ...files, int96 })
        // Not every Node.js has Zstandard.
        .filter(([name]) => name !== 'zstd')
        .map(([name, base64]) => [name.replaceAll(/\W+/g, '-'), Buffer.from(base64, 'base64')]),
    );
  },
  mutate(draw, files) {
    const file = oneOf(draw, files);
    switch (draw(6)) {
      case 0:
        return changeBytes(draw, file);
      case 1:
        return changeNumber(draw, file);
      case 2:
      case 3:
        return changeFooter(draw, file);
      default:
        return changePages(draw, file);
    }
  },
  ...tableReader('parquet', data.readParquet),
};
