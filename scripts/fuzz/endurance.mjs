/**
 * Does anything grow? Each figure repeats one thing many times and prints how much memory and how
 * many threads the process has, at ten points of the way.
 *
 *   node scripts/fuzz/endurance.mjs [figure …] [--share 0.01]
 *
 * in a built checkout. Without names all figures are run, each in a process of its own. `--share`
 * runs a part of them. The exit status is 1 if memory or threads grew.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { layers, sequential, shutdown } from '../../dist/esm/index.js';
import { idleThreads } from '../../dist/esm/parallel/threads.js';

const MIB = 2 ** 20;
/** What may lie about at the end that was not there after the first tenth. */
const MOST_GROWTH = 100 * MIB;
/** Threads that were lost may not have quite ended. */
const MORE_THREADS = 2;
const MOST_ADDRESS_SPACE = 50 * 2 ** 30;
const WORKERS = 2;
const UNITS = 220;
const STEPS_PER_EPOCH = 100;

const inputs = (rows, columns) => ({
  data: new Float32Array(rows * columns).map((_, i) => (i % 7) / 7),
  shape: [rows, columns],
});

function network(units, learningRate = 0.001) {
  const model = sequential({ layers: [layers.dense({ units, inputShape: [units] })] });
  return model.compile({ optimizer: { name: 'adam', learningRate }, loss: 'meanSquaredError' });
}

/** Repeats an asynchronous action. */
const again = (make) => async (times, report) => {
  const action = await make();
  for (let i = 1; i <= times; i++) {
    await action(i);
    report(i);
  }
};

/** Trains until the first epoch has ended and then ends one of its threads. */
async function loseThread(model, x) {
  await model.fit(x, x, { epochs: 1, batchSize: 8, workers: WORKERS });
  const [victim] = idleThreads(WORKERS);
  const onEpochEnd = () => void victim.terminate();
  const lost = await model
    .fit(x, x, { epochs: 1e6, batchSize: 8, workers: WORKERS, callbacks: { onEpochEnd } })
    .then(
      () => undefined,
      (error) => error.code,
    );
  if (lost !== 'ERR_WORKER_LOST') throw new Error(`a lost thread gave ${lost}`);
}

const FIGURES = {
  requests: {
    words: 'predictions on the pool, as a server makes them',
    times: 100_000,
    run: again(() => {
      const model = sequential({ layers: [layers.dense({ units: 16, inputShape: [16] })] });
      const x = inputs(64, 16);
      return () => model.predict(x, { workers: WORKERS, batchSize: 16 });
    }),
  },
  steps: {
    words: 'steps of one fit',
    times: 100_000,
    run: async (times, report) => {
      const model = network(UNITS);
      const x = inputs(8 * STEPS_PER_EPOCH, UNITS);
      const epochs = Math.ceil(times / STEPS_PER_EPOCH);
      let steps = 0;
      const onEpochEnd = () => {
        steps += STEPS_PER_EPOCH;
        report(steps);
      };
      await model.fit(x, x, { epochs, batchSize: 8, workers: WORKERS, callbacks: { onEpochEnd } });
    },
  },
  fits: {
    words: 'fits',
    times: 300,
    run: again(() => {
      const [model, x] = [network(UNITS), inputs(8, UNITS)];
      return () => model.fit(x, x, { epochs: 1, batchSize: 8, workers: WORKERS });
    }),
  },
  predictions: {
    words: 'predictions of many rows on the pool',
    times: 300,
    run: again(() => {
      const model = sequential({ layers: [layers.dense({ units: 16, inputShape: [16] })] });
      const x = inputs(8192, 16);
      return () => model.predict(x, { batchSize: 1024, workers: WORKERS });
    }),
  },
  failures: {
    words: 'fits that fail',
    times: 300,
    run: again(() => {
      const [model, x] = [network(UNITS, 1e38), inputs(8, UNITS)];
      return async () => {
        const code = await model.fit(x, x, { epochs: 9, batchSize: 8, workers: WORKERS }).then(
          () => undefined,
          (error) => error.code,
        );
        if (code !== 'ERR_DIVERGED') throw new Error(`a fit that cannot succeed gave ${code}`);
      };
    }),
  },
  lost: {
    words: 'threads lost in a fit',
    times: 100,
    run: again(() => {
      const [model, x] = [network(UNITS), inputs(8, UNITS)];
      return () => loseThread(model, x);
    }),
  },
};

/** What Linux says of this process, in bytes or as a number; NaN elsewhere. */
function status(key) {
  if (process.platform !== 'linux') return Number.NaN;
  const found = new RegExp(`${key}:\\s+(\\d+)`).exec(readFileSync('/proc/self/status', 'utf8'));
  return Number(found[1]) * (key.startsWith('Vm') ? 1024 : 1);
}

const state = () => ({
  rss: process.memoryUsage.rss(),
  threads: status('Threads'),
  space: status('VmSize'),
});

async function runFigure(name, share) {
  const { words, times, run } = FIGURES[name];
  const all = Math.max(10, Math.round(times * share));
  const tenth = Math.ceil(all / 10);
  let first;
  let last;
  await run(all, (done) => {
    if (done % tenth !== 0 && done !== all) return;
    last = state();
    first ??= last;
    const { rss, threads, space } = last;
    console.log(
      `${done} ${words}: ${Math.round(rss / MIB)} MiB, ${threads} threads, ` +
        `${(space / 2 ** 30).toFixed(1)} GiB of addresses`,
    );
  });
  await shutdown();
  const grew = [];
  if (last.rss - first.rss > MOST_GROWTH) grew.push('memory');
  if (last.threads - first.threads > MORE_THREADS) grew.push('threads');
  if (last.space > MOST_ADDRESS_SPACE) grew.push('address space');
  if (grew.length > 0) console.error(`${name}: ${grew.join(', ')} grew`);
  return grew.length === 0;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { share: { type: 'string', default: '1' } },
});
const share = Number(values.share);
const unknown = positionals.find((name) => !Object.hasOwn(FIGURES, name));
if (unknown !== undefined || !(share > 0)) {
  console.error(`figures: ${Object.keys(FIGURES).join(', ')}; --share above 0`);
  process.exit(2);
}
if (positionals.length === 1) {
  process.exitCode = (await runFigure(positionals[0], share)) ? 0 : 1;
} else {
  const names = positionals.length > 0 ? positionals : Object.keys(FIGURES);
  for (const name of names) {
    try {
      execFileSync(process.execPath, [fileURLToPath(import.meta.url), name, '--share', values.share], {
        stdio: 'inherit',
      });
    } catch {
      process.exitCode = 1;
    }
  }
}
