import {
  type ChildProcessWithoutNullStreams,
  type SpawnOptionsWithoutStdio,
  spawn,
} from 'node:child_process';

/** It does not keep a program alive that has done its work. Worker threads have no such stdin. */
const WATCH = `
  import { isMainThread } from 'node:worker_threads';
  if (isMainThread) {
    const { stdin } = process;
    stdin.on('error', () => {}).on('close', () => process.kill(process.pid, 'SIGKILL'));
    stdin.resume();
    stdin.unref();
  }`;

/**
 * Options of Node.js that end a program when its stdin ends: a pipe, which the system closes also
 * when the process of the tests is killed and cannot clean up.
 */
export const END_WITH_PARENT: readonly string[] = [
  '--import',
  `data:text/javascript,${encodeURIComponent(WATCH)}`,
];

/**
 * Runs Node.js. Whatever ends the process of the tests ends the child too, even SIGKILL: a server
 * would run on for ever otherwise. The child's stdin is taken by that.
 * @param args options of Node.js, the program and its arguments
 */
export const spawnNode = (
  args: readonly string[],
  options: SpawnOptionsWithoutStdio = {},
): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, [...END_WITH_PARENT, ...args], { ...options, stdio: 'pipe' });
