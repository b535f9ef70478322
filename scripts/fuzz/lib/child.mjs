/**
 * Reads files of one reader, from a first index on, in a process of its own. After each file, and
 * before the next, what is known stands in a file: whoever started this process finds there which
 * file ended it.
 */
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { drawFrom } from './draw.mjs';
import { judge } from './judge.mjs';
import { OWN_FAULT, stateText } from './state.mjs';

/** More than this after a collection: another process goes on. */
const RECYCLE_BYTES = 250 * 2 ** 20;
const COLLECT_EVERY = 16;
/** One of them is the state. */
const MOST_HANDLES = 3;
const FD_FOLDER = '/proc/self/fd';

const job = JSON.parse(process.argv[2]);
const { folder, limits } = job;
const { READERS } = await import(job.readers);
const reader = READERS.find(({ name }) => name === job.reader);
const at = (name) => join(folder, name);
const current = new Int32Array(new SharedArrayBuffer(4));

/** Files that begin damaged would lead nowhere. */
async function mustBeRight(name, bytes) {
  writeFileSync(at('case'), bytes);
  const { outcome, fault } = await judge(reader, bytes, folder);
  if (outcome !== 'accepted' || fault !== undefined)
    throw new Error(`valid file '${name}': ${fault ?? outcome}`);
}

/** Valid files, the same for every process of a run: some take a training to make. */
async function seedFiles() {
  const place = at('seeds');
  if (!existsSync(place)) {
    mkdirSync(place);
    const made = await reader.seeds(folder);
    for (const [name, bytes] of Object.entries(made)) {
      await mustBeRight(name, bytes);
      writeFileSync(join(place, name), bytes);
    }
  }
  return readdirSync(place)
    .sort()
    .map((name) => ({ name, bytes: readFileSync(join(place, name)) }));
}

const cpuMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};

const stateFile = openSync(at('state'), 'w');
const { state } = job;
const note = () => writeSync(stateFile, stateText(state), 0);

function fault(index, message) {
  const kept = at(`fault-${index}`);
  copyFileSync(at('case'), kept);
  state.faults.push({ index, message, file: kept });
}

/** Peak resident memory so far. The kernel counts it, so that nothing is missed between polls. */
const peakBytes = () => process.resourceUsage().maxRSS * 1024;

async function read(index, bytes) {
  writeFileSync(at('case'), bytes);
  state.next = index;
  note();
  const before = cpuMs();
  Atomics.store(current, 0, state.files + 1);
  const { outcome, fault: message } = await judge(reader, bytes, folder);
  Atomics.store(current, 0, 0);
  const ms = cpuMs() - before;
  state.files++;
  state.outcomes[outcome] = (state.outcomes[outcome] ?? 0) + 1;
  if (ms > state.slowestMs) [state.slowestMs, state.slowest] = [ms, index];
  const peak = peakBytes();
  if (peak > state.peakBytes) state.peakBytes = peak;
  if (message !== undefined) fault(index, message);
  else if (ms > limits.cpuMs) fault(index, `hang: ${Math.round(ms)} ms of CPU time`);
  else if (peak > limits.bytes) fault(index, `memory: ${Math.round(peak / 2 ** 20)} MB`);
  state.next = index + 1;
  // The peak never falls, so that another process has to find the next one.
  return peak <= limits.bytes;
}

/** @returns false if another process should go on */
async function hasRoom(count) {
  if (count % COLLECT_EVERY > 0 || process.memoryUsage.rss() < RECYCLE_BYTES) return true;
  globalThis.gc?.();
  await new Promise(setImmediate);
  return process.memoryUsage.rss() < RECYCLE_BYTES;
}

/** Files of ours that are still open. Threads and pipes have handles of their own. */
function openFiles() {
  return readdirSync(FD_FOLDER).filter((name) => {
    try {
      return readlinkSync(join(FD_FOLDER, name)).startsWith(folder);
    } catch {
      // The folder's own handle, by now.
      return false;
    }
  }).length;
}

function checkHandles(index) {
  if (!existsSync(FD_FOLDER)) return;
  const open = openFiles();
  if (open > MOST_HANDLES) fault(index, `${open} open files after ${state.files} files`);
}

async function main() {
  const seeds = await seedFiles();
  const watchdog = new Worker(new URL('watchdog.mjs', import.meta.url), {
    workerData: { shared: current.buffer, reasonPath: at('reason'), limits },
  });
  // Without it the process ends by itself where a promise never settles.
  watchdog.unref();
  await readAll(seeds);
  note();
  await watchdog.terminate();
}

async function readAll(seeds) {
  const unchanged = seeds.map(({ bytes }) => bytes);
  const { files, until, seed, mostFaults } = job;
  const begin = state.next;
  while (state.next < until && state.faults.length < mostFaults) {
    const index = state.next;
    // Given files come before the drawn ones, with numbers below 0.
    const bytes =
      index < 0
        ? readFileSync(files[files.length + index])
        : reader.mutate(drawFrom(seed, index), unchanged, index);
    if (!(await read(index, bytes)) || !(await hasRoom(index - begin))) break;
  }
  if (state.next > begin) checkHandles(state.next - 1);
}

// What a reader throws is caught where it is read; this is the fuzzer's own fault.
await main().catch((error) => {
  console.error(error);
  process.exit(OWN_FAULT);
});
