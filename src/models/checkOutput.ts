import type { ResolvedModel } from '../compile/model.js';
import { SteepestError } from '../core/errors.js';
import type { ResolvedLoss } from '../losses/index.js';

/**
 * Refuses images as scores of classes: of each pixel and channel a loss on class numbers would make a class.
 * @throws SteepestError `ERR_SHAPE`
 */
export function checkOutput({ layers, outputShape }: ResolvedModel, { definition }: ResolvedLoss): void {
  const isPixel = outputShape.slice(0, -1).every((size) => size === 1);
  if (definition.targets !== 'labels' || isPixel) return;
  throw new SteepestError('ERR_SHAPE', {
    expected: `one score per class from layer ${layers.at(-1)!.name}, the last, for ${definition.name}`,
    given: `images [${outputShape.join(', ')}]`,
    mend: 'End in layers.flatten() or layers.globalAveragePool2d(), and layers.dense({ units: classes }).',
  });
}
