import { isCount } from '../../core/guards.js';
import { AppendedFile, readEnds } from '../../io/appendedFile.js';
import { refuseState } from './plateau.js';

/** How a log is written, line by line. Lines end with `\n`. */
export interface LogFormat {
  /** The line before all others; undefined without one. */
  head?: string;
  /**
   * Refuses to append to a file that begins with another line.
   * @throws SteepestError
   */
  checkHead?(first: string): void;
  /** Whether the last line of a file is whole although its end is missing. */
  isWhole(line: string): boolean;
}

/** What the log of a fit needs to go on in a resumed fit. */
export interface LogState {
  /** The length of the file when its fit was at the checkpoint. */
  bytes: number;
}

/**
 * A log of one fit: a file of lines. A resumed fit goes on at the line where its checkpoint was
 * written, so its log is the one of an undisturbed fit.
 */
export class LogFile {
  private file: AppendedFile | undefined;
  private restored: LogState | undefined;

  constructor(
    private readonly path: string,
    private readonly format: LogFormat,
  ) {}

  get state(): LogState | undefined {
    return this.file && { bytes: this.file.size };
  }

  /** @throws SteepestError `ERR_MODEL_FILE` for what {@link state} cannot have been */
  restore(state: unknown): void {
    const bytes = (state as Partial<LogState> | null)?.bytes;
    if (!isCount(bytes)) refuseState();
    this.restored = { bytes };
  }

  /**
   * Creates the file, or goes on with it.
   * @param append whether the lines of an old file stay
   * @throws SteepestError `ERR_DATA_FILE`
   */
  async begin(append: boolean): Promise<void> {
    const { path, format, restored } = this;
    const ends = append || restored ? await readEnds(path) : undefined;
    const head = format.head ?? '';
    if (ends === undefined || ends.size === 0) {
      // A file that appeared meanwhile is another program's.
      const keep = append ? Number.POSITIVE_INFINITY : 0;
      this.file = await AppendedFile.open(path, { keep, first: bytesOf(head) });
      return;
    }
    format.checkHead?.(firstLine(ends.start.toString('utf8')));
    const whole = wholeLines(ends, format);
    const keep = Math.min(whole.keep, restored?.bytes ?? whole.keep);
    const first = keep === whole.keep ? whole.first : '';
    this.file = await AppendedFile.open(path, { keep, first: bytesOf(first) });
  }

  /** @throws SteepestError `ERR_DATA_FILE`; the lines before stay */
  async write(line: string): Promise<void> {
    await this.file?.append(bytesOf(line));
  }
}

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Without the byte order mark that some editors write. */
const firstLine = (text: string): string => text.replace(/^\uFEFF/, '').split(/\r?\n/, 1)[0] as string;

/**
 * What to keep of an old file: all of it if its last line has an end, or lacks nothing else; the
 * beginning of a line, which a full disk may have left, is removed.
 */
function wholeLines(
  { size, end }: { size: number; end: Buffer },
  { isWhole }: LogFormat,
): { keep: number; first: string } {
  const last = end.subarray(end.lastIndexOf('\n') + 1);
  if (last.length === 0) return { keep: size, first: '' };
  const isComplete = isWhole(last.toString('utf8'));
  return isComplete ? { keep: size, first: '\n' } : { keep: size - last.length, first: '' };
}
