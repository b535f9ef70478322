import { type ByteReader, openBytes } from './byteReader.js';
import { fileError } from './fileErrors.js';
import { ReadBudget, type ReadLimits } from './limits/readLimits.js';

const CHUNK_BYTES = 2 ** 20;
/** Buffer size for small files: at least this, because files in /proc report size 0. */
const LEAST_CHUNK_BYTES = 2 ** 14;
/**
 * Deflate's maximum ratio (RFC 1951: 258 bytes from two bits); a header that claims more is wrong.
 */
const MAX_DEFLATE_RATIO = 1032;

/** Supplies bytes in the portions that a reader of a binary format requests. */
export interface ByteSource {
  /** The file, for messages. */
  readonly path: string;
  /** Maximum number of bytes available. */
  readonly limit: number;
  /** The limits of this read. */
  readonly budget: ReadBudget;
  /** Whether its bytes have already been counted against the budget. */
  readonly isCounted: boolean;
  /** Fills the whole of `target`. @throws SteepestError `ERR_DATA_FILE` if the source ends first */
  fill(target: Uint8Array, what: string): Promise<void>;
  /** The next bytes, at most this many; none at the end. */
  upTo(bytes: number): Promise<Uint8Array>;
  /** Checks that nothing is left. @throws SteepestError `ERR_DATA_FILE` */
  end(what: string): Promise<void>;
}

function tooShort(path: string, wanted: number, got: number, what: string): never {
  throw fileError(
    path,
    `to hold ${wanted} bytes of ${what}`,
    `an end after ${got} of them`,
    'The file is incomplete: download or write it again.',
  );
}

function tooLong(path: string, what: string): never {
  throw fileError(
    path,
    `to end after ${what}`,
    'more bytes',
    'The file has extra bytes: download or write it again.',
  );
}

class FileSource implements ByteSource {
  readonly isCounted = false;
  private readonly buffer: Uint8Array;
  private at = 0;
  private filled = 0;

  constructor(
    readonly path: string,
    readonly limit: number,
    readonly budget: ReadBudget,
    private readonly reader: ByteReader,
  ) {
    // No larger than the file needs, so that a thousand small files do not cost a gigabyte of buffers.
    this.buffer = new Uint8Array(Math.max(LEAST_CHUNK_BYTES, Math.min(limit, CHUNK_BYTES)));
  }

  async fill(target: Uint8Array, what: string): Promise<void> {
    let done = 0;
    while (done < target.length) {
      if (this.at === this.filled && !(await this.more())) tooShort(this.path, target.length, done, what);
      const part = this.buffer.subarray(this.at, Math.min(this.filled, this.at + target.length - done));
      target.set(part, done);
      done += part.length;
      this.at += part.length;
    }
  }

  async upTo(bytes: number): Promise<Uint8Array> {
    if (this.at === this.filled && !(await this.more())) return new Uint8Array(0);
    const part = this.buffer.slice(this.at, Math.min(this.filled, this.at + bytes));
    this.at += part.length;
    return part;
  }

  async end(what: string): Promise<void> {
    if (this.at < this.filled || (await this.more())) tooLong(this.path, what);
  }

  private async more(): Promise<boolean> {
    if (this.budget.isDue) await this.budget.turn();
    this.at = 0;
    this.filled = await this.reader.read(this.buffer, 0, this.buffer.length);
    return this.filled > 0;
  }
}

/**
 * Runs `read` on a file, plain or gzipped, and closes it in every case.
 * @throws SteepestError `ERR_DATA_FILE` if it cannot be opened; `ERR_DATA_LIMIT`
 */
export async function withFile<T>(
  path: string,
  limits: ReadLimits,
  read: (source: ByteSource) => Promise<T>,
): Promise<T> {
  const reader = await openBytes(path);
  try {
    const most = reader.size * (reader.zipped ? MAX_DEFLATE_RATIO : 1);
    const budget = new ReadBudget(path, reader.size, limits);
    return await budget.within(read(new FileSource(path, most, budget, reader)));
  } finally {
    await reader.close();
  }
}

/** Bytes in memory as a source. @param path their source, for messages */
export function memorySource(path: string, bytes: Uint8Array, budget: ReadBudget): ByteSource {
  let at = 0;
  return {
    path,
    limit: bytes.length,
    budget,
    isCounted: true,
    async fill(target, what) {
      if (at + target.length > bytes.length) tooShort(path, target.length, bytes.length - at, what);
      for (let done = 0; done < target.length; done += CHUNK_BYTES) {
        if (budget.isDue) await budget.turn();
        const count = Math.min(CHUNK_BYTES, target.length - done);
        target.set(bytes.subarray(at + done, at + done + count), done);
      }
      at += target.length;
    },
    async upTo(count) {
      const part = bytes.slice(at, at + count);
      at += part.length;
      return part;
    },
    async end(what) {
      if (at < bytes.length) tooLong(path, what);
    },
  };
}
