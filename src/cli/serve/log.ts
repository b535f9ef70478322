/** The log, on stderr: one line per event, as text or as JSON. */

export type LogLevel = 'info' | 'warning' | 'error';

type Fields = Readonly<Record<string, string | number | boolean | undefined>>;

/** After a fault of the server is logged, others are only counted for so long. */
const QUIET_MS = 1000;

export class Log {
  private quietUntil = 0;
  private unsaid = 0;

  constructor(
    private readonly json: boolean,
    private readonly write: (line: string) => void,
  ) {}

  say(level: LogLevel, event: string, message: string, fields: Fields = {}): void {
    const time = new Date().toISOString();
    if (this.json) this.write(`${JSON.stringify({ time, level, event, message, ...fields })}\n`);
    else this.write(`${time} ${level === 'info' ? '' : `${level}: `}${message}\n`);
  }

  /** A fault of the server. At most one a second is written, so that it cannot fill a disk. */
  fault(error: unknown): void {
    const now = performance.now();
    if (now < this.quietUntil) {
      this.unsaid++;
      return;
    }
    const more = this.unsaid === 0 ? '' : ` (and ${this.unsaid} since the last one)`;
    this.quietUntil = now + QUIET_MS;
    this.unsaid = 0;
    const text = error instanceof Object && 'stack' in error ? String(error.stack) : String(error);
    this.say('error', 'fault', `a request failed${more}: ${text}`);
  }
}
