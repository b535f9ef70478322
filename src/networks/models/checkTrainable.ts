import { SteepestError } from '../../core/errors.js';
import { trainable } from '../../program/parameters.js';
import type { ResolvedModel } from '../compile/model.js';
import type { TrainedLayerConfig } from '../layers/parameter.js';

/** @throws SteepestError `ERR_ARGUMENT` for a model of which training would change nothing */
export function checkTrainable({ layers, parameters }: ResolvedModel): void {
  if (trainable(parameters).length > 0) return;
  const isFrozen = layers.some(({ config }) => (config as TrainedLayerConfig).trainable === false);
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'a model with parameters to train',
    given: isFrozen ? 'layers with parameters that are all frozen' : 'layers without any',
    hint: isFrozen
      ? "Let a layer train: model.configureLayers('its name', { trainable: true })."
      : 'Add a layer with parameters, such as layers.dense.',
  });
}
