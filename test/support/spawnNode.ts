import {
  type ChildProcessWithoutNullStreams,
  type SpawnOptionsWithoutStdio,
  spawn,
} from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from './trackedFiles.js';

/** A module that a program loads first, to end when its stdin does. */
export const END_WITH_PARENT = join(ROOT, 'test/support/endWithParent.cjs');

/**
 * Runs Node.js. Whatever ends the process of the tests ends the child too, even SIGKILL: a server
 * would run on for ever otherwise. The child's stdin is taken by that.
 * @param args options of Node.js, the program and its arguments
 */
export const spawnNode = (
  args: readonly string[],
  options: SpawnOptionsWithoutStdio = {},
): ChildProcessWithoutNullStreams =>
  spawn(process.execPath, ['--require', END_WITH_PARENT, ...args], { ...options, stdio: 'pipe' });
