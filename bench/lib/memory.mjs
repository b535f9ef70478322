// Run as a process of its own: peak memory of reading MNIST and fitting on it, as JSON.
import { readFileSync } from 'node:fs';
import { mnistOrRandom } from './data.mjs';
import { mnistModel } from './models.mjs';

/** Peak resident bytes. On Linux `maxRSS` would do, but a child inherits its parent's; VmHWM is the process's own. */
function peakBytes() {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) * 1024;
  } catch {
    return process.resourceUsage().maxRSS * 1024;
  }
}

const bare = peakBytes();
const { train } = await mnistOrRandom();
await mnistModel('adam').fit(train.x, train.y, { epochs: 3, batchSize: 128, workers: 2 });
console.log(JSON.stringify({ peak: peakBytes(), bare, data: train.x.data.byteLength }));
