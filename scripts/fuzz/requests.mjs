/**
 * Hostile requests to `steepest serve`: malformed, huge, slow, cut off and wrong ones, between good
 * ones whose answers are compared. Does anything but an answer or a closed connection come back? Does
 * the server stay, and does its memory grow?
 *
 *   node scripts/fuzz/requests.mjs [--requests 100000] [--connections 150] [--seed 1]
 *
 * in a built checkout. The exit status is 1 if something went wrong.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import {
  columnTransformer,
  LogisticRegression,
  OneHotEncoder,
  pipeline,
  SimpleImputer,
} from '../../dist/esm/index.js';
import { doOneOf, drawFrom, oneOf } from './lib/draw.mjs';

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '100000' },
    connections: { type: 'string', default: '150' },
    seed: { type: 'string', default: '1' },
  },
});
const MIB = 2 ** 20;
/** What may be there at the end that was not there after the first tenth. */
const MOST_GROWTH = 40 * MIB;
const TENTHS = 10;
/** A request that is neither answered nor closed by then is a fault: far above --timeout. */
const MOST_MS = 10_000;
const STATUSES = [100, 200, 400, 404, 405, 408, 413, 415, 417, 422, 431, 503];

const ROW = { age: 30, city: 'Bern' };
const GOOD = JSON.stringify({ row: ROW, proba: true });

const request = (body, { path = '/predict', method = 'POST', headers = '', length } = {}) =>
  `${method} ${path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n` +
  `Content-Length: ${length ?? Buffer.byteLength(body)}\r\n${headers}\r\n${body}`;

const HOSTILE_VALUES = [
  ...['null', 'true', '[]', '{}', '""', '-0', '1e999', '1e-999', '"__proto__"', '"\\ud800"', '[[[[1]]]]'],
  ...['{"__proto__":{"x":1}}', '9'.repeat(400), `"${'x'.repeat(5000)}"`, '[1,2,3,4,5,6]', '0.1', '"Bern"'],
];

/** Bodies that are JSON, or nearly. */
const BODIES = [
  (draw) => `{"row":{"age":${oneOf(draw, HOSTILE_VALUES)},"city":${oneOf(draw, HOSTILE_VALUES)}}}`,
  (draw) => `{"rows":[${Array.from({ length: draw(20) }, () => oneOf(draw, HOSTILE_VALUES)).join()}]}`,
  (draw) =>
    `{"${oneOf(draw, ['row', 'rows', 'proba', '__proto__', 'instances'])}":${oneOf(draw, HOSTILE_VALUES)}}`,
  (draw) => `{"row":${'['.repeat(draw(20_000))}`,
  (draw) => `{"row":${'['.repeat(5000)}${']'.repeat(5000)}}${draw(2) === 0 ? ' ' : 'x'}`,
  (draw) =>
    `{"rows":[${Array(1 + draw(3000))
      .fill('{"age":1,"city":"Bern"}')
      .join()}]}`,
  (draw) => GOOD.slice(0, draw(GOOD.length)),
  (draw) => {
    const bytes = Buffer.from(GOOD);
    for (let i = draw(4); i >= 0; i--) bytes[draw(bytes.length)] = draw(256);
    return bytes.toString('latin1');
  },
];

/** Everything that is sent over one connection: [bytes, whether the client then goes]. */
const KINDS = [
  (draw) => [request(doOneOf(draw, BODIES))],
  (draw) => [request(doOneOf(draw, BODIES))],
  (draw) => [
    request(doOneOf(draw, BODIES), {
      path: `/predict?${oneOf(draw, ['proba=1', 'proba=x', 'x', '%%%', '=&=&'])}`,
    }),
  ],
  (draw) => [
    request('', {
      path: oneOf(draw, ['/', '/x', '//', '*', '/predict/..', `/${'x'.repeat(3000)}`, '/metrics']),
      method: oneOf(draw, ['GET', 'PUT', 'HEAD', 'OPTIONS', 'CONNECT', 'FOO']),
    }),
  ],
  (draw) => [
    request(GOOD, {
      headers: `${oneOf(draw, ['Expect: 100-continue', 'Expect: tea', 'Upgrade: websocket\r\nConnection: Upgrade', 'Content-Encoding: gzip', 'Transfer-Encoding: chunked', 'X: \u0001', `X: ${'y'.repeat(draw(20_000))}`])}\r\n`,
    }),
  ],
  (draw) => [request(GOOD, { length: oneOf(draw, [0, 1, GOOD.length + 100, 2e6, 1e20, '-1', 'x']) })],
  (draw) => [request(GOOD).repeat(1 + draw(5))],
  (draw) => [request(GOOD) + String.fromCharCode(...Array.from({ length: draw(300) }, () => draw(256)))],
  (draw) => [String.fromCharCode(...Array.from({ length: 1 + draw(300) }, () => draw(256)))],
  (draw) => [request(GOOD).slice(0, 1 + draw(200)), true],
  () => [request(GOOD), true],
  (draw) => [
    `POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n${oneOf(draw, ['zz\r\n', '5\r\nabc', `${'f'.repeat(17)}\r\n`, '0\r\n\r\n', `ffff\r\n${'x'.repeat(65_535)}\r\n0\r\n\r\n`, `2;${'e'.repeat(20_000)}\r\n{}\r\n0\r\n\r\n`])}`,
  ],
  // Slow ones, few of them: each keeps its connection until the limit.
  (draw) => (draw(30) === 0 ? [request(GOOD).slice(0, 1 + draw(150))] : [request(doOneOf(draw, BODIES))]),
];

