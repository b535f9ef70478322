/** Keeps in memory what a stream gives, because a stream can be read only once. */

import { SteepestError } from '../../core/errors.js';
import { isBuffer, isTypedArray } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { fileError, systemError } from '../fileErrors.js';
import { ReadBudget, type ReadLimits } from '../limits/readLimits.js';
import { bytesOfText } from './textBytes.js';

/** What reading needs to know beside the source. */
export interface SourceOptions {
  limits: ReadLimits;
  /** The name that checkEncoding returned. */
  encoding: string | undefined;
}

/** A Readable, a ReadableStream, or another AsyncIterable. */
export interface ReadOnce extends AsyncIterable<unknown> {
  readonly destroyed?: boolean;
  readonly readableEnded?: boolean;
  readonly locked?: boolean;
  destroy?(error?: Error): unknown;
}

export interface KeptStream {
  readonly name: string;
  /** All of it, in pieces. Reads the stream at the first call. */
  bytes(): Promise<readonly Uint8Array[]>;
}

/**
 * @param name the stream's name, for messages
 * @throws SteepestError `ERR_ARGUMENT` for a stream that was read or is being read
 */
export function keepStream(name: string, stream: ReadOnce, options: SourceOptions): KeptStream {
  if (stream.destroyed === true || stream.readableEnded === true || stream.locked === true) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'a stream that nobody has read or is reading',
      given: stream.locked === true ? 'one with a reader' : 'one that has ended',
      hint: 'Open it again, and pass it before anything else reads it.',
    });
  }
  let kept: Promise<readonly Uint8Array[]> | undefined;
  return {
    name,
    bytes: () => {
      kept ??= collect(name, stream, options);
      return kept;
    },
  };
}

async function collect(
  name: string,
  stream: ReadOnce,
  options: SourceOptions,
): Promise<readonly Uint8Array[]> {
  const budget = new ReadBudget(name, 0, options.limits);
  try {
    return await budget.within(readAll(name, stream, options, budget));
  } catch (error) {
    // A stream that hangs would be kept open otherwise.
    stream.destroy?.();
    throw systemError(name, 'to be readable to its end', error);
  }
}

async function readAll(
  name: string,
  stream: ReadOnce,
  { encoding }: SourceOptions,
  budget: ReadBudget,
): Promise<readonly Uint8Array[]> {
  const parts: Uint8Array[] = [];
  /** The first half of a character of two code units, at the end of a chunk of text. */
  let half = '';
  const add = (bytes: Uint8Array): void => {
    budget.take(bytes.length);
    budget.checkTime();
    // The start of the first pieces says whether they are gzipped.
    if (bytes.length > 0) parts.push(bytes);
  };
  for await (const chunk of stream) {
    if (typeof chunk === 'string') {
      const text = half + chunk;
      half = /[\ud800-\udbff]$/.exec(text)?.[0] ?? '';
      add(bytesOfText(name, text.slice(0, text.length - half.length), encoding));
    } else if (isTypedArray(chunk, 'Uint8Array')) add(chunk);
    else if (isBuffer(chunk)) add(new Uint8Array(chunk));
    else {
      const hint = 'Pass a stream of bytes or text; rows and batches that are numbers go to fit as they are.';
      throw fileError(name, 'to give bytes or text', show(chunk), hint);
    }
  }
  if (half !== '') add(bytesOfText(name, half, encoding));
  return parts;
}
