import { checkInteger, checkKeys, checkNumber } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { Aliases } from '../../core/nearest.js';
import { nextTurn } from '../../core/nextTurn.js';
import { showPath } from '../../core/systemErrors.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';
import { fileError } from '../fileErrors.js';

/** How much a reader may take for a file. More is an error, `ERR_DATA_LIMIT`. */
export interface ReadLimits {
  /**
   * Bytes of memory that the file's contents may unpack to, all together. Default 1 GiB, or 16
   * times the file if that is more: tables of real numbers shrink by less, and a file of a few
   * bytes is nobody's memory.
   */
  bytes?: number;
  /**
   * Milliseconds that reading may take. Default: none where time is in proportion to the file;
   * `readParquet` and `readArrow` have one that follows from the file's size and its table's.
   */
  timeMs?: number;
}

/** Options that every reader takes. */
export interface ReadOptions {
  /** What the file may cost: `{ bytes, timeMs }`. */
  limits?: ReadLimits;
}

const NAMES: readonly (keyof ReadLimits)[] = ['bytes', 'timeMs'];
const ALIASES: Aliases = {
  maxBytes: 'bytes',
  size: 'bytes',
  memory: 'bytes',
  maxMemory: 'bytes',
  timeout: 'timeMs',
  timeoutMs: 'timeMs',
  time: 'timeMs',
  ms: 'timeMs',
  maxTimeMs: 'timeMs',
};

const LEAST_BYTES = 2 ** 30;
const USUAL_RATIO = 16;
/** Work without a pause, in milliseconds: timers and sockets are served after each slice. */
const SLICE_MS = 8;
/** The longest that timers of Node.js take. */
const LONGEST_MS = 2 ** 31 - 1;

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` */
export function checkLimits(limits: ReadLimits | undefined): ReadLimits {
  if (limits === undefined) return {};
  checkKeys('limits', limits, NAMES, ALIASES);
  const { bytes, timeMs } = limits;
  return {
    ...(bytes === undefined ? {} : { bytes: checkBytes(bytes) }),
    ...(timeMs === undefined ? {} : { timeMs: checkTime(timeMs) }),
  };
}

/** Of a reader whose only options are its limits. @throws SteepestError as {@link checkLimits} */
export function checkReadOptions(what: string, options: ReadOptions): ReadLimits {
  checkKeys(`the options of ${what}`, options, ['limits'], { ...ALIASES, bytes: 'limits', timeMs: 'limits' });
  return checkLimits(options.limits);
}

const checkBytes = (bytes: number): number =>
  bytes === Number.POSITIVE_INFINITY ? bytes : checkInteger('limits.bytes', bytes);

const checkTime = (timeMs: number): number =>
  timeMs === Number.POSITIVE_INFINITY
    ? timeMs
    : checkNumber('limits.timeMs', timeMs, 'a number above 0', (value) => value > 0);

function beyond(path: string, expected: string, given: string, hint: string): SteepestError {
  return new SteepestError('ERR_DATA_LIMIT', { expected: `${showPath(path)} ${expected}`, given, hint });
}

/** @param given what is known of how long it would take */
export const tooSlow = (path: string, timeMs: number, given = 'no end by then'): SteepestError =>
  beyond(
    path,
    `to be read within ${timeMs} ms`,
    given,
    `If you trust the file, pass { limits: { timeMs: ${10 * timeMs} } } or more.`,
  );

/** What a thread that reads ran out of. @param bytes that the file was allowed */
export const tooLarge = (path: string, bytes: number): SteepestError =>
  beyond(
    path,
    `to unpack to at most ${bytes} bytes`,
    'more than the memory that its thread may have',
    `If you trust the file, pass { limits: { bytes: ${4 * bytes} } } or more.`,
  );

/** What a file of this size may unpack to. */
export const defaultBytes = (fileBytes: number): number => Math.max(LEAST_BYTES, USUAL_RATIO * fileBytes);

/** Counts what one file takes, of memory and of time. */
export class ReadBudget {
  private mostBytes: number;
  private readonly mostMs: number;
  private taken = 0;
  /** Milliseconds that were used up before `since`. */
  private used = 0;
  private since: number | undefined = performance.now();
  private lastTurn = performance.now();
  private readonly given: number | undefined;

  /**
   * @param fileBytes how large the file is; Infinity if nothing is held in memory, so that only a
   * limit of the user's counts
   */
  constructor(
    readonly path: string,
    fileBytes: number,
    { bytes, timeMs }: ReadLimits,
  ) {
    this.given = bytes;
    this.mostBytes = bytes ?? defaultBytes(fileBytes);
    this.mostMs = timeMs ?? Number.POSITIVE_INFINITY;
  }

  /**
   * Counts bytes, before anything of their size is made.
   * @throws SteepestError `ERR_DATA_LIMIT` for what is too much; `ERR_DATA_FILE` for what is no
   *   size
   */
  take(bytes: number): void {
    if (!Number.isFinite(bytes) || bytes < 0) {
      throw fileError(this.path, 'to say how much it unpacks to', `${bytes} bytes`, 'The file is damaged.');
    }
    this.taken += bytes;
    if (this.taken <= this.mostBytes) return;
    throw beyond(
      this.path,
      `to unpack to at most ${this.mostBytes} bytes`,
      `${this.taken} or more`,
      `If you trust the file, pass { limits: { bytes: ${this.taken} } } or more.`,
    );
  }

  /** @throws SteepestError `ERR_DATA_LIMIT` if time is up */
  checkTime(): void {
    const left = this.leftMs();
    if (left < 0) throw tooSlow(this.path, this.mostMs);
  }

  /** Counts bytes from 0: the file is read once more. */
  again(): void {
    this.taken = 0;
  }

  /**
   * How large the file is, if that was not known at first; `Infinity` leaves the user's limit
   * alone.
   */
  setFileBytes(fileBytes: number): void {
    this.mostBytes = this.given ?? defaultBytes(fileBytes);
  }

  /**
   * Whether work without a pause has gone on for so long that others should have their turn: then
   * `await` {@link turn}. In two steps, because a wait for nothing would cost more than the work.
   */
  get isDue(): boolean {
    return performance.now() - this.lastTurn > SLICE_MS;
  }

  /** Lets the event loop have its turn. @throws SteepestError `ERR_DATA_LIMIT` if time is up */
  async turn(): Promise<void> {
    this.checkTime();
    await nextTurn();
    this.lastTurn = performance.now();
  }

  /** Stops the clock while the one who reads has something else to do. */
  pause(): void {
    if (this.since !== undefined) this.used += performance.now() - this.since;
    this.since = undefined;
  }

  resume(): void {
    this.since = performance.now();
  }

  private leftMs(): number {
    return this.mostMs - this.used - (this.since === undefined ? 0 : performance.now() - this.since);
  }

  /**
   * What `read` gives, or the error if time is up before: also where the system does not answer.
   * `read` finds out by {@link checkTime} and ends on its own.
   */
  async within<T>(read: Promise<T>): Promise<T> {
    if (this.mostMs === Number.POSITIVE_INFINITY) return read;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<never>((_, reject) => {
      const ms = Math.min(LONGEST_MS, Math.max(1, Math.ceil(this.leftMs())));
      timer = setTimeout(() => reject(tooSlow(this.path, this.mostMs)), ms);
    });
    try {
      const result = await Promise.race([read, late]);
      this.checkTime();
      return result;
    } finally {
      clearTimeout(timer);
    }
  }
}
