import { stat } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import { SteepestError } from '../../core/errors.js';
import { messageOf } from '../../core/show.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';
import { warnOnce } from '../../core/warnOnce.js';
import { isNumericColumn, textsOnly } from '../column.js';
import { DataTable } from '../dataTable.js';
import type { ReadTask, TableRead, TableReader } from './task.js';
import { NotStarted, ReaderThread } from './thread.js';

/**
 * Reads tables with other packages, in threads: whatever a file makes them do ends in time, takes
 * limited memory and does not block the event loop. A thread is kept for the next file for a while.
 */

/** How long an idle thread is kept: in a series, the next file comes within milliseconds. */
const REST_MS = 2000;
/** Maximum number of threads; more files wait. */
const MOST_THREADS = Math.max(1, Math.min(4, availableParallelism()));
/**
 * MiB of JavaScript heap for any file, per byte of the file, and per byte that the user allows. A
 * text value takes about 40 bytes more than its characters.
 */
const LEAST_HEAP_MB = 384;
const HEAP_PER_FILE = 24;
const HEAP_PER_BYTE = 4;
const MIB = 2 ** 20;

const idle: ReaderThread[] = [];
let timer: NodeJS.Timeout | undefined;
let busy = 0;
const queue: (() => void)[] = [];

/** @param here reads on this thread, if no other can be started */
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
    // The next waiting call takes over this place.
    const next = queue.shift();
    if (next === undefined) busy--;
    else next();
  }
  for (const [, values] of table.columns) if (!isNumericColumn(values)) textsOnly(values);
  return new DataTable(table.columns);
}

/** An error from a thread has the stack of a message handler; the caller's is more useful. */
function fromHere(error: unknown, { stack = '' }: { stack?: string }): unknown {
  if (error instanceof SteepestError) {
    error.stack = `${error.name}: ${error.message}${stack.slice(stack.indexOf('\n'))}`;
  }
  return error;
}

async function read(task: ReadTask, here: TableReader): Promise<TableRead> {
  // The thread reports faults of the file.
  const fileBytes = await stat(task.path).then(
    ({ size }) => size,
    () => 0,
  );
  try {
    return await readThere(task, fileBytes);
  } catch (error) {
    if (!(error instanceof NotStarted)) throw error;
    warnOfBlocking(error);
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
 * A power of two, so that files of similar sizes share a thread; undefined for this thread's own
 * limit.
 */
function heapFor(fileBytes: number, bytes = 0): number | undefined {
  const wanted = LEAST_HEAP_MB + (HEAP_PER_FILE * fileBytes + HEAP_PER_BYTE * bytes) / MIB;
  const rounded = 2 ** Math.ceil(Math.log2(wanted));
  return rounded * MIB < getHeapStatistics().heap_size_limit ? rounded : undefined;
}

/** Ends surplus threads, and idle ones after a while. */
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

/** Ends the idle threads. */
export async function endReaders(): Promise<void> {
  await Promise.all(idle.splice(0).map((thread) => thread.end()));
}

const warnOfBlocking = warnOnce({
  code: 'STEEPEST_THREADS',
  message: ({ cause }: NotStarted) =>
    `No thread could be started to read files (${messageOf(cause)}): they are read on this thread, which ` +
    'is blocked meanwhile, and where a damaged file may take longer than its limits.',
});
