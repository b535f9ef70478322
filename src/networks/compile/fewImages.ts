import type { Node } from '../../program/node.js';
import { splitInput } from './input.js';
import { lowerModel, type ResolvedModel } from './model.js';
import { foldNorms } from './passes.js';

/**
 * Measured, LeNet-5 still gains a tenth with eight images and loses as much with twelve; wider
 * networks break even at 16.
 */
const MOST_IMAGES = 7;

/**
 * How many images at most are better computed one at a time, as rows, than in a group of 16 whose
 * other lanes are empty; 0 if none. Rows waste the lanes past the last output, groups those past
 * the last image. A node that can only take groups rules rows out: to rearrange images on the way
 * costs more than rows gain.
 */
export function mostImagesAsRows(nodes: readonly Node[]): number {
  let [image, group] = [0, 0];
  for (const { takes, asRows } of nodes) {
    if (takes !== 'images') continue;
    if (asRows === undefined) return 0;
    image += asRows.image;
    group += asRows.group;
  }
  return image === 0 ? 0 : Math.min(MOST_IMAGES, Math.floor(group / image));
}

/** The same for the predictions of a model. */
export function mostImagesPredictedAsRows(model: ResolvedModel): number {
  return mostImagesAsRows(foldNorms(splitInput(lowerModel(model), model.inputShape).rest));
}
