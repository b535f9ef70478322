// Exports networks and runs them with onnxruntime-node, in the folder in which the package is installed.
//   node onnx-networks.mjs FOLDER OF onnxruntime-node
import { createRequire } from 'node:module';
import { join } from 'node:path';
import * as steepest from 'steepest';
import { differenceOf, mostDifference } from './exchange/compare.mjs';
import { networkCases } from './exchange/networks.mjs';
import { expectedOutputs } from './exchange/outputs.mjs';

const RANDOM_NETWORKS = 60;
const ROWS = [1, 33];

const require = createRequire(join(process.argv[2], 'package.json'));
const { InferenceSession, Tensor, env } = require('onnxruntime-node');
const settings = { intraOpNumThreads: 1, interOpNumThreads: 1 };

/** The network's graph on the same samples. */
async function runGraph(session, { options }, input) {
  const type = options.inputType ?? 'float32';
  const values = type === 'uint8' ? Uint8Array.from(input.data) : input.data;
  return session.run({ input: new Tensor(type, values, input.shape) });
}

let networks = 0;
let worst = 0;
for (const one of networkCases(steepest, RANDOM_NETWORKS)) {
  const session = await InferenceSession.create(one.model.toOnnx(one.options), settings);
  const batches = [];
  for (const rows of ROWS) {
    const input = one.x(rows);
    const expected = await expectedOutputs(one.model, one.options, input);
    batches.push({ expected, actual: await runGraph(session, one, input) });
  }
  const difference = differenceOf(batches);
  if (!(difference <= (await mostDifference(one.model, one.x(ROWS[1])))))
    throw new Error(`${one.name}: a difference of ${difference}`);
  worst = Math.max(worst, difference);
  networks++;
  await session.release();
}
console.log(JSON.stringify({ networks, worst, version: env.versions.node ?? env.versions.common }));
