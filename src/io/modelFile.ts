import { SteepestError } from '../core/errors.js';
import { localPath } from '../core/localPath.js';
import { isBuffer, isPromise } from '../core/realm.js';
import { messageOf, show } from '../core/show.js';
import { showPath, systemHint, systemReason } from '../core/systemErrors.js';
import { ReadBudget, type ReadLimits } from '../data/limits/readLimits.js';
import { foreignKind } from './fileKind.js';
import { type LengthOf, readWhole, Unreadable } from './readWhole.js';
import { decoding, type SafetensorsContent, safetensorsLength } from './safetensors.js';

/** The source of a model: a path, a `file:` URL, or the bytes of the file. */
export type ModelSource = string | URL | Uint8Array<ArrayBufferLike> | ArrayBufferLike;

/** What `save` of one kind of model writes into the metadata. */
export interface ModelFormat {
  format: string;
  version: string;
  /** What such a file contains: `a network`. */
  words: string;
  /** The function that reads it: `load`. */
  reader: string;
}

/** What a reader takes: files of one format or of several. */
export interface Wanted {
  formats: readonly ModelFormat[];
  /** What such a file contains: `a model`. */
  words: string;
  /** The function that reads it: `load`. */
  reader: string;
}

/** Every format of this package, so that each reader can name the right one. */
export const FORMATS = {
  network: { format: 'steepest-sequential', version: '1', words: 'a network', reader: 'load' },
  estimator: { format: 'steepest-estimator', version: '1', words: 'an estimator', reader: 'loadEstimator' },
} as const satisfies Record<string, ModelFormat>;

/** A reader of one format. */
export const only = (format: ModelFormat): Wanted => ({
  formats: [format],
  words: format.words,
  reader: format.reader,
});

/** The reader of every format. */
export const ANY_MODEL: Wanted = { formats: Object.values(FORMATS), words: 'a model', reader: 'load' };

export function modelFileError(
  expected: string,
  given: string,
  hint: string,
  cause?: unknown,
): SteepestError {
  return new SteepestError('ERR_MODEL_FILE', { expected, given, hint }, { cause });
}

/**
 * Runs `make` on data from a file. Any error it throws is a fault of the file.
 * @param what what the file should contain: `a model description`
 * @throws SteepestError `ERR_MODEL_FILE`, with the thrown error as its cause
 */
export function fromFile<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    throw asFileError(what, error);
  }
}

function asFileError(what: string, error: unknown): SteepestError {
  if (error instanceof SteepestError) {
    if (error.code === 'ERR_MODEL_FILE' || error.code === 'ERR_DATA_LIMIT') return error;
    return modelFileError(`${what} that is valid (${error.expected})`, error.given, 'Save it again.', error);
  }
  return modelFileError(`${what} that is valid`, show(messageOf(error)), 'Save it again.', error);
}

/**
 * Does `work` step by step, and serves the event loop every few milliseconds.
 * @throws SteepestError as {@link fromFile}; `ERR_DATA_LIMIT` if time is up
 */
export async function inTurns<T>(
  what: string,
  work: Generator<undefined, T>,
  budget: ReadBudget,
): Promise<T> {
  try {
    let step = work.next();
    while (step.done !== true) {
      if (budget.isDue) await budget.turn();
      step = work.next();
    }
    return step.value;
  } catch (error) {
    throw asFileError(what, error);
  }
}

/**
 * Reads and decodes a file that `save` wrote, checks that it is of the wanted format, and passes
 * its content to `use`, whose time counts as reading.
 * @throws SteepestError `ERR_ARGUMENT` for what is no source; `ERR_DATA_LIMIT` for a file beyond
 * `limits`; `ERR_MODEL_FILE` for all that is wrong with the file
 */
export async function readModelFile<T>(
  source: ModelSource,
  wanted: Wanted,
  limits: ReadLimits,
  use: (content: SafetensorsContent, budget: ReadBudget) => T | Promise<T>,
): Promise<T> {
  return readBytes(source, wanted, limits, safetensorsLength, async (bytes, name, budget) => {
    const foreign = foreignKind(bytes);
    if (foreign !== undefined) {
      throw modelFileError(`${wanted.words} as save() writes it in ${name}`, foreign.words, foreign.hint);
    }
    const content = await inTurns(`${wanted.words} in ${name}`, decoding(bytes), budget);
    checkFormat(content, wanted, name);
    return use(content, budget);
  });
}

