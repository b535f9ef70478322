/**
 * A thread beside the one that reads files. It ends the process when a file takes too long or too
 * much memory, which the reading thread itself could not.
 */
import { writeFileSync } from 'node:fs';
import { workerData } from 'node:worker_threads';

const POLL_MS = 50;
/** What is held a little too long is found after the file, by the peak; this saves the machine. */
const FATAL_RATIO = 2;

const { shared, reasonPath, limits } = workerData;
const files = new Int32Array(shared);

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

function end(reason) {
  writeFileSync(reasonPath, reason);
  process.kill(process.pid, 'SIGKILL');
}

let seen = -1;
let cpuBefore = 0;
let since = 0;
setInterval(() => {
  const file = Atomics.load(files, 0);
  if (file !== seen) {
    [seen, cpuBefore, since] = [file, cpuMs(), performance.now()];
    return;
  }
  // 0: no file is being read.
  if (file === 0) return;
  if (cpuMs() - cpuBefore > limits.cpuMs) end(`hang: more than ${limits.cpuMs} ms of CPU time`);
  if (performance.now() - since > limits.waitMs) end(`hang: no end after ${limits.waitMs} ms`);
  const { rss } = process.memoryUsage();
  if (rss > FATAL_RATIO * limits.bytes) end(`memory: ${Math.round(rss / 2 ** 20)} MB`);
}, POLL_MS);
