import { checkInteger, checkKeys, checkNumber } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import type { Aliases } from '../../core/nearest.js';
import { Slices } from '../../core/nextTurn.js';
import { showPath } from '../../core/systemErrors.js';
import { clearTimeout, setTimeout } from '../../core/timers.js';
import { fileError } from '../fileErrors.js';

/** The limits of reading one file. Exceeding one is an error, `ERR_DATA_LIMIT`. */
export interface ReadLimits {
  /**
   * Total bytes of memory that the file's contents may take when decompressed. Default 1 GiB, or 16
   * times the file if that is more. Real tables compress less than that, and a file of a few bytes
   * must not exhaust memory.
   */
  bytes?: number;
  /**
   * Milliseconds that reading may take. Default: none if the time is proportional to the file;
   * `readParquet` and `readArrow` have one that depends on the sizes of the file and its table.
   */
  timeMs?: number;
}

/** Options of every reader. */
export interface ReadOptions {
  /** The limits of reading the file: `{ bytes, timeMs }`. */
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
/** The longest delay of Node.js timers. */
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

/** For a reader whose only options are its limits. @throws SteepestError as {@link checkLimits} */
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

/** @param given what is known about how long it would take */
export const tooSlow = (path: string, timeMs: number, given = 'no end by then'): SteepestError =>
  beyond(
    path,
    `to be read within ${timeMs} ms`,
    given,
    `If you trust the file, pass { limits: { timeMs: ${10 * timeMs} } } or more.`,
  );

/**
 * The error when a reading thread runs out of memory. @param bytes the limit that applied to the
 * file
 */
export const tooLarge = (path: string, bytes: number): SteepestError =>
  beyond(
    path,
    `to unpack to at most ${bytes} bytes`,
    'more than the memory that its thread may have',
    `If you trust the file, pass { limits: { bytes: ${4 * bytes} } } or more.`,
  );

/** How much a file of this size may decompress to. */
export const defaultBytes = (fileBytes: number): number => Math.max(LEAST_BYTES, USUAL_RATIO * fileBytes);

/** Counts the memory and time that one file takes. */
export class ReadBudget {
  private mostBytes: number;
  private readonly mostMs: number;
  private taken = 0;
  /** Milliseconds used before `since`. */
  private used = 0;
  private since: number | undefined = performance.now();
  private readonly slices = new Slices();
  private readonly given: number | undefined;

  /**
   * @param fileBytes the file's size; Infinity if nothing is kept in memory, so that only a limit
   *   set by the user applies
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
   * Counts bytes before anything of their size is allocated.
   * @throws SteepestError `ERR_DATA_LIMIT` above the limit; `ERR_DATA_FILE` for an invalid
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

  /** @throws SteepestError `ERR_DATA_LIMIT` if the time is over */
  checkTime(): void {
    const left = this.leftMs();
    if (left < 0) throw tooSlow(this.path, this.mostMs);
  }

  /** Resets the byte count: the file is read again. */
  again(): void {
    this.taken = 0;
  }

  /** Sets the file's size if it was unknown at first; `Infinity` keeps only the user's limit. */
  setFileBytes(fileBytes: number): void {
    this.mostBytes = this.given ?? defaultBytes(fileBytes);
  }

  /** Whether the event loop should run: then `await` {@link turn}. */
  get isDue(): boolean {
    return this.slices.isDue;
  }

  /** Yields to the event loop. @throws SteepestError `ERR_DATA_LIMIT` if the time is over */
  async turn(): Promise<void> {
    this.checkTime();
    await this.slices.next();
  }

  /** Stops the clock while the caller does something else. */
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
   * The result of `read`, or the error if the time is over first, even if the system does not
   * respond. `read` detects this by {@link checkTime} and ends on its own.
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
