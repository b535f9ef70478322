// Reads the models that keras_models.py has written into a folder, in both formats of each, and
// compares outputs: the largest difference divided by the largest output, or by 1.
//   node scripts/oracles/keras_models.mjs FOLDER
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fromKeras } from 'steepest';

const MOST = 1e-6;
const [, , folder] = process.argv;
const cases = JSON.parse(readFileSync(join(folder, 'cases.json'), 'utf8'));
const seen = new Map();
let worst = 0;
let faults = 0;

/** An array with its last bits changed, in one of many ways. */
const nextTo = ({ data, shape }, i) => ({
  data: data.map((value, j) => value * (1 + (((i + 7) * (j + 3)) % 5 > 2 ? 1 : -1) * 2 ** -23)),
  shape,
});

function difference(ours, theirs) {
  const size = theirs.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return ours.reduce((most, value, i) => Math.max(most, Math.abs(value - theirs[i]) / size), 0);
}

/** How far our outputs move when inputs and weights change in their last bits. */
function sensitivity(network, x, ours) {
  const weights = network.getWeights();
  let most = 0;
  for (let i = 0; i < 8; i++) {
    network.setWeights(weights.map((array, j) => nextTo(array, 10 * i + j)));
    most = Math.max(most, difference(network.predictSync(nextTo(x, i)).data, ours));
  }
  network.setWeights(weights);
  return most;
}

for (const { seed, title, x, shape, y } of cases) {
  for (const suffix of ['.keras', '.h5']) {
    try {
      const network = await fromKeras(join(folder, `${seed}${suffix}`));
      const inputs = { data: Float32Array.from(x), shape };
      const ours = network.predictSync(inputs).data;
      const far = difference(ours, y);
      worst = Math.max(worst, far);
      const isTrained = network.compileConfig?.optimizer.clipNorm === 1;
      const moved = far > MOST ? sensitivity(network, inputs, ours) : 0;
      if ((far <= MOST || far <= 3 * moved) && isTrained) continue;
      console.log(`${seed}${suffix}: ${far}, last bits ${moved}, compiled ${isTrained}: ${title}`);
    } catch (error) {
      console.log(`${seed}${suffix}: ${error.message}\n  ${title}`);
    }
    faults++;
  }
  for (const name of title.replace(/^.*: /, '').split(', ')) seen.set(name, (seen.get(name) ?? 0) + 1);
}
console.log(
  `${cases.length} models, each as .keras and .h5: largest relative difference ${worst.toExponential(1)}`,
);
console.log([...seen].map(([name, count]) => `${name} ${count}`).join(', '));
console.log(faults === 0 ? 'no faults' : `${faults} faults`);
process.exitCode = faults === 0 ? 0 : 1;
