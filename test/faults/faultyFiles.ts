/**
 * A file system that fails when it is told to: every call that the package makes of `node:fs` is
 * counted, and one of them fails, or reads or writes less than it was asked to. A test repeats one
 * thing with each of its calls failing in turn, until it passes without a fault.
 */
import { readdirSync } from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { expect } from 'vitest';

/** What happens to one call. */
export type Fault =
  /** It does nothing and fails. A close has closed: Linux frees the descriptor whatever it says. */
  | { error: string }
  /** It does its work, and then says that it failed, as network file systems may. */
  | { errorAfter: string }
  /** A read or write takes so many bytes; 0 is the end of a file, or a full disk. */
  | { atMost: number };

/** The call: what it is and its number among all, from 1. */
export type Decide = (operation: string, call: number) => Fault | undefined;

type AnyFunction = (...args: never[]) => unknown;
type Methods = Record<string, AnyFunction>;

// The objects themselves: a namespace of a built-in module cannot be written to.
const files = createRequire(import.meta.url)('node:fs') as Methods & { promises: Methods };
const FUNCTIONS = ['open', 'readFile', 'stat', 'lstat', 'access', 'realpath', 'readlink', 'rename'];
const MORE_FUNCTIONS = ['unlink', 'readdir', 'mkdir'];
const OF_HANDLES = ['read', 'write', 'readFile', 'stat', 'sync', 'chmod', 'chown', 'truncate'];

const failure = (code: string, operation: string): Error =>
  Object.assign(new Error(`${code}: injected fault, ${operation}`), { code, syscall: operation });

/** The lengths of `read(buffer, offset, length, …)` and `write(buffer, offset, length, …)`. */
function shortened(args: unknown[], atMost: number): unknown[] {
  const [buffer, offset, length, ...rest] = args as [Uint8Array, number, number];
  return [buffer, offset, Math.min(length, atMost), ...rest];
}

/** The prototype of open files, which the module does not export. */
async function handlePrototype(): Promise<Methods> {
  const handle = await (files.promises.open as (path: string) => Promise<{ close(): Promise<void> }>)('.');
  await handle.close();
  return Object.getPrototypeOf(handle) as Methods;
}

/**
 * Runs `work` with faults.
 * @returns its result or its error, and the calls that it made, in order
 */
export async function withFaults<T>(
  decide: Decide,
  work: () => Promise<T>,
): Promise<{ result?: T; error?: unknown; calls: string[] }> {
  const calls: string[] = [];
  const prototype = await handlePrototype();
  const restore: (() => void)[] = [];
  const wrap = (owner: Methods, name: string): void => {
    const original = owner[name]!;
    const isClose = name === 'close';
    const isSync = name === 'sync';
    owner[name] = async function (this: unknown, ...args: never[]) {
      calls.push(name);
      const fault = decide(name, calls.length);
      const run = (given: unknown[] = args): unknown =>
        // What a test of faults writes need not survive a power failure.
        isSync ? undefined : original.apply(this, given as never[]);
      if (fault === undefined && name === 'open') {
        const handle = (await run()) as Methods;
        // A field of each object.
        wrap(handle, 'close');
        return handle;
      }
      if (fault === undefined) return run();
      if ('atMost' in fault) return run(shortened(args, fault.atMost));
      if (isClose || 'errorAfter' in fault) {
        const opened = await run();
        if (name === 'open') await (opened as { close(): Promise<void> }).close();
      }
      throw failure('error' in fault ? fault.error : fault.errorAfter, name);
    };
    restore.push(() => {
      owner[name] = original;
    });
  };
  for (const name of [...FUNCTIONS, ...MORE_FUNCTIONS]) wrap(files.promises, name);
  for (const name of OF_HANDLES) wrap(prototype, name);
  syncBuiltinESMExports();
  try {
    return { result: await work(), calls };
  } catch (error) {
    return { error, calls };
  } finally {
    for (const undo of restore) undo();
    syncBuiltinESMExports();
  }
}

/** Open files of this process; 0 where the system does not tell. */
export function openFiles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}

/**
 * Waits until no more files are open than before. The stream of an open file may close it a moment
 * after its error has been heard.
 */
export async function expectClosed(before: number, what: string): Promise<void> {
  for (let tries = 0; tries < 100 && openFiles() > before; tries++) {
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  expect(openFiles(), `${what}: open files`).toBeLessThanOrEqual(before);
}

/** Errors that a call may meet, by what the system says. */
export const CODES: readonly string[] = [
  ...['EIO', 'ENOSPC', 'EACCES', 'EPERM', 'EMFILE', 'ENFILE', 'EINTR', 'EISDIR', 'EROFS', 'ENOENT'],
];

/** What stands for all of them where a path of the code has been tried with each. */
export const SOME_CODES: readonly string[] = ['EIO', 'EMFILE'];

/** Checks that an injected fault came out as an error of the package that says what to do. */
export function expectTyped(error: unknown, code: string, what: string): void {
  expect(error, what).toMatchObject({ name: 'SteepestError', code });
  expect((error as { hint: string }).hint.length, what).toBeGreaterThan(0);
}
