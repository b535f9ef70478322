/** What a table of CSV may be read from, and how its bytes are opened. */

import { Readable } from 'node:stream';
import { checkKeys } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { localPath } from '../../core/localPath.js';
import { isBuffer, isDataView, isList, isPromise, isTypedArray, isUrl } from '../../core/realm.js';
import { reading } from '../../core/refuse.js';
import { show } from '../../core/show.js';
import {
  type ByteOrigin,
  type ByteReader,
  gunzipped,
  isGzip,
  openBytes,
  piecesReader,
} from '../byteReader.js';
import { fileError } from '../fileErrors.js';
import { keepStream, type ReadOnce, type SourceOptions } from './keptStream.js';
import { bytesOfText } from './textBytes.js';

/**
 * A Blob or File, as far as it is used.
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const source: data.BlobSource = new Blob(['a,b\n1,2\n']);
 * console.log((await data.csv(source).load()).x.shape); // [ 1, 2 ]
 * ```
 */
export interface BlobSource {
  readonly size: number;
  /** Bytes from `begin` up to `end`. */
  slice(begin?: number, end?: number): { arrayBuffer(): Promise<ArrayBuffer> };
  /** All bytes as a stream. */
  stream(): unknown;
}

/**
 * A Response of `fetch`, as far as it is used.
 * @example
 * ```ts
 * import { data } from 'steepest';
 * const source: data.ResponseSource = new Response('a,b\n1,2\n');
 * console.log((await data.csv(source).load()).x.shape); // [ 1, 2 ]
 * ```
 */
export interface ResponseSource {
  readonly ok: boolean;
  readonly status: number;
  readonly body: unknown;
}

/**
 * What {@link csv} reads: a path or `file:` URL; bytes, such as a Buffer; a Blob or File; a
 * Response; a stream of bytes or text, such as a Readable or a ReadableStream; or `{ text }`.
 */
export type CsvSource =
  | string
  | URL
  | Uint8Array
  | DataView
  | ArrayBufferLike
  | BlobSource
  | ResponseSource
  | AsyncIterable<unknown>
  | { getReader(): unknown }
  | { readonly text: string };

const WORDS = 'a path, a file: URL, bytes, a Blob, a Response, a stream or { text }';
const REMOTE = /^https?:/i;

function bad(given: string, hint: string, expected = `the source of a CSV table to be ${WORDS}`): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

/** @throws SteepestError `ERR_ARGUMENT`; `ERR_DATA_FILE` for a Response without success */
export function originOf(source: CsvSource, options: SourceOptions): ByteOrigin {
  return reading('the source of a CSV table', () => findOrigin(source, options));
}

function findOrigin(source: CsvSource, options: SourceOptions): ByteOrigin {
  if (typeof source === 'string' || isUrl(source)) return fileOrigin(source);
  if (isTypedArray(source, 'Uint8Array') || isDataView(source)) {
    return bytesOrigin('<bytes>', [new Uint8Array(source.buffer, source.byteOffset, source.byteLength)]);
  }
  if (isBuffer(source)) return bytesOrigin('<bytes>', [new Uint8Array(source)]);
  if (typeof source !== 'object' || source === null || ArrayBuffer.isView(source) || isPromise(source)) {
    return bad(show(source), isPromise(source) ? 'Put await before it.' : 'Name a file, or pass its bytes.');
  }
  if (isBlob(source)) return blobOrigin(source);
  if (isResponse(source)) return responseOrigin(source, options);
  if ('getReader' in source || Symbol.asyncIterator in source) {
    return keptOrigin(keepStream(nameOf(source, 'path', '<stream>'), source as ReadOnce, options));
  }
  if (isList(source)) bad(show(source), "Pass { text: lines.join('\\n') } for a list of lines.");
  checkKeys('the source of a CSV table', source, ['text'], { string: 'text', data: 'text', csv: 'text' });
  return textOrigin((source as { text: unknown }).text, options);
}

function fileOrigin(source: string | URL): ByteOrigin {
  const address = typeof source === 'string' ? source : source.href;
  if (REMOTE.test(address)) {
    bad(show(address), 'Pass its Response: data.csv(await fetch(address), …).');
  }
  if (typeof source === 'string' && /[\n\r]/.test(source)) {
    bad(show(source), 'A string is a path: pass { text: … } for the text itself.');
  }
  const path = localPath('the path of a CSV file', source);
  return { name: path, open: () => openBytes(path) };
}

/** A name that the source has, for messages. */
function nameOf(source: object, key: 'name' | 'path' | 'url', otherwise: string): string {
  const name = (source as Record<string, unknown>)[key];
  return typeof name === 'string' && name !== '' ? name : otherwise;
}

const hasMethod = (value: object, name: string): boolean =>
  typeof (value as Record<string, unknown>)[name] === 'function';

const isBlob = (value: object): value is BlobSource =>
  hasMethod(value, 'stream') && hasMethod(value, 'slice') && 'size' in value;

const isResponse = (value: object): value is ResponseSource =>
  'body' in value && 'ok' in value && typeof (value as { status?: unknown }).status === 'number';

function textOrigin(text: unknown, { encoding }: SourceOptions): ByteOrigin {
  if (typeof text !== 'string') {
    bad(
      show(text),
      'Write { text: await response.text() }, or pass bytes as they are.',
      'text to be a string',
    );
  }
  return bytesOrigin('<text>', [bytesOfText('<text>', text, encoding)]);
}

/** Bytes in memory; they are not copied. */
function bytesOrigin(name: string, parts: readonly Uint8Array[]): ByteOrigin {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const start = Buffer.concat(parts.slice(0, 2).map((part) => part.subarray(0, 2)));
  const state = { size, modifiedMs: 0, zipped: isGzip(start) };
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    yield* parts;
  };
  return {
    name,
    async open(): Promise<ByteReader> {
      if (state.zipped) return gunzipped(name, state, Readable.from(pieces()));
      return piecesReader(name, state, pieces(), 'to be bytes');
    },
  };
}

function blobOrigin(blob: BlobSource): ByteOrigin {
  const name = nameOf(blob, 'name', '<blob>');
  return {
    name,
    async open(): Promise<ByteReader> {
      const start = new Uint8Array(await blob.slice(0, 2).arrayBuffer());
      const state = { size: blob.size, modifiedMs: 0, zipped: isGzip(start) };
      const pieces = blob.stream() as AsyncIterable<Uint8Array>;
      if (state.zipped) return gunzipped(name, state, Readable.from(pieces));
      return piecesReader(name, state, pieces[Symbol.asyncIterator](), 'to be readable');
    },
  };
}

function responseOrigin(response: ResponseSource, options: SourceOptions): ByteOrigin {
  const name = nameOf(response, 'url', '<response>');
  if (!response.ok) {
    throw fileError(name, 'to answer with success', `status ${response.status}`, 'Check the address.');
  }
  const used = (response as { bodyUsed?: unknown }).bodyUsed === true;
  if (used) bad('a Response that was read', 'Pass it unread, or what was read: { text }.');
  if (response.body === null || response.body === undefined) return bytesOrigin(name, []);
  return keptOrigin(keepStream(name, response.body as ReadOnce, options));
}

/** A stream's bytes, in memory from the first time that they are needed. */
function keptOrigin({ name, bytes }: ReturnType<typeof keepStream>): ByteOrigin {
  return { name, open: async () => bytesOrigin(name, await bytes()).open() };
}
