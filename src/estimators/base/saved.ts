import { SteepestError } from '../../core/errors.js';
import { indexOfNotFinite } from '../../core/finite.js';
import { localPath } from '../../core/localPath.js';
import type { NdArray, NumericArray } from '../../core/ndarray.js';
import { isTypedArray } from '../../core/realm.js';
import { show } from '../../core/show.js';
import type { ReadLimits } from '../../data/limits/readLimits.js';
import { writeFileAtomic } from '../../io/atomicWrite.js';
import { parseDescription } from '../../io/description.js';
import {
  FORMATS,
  fromFile,
  type ModelSource,
  modelFileError,
  only,
  readModelFile,
} from '../../io/modelFile.js';
import { encodeSafetensors, type SafetensorsContent } from '../../io/safetensors.js';

/** Separates the names of nested estimators and the tensor's own name. */
const SEPARATOR = '/';
/**
 * For pipelines inside pipelines inside column transformers; a file that nests deeper was not
 * written by this package.
 */
const MAX_DEPTH = 32;

/**
 * A longer description is stored as a tensor of its UTF-8 bytes: a file's header has no room for
 * the categories of a large table.
 */
const LONG_TEXT = 2 ** 20;
const LONG_DESCRIPTION = '__estimator__';

/** What an estimator has learned. */
export interface SavedState {
  tensors: Readonly<Record<string, NdArray>>;
  /** Any JSON value. */
  attributes: Readonly<Record<string, unknown>>;
  /** Nested estimators, by name. */
  children?: Readonly<Record<string, SavedEstimator>>;
}

/** An estimator as plain data. */
export interface SavedEstimator {
  type: string;
  params: Readonly<Record<string, unknown>>;
  state: SavedState | undefined;
}

/** The same without tensors, as JSON in the file's metadata. */
interface Description {
  type: string;
  params: Record<string, unknown>;
  state?: { tensors: string[]; attributes: Record<string, unknown>; children?: Record<string, Description> };
}

function fileError(expected: string, given: string, cause?: unknown): SteepestError {
  return modelFileError(expected, given, 'Save the estimator again.', cause);
}

function describe(saved: SavedEstimator, prefix: string, tensors: Map<string, NdArray>): Description {
  const { type, params, state } = saved;
  refuseFunctions(type, params);
  if (state === undefined) return { type, params: { ...params } };
  refuseFunctions(type, state.attributes);
  for (const [name, tensor] of Object.entries(state.tensors)) tensors.set(prefix + name, tensor);
  const children = Object.entries(state.children ?? {}).map(
    ([name, child]) => [name, describe(child, prefix + name + SEPARATOR, tensors)] as const,
  );
  return {
    type,
    params: { ...params },
    state: {
      tensors: Object.keys(state.tensors),
      attributes: { ...state.attributes },
      ...(children.length > 0 ? { children: Object.fromEntries(children) } : {}),
    },
  };
}

/** @throws SteepestError `ERR_ARGUMENT`: JSON would leave functions out */
function refuseFunctions(type: string, values: Readonly<Record<string, unknown>>): void {
  const found = Object.entries(values).find(([, value]) => typeof value === 'function');
  if (found === undefined) return;
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `functions with a name to save a ${type}`,
    given: `${found[0]}: ${show(found[1])}`,
    hint: 'Use registerFunction(name, { forward, inverse }) and choose the function by that name.',
  });
}

/** Writes an estimator. */
export async function writeSaved(path: string | URL, saved: SavedEstimator): Promise<void> {
  const file = localPath('the file to save to', path);
  await writeFileAtomic(file, savedBytes(saved));
}

/** An estimator as the bytes of its file: arrays as tensors, the rest as JSON in the metadata. */
export function savedBytes(saved: SavedEstimator): Uint8Array<ArrayBuffer> {
  const tensors = new Map<string, NdArray>();
  const description = describe(saved, '', tensors);
  const { format, version } = FORMATS.estimator;
  const text = textOf(description);
  const isLong = text.length > LONG_TEXT;
  if (isLong) {
    const data = Buffer.from(text, 'utf8');
    tensors.set(LONG_DESCRIPTION, { data, shape: [data.length] });
  }
  const metadata = { format, version, ...(isLong ? {} : { estimator: text }) };
  return encodeSafetensors(tensors, metadata);
}

/** @throws SteepestError `ERR_MEMORY` for more text than a JavaScript string can hold */
function textOf(description: Description): string {
  try {
    return JSON.stringify(description);
  } catch (error) {
    const hint = 'Fit it to fewer or shorter categories.';
    const expected = 'what the estimator has learned to be less than 512 MiB of text';
    throw new SteepestError('ERR_MEMORY', { expected, given: 'more', hint }, { cause: error });
  }
}

/**
 * The text of a description, from the metadata or from its tensor, which is then removed from the
 * list.
 */
