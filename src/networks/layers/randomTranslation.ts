import { checkFloat32, checkNumber, orDefault } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { BORDERS } from '../../kernels/contract.js';
import { type Border, WindowNode } from '../nodes/windows.js';
import type { LayerConfig, LayerDefinition } from './definition.js';
import { imageInput } from './spatial.js';

/**
 * The maximum shift in either direction, or the minimum and maximum, as fractions of the image's
 * side; positive means down or right.
 */
export type ShiftFactor = number | readonly [least: number, most: number];

/**
 * How pixels outside the image are filled. `'reflect'`: d c b a | a b c d | d c b a; `'wrap'`: a b
 * c d | a b c d | a b c d; `'nearest'`: a a a a | a b c d | d d d d; `'constant'`: `fillValue`.
 */
export type FillMode = Border;
const FILL_MODES = Object.keys(BORDERS) as FillMode[];

export interface RandomTranslationConfig extends LayerConfig {
  type: 'randomTranslation';
  /** Fraction of the height. 0.1: up to a tenth up or down. */
  heightFactor: ShiftFactor;
  /** Fraction of the width. */
  widthFactor: ShiftFactor;
  /** Default `'reflect'`. */
  fillMode?: FillMode;
  /**
   * The value used with `'constant'`, in the scale of the layer's input: before rescaling if the
   * layer is before the rescaling. Default 0.
   */
  fillValue?: number;
}

/** 0.29·100 is slightly less than 29: products this close to a whole number are rounded to it. */
const SLACK = 1e-9;

function completeFactor(what: string, factor: ShiftFactor): [number, number] {
  const words = 'a number from −1 to 1';
  const accepts = (v: number): boolean => Math.abs(v) <= 1;
  if (!Array.isArray(factor)) {
    const most = Math.abs(checkNumber(what, factor, words, accepts));
    // 0 instead of −0, which files do not preserve.
    return [0 - most, most];
  }
  const bounds = (factor as readonly number[]).map((v, i) => checkNumber(`${what}[${i}]`, v, words, accepts));
  if (bounds.length === 2 && bounds[0]! <= bounds[1]!) return [bounds[0]!, bounds[1]!];
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be a number or [least, most]`,
    given: show(factor),
    hint: 'Write one number for equal shifts in both directions.',
  });
}

/**
 * Whole pixels from the minimum to the maximum shift.
 * @throws SteepestError `ERR_ARGUMENT` if there are none, or only 0
 */
function shifts(name: string, what: string, [least, most]: [number, number], pixels: number) {
  const first = Math.ceil(least * pixels - SLACK);
  const last = Math.floor(most * pixels + SLACK);
  const isOff = least === 0 && most === 0;
  if (isOff || (first <= last && !(first === 0 && last === 0))) return { first, last };
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} of layer ${name} to reach a whole pixel: images are shifted by whole pixels`,
    given: `[${least}, ${most}] of ${pixels} pixels`,
    hint: `Use at least 1 / ${pixels}, or 0 for no shift.`,
  });
}

/**
 * Shifts each image by a whole number of pixels in training, uniformly random within the factors;
 * passes images through otherwise. (Keras shifts by fractions of pixels and interpolates.)
 */
export const randomTranslation: LayerDefinition<RandomTranslationConfig> = {
  type: 'randomTranslation',
  complete(config) {
    const fillMode = orDefault(config.fillMode, 'reflect');
    if (!FILL_MODES.includes(fillMode)) unknownName('randomTranslation.fillMode', fillMode, FILL_MODES);
    return {
      ...config,
      heightFactor: completeFactor('randomTranslation.heightFactor', config.heightFactor),
      widthFactor: completeFactor('randomTranslation.widthFactor', config.widthFactor),
      fillMode,
      fillValue: checkFloat32('randomTranslation.fillValue', orDefault(config.fillValue, 0)),
    };
  },
  outputShape: (_config, { name, inputShape }) => [...imageInput(name, inputShape)],
  lower(config, { name, inputShape, seed, index }) {
    const input = imageInput(name, inputShape);
    const down = shifts(name, 'heightFactor', config.heightFactor as [number, number], input[0]);
    const right = shifts(name, 'widthFactor', config.widthFactor as [number, number], input[1]);
    const random = {
      // A shift down by s reads row p − s.
      topLeast: -down.last,
      topCount: down.last - down.first + 1,
      leftLeast: -right.last,
      leftCount: right.last - right.first + 1,
      flipRows: false,
      flipCols: false,
    };
    return [
      new WindowNode(name, {
        input,
        output: input,
        random,
        fixed: undefined,
        border: config.fillMode as FillMode,
        fillValue: config.fillValue as number,
        seed,
        stream: index,
      }),
    ];
  },
};
