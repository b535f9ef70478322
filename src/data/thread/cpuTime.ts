import { readFileSync, readlinkSync } from 'node:fs';

/** Nanoseconds are counted in the first field (kernel.org, scheduler/sched-stats). */
const NS_PER_MS = 1e6;

/** Where Linux counts the time of the thread that calls this; undefined elsewhere. */
export function cpuCounter(): string | undefined {
  try {
    return `/proc/${readlinkSync('/proc/thread-self')}/schedstat`;
  } catch {
    return undefined;
  }
}

/**
 * Milliseconds that a thread has computed. Where only those of the whole process are known, those:
 * they are no less.
 */
export function cpuMs(counter: string | undefined): number {
  if (counter !== undefined) {
    try {
      return Number.parseInt(readFileSync(counter, 'latin1'), 10) / NS_PER_MS;
    } catch {
      // Its thread may have ended just now.
    }
  }
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
