// An HTTP server that predicts, and retrains in the background.
//   npx steepest example serve [--model churn.safetensors] [--port 3000] [--rows 5000]
//                              [--workers 1]
//   curl localhost:3000/predict -d '[{"tenure": 3, "charge": 89.5, "contract": "monthly"}]'
//   curl -X POST localhost:3000/retrain
//   curl localhost:3000/health
// Without --model it trains one on made-up customers first. A gap is a missing key or null.
// A process of its own reads and trains, and gives way to the one that answers; `workers` are the
// threads that compute there: leave a core to the requests.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createServer } from 'node:http';
import { load, Pipeline, SteepestError } from 'steepest';
import { NUMBERS, TEXT } from './lib/churn-model.mjs';
import { readOptions } from './lib/options.mjs';

const { options } = readOptions(import.meta.url, {
  model: 'text',
  port: 'seed',
  rows: 'count',
  workers: 'workers',
});
const { port = 3000, rows = 5000, workers = 1 } = options;
const MOST_BODY_BYTES = 1e6;
const MOST_CUSTOMERS = 1000;
/** Requests that are being answered have this long when the server stops. */
const GRACE_MS = 5000;

/**
 * The process that trains compiles and collects garbage on its main thread. Helper threads would
 * take the second core besides, and then requests find none free.
 */
const TRAINER = { serialization: 'advanced', execArgv: ['--single-threaded'] };

/** The process that trains; undefined while none does. */
let trainer;

let isStopping = false;

/**
 * A new model; the one that answers is not touched. Undefined if the server stops meanwhile.
 * @param isBackground requests are answered meanwhile
 */
async function train(seed, isBackground) {
  trainer = fork(new URL('./lib/retrain.mjs', import.meta.url), TRAINER);
  let bytes;
  trainer.once('message', (sent) => {
    bytes = sent;
  });
  trainer.send({ rows, seed, workers, isBackground });
  try {
    // Messages come before 'disconnect'.
    const [[code]] = await Promise.all([once(trainer, 'exit'), once(trainer, 'disconnect')]);
    if (code !== 0 && !isStopping) throw new Error(`the process that trains ended with code ${code}`);
  } finally {
    trainer = undefined;
  }
  return bytes && load(bytes, Pipeline);
}

const file = options.model;
const first = file !== undefined && existsSync(file) ? await load(file, Pipeline) : await train(1, false);
/** Requests read it once, so each is answered by one model. */
let current = { model: first, version: 1 };
let training;

/** One retraining at a time; the models are swapped when the new one is complete and saved. */
async function retrain() {
  const version = current.version + 1;
  const model = await train(version, true);
  if (model === undefined) return;
  if (file !== undefined) await model.save(file);
  current = { model, version };
}

function startRetraining() {
  training ??= retrain()
    .catch((error) => console.error(`not retrained: ${error.message}`))
    .finally(() => {
      training = undefined;
    });
}

/** Rows with every column; a key that is missing is a gap. */
function readCustomers(text) {
  const given = JSON.parse(text);
  const list = Array.isArray(given) ? given : [given];
  if (list.length > MOST_CUSTOMERS) throw new RangeError(`at most ${MOST_CUSTOMERS} customers, please`);
  return list.map((customer) =>
    Object.fromEntries([...NUMBERS, ...TEXT].map((name) => [name, customer?.[name] ?? null])),
  );
}

async function bodyOf(request) {
  let text = '';
  for await (const chunk of request.setEncoding('utf8')) {
    text += chunk;
    if (text.length > MOST_BODY_BYTES) throw new RangeError('a smaller body, please');
  }
  return text;
}

const ROUTES = {
  'GET /health': () => ({
    status: 200,
    body: { version: current.version, training: training !== undefined },
  }),
  'POST /retrain': () => {
    startRetraining();
    return { status: 202, body: { training: true } };
  },
  'POST /predict': async (request) => {
    const { model, version } = current;
    const list = readCustomers(await bodyOf(request));
    const leave = list.length === 0 ? [] : Array.from(model.predictProbaSync(list).column('yes'));
    return { status: 200, body: { version, leave } };
  },
};

async function answer(request) {
  try {
    const route = ROUTES[`${request.method} ${request.url}`];
    return route ? await route(request) : { status: 404, body: { error: 'no such page' } };
  } catch (error) {
    // What the caller can change; everything else is a fault of the server.
    const isTheirs = [SyntaxError, RangeError, SteepestError].some((Class) => error instanceof Class);
    if (!isTheirs) console.error(error);
    return {
      status: isTheirs ? 400 : 500,
      body: { error: isTheirs ? error.message : 'a fault of the server' },
    };
  }
}

const server = createServer(async (request, response) => {
  const { status, body } = await answer(request);
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
});
server.listen(port);
await once(server, 'listening');
console.log(`listening on port ${server.address().port}`);

async function stop() {
  isStopping = true;
  trainer?.kill();
  server.close();
  server.closeIdleConnections();
  const late = setTimeout(() => server.closeAllConnections(), GRACE_MS);
  await Promise.all([server.listening && once(server, 'close'), training]);
  clearTimeout(late);
  console.log('stopped');
}
for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop);
