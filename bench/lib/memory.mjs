// Run as a process of its own: peak memory of reading MNIST (the folder is the
// argument; without one, random images) and fitting on it, as JSON.
import { mnistOrRandom } from './data.mjs';
import { mnistModel } from './models.mjs';
import { peakBytes } from './peak.mjs';

const bare = peakBytes();
const { train } = await mnistOrRandom(process.argv[2]);
await mnistModel('adam').fit(train.x, train.y, { epochs: 3, batchSize: 128, workers: 2 });
console.log(JSON.stringify({ peak: peakBytes(), bare, data: train.x.data.byteLength }));