function descriptionText(
  metadata: Record<string, string>,
  tensors: Map<string, NdArray>,
): string | undefined {
  const long = tensors.get(LONG_DESCRIPTION)?.data;
  if (metadata.estimator !== undefined || !isTypedArray(long, 'Uint8Array')) return metadata.estimator;
  tensors.delete(LONG_DESCRIPTION);
  return fromFile('a description in UTF-8', () => new TextDecoder('utf-8', { fatal: true }).decode(long));
}

/**
 * @throws SteepestError `ERR_MODEL_FILE` for anything that {@link writeSaved} did not write;
 * `ERR_DATA_LIMIT` for a file beyond `limits`
 */
export const readSaved = (source: ModelSource, limits: ReadLimits): Promise<SavedEstimator> =>
  readModelFile(source, only(FORMATS.estimator), limits, savedFrom);

/** The same from a file that has been read. @throws SteepestError `ERR_MODEL_FILE` */
export function savedFrom({ tensors, metadata }: SafetensorsContent): SavedEstimator {
  const left = new Map(tensors);
  const text = descriptionText(metadata, left);
  const saved = restore(parseDescription(text, 'estimator'), '', left, 0);
  if (left.size > 0) throw fileError('only tensors of the estimator', `${show([...left.keys()][0])} besides`);
  return saved;
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** @param tensors those that no estimator has used yet: each belongs to one estimator */
function restore(
  description: unknown,
  prefix: string,
  tensors: Map<string, NdArray>,
  depth: number,
): SavedEstimator {
  const valid = isRecord(description) && typeof description.type === 'string' && isRecord(description.params);
  if (!valid || depth > MAX_DEPTH) throw fileError('a description of an estimator', 'something else');
  const { type, params, state } = description as unknown as Description;
  if (state === undefined) return { type, params, state };
  if (!isRecord(state)) throw fileError(`what a ${type} has learned`, 'something else');
  const { tensors: names, attributes, children = {} } = state;
  if (!Array.isArray(names) || !isRecord(attributes) || !isRecord(children)) {
    throw fileError(`what a ${type} has learned`, 'something else');
  }
  const own = names.map((name): [string, NdArray] => {
    const tensor = tensors.get(prefix + String(name));
    if (tensor === undefined) throw fileError(`tensor ${show(prefix + String(name))} once`, 'none');
    tensors.delete(prefix + String(name));
    return [String(name), tensor];
  });
  const inside = Object.entries(children).map(
    ([name, child]) => [name, restore(child, prefix + name + SEPARATOR, tensors, depth + 1)] as const,
  );
  return {
    type,
    params,
    state: { tensors: Object.fromEntries(own), attributes, children: Object.fromEntries(inside) },
  };
}

/** The condition on the numbers of a tensor. */
export interface NumberRule {
  words: string;
  /** Where the first number lies that breaks the rule; −1 if none does. */
  indexWhereNot: (data: Float64Array) => number;
}

const ANY: NumberRule = { words: 'numbers', indexWhereNot: () => -1 };
export const FINITE: NumberRule = { words: 'finite numbers', indexWhereNot: indexOfNotFinite };
/** Powers of two that scale columns: float64 has 2^±1074. */
export const isExponent = (value: unknown): value is number =>
  Number.isInteger(value) && Math.abs(value as number) <= 1100;

export const EXPONENTS: NumberRule = {
  words: 'whole numbers from −1100 to 1100',
  indexWhereNot: (data) => data.findIndex((value) => !isExponent(value)),
};

/** A float64 tensor of a saved state, with checked shape and numbers; `-1` stands for any size. */
export function float64Tensor(
  { tensors }: SavedState,
  name: string,
  shape: readonly number[],
  { words, indexWhereNot }: NumberRule = ANY,
): NdArray<Float64Array> {
  const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  const fits =
    isTypedArray(tensor?.data, 'Float64Array') &&
    tensor.shape.length === shape.length &&
    shape.every((size, i) => size === -1 || size === tensor.shape[i]);
  if (!fits) {
    const given: NdArray<NumericArray> | undefined = tensor;
    throw fileError(
      `tensor '${name}' as F64 [${shape.map((size) => (size < 0 ? 'any' : size)).join(', ')}]`,
      given === undefined ? 'none' : `${given.data.constructor.name} [${given.shape.join(', ')}]`,
    );
  }
  const { data } = tensor as NdArray<Float64Array>;
  const wrong = indexWhereNot(data);
  if (wrong >= 0) throw fileError(`${words} in tensor '${name}'`, `${data[wrong]}`);
  return tensor as NdArray<Float64Array>;
}

/** An attribute of a saved state for which `accepts` holds. */
export function attribute<T>(
  { attributes }: SavedState,
  name: string,
  accepts: (value: unknown) => value is T,
): T {
  const value = Object.hasOwn(attributes, name) ? attributes[name] : undefined;
  if (!accepts(value)) throw fileError(`a valid attribute '${name}'`, show(value));
  return value;
}
