import { SteepestError } from '../../core/errors.js';
import { checkLogits } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import type { ResolvedLoss } from '../losses/index.js';

/**
 * Refuses a model whose output does not suit the loss.
 * @throws SteepestError `ERR_SHAPE` or `ERR_ARGUMENT`
 */
export function checkOutput(model: ResolvedModel, loss: ResolvedLoss): void {
  checkLogits(model, loss);
  checkNoImages(model, loss);
  checkClasses(model, loss);
}

/** A single class always has probability 1. */
function checkClasses({ layers, outputCols }: ResolvedModel, { definition }: ResolvedLoss): void {
  if (outputCols > 1 || definition.fuses !== 'softmax') return;
  throw new SteepestError('ERR_SHAPE', {
    expected: `one output per class from layer ${layers.at(-1)!.name}, the last, for ${definition.name}`,
    given: '1 output',
    hint: "For two classes in one output use 'sigmoid' and binaryCrossentropy.",
  });
}

/**
 * Refuses images as class scores: a loss on class numbers would treat every pixel and channel as a
 * class.
 */
function checkNoImages({ layers, outputShape }: ResolvedModel, { definition }: ResolvedLoss): void {
  const isPixel = outputShape.slice(0, -1).every((size) => size === 1);
  if (definition.targets !== 'labels' || isPixel) return;
  throw new SteepestError('ERR_SHAPE', {
    expected: `one score per class from layer ${layers.at(-1)!.name}, the last, for ${definition.name}`,
    given: `images [${outputShape.join(', ')}]`,
    hint: 'End in layers.flatten() or layers.globalAveragePool2d(), and layers.dense({ units: classes }).',
  });
}
