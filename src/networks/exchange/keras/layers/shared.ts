import type { LayerConfig } from '../../../layers/definition.js';
import type { DenseConfig } from '../../../layers/dense.js';
import type { Fields } from '../fields.js';
import type { ReadLayer, ReadWeight } from '../form.js';
import { readInitializer, writeInitializer } from '../initializers.js';
import { readConstraint, readRegularizer, writeConstraint, writeRegularizer } from '../penalties.js';

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

type KernelAndBias = Pick<
  DenseConfig,
  | 'kernelInitializer'
  | 'biasInitializer'
  | 'kernelRegularizer'
  | 'biasRegularizer'
  | 'kernelConstraint'
  | 'biasConstraint'
>;

/**
 * Options of a layer's kernel and bias.
 * @param prefix what the kernel is called there: a depthwise one has another name
 */
export function writeArrays(
  config: KernelAndBias,
  prefix: 'kernel' | 'depthwise' = 'kernel',
): Record<string, unknown> {
  return {
    [`${prefix}_initializer`]: writeInitializer(config.kernelInitializer),
    bias_initializer: writeInitializer(config.biasInitializer),
    [`${prefix}_regularizer`]: writeRegularizer(config.kernelRegularizer),
    bias_regularizer: writeRegularizer(config.biasRegularizer),
    activity_regularizer: null,
    [`${prefix}_constraint`]: writeConstraint(config.kernelConstraint),
    bias_constraint: writeConstraint(config.biasConstraint),
  };
}

/** An array's initializer, penalty and constraint, by their names here. */
export function readArray(fields: Fields, theirs: string, ours: 'kernel' | 'bias') {
  return {
    [`${ours}Initializer`]: readInitializer(
      fields,
      `${theirs}_initializer`,
      ours === 'bias' ? 'zeros' : 'glorotUniform',
    ),
    [`${ours}Regularizer`]: readRegularizer(fields, `${theirs}_regularizer`),
    [`${ours}Constraint`]: readConstraint(fields, `${theirs}_constraint`),
  };
}
