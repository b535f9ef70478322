import { indexOfNotFinite } from '../../../../core/finite.js';
import type { InParts } from '../../../../core/inParts.js';
import { NUMBERS_PER_PART } from '../../../../core/inParts.js';
import { shown } from '../../../../io/jsonCursor.js';
import type { Weight } from './chain.js';
import { refused } from './refuse.js';
import { isFloating, product } from './view.js';

/**
 * The elements of a view in order, as float32.
 * @throws SteepestError `ERR_MODEL_FILE` for whole numbers, NaN and infinity
 */
export function* gathering(name: string, weight: Weight): InParts<Float32Array> {
  const { view } = weight;
  if (!isFloating(view)) {
    refused(
      `weights of ${shown(name)} as floating-point numbers`,
      view.type,
      'Export the model without quantization.',
    );
  }
  const numbers = yield* inOrder(weight);
  yield* checkingFinite(name, numbers);
  return numbers;
}

/** The same of floating-point numbers, whatever they are. */
export function* inOrder({ view, factor = 1, isInverse = false }: Weight): InParts<Float32Array> {
  const from = view.data as Float64Array;
  const { shape, strides } = view;
  const to = new Float32Array(product(shape));
  const inner = shape.at(-1) ?? 1;
  const stride = strides.at(-1) ?? 1;
  const outer = inner === 0 ? 0 : to.length / inner;
  const index = new Array<number>(Math.max(0, shape.length - 1)).fill(0);
  let offset = 0;
  let done = 0;
  for (let row = 0; row < outer; row++) {
    for (let begin = 0; begin < inner; begin += NUMBERS_PER_PART) {
      const end = Math.min(inner, begin + NUMBERS_PER_PART);
      for (let i = begin; i < end; i++) {
        const value = from[offset + i * stride]!;
        to[row * inner + i] = isInverse ? factor / value : value * factor;
      }
      done += end - begin;
      if (done >= NUMBERS_PER_PART) {
        done = 0;
        yield;
      }
    }
    // The next index of the outer axes, the last of them fastest.
    for (let axis = index.length - 1; axis >= 0; axis--) {
      offset += strides[axis]!;
      if (++index[axis]! < shape[axis]!) break;
      offset -= strides[axis]! * shape[axis]!;
      index[axis] = 0;
    }
  }
  return to;
}

/** @throws SteepestError `ERR_MODEL_FILE` for NaN and infinity */
export function* checkingFinite(name: string, numbers: Float32Array): InParts<void> {
  for (let at = 0; at < numbers.length; at += NUMBERS_PER_PART) {
    if (indexOfNotFinite(numbers, at, Math.min(at + NUMBERS_PER_PART, numbers.length)) >= 0) {
      const hint = 'Export a model that trained without diverging.';
      refused(`finite float32 numbers in ${shown(name)}`, 'NaN, infinity or larger ones', hint);
    }
    yield;
  }
}
