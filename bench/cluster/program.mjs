// A rank of steps.mjs: node program.mjs NETWORK SHARDS [WORKERS]
// Rank 0 prints the seconds of a step, its parameters, and what carries messages.
import { createHash } from 'node:crypto';
import { cluster } from 'steepest/cluster';
import { makeNetwork, makeRows, NETWORKS } from './networks.mjs';

const [name, shards, workers = '1'] = process.argv.slice(2);
const { batch, batches, epochs } = NETWORKS[name];
const c = await cluster({ alone: true });
const model = makeNetwork(name);
const [x, y] = makeRows(NETWORKS[name]);
/** When epochs of rank 0 ended, in seconds. */
const ends = [];
await model.fit(x, y, {
  ...{ epochs, batchSize: batch, cluster: c, shards: Number(shards), workers: Number(workers) },
  callbacks: { onEpochEnd: () => void ends.push(performance.now() / 1000) },
});
if (c.rank === 0) {
  const hash = createHash('sha256');
  let parameters = 0;
  for (const { data } of model.getWeights()) {
    hash.update(data);
    parameters += data.length;
  }
  // The shortest epoch is the one that other programs disturbed least.
  const seconds = Math.min(...ends.slice(1).map((end, i) => end - ends[i])) / batches;
  const bits = hash.digest('hex').slice(0, 12);
  console.log(JSON.stringify({ seconds, parameters, ranks: c.size, library: c.library, bits }));
}
await c.close();
