import { writeSync } from 'node:fs';
import { inspect } from 'node:util';
import { SteepestError } from '../core/errors.js';
import { isError } from '../core/realm.js';

/**
 * From `cluster()` until `close()`, a rank that ends takes the job with it. Otherwise the others
 * would wait for it until their time limit. Node.js keeps what it does with errors: handlers of the
 * program decide whether it goes on after one.
 */

const STDERR = 2;
/** The exit code of Node.js for an uncaught error. */
const FAILURE = 1;
const MOST_CODE = 255;

/** An error as the program's author wants to read it: ours in a sentence, others with a stack. */
const textOf = (error: unknown): string => {
  if (error instanceof SteepestError) return `${error.code}: ${error.message}`;
  return isError(error) ? (error.stack ?? inspect(error)) : inspect(error);
};

/** Writes at once: a process that is ending waits for no stream. */
function print(text: string): void {
  try {
    writeSync(STDERR, text);
  } catch {
    // A closed or full pipe must not keep the job from ending.
  }
}

/** What the watch needs to end the job. */
interface Job {
  /** See {@link LinkThread.abort}. */
  abort(code: number): boolean;
  /** Waits for the other ranks, at the end of a program that has not called `close`. */
  close(): Promise<void>;
  /** `rank 2 of 4`. */
  place(): string;
}

export class Watch {
  /** An uncaught error, for the message if it ends the process. */
  private uncaught: { error: unknown } | undefined;
  /** Why the job is over, if it has been said. */
  private isReported = false;

  constructor(private readonly job: Job) {
    process.on('uncaughtExceptionMonitor', this.onUncaught);
    process.on('exit', this.onExit);
    process.on('beforeExit', this.onNaturalEnd);
  }

  /** The cluster is closed: this process may end as it likes. */
  stop(): void {
    process.off('uncaughtExceptionMonitor', this.onUncaught);
    process.off('exit', this.onExit);
    process.off('beforeExit', this.onNaturalEnd);
  }

  /** Ends the job, because of an error that no code of the program can handle. */
  fail(error: unknown): void {
    if (!this.isReported) this.report(textOf(error));
    process.exit(FAILURE);
  }

  private report(text: string): void {
    this.isReported = true;
    print(`steepest: ${this.job.place()}: ${text}\nsteepest: ${this.job.place()} ends the job.\n`);
  }

  private readonly onUncaught = (error: unknown): void => {
    this.uncaught = { error };
  };

  private readonly onExit = (code: number): void => {
    if (!this.isReported) {
      const { uncaught } = this;
      this.report(uncaught ? textOf(uncaught.error) : `process.exit(${code}) before close().`);
    }
    const status = code === 0 ? FAILURE : code & MOST_CODE || FAILURE;
    process.exitCode = status;
    // Node.js would wait for a native call of the link thread.
    if (!this.job.abort(status)) process.kill(process.pid, 'SIGKILL');
  };

  private readonly onNaturalEnd = (): void => {
    void this.job.close();
  };
}
