import { discardedBytes, MOST_GARBAGE } from '../kernels/sharedMemory.js';
import type { RankTask } from './rankTask.js';

/**
 * The shared memory to which a thread may still have references since it last collected garbage.
 * The references of its last task keep memory that the program no longer uses. Collecting takes
 * some 8 ms, so it happens only for enough memory, and not while calls with the same data follow
 * one another.
 */
export class Leftovers {
  private bytes = 0;
  private known = new WeakSet<ArrayBufferLike>();

  /**
   * Counts the memory of a task, each buffer once.
   * @returns whether the thread should collect first, because earlier tasks have left too much
   */
  add({ arena, tables }: Pick<RankTask, 'arena' | 'tables'>): boolean {
    const own = new Set<ArrayBufferLike>(tables.map(({ buffer }) => buffer));
    const bytesOf = (which: (buffer: ArrayBufferLike) => boolean): number =>
      [...own].reduce((sum, buffer) => sum + (which(buffer) ? buffer.byteLength : 0), 0);
    // What this task reads is in use.
    const collects = this.bytes - bytesOf((buffer) => this.known.has(buffer)) >= MOST_GARBAGE;
    if (collects) this.clear();
    this.bytes += bytesOf((buffer) => !this.known.has(buffer)) + discardedBytes(arena.buffer.byteLength);
    for (const buffer of own) this.known.add(buffer);
    return collects;
  }

  /** Whether an idle thread should collect. */
  get areMany(): boolean {
    return this.bytes >= MOST_GARBAGE;
  }

  clear(): void {
    this.bytes = 0;
    this.known = new WeakSet();
  }
}