/** Sends one thing over a connection of its own. @returns all that came back */
function send(port, [bytes, goes]) {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let text = '';
    const late = setTimeout(() => {
      socket.destroy();
      reject(
        new Error(`no answer and no end within ${MOST_MS} ms of ${JSON.stringify(bytes.slice(0, 300))}`),
      );
    }, MOST_MS);
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      text += chunk;
      // A whole answer of a connection that stays open.
      if (/\r\n\r\n/.test(text) && !/^connection: close/im.test(text)) socket.end();
    });
    socket.on('error', () => {});
    socket.on('close', () => {
      clearTimeout(late);
      resolve(text);
    });
    socket.write(bytes, 'latin1', () => {
      if (goes) socket.destroy();
    });
  });
}

const folder = mkdtempSync(join(tmpdir(), 'steepest-requests-'));
const file = join(folder, 'model.safetensors');
const rows = Array.from({ length: 40 }, (_, i) => ({ age: i, city: i % 3 === 0 ? 'Bern' : 'Rome' }));
const model = pipeline(
  columnTransformer([
    ['age', new SimpleImputer(), ['age']],
    ['city', new OneHotEncoder(), ['city']],
  ]),
  new LogisticRegression({ maxIter: 1000 }),
);
await model.fit(
  rows,
  rows.map((_, i) => (i > 20 ? 'old' : 'young')),
);
await model.save(file);
const [prediction] = model.predictSync(ROW);

const cli = fileURLToPath(new URL('../../dist/bundle/cjs/cli.js', import.meta.url));
const args = [
  'serve',
  file,
  '--port',
  '0',
  '--timeout',
  '500ms',
  '--max-body',
  '100kb',
  '--max-queue',
  '50',
  '--json',
];
const server = spawn(process.execPath, [cli, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
const exited = once(server, 'exit');
let log = '';
server.stderr.setEncoding('utf8').on('data', (chunk) => {
  log += chunk;
});
const [line] = await once(createInterface({ input: server.stdout }), 'line');
const { port } = JSON.parse(line);

const problems = [];
const counts = new Map();

function judge(text) {
  for (const [, status] of text.matchAll(/^HTTP\/1\.1 (\d+) /gm)) {
    counts.set(status, (counts.get(status) ?? 0) + 1);
    if (!STATUSES.includes(Number(status))) problems.push(`status ${status}: ${text.slice(0, 500)}`);
  }
}

async function checkGood() {
  const response = await fetch(`http://127.0.0.1:${port}/predict`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: GOOD,
  });
  const body = await response.json();
  const isBusy = [408, 503].includes(response.status);
  if (!isBusy && body.prediction !== prediction) problems.push(`a good row gave ${JSON.stringify(body)}`);
}

function residentBytes() {
  if (process.platform !== 'linux') return 0;
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))[1]) * 1024;
}

const total = Number(values.requests);
let sent = 0;
let answered = 0;
const sizes = [];
async function sender() {
  while (sent < total && problems.length === 0) {
    const draw = drawFrom(Number(values.seed), sent++);
    try {
      judge(await send(port, doOneOf(draw, KINDS)));
      if (sent % 100 === 0) await checkGood();
    } catch (error) {
      problems.push(error.message);
    }
    if (++answered % Math.ceil(total / TENTHS) === 0) {
      sizes.push(residentBytes());
      console.log(`${answered} requests, ${(sizes.at(-1) / MIB).toFixed(0)} MiB resident`);
    }
  }
}

await Promise.all(Array.from({ length: Number(values.connections) }, sender));
const metrics = await (await fetch(`http://127.0.0.1:${port}/metrics`)).text();
const leftOver = /^steepest_(queue_requests|body_bytes) [1-9].*$/m.exec(metrics)?.[0];
if (leftOver !== undefined) problems.push(`something is left: ${leftOver}`);
server.kill('SIGTERM');
const [code] = await exited;
if (code !== 0) problems.push(`the server ended with ${code}`);
if (/"event":"fault"/.test(log)) problems.push(`faults: ${log.slice(0, 2000)}`);
const growth = sizes.at(-1) - sizes[0];
if (growth > MOST_GROWTH) problems.push(`memory grew by ${(growth / MIB).toFixed(0)} MiB`);
rmSync(folder, { recursive: true });
console.log(
  `answers: ${[...counts]
    .sort()
    .map(([status, count]) => `${status}: ${count}`)
    .join(', ')}`,
);
for (const problem of problems) console.log(`FAULT ${problem}`);
console.log(problems.length === 0 ? `${sent} requests: nothing went wrong` : 'something went wrong');
process.exitCode = problems.length === 0 ? 0 : 1;
