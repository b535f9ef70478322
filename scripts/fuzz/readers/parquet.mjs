/** Parquet files: pages with Thrift headers, and a Thrift footer that says where they are. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { data } from 'steepest';
import { changeBytes } from '../lib/bytes.mjs';
import { oneOf } from '../lib/draw.mjs';
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
const PAGE_COMPRESSED_SIZE = 3;

const fixture = (name) => JSON.parse(readFileSync(new URL(name, FIXTURES), 'utf8'));
const pathIn = (folder) => join(folder, 'read.parquet');

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
  const dictionary = number(DICTIONARY_OFFSET);
  const start = dictionary > 0 ? Math.min(dictionary, number(DATA_OFFSET)) : number(DATA_OFFSET);
  const pages = pagesOf(file, start, start + number(COMPRESSED_SIZE));
  const k = draw(pages.length);
  const place = begin;
  const written = [];
  let offset = place;
  pages.forEach(({ header, body }, i) => {
    if (start + (offset - place) === number(DATA_OFFSET) || i === pages.length - 1)
      setInteger(column, DATA_OFFSET, offset);
    let content = body;
    if (i === k) {
      if (draw(2) === 0) changeStruct(draw, header);
      else if (content.length > 0) {
        content = changeBytes(draw, content);
        // Mostly a header that tells the truth, so that the content is reached.
        if (draw(4) > 0) setInteger(header, PAGE_COMPRESSED_SIZE, content.length);
      }
    }
    const bytes = Buffer.concat([writeStruct(header), content]);
    written.push(bytes);
    offset += bytes.length;
  });
  if (dictionary > 0) setInteger(column, DICTIONARY_OFFSET, place);
  else setInteger(column, DATA_OFFSET, place);
  setInteger(column, COMPRESSED_SIZE, offset - place);
  return withFooter(draw, Buffer.concat([file.subarray(0, begin), ...written]), fields);
}

function pagesOf(file, begin, end) {
  const pages = [];
  for (let at = begin; at < end; ) {
    const { value: header, end: bodyAt } = readStruct(file, at);
    const size = Number(fieldAt(header, PAGE_COMPRESSED_SIZE));
    pages.push({ header, body: file.subarray(bodyAt, bodyAt + size) });
    at = bodyAt + size;
  }
  return pages;
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

const columnsOf = (table) => table.columnNames.map((name) => [name, table.column(name)]);

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
  async read(bytes, folder) {
    writeFileSync(pathIn(folder), bytes);
    return data.readParquet(pathIn(folder));
  },
  result: columnsOf,
  /** A column by itself is the same as among all. */
  async check(table, _bytes, folder, digest) {
    const [name] = table.columnNames;
    const one = await data.readParquet(pathIn(folder), { columns: [name] });
    return digest(one.column(name)) === digest(table.column(name)) ? undefined : `'${name}' alone differs`;
  },
};
