// Requests to `steepest serve` from many connections, while the machine is idle and while a second
// process trains: with normal priority and all workers, and with `priority: 'background'`. Network
// 784-128-10; every answer is compared with the package's own prediction. Rounds of the three
// conditions alternate; quantiles are over all requests of all rounds.
//   node bench/requests.mjs [--requests 10000] [--connections 50] [--rounds 2] [--digits 3]
//                           [--only idle,normal,background]
// --digits: decimals of the numbers in a request; 3 make 4.6 kB of JSON, 17 what floats print as.
import { fork, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { layers, sequential } from 'steepest';
import { printMachine, quantile } from './lib/print.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '10000' },
    connections: { type: 'string', default: '50' },
    rounds: { type: 'string', default: '2' },
    digits: { type: 'string', default: '3' },
    only: { type: 'string', default: 'idle,normal,background' },
  },
});
const INPUTS = 784;
const BODIES = 64;
/** Requests before the first round, until Node.js has compiled what answers. */
const WARM_UP = 4000;
/** Requests of one connection, for the latency of a single one. */
const SINGLE = 2000;

const own = (path) => fileURLToPath(new URL(path, import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'steepest-requests-'));
const file = join(folder, 'model.safetensors');
const classes = Array.from({ length: 10 }, (_, i) => `digit ${i}`);
const model = sequential({
  seed: 1,
  classes,
  layers: [
    layers.dense({ units: 128, activation: 'relu', inputShape: [INPUTS] }),
    layers.dense({ units: classes.length, activation: 'softmax' }),
  ],
}).compile({ loss: 'sparseCategoricalCrossentropy' });
await model.save(file);

/** Rows as a client would send them, and the answers that they have to get. */
const rows = Array.from({ length: BODIES }, (_, k) =>
  Array.from({ length: INPUTS }, (_, j) =>
    Number((((k * 131 + j * 7919) % 997) / 997).toFixed(Number(values.digits))),
  ),
);
const bodies = rows.map((row) => JSON.stringify({ row }));
const answers = (await model.predictClasses(rows)).map((prediction) => `${JSON.stringify({ prediction })}\n`);

async function startServer() {
  const args = [own('../dist/bundle/cjs/cli.js'), 'serve', file, '--port', '0'];
  const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface({ input: server.stdout }), 'line');
  return { server, port: Number(/:(\d+)\D*$/.exec(line)[1]) };
}

async function startTraining(priority) {
  const process = fork(own('lib/trainForever.mjs'));
  process.send({ priority });
  await once(process, 'message');
  return process;
}

async function end(child) {
  const exit = once(child, 'exit');
  child.kill('SIGTERM');
  await exit;
}

const client = fork(own('lib/loadClient.mjs'));
const load = async (port, connections, requests) => {
  client.send({ port, path: '/predict', bodies, answers, connections, requests });
  const [result] = await once(client, 'message');
  return result;
};

function print(title, results) {
  const all = results.flatMap(({ latencies }) => latencies);
  const seconds = results.reduce((sum, result) => sum + result.seconds, 0);
  const errors = results.reduce((sum, result) => sum + result.errors, 0);
  const shares = { p50: 0.5, p99: 0.99, 'p99.9': 0.999, worst: 1 };
  const shown = Object.entries(shares).map(
    ([name, share]) => `${name} ${quantile(all, share).toFixed(2)} ms`,
  );
  const rate = Math.round(all.length / seconds);
  console.log(`${title.padEnd(34)} ${shown.join(', ')}, ${rate} requests/s, ${errors} errors`);
  const error = results.find(({ firstError }) => firstError !== undefined)?.firstError;
  if (error !== undefined) console.log(`  the first error: ${error}`);
}

printMachine();
const { server, port } = await startServer();
const connections = Number(values.connections);
const conditions = values.only.split(',');
console.log(`${bodies[0].length} bytes per request, ${connections} connections`);
await load(port, connections, WARM_UP);
const results = new Map();
for (let round = 0; round < Number(values.rounds); round++) {
  for (const condition of conditions) {
    const training = condition === 'idle' ? undefined : await startTraining(condition);
    for (const [title, count, requests] of [
      ['single', 1, SINGLE],
      ['concurrent', connections, Number(values.requests)],
    ]) {
      const key = `${condition}, ${title}`;
      results.set(key, [...(results.get(key) ?? []), await load(port, count, requests)]);
    }
    if (training !== undefined) await end(training);
  }
}
for (const [title, list] of results) print(title, list);
await end(server);
client.disconnect();
rmSync(folder, { recursive: true });
