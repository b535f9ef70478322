/** CSV files. The options stand in a first line of their own, which the reader does not see. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { data } from 'steepest';
import { changeBytes, perhapsZipped } from '../lib/bytes.mjs';
import { csvFile } from '../lib/csvText.mjs';
import { oneOf } from '../lib/draw.mjs';
import { columnsOf } from '../lib/tables.mjs';

const LF = 10;
/** A text that no file here has. */
const NOTHING = '<nothing>';

const fileOf = ({ options, bytes }) => Buffer.concat([Buffer.from(`${JSON.stringify(options)}\n`), bytes]);

function partsOf(file) {
  const end = file.indexOf(LF);
  return {
    options: JSON.parse(Buffer.from(file.subarray(0, end)).toString('utf8')),
    bytes: file.subarray(end + 1),
  };
}

const plain = (text, options = {}) => fileOf({ options, bytes: Buffer.from(text) });
const pathIn = (folder) => join(folder, 'read.csv');

/** What a call returns, or the code that it is refused with. */
async function outcomeOf(call) {
  try {
    return await call();
  } catch (error) {
    if (error?.name !== 'SteepestError') throw error;
    return { code: error.code };
  }
}

async function batchesOf(set) {
  const [x, y] = [[], []];
  for await (const batch of set) {
    x.push(...batch.x.data);
    y.push(...(batch.y?.data ?? []));
  }
  return { x, y };
}

/** The table as a file in which nothing is left to be inferred. */
function writtenAnew(columns) {
  const rows = columns[0][1].length;
  const cell = (value) => {
    if (value === null || Number.isNaN(value)) return NOTHING;
    return Object.is(value, -0) ? '-0' : `"${String(value).replaceAll('"', '""')}"`;
  };
  const lines = Array.from({ length: rows }, (_, i) =>
    columns.map(([, values]) => cell(values[i])).join(','),
  );
  const options = {
    header: columns.map(([name]) => name),
    types: Object.fromEntries(
      columns.map(([name, values]) => [name, Array.isArray(values) ? 'text' : 'number']),
    ),
    missing: [NOTHING],
    largeIntegers: 'round',
    encoding: 'utf-8',
  };
  return { text: `${lines.join('\n')}\n`, options };
}

export default {
  name: 'csv',
  covers: ['csv'],
  codes: ['ERR_DATA_FILE', 'ERR_DATA_LIMIT', 'ERR_RAGGED', 'ERR_EMPTY', 'ERR_UNKNOWN_NAME', 'ERR_ARGUMENT'],
  async seeds() {
    return {
      numbers: plain('a,b,y\n1,2,0\n3,NA,1\n-1e5,.5,0\n', { target: 'y' }),
      text: plain('a,"b ""x""",c\n1,"two\nlines",red\n2,"a,b",green\n3,,red\n', { batchRows: 2 }),
      dates: plain('day;t\n1.2.2024;3,5\n29.2.2024;1.000,5\n', {
        ...{ delimiter: ';', decimal: ',', thousands: '.' },
        dates: { day: { format: '%d.%m.%Y', unit: 'days' } },
      }),
      wide: fileOf({ options: {}, bytes: Buffer.from('\ufeffname,v\r\né,1\r\n😀,2\r\n', 'utf16le') }),
      units: plain('w,p\n1 kg,5 %\n2 kg,7 %\n', {
        numbers: { w: { units: ['kg'] }, p: { units: { '%': 0.01 } } },
      }),
      flags: plain('f,n\ntrue,1\nfalse,2\n', { types: { f: 'boolean', n: 'integer' } }),
    };
  },
  mutate(draw, files) {
    const { options, bytes } = draw(4) === 0 ? partsOf(oneOf(draw, files)) : csvFile(draw);
    const changed = draw(3) === 0 ? changeBytes(draw, bytes) : bytes;
    return fileOf({ options, bytes: perhapsZipped(draw, changed) });
  },
  async read(file, folder) {
    const { options, bytes } = partsOf(file);
    writeFileSync(pathIn(folder), bytes);
    const set = data.csv(pathIn(folder), options);
    const table = await set.table();
    const { columns } = await set.schema();
    return {
      columns,
      table,
      matrix: await outcomeOf(() => set.load()),
      batches: await outcomeOf(() => batchesOf(set)),
    };
  },
  result: ({ columns, table, matrix, batches }) => ({ columns, table: columnsOf(table), matrix, batches }),
  /** Table, matrix and batches agree, and the table written anew is the same. */
  async check({ table, matrix, batches }, _file, folder, digest) {
    if (matrix.code === undefined && batches.code === undefined) {
      const { x, y } = matrix;
      const same =
        digest([...x.data]) === digest(batches.x) && digest([...(y?.data ?? [])]) === digest(batches.y);
      if (!same) return 'batches give other values than load()';
    }
    for (const [k, name] of (matrix.columnNames ?? []).entries()) {
      const column = table.column(name);
      if (Array.isArray(column)) continue;
      const values = Float64Array.from(column, (_, i) => matrix.x.data[i * matrix.columnNames.length + k]);
      if (digest(values) !== digest(Float64Array.from(column)))
        return `column '${name}' of load() differs from table()`;
    }
    const columns = columnsOf(table);
    const mayBeWritten = columns.every(
      ([, values]) => Array.isArray(values) || !values.some((v) => Math.abs(v) === Infinity),
    );
    if (!mayBeWritten) return undefined;
    const { text, options } = writtenAnew(columns);
    // Zeros at the start are taken for UTF-16.
    if (text.slice(0, 4).includes('\0')) return undefined;
    writeFileSync(pathIn(folder), text);
    const again = await data.csv(pathIn(folder), options).table();
    return digest(columnsOf(again)) === digest(columns)
      ? undefined
      : 'written anew and read again, it differs';
  },
};
