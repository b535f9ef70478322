// Latency of an HTTP server's predictions while it retrains, against the same server idle, in one
// run: the example `serve`, asked by this process at a steady rate. Rounds alternate, idle and
// training, after requests and a retraining that do not count: until Node.js has compiled what
// answers, its compiler takes a core now and then. Quantiles are over all requests of all rounds.
//   node bench/serve.mjs [--rounds 5] [--seconds 2] [--rate 200] [--rows 200000] [--workers 1]
// Without --workers, the server trains with one thread fewer than there are cores, as
// docs/serving.md recommends.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { availableParallelism } from 'node:os';
import { createInterface } from 'node:readline';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { median, printMachine, quantile } from './lib/print.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '2' },
    rate: { type: 'string', default: '200' },
    rows: { type: 'string', default: '200000' },
    workers: { type: 'string', default: String(Math.max(1, availableParallelism() - 1)) },
  },
});
/** Rounds that do not count, and their requests per second. */
const WARM_UPS = 3;
const WARM_UP_RATE = 1000;
const BODY = JSON.stringify({ tenure: 3, charge: 89.5, contract: 'monthly' });
const agent = new Agent({ keepAlive: true });

function ask(port, path, method, body = '') {
  return new Promise((resolve, reject) => {
    const sent = request({ port, path, method, agent }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (chunk) => {
        text += chunk;
      });
      response.on('end', () => resolve(JSON.parse(text)));
    });
    sent.on('error', reject);
    sent.end(body);
  });
}

/** Milliseconds of each request, sent on time whether or not earlier ones are answered. */
async function latencies(port, isTraining, rate = Number(values.rate)) {
  const count = Number(values.seconds) * rate;
  const start = performance.now();
  const all = [];
  let version = 0;
  for (let i = 0; i < count; i++) {
    const due = start + (1000 * i) / rate;
    if (due > performance.now()) await wait(due - performance.now());
    const begun = performance.now();
    all.push(
      ask(port, '/predict', 'POST', BODY).then((answer) => {
        // A training that has ended is followed by another.
        if (isTraining && answer.version !== version) ask(port, '/retrain', 'POST');
        version = answer.version;
        return performance.now() - begun;
      }),
    );
  }
  return Promise.all(all);
}

async function untilIdle(port) {
  while ((await ask(port, '/health', 'GET')).training) await wait(20);
  await wait(200);
}

printMachine();
const example = fileURLToPath(new URL('../examples/serve.mjs', import.meta.url));
const args = [example, '--port', '0', '--rows', values.rows, '--workers', values.workers];
const server = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
const [line] = await once(createInterface({ input: server.stdout }), 'line');
const port = Number(/\d+$/.exec(line)[0]);
console.log(
  `${values.rate} requests/s of one row; training on ${values.rows} rows with ${values.workers} workers`,
);
for (let i = 0; i < WARM_UPS; i++) await latencies(port, i === 1, WARM_UP_RATE);
await untilIdle(port);
const rounds = { idle: [], training: [] };
for (let round = 0; round < Number(values.rounds); round++) {
  rounds.idle.push(await latencies(port, false));
  await ask(port, '/retrain', 'POST');
  rounds.training.push(await latencies(port, true));
  await untilIdle(port);
}
const SHARES = { p50: 0.5, p90: 0.9, p99: 0.99, 'p99.9': 0.999, worst: 1 };
for (const [name, list] of Object.entries(rounds)) {
  const all = list.flat();
  const shown = Object.entries(SHARES).map(
    ([title, share]) => `${title} ${quantile(all, share).toFixed(2)} ms`,
  );
  console.log(`${name.padEnd(10)} ${shown.join(', ')} (${all.length} requests)`);
}
const ratio = (training, idle) => quantile(training, 0.99) / quantile(idle, 0.99);
const ratios = rounds.training.map((each, i) => ratio(each, rounds.idle[i]));
console.log(
  `p99 while training / idle: ${ratio(rounds.training.flat(), rounds.idle.flat()).toFixed(2)}; ` +
    `rounds ${ratios.map((r) => r.toFixed(2)).join(', ')}, median ${median(ratios).toFixed(2)}`,
);
server.kill('SIGTERM');
await once(server, 'exit');
agent.destroy();
