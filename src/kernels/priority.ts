import { readdirSync, readlinkSync } from 'node:fs';
import { constants, setPriority } from 'node:os';
import { basename } from 'node:path';
import { memoryAddon } from './backend.js';

const { PRIORITY_LOW } = constants.priority;

/**
 * Lets a thread compute only while no other one wants the core, for good. Without the add-on, or
 * where a sandbox forbids the policy, Linux's next best: niceness. Never throws: a thread that
 * shares the core computes the same, and one that has just ended computes nothing.
 * @param thread Linux's number of the thread
 */
function lower(thread: number): void {
  if (memoryAddon()?.giveWay?.(thread)) return;
  try {
    setPriority(thread, PRIORITY_LOW);
  } catch {
    // Not allowed, or not there any more.
  }
}

/** Lets the calling thread give way, where the system has priorities for single threads. */
export function giveWayHere(): void {
  if (process.platform !== 'linux') {
    memoryAddon()?.giveWay?.(0);
    return;
  }
  try {
    // The link's target is `<process>/task/<thread>`.
    lower(Number(basename(readlinkSync('/proc/thread-self'))));
  } catch {
    // No /proc: a thread cannot be distinguished from its process.
  }
}

/** Linux's numbers of all threads of this process; none without /proc. */
function ownThreads(): string[] {
  try {
    return readdirSync('/proc/self/task');
  } catch {
    return [];
  }
}

/**
 * Lets this process compute only while no other process wants the cores: all its threads, those of
 * Node.js itself too, and all that it starts from now on. For a process that trains while another
 * one answers requests. It cannot be undone. Results do not depend on it.
 *
 * Linux gets the policy SCHED_IDLE, or without the add-on a niceness of 19; macOS a niceness of 19;
 * Windows the priority class "idle". Where the system refuses, nothing changes.
 * @example
 * ```ts
 * import { giveWay } from 'steepest';
 * giveWay();
 * ```
 */
export function giveWay(): void {
  if (process.platform !== 'linux') {
    lowerProcess();
    return;
  }
  const done = new Set<string>();
  const others = (): string[] => ownThreads().filter((thread) => !done.has(thread));
  // A thread that another one starts meanwhile may have the old priority.
  for (let left = others(); left.length > 0; left = others()) {
    for (const thread of left) {
      done.add(thread);
      lower(Number(thread));
    }
  }
}

function lowerProcess(): void {
  try {
    setPriority(PRIORITY_LOW);
  } catch {
    // Not allowed.
  }
}
