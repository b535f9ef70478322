import type { LayerConfig } from '../../../layers/definition.js';
import type { Fields } from '../fields.js';
import type { ReadLayer, ReadWeight } from '../form.js';

/** `trainable: false` of a layer with parameters; nothing for one that is trained. */
export function readTrainable(fields: Fields): { trainable?: false } {
  return fields.flag('trainable', true) ? {} : { trainable: false };
}

/** Arrays that have the same names on both sides, apart from the case. */
export function weightsOf(layer: string, shapes: Readonly<Record<string, readonly number[]>>): ReadWeight[] {
  return Object.entries(shapes).map(([name, shape]) => ({
    name,
    parameter: `${layer}/${toCamelCase(name)}`,
    shape,
  }));
}

const toCamelCase = (name: string): string =>
  name.replace(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

/** A layer without arrays. */
export const plain = (layer: LayerConfig): ReadLayer => ({ layers: [layer], weights: [] });

/** Keras names the order of axes; TensorFlow.js too. Only images with channels last exist here. */
export function onlyChannelsLast(fields: Fields): void {
  fields.only('data_format', 'channels_last');
}
