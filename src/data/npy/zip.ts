import type { FileHandle } from 'node:fs/promises';
import { promisify } from 'node:util';
import { createInflateRaw, deflateRaw } from 'node:zlib';
import { crc32 } from '../../core/crc32.js';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { fileError, systemError } from '../fileErrors.js';
import { ReadBudget, type ReadLimits } from '../limits/readLimits.js';
import { openRegular } from '../openRegular.js';

// Field names and signatures: PKWARE's APPNOTE.TXT, sections 4.3 and 4.5.3.
const LOCAL_SIGNATURE = 0x04034b50;
const LOCAL_BYTES = 30;
const CENTRAL_SIGNATURE = 0x02014b50;
const CENTRAL_BYTES = 46;
const END_SIGNATURE = 0x06054b50;
const END_BYTES = 22;
const MAX_COMMENT_BYTES = 65_535;
const END64_SIGNATURE = 0x06064b50;
const END64_BYTES = 56;
const LOCATOR64_SIGNATURE = 0x07064b50;
const LOCATOR64_BYTES = 20;
const EXTRA64 = 0x0001;
/** 32-bit values that mean "see the ZIP64 field". */
const SEE_64 = 0xffffffff;
const STORED = 0;
const DEFLATED = 8;
/** A match of 258 bytes takes at least two bits (RFC 1951). */
const MOST_DEFLATED = 1032;
/** Bytes of a checksum between two checks of the clock. */
const CRC_BYTES = 2 ** 18;
/** Bytes decompressed at a time. */
const INFLATE_BYTES = 2 ** 18;
const VERSION = 20;
const UTF8_NAME = 0x0800;
const ENCRYPTED = 0x0001;
/** 1 January 1980, the earliest date in ZIP: files do not depend on the time of writing. */
const DATE = 0x0021;

/** A file in an archive. */
interface Entry {
  name: string;
  method: number;
  encrypted: boolean;
  crc: number;
  packedBytes: number;
  bytes: number;
  localOffset: number;
  /** Where the next part begins: the next entry, or the directory. */
  end: number;
}

const HINT = 'The file is damaged, cut off or not an NPZ file: write or download it again.';

function damaged(path: string, expected: string, given: string): never {
  throw fileError(path, expected, given, HINT);
}

/** Where an archive's bytes are: an open file, or memory. */
type ZipSource = Pick<FileHandle, 'read'>;

/** Reads archives whose bytes are all on this disk or in memory. */
class ZipReader {
  constructor(
    private readonly path: string,
    private readonly handle: ZipSource,
    private readonly size: number,
    readonly budget: ReadBudget,
  ) {}

  static async with<T>(path: string, limits: ReadLimits, use: (zip: ZipReader) => Promise<T>): Promise<T> {
    const { file, stats } = await openRegular(path);
    try {
      const { size } = stats;
      const budget = new ReadBudget(path, size, limits);
      return await budget.within(use(new ZipReader(path, file, size, budget)));
    } catch (error) {
      throw systemError(path, 'to be a whole NPZ file', error);
    } finally {
      // Everything that was requested has been read.
      await file.close().catch(() => undefined);
    }
  }

  async entries(): Promise<Entry[]> {
    const { count, offset, bytes } = await this.directory();
    const directory = await this.read(offset, bytes, 'the list of arrays');
    const entries: Entry[] = [];
    let at = 0;
    for (let i = 0; i < count; i++) {
      if (at + CENTRAL_BYTES > bytes || directory.readUInt32LE(at) !== CENTRAL_SIGNATURE) {
        damaged(this.path, `to list ${count} arrays`, `${i}`);
      }
      const nameBytes = directory.readUInt16LE(at + 28);
      const extraBytes = directory.readUInt16LE(at + 30);
      const end = at + CENTRAL_BYTES + nameBytes + extraBytes + directory.readUInt16LE(at + 32);
      if (end > bytes) damaged(this.path, `to list ${count} arrays`, `${i}`);
      entries.push(this.entry(directory, at, nameBytes, extraBytes));
      at = end;
    }
    this.checkEntries(entries, offset);
    return entries;
  }

