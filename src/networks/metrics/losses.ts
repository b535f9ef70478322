/** Losses as metrics: see {@link fromLoss}. */
import * as classification from '../losses/classification.js';
import * as crossEntropy from '../losses/crossEntropy.js';
import * as focal from '../losses/focal.js';
import * as regression from '../losses/regression.js';
import { fromLoss } from './fromLoss.js';

export const huber = fromLoss(regression.huber);
export const logCosh = fromLoss(regression.logCosh);
export const quantile = fromLoss(regression.quantile);
export const poisson = fromLoss(regression.poisson);
export const binaryCrossentropy = fromLoss(crossEntropy.binaryCrossentropy);
export const categoricalCrossentropy = fromLoss(crossEntropy.categoricalCrossentropy);
export const sparseCategoricalCrossentropy = fromLoss(crossEntropy.sparseCategoricalCrossentropy);
export const binaryFocalCrossentropy = fromLoss(focal.binaryFocalCrossentropy);
export const categoricalFocalCrossentropy = fromLoss(focal.categoricalFocalCrossentropy);
export const klDivergence = fromLoss(classification.klDivergence);
export const hinge = fromLoss(classification.hinge);
export const squaredHinge = fromLoss(classification.squaredHinge);
export const categoricalHinge = fromLoss(classification.categoricalHinge);
