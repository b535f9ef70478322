// A job of which one rank fails while all train: mpirun -n 4 node cluster-fault.mjs FAULT MARK
// MARK stands in the command line only, so that processes of the job can be found.
import { layers, sequential } from 'steepest';
import { cluster } from 'steepest/cluster';

const FAULTS = {
  kill: () => process.kill(process.pid, 'SIGKILL'),
  throw: () => {
    setImmediate(() => {
      throw new Error('a fault on purpose');
    });
  },
  exit0: () => process.exit(0),
  exit3: () => process.exit(3),
  sleep: () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0),
};
const TIMEOUT_MS = 2000;
const MOMENT_MS = 100;

const [fault] = process.argv.slice(2);
const c = await cluster({ timeoutMs: TIMEOUT_MS });
if (c.rank === 1 && fault in FAULTS) setTimeout(FAULTS[fault], MOMENT_MS * Math.random());
const model = sequential({ layers: [layers.dense({ units: 1, inputShape: [4] })] }).compile({
  optimizer: 'adam',
  loss: 'mse',
});
const x = Array.from({ length: 64 }, (_, i) => [i, i % 2, i % 3, 1].map((value) => value / 64));
// Longer than the fault takes to come, and than a rank that sleeps may.
await model.fit(
  x,
  x.map(([first]) => first),
  { epochs: 1e6, batchSize: 64, cluster: c, shards: 4 },
);
await c.close();