  /**
   * Entries that share bytes, or claim more than deflate can hold, let a few bytes expand to many
   * ("zip bombs"); of two with one name, one would be lost.
   */
  private checkEntries(entries: readonly Entry[], directory: number): void {
    const names = new Set<string>();
    let end = directory;
    for (const entry of [...entries].sort((a, b) => b.localOffset - a.localOffset)) {
      const { name, localOffset, packedBytes, bytes, method } = entry;
      if (names.has(name)) {
        const hint = 'Write the archive again with different names: one of the two arrays would be lost.';
        throw fileError(this.path, 'to hold each array once', `${show(name)} twice`, hint);
      }
      names.add(name);
      entry.end = end;
      if (localOffset + LOCAL_BYTES + packedBytes > end) this.refuseOverlap(name);
      end = localOffset;
      if (method === DEFLATED && bytes > packedBytes * MOST_DEFLATED) {
        damaged(
          this.path,
          `${packedBytes} bytes of ${show(name)} to unpack to at most ${MOST_DEFLATED} times as many`,
          `${bytes}`,
        );
      }
    }
  }

  private refuseOverlap(name: string): never {
    damaged(this.path, `${show(name)} to have bytes of its own`, 'some that belong to what follows');
  }

  /** The bytes of an entry, decompressed and checked. */
  async content(entry: Entry): Promise<Buffer> {
    const { name, method, encrypted, crc, packedBytes, bytes, localOffset } = entry;
    if (encrypted || (method !== STORED && method !== DEFLATED)) {
      throw fileError(
        this.path,
        `'${name}' to be stored or deflated`,
        encrypted ? 'an encrypted entry' : `compression method ${method}`,
        'Write it with numpy.savez or numpy.savez_compressed.',
      );
    }
    const local = await this.read(localOffset, LOCAL_BYTES, `the header of '${name}'`);
    if (local.readUInt32LE(0) !== LOCAL_SIGNATURE)
      damaged(this.path, `the header of '${name}'`, 'other bytes');
    const start = localOffset + LOCAL_BYTES + local.readUInt16LE(26) + local.readUInt16LE(28);
    if (start + packedBytes > entry.end) this.refuseOverlap(name);
    this.budget.take(bytes);
    const packed = await this.read(start, packedBytes, `'${name}'`);
    const content = method === STORED ? packed : await this.inflate(name, packed, bytes);
    if (content.length !== bytes) damaged(this.path, `'${name}' to have ${bytes} bytes`, `${content.length}`);
    const found = await this.checksum(content);
    if (found !== crc) damaged(this.path, `'${name}' to have the CRC ${hex(crc)}`, hex(found));
    return content;
  }

  private async checksum(content: Buffer): Promise<number> {
    let crc = 0;
    for (let at = 0; at < content.length; at += CRC_BYTES) {
      if (this.budget.isDue) await this.budget.turn();
      crc = crc32(content.subarray(at, at + CRC_BYTES), crc);
    }
    return crc;
  }

  private async inflate(name: string, packed: Buffer, bytes: number): Promise<Buffer> {
    const content = Buffer.allocUnsafeSlow(bytes);
    const chunks = createInflateRaw({ chunkSize: INFLATE_BYTES });
    chunks.end(packed);
    let filled = 0;
    try {
      for await (const chunk of chunks as AsyncIterable<Buffer>) {
        if (filled + chunk.length > bytes) throw new Error(`more than ${bytes} bytes`);
        content.set(chunk, filled);
        filled += chunk.length;
        if (this.budget.isDue) await this.budget.turn();
      }
    } catch (error) {
      if (error instanceof SteepestError) throw error;
      throw fileError(this.path, `'${name}' to be whole`, (error as Error).message, HINT, error);
    }
    return content.subarray(0, filled);
  }

