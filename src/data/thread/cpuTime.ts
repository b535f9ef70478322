import { readFileSync, readlinkSync } from 'node:fs';

/** Nanoseconds are in the first field (kernel.org, scheduler/sched-stats). */
const NS_PER_MS = 1e6;

/**
 * The file in which Linux counts the CPU time of the calling thread; undefined on other systems.
 */
export function cpuCounter(): string | undefined {
  try {
    return `/proc/${readlinkSync('/proc/thread-self')}/schedstat`;
  } catch {
    return undefined;
  }
}

/**
 * Milliseconds that a thread has computed. Uses the whole process's time if that is the only one
 * known; it is never less.
 */
export function cpuMs(counter: string | undefined): number {
  if (counter !== undefined) {
    try {
      return Number.parseInt(readFileSync(counter, 'latin1'), 10) / NS_PER_MS;
    } catch {
      // The thread may have ended just now.
    }
  }
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}
