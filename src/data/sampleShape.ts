import { SteepestError } from '../core/errors.js';
import { atOnce, type InParts } from '../core/inParts.js';
import { isNdArray } from '../core/ndarray.js';
import { readingInParts } from '../core/refuse.js';
import { show } from '../core/show.js';
import type { MatrixInput, SampleInput } from './arrayInputs.js';
import { flattenNested, nestedShape } from './nestedSamples.js';

/** Checks image samples against the dimensions of the model's input. */

/** A single image sample as a list of one; other values unchanged. */
export function withSampleAxis(input: SampleInput, sampleShape: readonly number[]): SampleInput {
  if (sampleShape.length === 1) return input;
  if (!isNdArray(input)) return isSample(nestedShape(input), sampleShape) ? ([input] as SampleInput) : input;
  const isOne = Array.isArray(input.shape) && isSample(input.shape, sampleShape);
  return isOne ? { data: input.data, shape: [1, ...input.shape] } : input;
}

/** Whether dimensions match a sample; grey images may omit their channel. */
export function isSample(given: readonly number[], sampleShape: readonly number[]): boolean {
  const whole =
    given.length === 2 && sampleShape.length === 3 && sampleShape[2] === 1 ? [...given, 1] : given;
  return whole.length === sampleShape.length && whole.every((size, i) => size === sampleShape[i]);
}

/** Why samples of these dimensions do not fit the model, and what to do. */
function refuseSamples(what: string, shape: readonly number[], sampleShape: readonly number[]): never {
  const [rows, ...given] = shape;
  const size = given.reduce((a, b) => a * b, 1);
  const [height, width, channels] = sampleShape;
  const isFirst = isSample([given[1]!, given[2]!, given[0]!], sampleShape) && given.length === 3;
  const image = given.length === 2 ? [...given, 1] : given;
  let hint = 'Change inputShape on the first layer, or the size of the images.';
  if (isFirst) {
    hint = `Channels come last: for each image, element (c, h, w) has to go to (h·${width} + w)·${channels} + c.`;
  } else if (sampleShape.length === 1 && size === height) {
    hint = `The model takes rows: give the same data the shape [${rows}, ${size}], or begin the model with layers.flatten({ inputShape: [${image.join(', ')}] }).`;
  }
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} with shape [samples, ${sampleShape.join(', ')}]`,
    given: show(shape),
    hint,
  });
}

/**
 * The same array as a matrix, if its further dimensions match a sample.
 * @param firstRow the number that errors use for the first sample
 * @throws SteepestError `ERR_SHAPE`, `ERR_RAGGED`, `ERR_ARGUMENT`
 */
export function withoutSampleShape(
  what: string,
  input: SampleInput,
  sampleShape: readonly number[],
  firstRow = 0,
): MatrixInput {
  return atOnce(withoutSampleShapeInParts(what, input, sampleShape, firstRow));
}

/** The same in parts. */
export function withoutSampleShapeInParts(
  what: string,
  input: SampleInput,
  sampleShape: readonly number[],
  firstRow = 0,
): InParts<MatrixInput> {
  return readingInParts(what, asMatrix(what, input, sampleShape, firstRow));
}

function* asMatrix(
  what: string,
  input: SampleInput,
  sampleShape: readonly number[],
  firstRow: number,
): InParts<MatrixInput> {
  const isArray = isNdArray(input);
  const shape = isArray ? input.shape : nestedShape(input);
  if (!Array.isArray(shape) || shape.length <= 2) return input as MatrixInput;
  const [rows, ...given] = shape as readonly number[] as readonly [number, ...number[]];
  if (!isSample(given, sampleShape)) refuseSamples(what, shape, sampleShape);
  const size = given.reduce((a, b) => a * b, 1);
  const data = isArray ? input.data : yield* flattenNested(what, input, shape, firstRow);
  return { data, shape: [rows, size] };
}
