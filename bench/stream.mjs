// Trains a small network on streams of a given size: peak memory, rows per second, and how late timers are meanwhile. Memory does
// not grow with the stream. Then the same rows in memory against a stream of them.
//   node bench/stream.mjs [--gb 0.5] [--gb 5] [--csv 0.5] [--workers 2]
// Batches are made as they are asked for; --csv writes a file of that size, and reads it. Each size has a process of its own.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { data, layers, sequential } from 'steepest';
import { KINDS, writeCsv } from './lib/csvFile.mjs';
import { inOwnProcess, megabytes, peakBytes } from './lib/peak.mjs';
import { printMachine, seconds } from './lib/print.mjs';

const { values } = parseArgs({
  options: {
    gb: { type: 'string', multiple: true, default: ['0.5', '2'] },
    csv: { type: 'string', multiple: true, default: [] },
    workers: { type: 'string', default: '2' },
    folder: { type: 'string', default: tmpdir() },
    train: { type: 'string' },
    file: { type: 'string' },
  },
});

const COLUMNS = 20;
const BATCH_ROWS = 8192;
const MINI_BATCH = 128;
const TICK_MS = 5;
const workers = Number(values.workers);

const model = () =>
  sequential({
    layers: [
      layers.dense({ units: 32, activation: 'relu', inputShape: [COLUMNS] }),
      layers.dense({ units: 1, activation: 'sigmoid' }),
    ],
  }).compile({ optimizer: 'adam', loss: 'binaryCrossentropy' });

/** A batch of its own memory, as a reader of files makes them. */
function makeBatch(number) {
  const x = new Float32Array(BATCH_ROWS * COLUMNS);
  for (let i = 0; i < x.length; i++) x[i] = ((i * 7 + number) % 101) / 50 - 1;
  const y = new Float32Array(BATCH_ROWS);
  for (let i = 0; i < BATCH_ROWS; i++) y[i] = x[i * COLUMNS] > x[i * COLUMNS + 1] ? 1 : 0;
  return { x: { data: x, shape: [BATCH_ROWS, COLUMNS] }, y };
}

function* batches(count) {
  for (let i = 0; i < count; i++) yield makeBatch(i);
}

/** Trains one epoch and prints what it took as JSON. */
async function train(stream) {
  const bare = peakBytes();
  let latest = 0;
  let due = performance.now() + TICK_MS;
  const timer = setInterval(() => {
    const now = performance.now();
    latest = Math.max(latest, now - due);
    due = now + TICK_MS;
  }, TICK_MS);
  let rows = 0;
  async function* counted() {
    for await (const batch of stream) {
      rows += batch.x.shape[0];
      yield batch;
    }
  }
  const took = await seconds(() => model().fit(counted, { batchSize: MINI_BATCH, workers }));
  clearInterval(timer);
  console.log(JSON.stringify({ rows, took, bare, peak: peakBytes(), latest }));
}

function report(title, args) {
  const all = ['--workers', values.workers, ...args];
  const { rows, took, bare, peak, latest } = inOwnProcess(import.meta.url, all);
  console.log(
    `${title}, ${rows} rows: ${Math.round(rows / took / 1000)} thousand rows/s, peak ${megabytes(peak)} resident, ` +
      `${megabytes(bare)} of them before; timer at most ${latest.toFixed(0)} ms late`,
  );
}

async function reportCsv(gigabytes) {
  const folder = await mkdtemp(join(values.folder, 'steepest-stream-'));
  try {
    const path = join(folder, 'table.csv');
    const file = await writeCsv(path, gigabytes * 1e9, COLUMNS, KINDS['six decimals']);
    report(`CSV of ${(file.bytes / 1e9).toFixed(2)} GB`, ['--file', path]);
  } finally {
    await rm(folder, { recursive: true });
  }
}

/** The same rows in memory and as a stream, in turns; the shortest of five counts. */
async function compare() {
  const held = [...batches(24)];
  const rows = held.length * BATCH_ROWS;
  const x = new Float32Array(rows * COLUMNS);
  const y = new Float32Array(rows);
  held.forEach((batch, i) => {
    x.set(batch.x.data, i * BATCH_ROWS * COLUMNS);
    y.set(batch.y, i * BATCH_ROWS);
  });
  const options = { batchSize: MINI_BATCH, workers, epochs: 2 };
  const best = { memory: Number.POSITIVE_INFINITY, stream: Number.POSITIVE_INFINITY };
  for (let turn = 0; turn < 5; turn++) {
    const memory = await seconds(() => model().fit({ data: x, shape: [rows, COLUMNS] }, y, options));
    const stream = await seconds(() => model().fit(held, options));
    best.memory = Math.min(best.memory, memory);
    best.stream = Math.min(best.stream, stream);
  }
  console.log(
    `${rows} rows, two epochs: ${best.memory.toFixed(3)} s from memory, ${best.stream.toFixed(3)} s as a stream, ` +
      `ratio ${(best.stream / best.memory).toFixed(2)}`,
  );
}

if (values.train !== undefined) await train(batches(Number(values.train)));
else if (values.file !== undefined) await train(data.csv(values.file, { target: 'y' }));
else {
  printMachine();
  for (const gb of values.gb) {
    const count = Math.ceil((Number(gb) * 1e9) / (BATCH_ROWS * (COLUMNS + 1) * 4));
    report(`${gb} GB of float32`, ['--train', String(count)]);
  }
  for (const gb of values.csv) await reportCsv(Number(gb));
  await compare();
}
