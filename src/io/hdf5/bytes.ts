import { SteepestError } from '../../core/errors.js';

const HINT = 'The file is damaged, incomplete or no HDF5 file: copy or save it again.';

/** @throws SteepestError `ERR_MODEL_FILE` */
export function damaged(expected: string, given: string, hint = HINT): never {
  throw new SteepestError('ERR_MODEL_FILE', { expected, given, hint });
}

/** An address that says that there is nothing. */
const NONE = 2n ** 64n - 1n;
/**
 * Structures that are read from one file at most. Each is looked at once for every time that it is
 * named, so a small file cannot take long.
 */
const MOST_STEPS = 2 ** 20;

/** The bytes of an HDF5 file, which may be hostile: every access is checked. Little-endian. */
export class FileBytes {
  private readonly view: DataView;
  private steps = 0;
  private taken = 0;

  constructor(readonly bytes: Uint8Array) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws SteepestError `ERR_MODEL_FILE` unless the file has these bytes */
  slice(at: number, length: number): Uint8Array {
    const end = at + length;
    if (at >= 0 && length >= 0 && Number.isSafeInteger(end) && end <= this.bytes.length) {
      return this.bytes.subarray(at, end);
    }
    return damaged(`bytes ${at} to ${end} of an HDF5 file`, `${this.bytes.length} bytes`);
  }

  u8(at: number): number {
    return this.slice(at, 1)[0]!;
  }

  u16(at: number): number {
    this.slice(at, 2);
    return this.view.getUint16(at, true);
  }

  u32(at: number): number {
    this.slice(at, 4);
    return this.view.getUint32(at, true);
  }

  /** A size or an address. */
  u64(at: number): number {
    this.slice(at, 8);
    const value = this.view.getBigUint64(at, true);
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : damaged('sizes and addresses below 2^53', `${value}`);
  }

  /** An address; undefined if it says that there is nothing. */
  address(at: number): number | undefined {
    this.slice(at, 8);
    return this.view.getBigUint64(at, true) === NONE ? undefined : this.u64(at);
  }

  /** An unsigned number of 1, 2, 4 or 8 bytes. */
  sized(at: number, bytes: number): number {
    if (bytes === 1) return this.u8(at);
    if (bytes === 2) return this.u16(at);
    return bytes === 4 ? this.u32(at) : this.u64(at);
  }

  /** Checks the four letters that begin a structure, and counts it. */
  expect(at: number, signature: string): void {
    this.count();
    const found = Buffer.from(this.slice(at, 4)).toString('latin1');
    if (found !== signature) damaged(`${signature} at byte ${at} of an HDF5 file`, JSON.stringify(found));
  }

  /** Counts a step. */
  count(): void {
    if (++this.steps > MOST_STEPS) damaged(`at most ${MOST_STEPS} structures in an HDF5 file`, 'more');
  }

  /**
   * Counts bytes of numbers and texts that are copied: each belongs to one of them, so that a small
   * file cannot become large by naming the same bytes often.
   */
  take(bytes: number): void {
    this.taken += bytes;
    if (this.taken > this.bytes.length) {
      damaged('arrays and texts with bytes of their own in an HDF5 file', 'some that share them');
    }
  }

  text(at: number, length: number): string {
    return Buffer.from(this.slice(at, length)).toString('utf8');
  }

  /** A text up to a zero byte, within `most` bytes. */
  textUpToZero(at: number, most: number): string {
    const bytes = this.slice(at, most);
    const end = bytes.indexOf(0);
    return Buffer.from(bytes.subarray(0, end < 0 ? most : end)).toString('utf8');
  }
}
