import { float16FromBits } from '../../../core/float16.js';
import { isSize } from '../../../core/guards.js';
import { eachRange, type InParts } from '../../../core/inParts.js';
import { isList } from '../../../core/realm.js';
import { show } from '../../../core/show.js';
import { isObject, type JsonObject } from '../keras/fields.js';
import type { Found } from '../keras/gather.js';
import { refuseReading } from '../keras/refuse.js';
import type { TfjsQuantization } from './artifacts.js';

/** The arrays of a TensorFlow.js file from its bytes. */

export const HINT = 'The file is damaged or incomplete: save or convert the model again.';
/** As many arrays as a model file of this package may hold. */
const MAX_ARRAYS = 65_536;
/** TensorFlow.js has no arrays of more dimensions. */
const MAX_RANK = 6;
/** Bytes of an element, by type. */
const SIZES: Readonly<Record<string, number>> = {
  float32: 4,
  int32: 4,
  bool: 1,
  complex64: 8,
  uint8: 1,
  uint16: 2,
  float16: 2,
};

/** An array as the file describes it. */
interface Spec {
  name: string;
  shape: number[];
  dtype: string;
  quantization: TfjsQuantization | undefined;
  isOfOptimizer: boolean;
  count: number;
  bytes: number;
}

function readSpec(value: unknown): Spec {
  if (!isObject(value)) return refuseReading('weightSpecs as a list of objects', show(value), HINT);
  const { name, shape, dtype, group } = value;
  if (typeof name !== 'string') return refuseReading('a name of every array', show(name), HINT);
  const fits = isList(shape) && shape.length <= MAX_RANK && shape.every((size) => size === 0 || isSize(size));
  if (!fits) return refuseReading(`a shape of array ${show(name)}`, show(shape), HINT);
  const sizes = shape as number[];
  const count = sizes.reduce((a, b) => a * b, 1);
  const quantization = readQuantization(name, value.quantization);
  const itemBytes = SIZES[quantization?.dtype ?? String(dtype)];
  if (itemBytes === undefined || !Number.isSafeInteger(count * itemBytes)) {
    return refuseReading(
      `array ${show(name)} of float32 numbers`,
      `${show(dtype)}, shape ${show(shape)}`,
      HINT,
    );
  }
  const isOfOptimizer = group === 'optimizer';
  return {
    name,
    shape: sizes,
    dtype: String(dtype),
    quantization,
    isOfOptimizer,
    count,
    bytes: count * itemBytes,
  };
}

function readQuantization(name: string, value: unknown): TfjsQuantization | undefined {
  if (value === undefined || value === null) return undefined;
  const { dtype, scale, min } = isObject(value) ? value : ({} as JsonObject);
  const isWhole = dtype === 'uint8' || dtype === 'uint16';
  const fits = isWhole ? Number.isFinite(scale) && Number.isFinite(min) : dtype === 'float16';
  if (fits) return { dtype, scale, min } as TfjsQuantization;
  return refuseReading(
    `quantization of array ${show(name)} as uint8 or uint16 with scale and min, or float16`,
    show(value),
    HINT,
  );
}

/** Bytes that all arrays take. @throws SteepestError `ERR_MODEL_FILE` */
export const bytesOfSpecs = (specs: unknown): number =>
  readSpecs(specs).reduce((sum, spec) => sum + spec.bytes, 0);

/**
 * Decodes the weights of a model; those of its optimizer are passed over.
 * @param bytes all arrays one after the other
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function* decodingWeights(specs: unknown, bytes: Uint8Array): InParts<Map<string, Found>> {
  const read = readSpecs(specs);
  const total = read.reduce((sum, spec) => sum + spec.bytes, 0);
  if (total !== bytes.length) {
    refuseReading(`${total} bytes of weights, as the description says`, `${bytes.length}`, HINT);
  }
  const arrays = new Map<string, Found>();
  let at = 0;
  for (const spec of read) {
    const own = bytes.subarray(at, at + spec.bytes);
    at += spec.bytes;
    if (spec.isOfOptimizer) continue;
    if (spec.dtype !== 'float32') {
      refuseReading(`array ${show(spec.name)} of float32 numbers`, show(spec.dtype), HINT);
    }
    if (arrays.has(spec.name)) refuseReading('each array once', `${show(spec.name)} twice`, HINT);
    arrays.set(spec.name, { data: yield* numbersOf(spec, own), shape: spec.shape });
  }
  return arrays;
}

function readSpecs(specs: unknown): Spec[] {
  if (!isList(specs) || specs.length > MAX_ARRAYS) {
    return refuseReading(`a list of at most ${MAX_ARRAYS} arrays`, show(specs), HINT);
  }
  return Array.from(specs, readSpec);
}

function* numbersOf({ count, quantization }: Spec, bytes: Uint8Array): InParts<Float32Array> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const numbers = new Float32Array(count);
  const at = readerOf(quantization, view);
  yield* eachRange(count, (begin, end) => {
    for (let i = begin; i < end; i++) numbers[i] = at(i);
  });
  return numbers;
}

/** Number i of an array: product and sum in float64, as TensorFlow.js computes them. */
function readerOf(quantization: TfjsQuantization | undefined, view: DataView): (i: number) => number {
  const { dtype, scale = 1, min = 0 } = quantization ?? {};
  if (dtype === undefined) return (i) => view.getFloat32(4 * i, true);
  if (dtype === 'float16') return (i) => float16FromBits(view.getUint16(2 * i, true));
  if (dtype === 'uint8') return (i) => view.getUint8(i) * scale + min;
  return (i) => view.getUint16(2 * i, true) * scale + min;
}