/**
 * Reads the bytes of a model's file, of any program, and passes them to `use` with the name of the
 * file in messages. The time of `use` counts as reading.
 * @param lengthOf what the first bytes say about the file's length
 * @throws SteepestError `ERR_ARGUMENT` for what is no source; `ERR_DATA_LIMIT` for a file beyond
 * `limits`; `ERR_MODEL_FILE` for one that cannot be read
 */
export async function readBytes<T>(
  source: ModelSource,
  wanted: Pick<Wanted, 'reader'>,
  limits: ReadLimits,
  lengthOf: LengthOf,
  use: (bytes: Uint8Array, name: string, budget: ReadBudget) => T | Promise<T>,
): Promise<T> {
  // Of a model's file nothing is unpacked, so only a limit of the user's counts.
  const place = placeOf(source, wanted);
  const isPath = typeof place === 'string';
  const budget = new ReadBudget(isPath ? place : BYTES_NAME, Number.POSITIVE_INFINITY, limits);
  const read = async (): Promise<T> =>
    use(await bytesOf(place, lengthOf, budget), isPath ? showPath(place) : BYTES_NAME, budget);
  return budget.within(read());
}

const BYTES_NAME = 'these bytes';

/** Where to read: bytes that are there, or a path. */
type Place = Uint8Array | string;

function placeOf(source: ModelSource, wanted: Pick<Wanted, 'reader'>): Place {
  if (ArrayBuffer.isView(source)) {
    return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  }
  if (isBuffer(source)) return new Uint8Array(source);
  return localPath(`the file that ${wanted.reader} reads`, checkedSource(source, wanted));
}

async function bytesOf(place: Place, lengthOf: LengthOf, budget: ReadBudget): Promise<Uint8Array> {
  if (typeof place === 'string') return fileBytes(place, budget, lengthOf);
  budget.take(place.length);
  return place;
}

/**
 * All bytes of a file that belongs to a model.
 * @param lengthOf what the file's start says about its length; without it, the whole file is read
 * @throws SteepestError `ERR_MODEL_FILE`; `ERR_DATA_LIMIT` for a file beyond the budget
 */
export async function fileBytes(
  path: string,
  budget: ReadBudget,
  lengthOf: LengthOf = () => undefined,
): Promise<Uint8Array> {
  try {
    return await readWhole(path, lengthOf, (bytes) => budget.take(bytes));
  } catch (error) {
    if (error instanceof SteepestError) throw error;
    if (error instanceof Unreadable) {
      throw modelFileError(`${showPath(path)} to be a file`, error.given, error.hint);
    }
    const hint = systemHint(error, 'read', 'Check the path.');
    throw modelFileError('a readable model file', `${showPath(path)} (${systemReason(error)})`, hint, error);
  }
}

/** Refuses values that are neither a path nor bytes, with a hint for the likely ones. */
function checkedSource(source: unknown, wanted: Pick<Wanted, 'reader'>): string | URL {
  const hint = hintFor(source);
  if (hint === undefined) return source as string | URL;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `a path, a file: URL or bytes for ${wanted.reader}`,
    given: show(source),
    hint,
  });
}

function hintFor(source: unknown): string | undefined {
  if (isPromise(source)) return 'Put await before it.';
  if (typeof source !== 'object' || source === null) return undefined;
  try {
    if (typeof (source as { arrayBuffer?: unknown }).arrayBuffer === 'function') {
      return 'Pass its bytes: await value.arrayBuffer().';
    }
  } catch {
    return undefined;
  }
  return Array.isArray(source) ? 'Pass bytes as Uint8Array.from(list).' : undefined;
}

function checkFormat({ metadata, tensors }: SafetensorsContent, wanted: Wanted, name: string): void {
  const { format, version } = metadata;
  const { formats, words } = wanted;
  if (formats.some((one) => one.format === format && one.version === version)) return;
  const known = Object.values(FORMATS).find((candidate) => candidate.format === format);
  const kinds = formats.map((one) => `${one.format} of version ${one.version}`).join(' or ');
  const expected = `${words} in ${name}, as ${kinds}`;
  if (known === undefined) {
    const given = `a safetensors file of another program, with ${tensors.size} tensors and format ${show(format)}`;
    throw modelFileError(
      expected,
      given,
      "Make the same model here and call model.setWeights(await data.readSafetensors(path), { layout: 'pytorch' }).",
    );
  }
  if (!formats.some((one) => one.format === format)) {
    const given = `${known.words} (${known.format})`;
    throw modelFileError(expected, given, `Use ${known.reader}() for this file.`);
  }
  throw modelFileError(
    expected,
    `version ${show(version)}`,
    'Load it with the release that saved it, or a later one.',
  );
}
