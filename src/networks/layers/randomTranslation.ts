import { checkFloat32, checkNumber, orDefault } from '../../core/check.js';
import { SteepestError, unknownName } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { BORDERS } from '../../kernels/contract.js';
import { type Border, WindowNode } from '../nodes/windows.js';
import type { LayerConfig, LayerDefinition } from './definition.js';
import { imageInput } from './spatial.js';

/**
 * The largest shift either way, or the least and the largest, as shares of the image's side;
 * positive is down and right.
 */
export type ShiftFactor = number | readonly [least: number, most: number];

/**
 * What comes into sight at the edge. `'reflect'`: d c b a | a b c d | d c b a; `'wrap'`: a b c d |
 * a b c d | a b c d; `'nearest'`: a a a a | a b c d | d d d d; `'constant'`: `fillValue`.
 */
export type FillMode = Border;
const FILL_MODES = Object.keys(BORDERS) as FillMode[];

export interface RandomTranslationConfig extends LayerConfig {
  type: 'randomTranslation';
  /** Of the height. 0.1: up to a tenth up or down. */
  heightFactor: ShiftFactor;
  /** Of the width. */
  widthFactor: ShiftFactor;
  /** Default `'reflect'`. */
  fillMode?: FillMode;
  /**
   * With `'constant'`. Of the numbers that reach the layer:
   * before rescaling if the layer stands before it. Default 0.
   */
  fillValue?: number;
}

/** 0.29·100 is a little less than 29: products so near to a whole number are taken for it. */
const SLACK = 1e-9;

function completeFactor(what: string, factor: ShiftFactor): [number, number] {
  const words = 'a number from −1 to 1';
  const accepts = (v: number): boolean => Math.abs(v) <= 1;
  if (!Array.isArray(factor)) {
    const most = Math.abs(checkNumber(what, factor, words, accepts));
    // 0 and not −0, which files do not keep.
    return [0 - most, most];
  }
  const bounds = (factor as readonly number[]).map((v, i) => checkNumber(`${what}[${i}]`, v, words, accepts));
  if (bounds.length === 2 && bounds[0]! <= bounds[1]!) return [bounds[0]!, bounds[1]!];
  throw new SteepestError('ERR_ARGUMENT', {
    expected: `${what} to be a number or [least, most]`,
    given: show(factor),
    hint: 'Give one number for shifts either way.',
  });
}

/**
 * Whole pixels from the least to the largest shift.
 * @throws SteepestError `ERR_ARGUMENT` if there are none, or 0 alone
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
 * Shifts each image by a whole number of pixels in training, each number within the factors as
 * likely; passes images through otherwise. (Keras shifts by fractions of pixels and interpolates.)
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
      // A shift down by s takes row p − s.
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
