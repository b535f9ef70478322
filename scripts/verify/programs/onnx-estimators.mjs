// Exports estimators and pipelines and runs them with onnxruntime-node, in the folder in which the
// package is installed.
//   node onnx-estimators.mjs FOLDER OF onnxruntime-node
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as steepest from 'steepest';
import { compareOutputs, expectedOutputs, onnxInputs } from './exchange/estimatorOutputs.mjs';
import { estimatorCases } from './exchange/estimators.mjs';

const TABLES = 25;
const ROWS = 33;
const MOST_DIFFERENCE = 1e-6;

const require = createRequire(join(process.argv[2], 'package.json'));
const { InferenceSession, Tensor, env } = require('onnxruntime-node');
/** Errors of unknown categories are wanted, and not printed. */
const settings = { intraOpNumThreads: 1, interOpNumThreads: 1, logSeverityLevel: 4 };

function tensorOf({ data, shape }) {
  const isText = typeof data[0] === 'string';
  return new Tensor(isText ? 'string' : 'float64', isText ? data : Float64Array.from(data), shape);
}

async function runGraph(session, inputs) {
  const feeds = session.inputNames.map((name) => [name, tensorOf(inputs[name])]);
  const outputs = await session.run(Object.fromEntries(feeds));
  return Object.fromEntries(
    Object.entries(outputs).map(([name, { data, dims }]) => [name, { data, shape: dims }]),
  );
}

/** @throws Error unless the graph refuses the rows */
async function checkRefused(session, name, x) {
  const taken = await runGraph(session, onnxInputs(x)).catch(() => undefined);
  if (taken !== undefined) throw new Error(`${name}: takes an unknown category`);
}

let models = 0;
let worst = 0;
for (const one of estimatorCases(steepest, TABLES)) {
  const { name, isFloat32, options, rows, refused } = one;
  const estimator = await one.fitted();
  const session = await InferenceSession.create(estimator.toOnnx(options), settings);
  const x = rows(ROWS);
  const actual = await runGraph(session, onnxInputs(x, options));
  const difference = compareOutputs(actual, await expectedOutputs(estimator, x), isFloat32);
  if (!(difference <= MOST_DIFFERENCE)) throw new Error(`${name}: a difference of ${difference}`);
  if (refused !== undefined) await checkRefused(session, name, refused(ROWS));
  worst = Math.max(worst, difference);
  models++;
  await session.release();
}
console.log(JSON.stringify({ models, worst, version: env.versions.node ?? env.versions.common }));
await steepest.shutdown();
