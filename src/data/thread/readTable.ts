import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { SteepestError } from '../../core/errors.js';
import { messageOf } from '../../core/show.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';
import { isNumericColumn, textsOnly } from '../column.js';
import { DataTable } from '../dataTable.js';
import type { ReadTask, TableRead, TableReader } from './task.js';
import { NotStarted, ReaderThread } from './thread.js';

/**
 * Reads tables by other packages, in threads: whatever a file makes them do ends in time, takes a
 * limited memory and leaves the event loop alone. A thread stays for the next file, for a while.
 */

/** How long a thread at rest stays: the next file of many comes within milliseconds. */
const REST_MS = 2000;
/** Threads at once; more files wait. */
const MOST_THREADS = Math.max(1, Math.min(4, availableParallelism()));
/**
 * MiB of JavaScript's values for any file, for each byte of it, and for each byte that the user
 * allows. A value of text takes some 40 bytes more than its letters.
 */
const LEAST_HEAP_MB = 384;
const HEAP_PER_FILE = 24;
const HEAP_PER_BYTE = 4;
const MIB = 2 ** 20;

const idle: ReaderThread[] = [];
let timer: NodeJS.Timeout | undefined;
let busy = 0;
const queue: (() => void)[] = [];
let hasWarned = false;

/** @param here reads on this thread, where no other can be started */
export async function readTable(task: ReadTask, here: TableReader): Promise<DataTable> {
  const trace: { stack?: string } = {};
  Error.captureStackTrace(trace);
  if (busy >= MOST_THREADS) await new Promise<void>((resolve) => queue.push(resolve));
  else busy++;
  let table: TableRead;
  try {
    table = await read(task, here);
  } catch (error) {
    throw fromHere(error, trace);
  } finally {
    // Whoever waits takes this place over.
    const next = queue.shift();
    if (next === undefined) busy--;
    else next();
  }
  for (const [, values] of table.columns) if (!isNumericColumn(values)) textsOnly(values);
  return new DataTable(table.columns);
}

/** An error of a thread has the stack of a message: the one who called is of more use. */
function fromHere(error: unknown, { stack = '' }: { stack?: string }): unknown {
  if (error instanceof SteepestError) {
    error.stack = `${error.name}: ${error.message}${stack.slice(stack.indexOf('\n'))}`;
  }
  return error;
}

async function read(task: ReadTask, here: TableReader): Promise<TableRead> {
  // What is wrong with the file, the thread says.
  const fileBytes = await stat(task.path).then(
    ({ size }) => size,
    () => 0,
  );
  try {
    return await readThere(task, fileBytes);
  } catch (error) {
    if (!(error instanceof NotStarted)) throw error;
    warnOnce(error);
    return here(task.path, task.options, task.limits, () => {});
  }
}

async function readThere(task: ReadTask, fileBytes: number): Promise<TableRead> {
  const heapMb = heapFor(fileBytes, task.limits.bytes);
  const at = idle.findIndex((thread) => thread.heapMb === heapMb && !thread.hasEnded);
  const thread = at < 0 ? new ReaderThread(heapMb) : idle.splice(at, 1)[0]!;
  try {
    return await thread.read(task, fileBytes);
  } finally {
    if (!thread.hasEnded) {
      thread.rest();
      idle.push(thread);
    }
    endIdle();
  }
}

/**
 * A power of two, so that files of like sizes share a thread; undefined for what this thread has.
 */
function heapFor(fileBytes: number, bytes = 0): number | undefined {
  const wanted = LEAST_HEAP_MB + (HEAP_PER_FILE * fileBytes + HEAP_PER_BYTE * bytes) / MIB;
  const rounded = 2 ** Math.ceil(Math.log2(wanted));
  return rounded * MIB < getHeapStatistics().heap_size_limit ? rounded : undefined;
}

/** Ends threads that are too many, and in a while those at rest. */
function endIdle(): void {
  const living = idle.filter(({ hasEnded }) => !hasEnded);
  const many = living.splice(0, Math.max(0, living.length - MOST_THREADS));
  for (const thread of many) void thread.end();
  idle.splice(0, idle.length, ...living);
  clearTimeout(timer);
  timer = setTimeout(() => {
    for (const thread of idle.splice(0)) void thread.end();
  }, REST_MS).unref();
}

/** Ends the threads at rest. */
export async function endReaders(): Promise<void> {
  await Promise.all(idle.splice(0).map((thread) => thread.end()));
}

function warnOnce({ cause }: NotStarted): void {
  if (hasWarned) return;
  hasWarned = true;
  process.emitWarning(
    `No thread could be started to read files (${messageOf(cause)}): they are read on this one, which ` +
      'waits meanwhile, and where a damaged file may take longer than its limits say.',
    { type: 'SteepestWarning', code: 'STEEPEST_THREADS' },
  );
}
