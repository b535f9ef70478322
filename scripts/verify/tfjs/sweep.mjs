// Networks exchanged with TensorFlow.js in both directions, drawn over all layers and their options:
// the other program must give the same outputs.
//   npm ci --ignore-scripts && node sweep.mjs [--runs 100] [--package path of the package]
//
// Relative means: the largest difference of two outputs of a model, divided by the largest output
// (by 1 if that is smaller). Sums are in float32 on both sides and in another order, and networks
// may amplify what rounding changes. So a difference above 1e-6 is no fault if ours alone differs
// a third as much when inputs and weights change in their last bits.
import { createRequire } from 'node:module';
import { parseArgs } from 'node:util';
import * as tf from '@tensorflow/tfjs';
import { draws, ourNetwork, savedBy, theirNetwork } from './models.mjs';

/** The largest relative difference. */
const MOST = 1e-6;
const ROWS = [1, 33];

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '100' },
    package: { type: 'string', default: '../../../dist/bundle/cjs/index.js' },
    seed: { type: 'string', default: '1' },
  },
});
const steepest = createRequire(import.meta.url)(values.package);

/** Numbers from −2 to 2. */
function inputs(seed, rows, shape) {
  const d = draws(seed);
  const size = shape.reduce((a, b) => a * b, 1);
  return {
    data: Float32Array.from({ length: rows * size }, () => 4 * d.next() - 2),
    shape: [rows, ...shape],
  };
}

const outputsOf = async (model, x) => {
  const input = tf.tensor(x.data, x.shape);
  const output = model.predict(input);
  const data = await output.data();
  tf.dispose([input, output]);
  return data;
};

function difference(ours, theirs) {
  if (ours.length !== theirs.length) return Number.POSITIVE_INFINITY;
  const size = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]) / size), 0);
}

/** An array with its last bits changed at random. */
function nextTo({ data, shape }, seed) {
  const d = draws(seed + 1);
  return { data: data.map((value) => value * (1 + d.pick([-1, 1]) * 2 ** -23)), shape };
}

/** How far our outputs move at most, in eight tries. */
async function sensitivity(network, x, ours, seed) {
  const weights = network.getWeights();
  let most = 0;
  for (let i = 0; i < 8; i++) {
    network.setWeights(weights.map((array, j) => nextTo(array, seed + 100 * i + j)));
    const moved = (await network.predict(nextTo(x, seed + i), { workers: 1 })).data;
    most = Math.max(most, difference(moved, ours));
  }
  network.setWeights(weights);
  return most;
}

async function compare(network, model, inputShape, seed) {
  const found = { worst: 0, isSensitive: false };
  for (const rows of ROWS) {
    const x = inputs(seed, rows, inputShape);
    const ours = (await network.predict(x, { workers: 1 })).data;
    const far = difference(ours, await outputsOf(model, x));
    found.worst = Math.max(found.worst, far);
    if (far <= MOST) continue;
    const moved = await sensitivity(network, x, ours, seed);
    found.isSensitive = far <= 3 * moved;
    console.log(`seed ${seed}, ${rows} rows: ${far.toExponential(1)}, last bits ${moved.toExponential(1)}`);
    if (!found.isSensitive) break;
  }
  return found;
}

const DIRECTIONS = {
  async 'ours, read by TensorFlow.js'(seed) {
    const { network, inputShape } = ourNetwork(steepest, seed);
    const artifacts = network.toTfjs();
    const model = await tf.loadLayersModel(tf.io.fromMemory(artifacts));
    const found = await compare(network, model, inputShape, seed);
    model.dispose();
    const again = await steepest.fromTfjs(artifacts);
    const isSame = Buffer.from(again.toBytes()).equals(Buffer.from(network.toBytes()));
    return { ...found, isSame, types: network.config.layers.map(({ type }) => type) };
  },
  async "TensorFlow.js's, read by us"(seed) {
    const { model, inputShape } = theirNetwork(tf, seed);
    const network = await steepest.fromTfjs(await savedBy(tf, model));
    const found = await compare(network, model, inputShape, seed);
    const types = model.layers.map((layer) => layer.getClassName());
    model.dispose();
    return { ...found, isSame: true, types };
  },
};

let faults = 0;
for (const [direction, run] of Object.entries(DIRECTIONS)) {
  const seen = new Map();
  let worst = 0;
  let sensitive = 0;
  for (let i = 0; i < Number(values.runs); i++) {
    const seed = Number(values.seed) * 100_000 + i;
    try {
      const result = await run(seed);
      worst = Math.max(worst, result.worst);
      for (const type of result.types) seen.set(type, (seen.get(type) ?? 0) + 1);
      if (result.isSensitive) sensitive++;
      if ((result.worst <= MOST || result.isSensitive) && result.isSame) continue;
      console.log(
        `seed ${seed}: ${result.worst}${result.isSame ? '' : ', not the same when read again'}: ${result.types.join(' ')}`,
      );
    } catch (error) {
      console.log(`seed ${seed}: ${error.stack}`);
    }
    faults++;
  }
  const above = `${sensitive} above ${MOST}, as far as last bits of inputs and weights move them`;
  console.log(
    `${direction}: ${values.runs} networks, largest relative difference ${worst.toExponential(1)} (${above})`,
  );
  console.log(`  ${[...seen].map(([type, count]) => `${type} ${count}`).join(', ')}`);
}
console.log(faults === 0 ? 'no faults' : `${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;
