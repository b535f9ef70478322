// Megabytes of CSV per second: this reader against csv-parse, and against reading the bytes alone, in one run. On a machine with
// other work, the megabytes per second of this process's CPU time say more than those of the clock.
//   node bench/csv.mjs [--mb 200] [--rounds 5] [--columns 20]
// The files are written to the system's folder for temporary files and deleted at the end.
import { createReadStream } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'csv-parse';
import { data } from 'steepest';
import { KINDS, writeCsv } from './lib/csvFile.mjs';
import { median, printMachine, seconds } from './lib/print.mjs';

const { values } = parseArgs({
  options: {
    mb: { type: 'string', default: '200' },
    rounds: { type: 'string', default: '5' },
    columns: { type: 'string', default: '20' },
  },
});
const bytes = Number(values.mb) * 1e6;
const CHUNK_BYTES = 2 ** 20;
/** csv-parse gets a part of the file: it would take most of the time. */
const PEER_SHARE = 0.1;

async function steepest(path) {
  let rows = 0;
  for await (const { x } of data.csv(path, { target: 'y' })) rows += x.shape[0];
  return rows;
}

/** Rows of numbers by csv-parse, as a program without steepest would get them. */
async function csvParse(path, end) {
  let sum = 0;
  const rows = createReadStream(path, { end }).pipe(parse({ from_line: 2, relax_column_count: true }));
  for await (const row of rows) sum += row.map(Number).length;
  return sum;
}

async function bytesOnly(path) {
  const file = await open(path);
  const buffer = Buffer.alloc(CHUNK_BYTES);
  let total = 0;
  for (;;) {
    const { bytesRead } = await file.read(buffer, 0, CHUNK_BYTES);
    if (bytesRead === 0) break;
    total += bytesRead;
  }
  await file.close();
  return total;
}

/** Megabytes per second by the clock, and per second of CPU time. */
async function rates(megabytes, run) {
  const before = process.cpuUsage();
  const took = await seconds(run);
  const { user, system } = process.cpuUsage(before);
  return { clock: megabytes / took, cpu: megabytes / ((user + system) / 1e6) };
}

printMachine();
const folder = await mkdtemp(join(tmpdir(), 'steepest-csv-'));
try {
  for (const [kind, write] of Object.entries(KINDS)) {
    const path = join(folder, 'table.csv');
    const file = await writeCsv(path, bytes, Number(values.columns), write);
    const rate = { steepest: [], 'csv-parse and Number()': [], 'bytes only': [] };
    for (let round = 0; round < Number(values.rounds); round++) {
      const mb = file.bytes / 1e6;
      rate.steepest.push(await rates(mb, () => steepest(path)));
      rate['bytes only'].push(await rates(mb, () => bytesOnly(path)));
      const part = Math.floor(file.bytes * PEER_SHARE);
      rate['csv-parse and Number()'].push(await rates(part / 1e6, () => csvParse(path, part)));
    }
    console.log(
      `\n${kind}: ${(file.bytes / 1e6).toFixed(0)} MB, ${file.rows} rows × ${Number(values.columns) + 1} columns`,
    );
    for (const [name, list] of Object.entries(rate)) {
      const of = (clock) => median(list.map((each) => each[clock])).toFixed(0);
      console.log(
        `  ${name.padEnd(24)} ${of('clock')} MB/s, ${of('cpu')} MB per second of CPU time (medians)`,
      );
    }
    await rm(path);
  }
} finally {
  await rm(folder, { recursive: true });
}
