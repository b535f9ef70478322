import type { Node } from '../../program/node.js';
import { splitInput } from './input.js';
import { lowerModel, type ResolvedModel } from './model.js';
import { foldNorms } from './passes.js';

/**
 * Measured: with eight images LeNet-5 still gains a tenth, with twelve it loses as much; wider
 * networks break even at 16.
 */
const MOST_IMAGES = 7;

/**
 * Largest number of images that is faster to compute one at a time, as rows, than in a group of 16
 * with empty lanes; 0 if none. Rows waste the lanes past the last output; groups waste those past
 * the last image. The result is 0 if a node accepts only groups, because rearranging images costs
 * more than rows gain.
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
