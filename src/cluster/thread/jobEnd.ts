import { writeSync } from 'node:fs';
import { messageOf } from '../../core/show.js';
import { setTimeout } from '../../core/timers.js';
import type { Link } from '../link.js';
import { ENDING } from './messages.js';

/** How long the main thread has to end the process itself; it may be busy for ever. */
const GRACE_MS = 3000;
const STDERR = 2;

/** How the link thread ends the job. */
export class JobEnd {
  constructor(
    private readonly ending: Int32Array<SharedArrayBuffer>,
    private readonly link: Link,
  ) {}

  /** Whether the main thread is ending the job: nothing has to be reported then. */
  get hasBegun(): boolean {
    return Atomics.load(this.ending, ENDING.code) !== 0;
  }

  /** Does what the main thread waits for before it ends the process. */
  static acknowledge(ending: Int32Array<SharedArrayBuffer>, link: Link | undefined): void {
    link?.abort(Atomics.load(ending, ENDING.code));
    Atomics.store(ending, ENDING.done, 1);
    Atomics.notify(ending, ENDING.done);
  }

  acknowledge(): void {
    JobEnd.acknowledge(this.ending, this.link);
  }

  /** Ends the job without the main thread, if that does not do it. */
  enforce(error: unknown): void {
    setTimeout(() => {
      if (this.hasBegun) return;
      const { rank, size } = this.link;
      const line = `steepest: rank ${rank} of ${size}: ${messageOf(error)} The main thread is busy; the job ends.\n`;
      try {
        writeSync(STDERR, line);
      } catch {
        // Nobody reads it.
      }
      this.link.abort(1);
      process.kill(process.pid, 'SIGKILL');
    }, GRACE_MS);
  }
}
