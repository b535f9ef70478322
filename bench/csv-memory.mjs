// Iterates a CSV file of a given size in batches: peak memory and megabytes per second. Memory does not grow with the file.
//   node bench/csv-memory.mjs [--gb 0.25] [--gb 5] [--columns 20] [--folder /tmp]
// Each size is written, read by a process of its own, and deleted.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { data } from 'steepest';
import { KINDS, writeCsv } from './lib/csvFile.mjs';
import { inOwnProcess, peakBytes, readingLine } from './lib/peak.mjs';
import { printMachine, seconds } from './lib/print.mjs';

const { values } = parseArgs({
  options: {
    gb: { type: 'string', multiple: true, default: ['0.25', '1'] },
    columns: { type: 'string', default: '20' },
    folder: { type: 'string', default: tmpdir() },
    read: { type: 'string' },
  },
});

/** Reads the file and checks that every row came: the sum of y counts them in ones and zeros. */
async function read(path) {
  const bare = peakBytes();
  let rows = 0;
  let ones = 0;
  const took = await seconds(async () => {
    for await (const { x, y } of data.csv(path, { target: 'y' })) {
      rows += x.shape[0];
      for (const label of y.data) ones += label;
    }
  });
  console.log(JSON.stringify({ rows, ones, took, bare, peak: peakBytes() }));
}

async function measure(gigabytes) {
  const folder = await mkdtemp(join(values.folder, 'steepest-csv-'));
  try {
    const path = join(folder, 'table.csv');
    const file = await writeCsv(path, gigabytes * 1e9, Number(values.columns), KINDS['six decimals']);
    const found = inOwnProcess(import.meta.url, ['--read', path]);
    if (found.rows !== file.rows) throw new Error(`${found.rows} rows came of ${file.rows}`);
    console.log(readingLine({ ...found, bytes: file.bytes }));
  } finally {
    await rm(folder, { recursive: true });
  }
}

if (values.read !== undefined) await read(values.read);
else {
  printMachine();
  for (const gigabytes of values.gb) await measure(Number(gigabytes));
}
