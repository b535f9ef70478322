/**
 * Runs a reader over many files in child processes, one after the other: what ends a child is a
 * fault, and the next child goes on behind it.
 */
import { fork } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { emptyState, OWN_FAULT, stateOf } from './state.mjs';

const READERS = new URL('../readers/index.mjs', import.meta.url).href;
const CHILD = fileURLToPath(new URL('child.mjs', import.meta.url));
/** What a reader may take for one file. A promise that never settles takes no CPU time. */
export const LIMITS = { cpuMs: 2000, waitMs: 30_000, bytes: 500 * 2 ** 20 };
/** Where Linux keeps files in memory: five times as many a second as on a disk. */
const IN_MEMORY = '/dev/shm';
const PROGRESS_MS = 5000;
/** Of what a child said before it ended. */
const MOST_STDERR = 4000;
const MOST_FAULTS = 20;

/** @returns {Promise<string>} how the child ended: '' if as it should */
function runChild(job, onProgress) {
  const child = fork(CHILD, [JSON.stringify(job)], {
    execArgv: ['--expose-gc', '--no-warnings'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    env: { ...process.env, NODE_OPTIONS: '' },
  });
  let said = '';
  child.stderr.on('data', (text) => {
    said = (said + text).slice(-MOST_STDERR);
  });
  const timer = setInterval(onProgress, PROGRESS_MS);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearInterval(timer);
      const ended = `the process ended with ${signal ?? `code ${code}`}: ${said}`;
      if (code === OWN_FAULT) reject(new Error(`the fuzzer itself failed: ${said}`));
      else resolve(code === 0 ? '' : ended);
    });
  });
}

const read = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

/**
 * @param {{ reader: string, runs?: number, from?: number, seed?: number, files?: string[],
 *   keep?: string, onProgress?: (state: object) => void, mostFaults?: number }} options
 * `files` are read first, as numbers below 0, and without `runs` alone; `keep` is a folder for files with a fault
 * @returns what was read, with how long it took
 */
export async function supervise({
  reader,
  from = 0,
  seed = 1,
  files = [],
  runs = files.length > 0 ? 0 : 1000,
  keep,
  onProgress = () => {},
  limits,
  readers = READERS,
  mostFaults = MOST_FAULTS,
}) {
  const folder = mkdtempSync(join(existsSync(IN_MEMORY) ? IN_MEMORY : tmpdir(), `steepest-fuzz-${reader}-`));
  const begin = files.length > 0 ? -files.length : from;
  const until = files.length > 0 ? runs : from + runs;
  let state = emptyState(begin);
  const began = performance.now();
  const statePath = join(folder, 'state');
  const reasonPath = join(folder, 'reason');
  let children = 0;
  try {
    while (state.next < until && state.faults.length < mostFaults) {
      const before = state.next;
      for (const path of [statePath, reasonPath]) rmSync(path, { force: true });
      children++;
      const job = {
        reader,
        folder,
        until,
        seed,
        files,
        limits: { ...LIMITS, ...limits },
        mostFaults,
        readers,
        state,
      };
      const ended = await runChild(job, () => onProgress(stateOf(read(statePath)) ?? state));
      const known = stateOf(read(statePath));
      if (known === undefined) throw new Error(`${reader}: no file was read: ${ended}`);
      state = known;
      if (ended !== '') addCrash(state, folder, read(reasonPath) || ended);
      else if (state.next === before) throw new Error(`${reader}: a process read no file`);
    }
    return {
      ...state,
      reader,
      seed,
      children,
      seconds: (performance.now() - began) / 1000,
      kept: keepFaults(state, reader, keep),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The file that was being read ended the process. */
function addCrash(state, folder, message) {
  const file = join(folder, `fault-${state.next}`);
  copyFileSync(join(folder, 'case'), file);
  state.faults.push({ index: state.next, message, file });
  state.files++;
  state.outcomes.crashed = (state.outcomes.crashed ?? 0) + 1;
  state.next++;
}

/** Copies of the files with faults, by name of the reader and index. */
function keepFaults({ faults }, reader, keep) {
  if (keep === undefined || faults.length === 0) return [];
  mkdirSync(join(keep, reader), { recursive: true });
  return faults.map(({ index, file }) => {
    const path = join(keep, reader, `file-${index}`);
    copyFileSync(file, path);
    return path;
  });
}
