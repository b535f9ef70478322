// RidgeCV with 50 alphas and five folds on a stream of a given size, in one pass: peak memory and
// megabytes per second. Memory does not grow with the stream.
//   node bench/ridge-memory.mjs [--gb 0.25] [--gb 2] [--columns 20]
// Each size is read by a process of its own. The stream is a generator, so that no disk and no
// parser counts.
import { parseArgs } from 'node:util';
import { RidgeCV } from 'steepest';
import { inOwnProcess, peakBytes, readingLine } from './lib/peak.mjs';
import { printMachine, seconds } from './lib/print.mjs';

const { values } = parseArgs({
  options: {
    gb: { type: 'string', multiple: true, default: ['0.25', '2'] },
    columns: { type: 'string', default: '20' },
    read: { type: 'string' },
  },
});

const BATCH_ROWS = 50_000;
const ALPHAS = Array.from({ length: 50 }, (_, i) => 10 ** (-3 + i / 8));

/** Batches of the same numbers in turn: only their targets differ, by the number of the batch. */
function* batches(rows, cols) {
  const x = Float64Array.from(
    { length: BATCH_ROWS * cols },
    (_, i) => ((i * 7919 + (i % 31) ** 3) % 1009) / 500 - 1,
  );
  for (let done = 0; done < rows; done += BATCH_ROWS) {
    const y = Float64Array.from(
      { length: BATCH_ROWS },
      (_, r) => 3 * x[r * cols] - x[r * cols + 1] + ((done + r) % 17) / 10,
    );
    yield { x: { data: x, shape: [BATCH_ROWS, cols] }, y };
  }
}

async function read(gigabytes, cols) {
  const rows = BATCH_ROWS * Math.ceil((gigabytes * 1e9) / (8 * cols * BATCH_ROWS));
  const bare = peakBytes();
  const model = new RidgeCV({ alphas: ALPHAS, cv: 5 });
  const took = await seconds(() => model.fit(batches(rows, cols)));
  console.log(JSON.stringify({ rows, took, bare, peak: peakBytes(), alpha: model.alpha }));
}

function measure(gigabytes) {
  const args = ['--read', gigabytes, '--columns', values.columns];
  const { alpha, ...found } = inOwnProcess(import.meta.url, args);
  const bytes = found.rows * 8 * Number(values.columns);
  console.log(readingLine({ ...found, bytes, note: `alpha ${alpha}, ` }));
}

if (values.read !== undefined) await read(Number(values.read), Number(values.columns));
else {
  printMachine();
  for (const gigabytes of values.gb) measure(gigabytes);
}