  /**
   * The position of the directory, from the record at the end of the file, or from that of ZIP64
   * before it.
   */
  private async directory(): Promise<{ count: number; offset: number; bytes: number }> {
    const tailBytes = Math.min(this.size, END_BYTES + MAX_COMMENT_BYTES + LOCATOR64_BYTES);
    const tail = await this.read(this.size - tailBytes, tailBytes, 'its end');
    let at = tailBytes - END_BYTES;
    // The signature may also occur in the comment; the true record's comment reaches to the end.
    const isEnd = (): boolean =>
      tail.readUInt32LE(at) === END_SIGNATURE && at + END_BYTES + tail.readUInt16LE(at + 20) === tailBytes;
    while (at >= 0 && !isEnd()) at--;
    if (at < 0) damaged(this.path, 'to end as a ZIP archive does', `${this.size} bytes that do not`);
    const place = {
      count: tail.readUInt16LE(at + 10),
      bytes: tail.readUInt32LE(at + 12),
      offset: tail.readUInt32LE(at + 16),
    };
    const locator = at - LOCATOR64_BYTES;
    if (locator < 0 || tail.readUInt32LE(locator) !== LOCATOR64_SIGNATURE) return place;
    const end64 = await this.read(this.uint64(tail, locator + 8), END64_BYTES, 'the ZIP64 record');
    if (end64.readUInt32LE(0) !== END64_SIGNATURE) damaged(this.path, 'a ZIP64 record', 'other bytes');
    return {
      count: this.uint64(end64, 32),
      bytes: this.uint64(end64, 40),
      offset: this.uint64(end64, 48),
    };
  }

  private entry(directory: Buffer, at: number, nameBytes: number, extraBytes: number): Entry {
    const flags = directory.readUInt16LE(at + 8);
    const nameEnd = at + CENTRAL_BYTES + nameBytes;
    const entry: Entry = {
      name: directory.toString(flags & UTF8_NAME ? 'utf8' : 'latin1', at + CENTRAL_BYTES, nameEnd),
      method: directory.readUInt16LE(at + 10),
      encrypted: (flags & ENCRYPTED) !== 0,
      crc: directory.readUInt32LE(at + 16),
      packedBytes: directory.readUInt32LE(at + 20),
      bytes: directory.readUInt32LE(at + 24),
      localOffset: directory.readUInt32LE(at + 42),
      end: 0,
    };
    let field = nameEnd;
    while (field + 4 <= nameEnd + extraBytes) {
      const size = directory.readUInt16LE(field + 2);
      if (directory.readUInt16LE(field) === EXTRA64)
        this.large(directory.subarray(field + 4, field + 4 + size), entry);
      field += 4 + size;
    }
    return entry;
  }

  /** The ZIP64 field holds, in this order, only those values that do not fit in 32 bits. */
  private large(extra: Buffer, entry: Entry): void {
    let at = 0;
    for (const key of ['bytes', 'packedBytes', 'localOffset'] as const) {
      if (entry[key] !== SEE_64) continue;
      if (at + 8 > extra.length) damaged(this.path, `sizes of '${entry.name}'`, 'a ZIP64 field without them');
      entry[key] = this.uint64(extra, at);
      at += 8;
    }
  }

  private uint64(buffer: Buffer, at: number): number {
    const value = Number(buffer.readBigUInt64LE(at));
    // An offset beyond the end is detected when it is read; this keeps the sums exact.
    return Number.isSafeInteger(value) ? value : damaged(this.path, 'offsets below 2^53', String(value));
  }

  private async read(offset: number, length: number, what: string): Promise<Buffer> {
    if (offset + length > this.size) {
      damaged(this.path, `to hold ${what}, bytes ${offset} to ${offset + length}`, `${this.size} bytes`);
    }
    const buffer = Buffer.allocUnsafe(length);
    let filled = 0;
    while (filled < length) {
      const { bytesRead } = await this.handle.read(buffer, filled, length - filled, offset + filled);
      if (bytesRead === 0) damaged(this.path, `to hold ${what}`, 'an end before it');
      filled += bytesRead;
    }
    return buffer;
  }
}

const hex = (crc: number): string => crc.toString(16).padStart(8, '0');

/** Folders, and what the archivers of macOS and Windows add beside the files. */
const NO_CONTENT = /\/$|^__MACOSX\/|(?:^|\/)(?:\.DS_Store|Thumbs\.db|desktop\.ini)$/;

