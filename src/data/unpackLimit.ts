import { checkInteger, checkKeys } from '../core/check.js';
import { fileError } from './fileErrors.js';

/** What a packed file may become. */
export interface ReadLimits {
  /**
   * Bytes that packed parts may unpack to, all together. Default 1 GiB, or 16 times the file if that
   * is more: tables of real numbers shrink by less, and a file of a few bytes needs no limit.
   */
  bytes?: number;
}

const LEAST_BYTES = 2 ** 30;
const USUAL_RATIO = 16;

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` */
export function checkLimits(limits: ReadLimits | undefined): number | undefined {
  if (limits === undefined) return undefined;
  checkKeys('limits', limits, ['bytes'], { maxBytes: 'bytes', size: 'bytes' });
  return limits.bytes === undefined ? undefined : checkInteger('limits.bytes', limits.bytes);
}

/** Counts what the parts of one file say that they unpack to, before any is unpacked. */
export class UnpackLimit {
  private readonly most: number;
  private taken = 0;

  /** @param given what the user allows */
  constructor(
    private readonly path: string,
    fileBytes: number,
    given: number | undefined,
  ) {
    this.most = given ?? Math.max(LEAST_BYTES, USUAL_RATIO * fileBytes);
  }

  /** @throws SteepestError `ERR_DATA_FILE` for a part that is one too many */
  take(bytes: number): void {
    if (!Number.isSafeInteger(bytes) || bytes < 0) {
      throw fileError(this.path, 'to say how much it unpacks to', `${bytes} bytes`, 'The file is damaged.');
    }
    this.taken += bytes;
    if (this.taken <= this.most) return;
    throw fileError(
      this.path,
      `to unpack to at most ${this.most} bytes`,
      `${this.taken} or more`,
      `If you trust the file, pass { limits: { bytes: ${this.taken} } } or more.`,
    );
  }
}
