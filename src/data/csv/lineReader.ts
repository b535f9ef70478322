import { nextTurn } from '../../core/nextTurn.js';
import type { ByteOrigin, ByteReader } from '../byteReader.js';
import { fileError } from '../fileErrors.js';
import type { ReadBudget } from '../limits/readLimits.js';
import { openText } from '../text/utf8Reader.js';

/** Bytes per read: enough to hide its cost, few enough to stay in the cache. */
const CHUNK_BYTES = 2 ** 20;
/** Buffer size for small files: at least this, because files in /proc report size 0. */
const LEAST_CHUNK_BYTES = 2 ** 14;
/** A byte of a legacy encoding takes up to four bytes in UTF-8. */
const MOST_AS_UTF8 = 4;
/** Room for the partial line at the end of a chunk, as a fraction of the chunk. */
const CARRY_SHARE = 8;
/**
 * Maximum length of a line; a longer one probably means a file without line ends, or an unclosed
 * quote.
 */
export const MAX_LINE_BYTES = 2 ** 26;
/** Pieces for a slower parser: a few milliseconds of work between two turns of the event loop. */
const PIECE_BYTES = 2 ** 16;
/** Room for a line end that the file lacks. */
const SLACK_BYTES = 1;

const LF = 10;

/**
 * Supplies a file in pieces of complete lines. The next piece is read while one is processed: two
 * buffers alternate, each with room in front for the partial line at the end of the other.
 */
export class LineReader {
  /** The current bytes: complete lines from `begin` to `end`, each ended by \n. */
  buffer: Buffer = Buffer.alloc(0);
  begin = 0;
  end = 0;
  /** Where the bytes read so far end; an incomplete line is between `end` and here. */
  private filled = 0;
  private spare: Buffer = Buffer.alloc(0);
  private readonly chunk: number;
  private carry: number;
  private ahead: Promise<number> | undefined;
  private ended = false;
  private constructor(
    private readonly path: string,
    readonly bytes: ByteReader,
    private readonly budget: ReadBudget,
  ) {
    const most = bytes.zipped ? CHUNK_BYTES : Math.max(LEAST_CHUNK_BYTES, MOST_AS_UTF8 * bytes.size);
    this.chunk = Math.min(CHUNK_BYTES, most);
    this.carry = Math.ceil(this.chunk / CARRY_SHARE);
  }

  /** The bytes are UTF-8, whatever the encoding of the file. */
  static async open(
    origin: ByteOrigin,
    encoding: string | undefined,
    budget: ReadBudget,
  ): Promise<LineReader> {
    const reader = new LineReader(origin.name, await openText(origin, encoding), budget);
    budget.again();
    reader.spare = reader.allocate();
    reader.readAhead();
    return reader;
  }

  /**
   * Advances to the next complete lines; false at the end of the file. `end` becomes the end of the
   * last complete line.
   * @param line number of the first line not yet supplied, for messages
   */
  async next(line: number): Promise<boolean> {
    do {
      if (!(await this.fill(this.end))) return this.lastLine();
      const lastEnd = this.buffer.lastIndexOf(LF, this.filled - 1);
      this.end = lastEnd >= this.begin ? lastEnd + 1 : this.begin;
      if (this.end === this.begin && this.filled - this.begin > MAX_LINE_BYTES) {
        throw fileError(
          this.path,
          `to have lines of at most ${MAX_LINE_BYTES} bytes`,
          `a longer one at line ${line}`,
          'Check that lines end with \\n or \\r\\n and that every quote is closed.',
        );
      }
    } while (this.end === this.begin);
    return true;
  }

  /** All bytes from `position` of this buffer to the end of the file, in pieces that stay valid. */
  async *rest(position: number): AsyncGenerator<Buffer> {
    let begin = position;
    for (;;) {
      for (let at = begin; at < this.filled; at += PIECE_BYTES) {
        yield Buffer.from(this.buffer.subarray(at, Math.min(this.filled, at + PIECE_BYTES)));
        await nextTurn();
      }
      this.end = this.filled;
      if (!(await this.fill(this.filled))) return;
      begin = this.begin;
    }
  }

  async close(): Promise<void> {
    // A pending read must end before its file is closed; its result no longer matters.
    await this.ahead?.catch(() => undefined);
    await this.bytes.close();
  }

  /** Bytes after the last line end count as a line. */
  private lastLine(): boolean {
    if (this.end === this.filled) return false;
    this.begin = this.end;
    this.buffer[this.filled++] = LF;
    this.end = this.filled;
    return true;
  }

  /**
   * Swaps the buffers, moving the bytes from `keep` on to the front; false, with nothing changed,
   * at the end of the file.
   */
  private async fill(keep: number): Promise<boolean> {
    if (this.ended) return false;
    const read = await this.ahead;
    if (read === undefined || read === 0) {
      this.ended = true;
      return false;
    }
    this.budget.take(read);
    this.budget.checkTime();
    const kept = this.filled - keep;
    let begin = this.carry - kept;
    const next = this.spare;
    if (begin < 0) {
      // A line longer than the room in front: double the room.
      const chunk = next.subarray(this.carry, this.carry + read);
      this.carry = 2 * kept;
      begin = this.carry - kept;
      const larger = this.allocate();
      larger.set(chunk, this.carry);
      this.buffer.copy(larger, begin, keep, this.filled);
      this.buffer = larger;
      this.spare = this.allocate();
    } else {
      this.buffer.copy(next, begin, keep, this.filled);
      this.spare = this.buffer.length === next.length ? this.buffer : this.allocate();
      this.buffer = next;
    }
    this.begin = begin;
    this.filled = this.carry + read;
    this.readAhead();
    return true;
  }

  private allocate(): Buffer {
    return Buffer.allocUnsafeSlow(this.carry + this.chunk + SLACK_BYTES);
  }

  private readAhead(): void {
    this.ahead = this.bytes.read(this.spare, this.carry, this.carry + this.chunk);
    // The error, if any, is for the caller that awaits it; until then it must not count as
    // unhandled.
    this.ahead.catch(() => undefined);
  }
}