/**
 * Decompresses the files of a ZIP archive one after another; folders are skipped.
 * @throws SteepestError `ERR_DATA_FILE`
 */
export async function readZip(
  path: string,
  limits: ReadLimits,
  each: (name: string, content: Buffer, budget: ReadBudget) => Promise<void>,
): Promise<void> {
  await ZipReader.with(path, limits, async (zip) => {
    for (const entry of await zip.entries()) {
      if (!NO_CONTENT.test(entry.name)) await each(entry.name, await zip.content(entry), zip.budget);
    }
  });
}

/**
 * Decompresses some files of a ZIP archive in memory.
 * @param path the archive, for messages
 * @returns what `isWanted` of it, by name
 * @throws SteepestError `ERR_DATA_FILE`, or `ERR_DATA_LIMIT` beyond the budget
 */
export async function unzip(
  path: string,
  bytes: Uint8Array,
  isWanted: (name: string) => boolean,
  budget: ReadBudget,
): Promise<Map<string, Buffer>> {
  const zip = new ZipReader(path, inMemory(bytes), bytes.length, budget);
  const files = new Map<string, Buffer>();
  for (const entry of await zip.entries()) {
    if (isWanted(entry.name)) files.set(entry.name, await zip.content(entry));
  }
  return files;
}

const inMemory = (bytes: Uint8Array): ZipSource =>
  ({
    read: async (buffer: Uint8Array, offset: number, length: number, position: number) => {
      const part = bytes.subarray(position, position + length);
      buffer.set(part, offset);
      return { bytesRead: part.length, buffer };
    },
  }) as ZipSource;

/**
 * The bytes of a ZIP archive of these files.
 * @throws SteepestError `ERR_ARGUMENT` for content that would need ZIP64: 4 GiB or 65,535 files
 */
export async function zipBytes(
  files: readonly (readonly [name: string, content: Buffer])[],
  compress: boolean,
): Promise<Buffer> {
  const pieces: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const [name, content] of files) {
    const packed = compress ? await deflate(content) : content;
    const nameBytes = Buffer.from(name, 'utf8');
    // From "version needed to extract" to "file name length" both headers are identical.
    const common = Buffer.alloc(24);
    common.writeUInt16LE(VERSION, 0);
    common.writeUInt16LE(UTF8_NAME, 2);
    common.writeUInt16LE(compress ? DEFLATED : STORED, 4);
    common.writeUInt16LE(DATE, 8);
    common.writeUInt32LE(crc32(content), 10);
    checkSize(name, offset + packed.length + content.length);
    common.writeUInt32LE(packed.length, 14);
    common.writeUInt32LE(content.length, 18);
    common.writeUInt16LE(nameBytes.length, 22);
    const local = Buffer.alloc(LOCAL_BYTES);
    local.writeUInt32LE(LOCAL_SIGNATURE, 0);
    common.copy(local, 4);
    const central = Buffer.alloc(CENTRAL_BYTES);
    central.writeUInt32LE(CENTRAL_SIGNATURE, 0);
    central.writeUInt16LE(VERSION, 4);
    common.copy(central, 6);
    central.writeUInt32LE(offset, 42);
    pieces.push(local, nameBytes, packed);
    directory.push(central, nameBytes);
    offset += LOCAL_BYTES + nameBytes.length + packed.length;
  }
  const list = Buffer.concat(directory);
  checkSize('the list of arrays', offset + list.length);
  const end = Buffer.alloc(END_BYTES);
  end.writeUInt32LE(END_SIGNATURE, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(list.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...pieces, list, end]);
}

const deflate = (content: Buffer): Promise<Buffer> => promisify(deflateRaw)(content) as Promise<Buffer>;

function checkSize(name: string, bytes: number): void {
  if (bytes < SEE_64) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'arrays of less than 4 GiB in one NPZ file',
    given: `${bytes} bytes up to '${name}'`,
    hint: 'Write large arrays with writeNpy, one file each.',
  });
}
