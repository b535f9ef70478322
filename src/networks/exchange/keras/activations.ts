import { show } from '../../../core/show.js';
import type { CompleteActivation } from '../../../kernels/activations.js';
import { type Fields, isObject, readNamed } from './fields.js';
import type { Dialect, WrittenLayer } from './form.js';
import { HINT_READING, refuseReading, refuseWriting } from './refuse.js';

/** Activations of TensorFlow.js that compute the same as ours, by our names. */
const NAMES_IN_TFJS: Readonly<Record<string, string>> = {
  linear: 'linear',
  relu: 'relu',
  relu6: 'relu6',
  gelu: 'gelu',
  sigmoid: 'sigmoid',
  tanh: 'tanh',
  softplus: 'softplus',
  silu: 'swish',
  selu: 'selu',
  mish: 'mish',
  softsign: 'softsign',
  softmax: 'softmax',
};

/**
 * An activation of a layer as TensorFlow.js has it.
 * @returns its name, and `after`, a layer of its own for one that has no name there
 * @throws SteepestError `ERR_ARGUMENT` for one that does not exist there
 */
export function writeActivation(
  { name, alpha }: CompleteActivation,
  layer: string,
): { name: string; after: WrittenLayer[] } {
  const known = NAMES_IN_TFJS[name];
  if (known !== undefined) return { name: known, after: [] };
  if (name === 'elu' && alpha === 1) return { name, after: [] };
  if (name === 'leakyRelu') {
    return { name: 'linear', after: [{ className: 'LeakyReLU', config: { alpha }, weights: [] }] };
  }
  const others = [...Object.keys(NAMES_IN_TFJS), 'leakyRelu', 'elu with alpha 1'].join(', ');
  return refuseWriting(
    `an activation of layer ${layer} that TensorFlow.js has too: ${others}`,
    name === 'elu' ? `elu with alpha ${alpha}` : show(name),
    name === 'hardSigmoid'
      ? "TensorFlow.js's hardSigmoid is another function, x / 5 + ½: use toOnnx(), or another activation."
      : 'Use toOnnx(), or train the network with another activation.',
  );
}

/** Activations by their names in Keras and TensorFlow.js, without separators. */
const READ: Readonly<Record<string, CompleteActivation>> = {
  linear: { name: 'linear' },
  relu: { name: 'relu' },
  relu6: { name: 'relu6' },
  leakyrelu: { name: 'leakyRelu', alpha: 0.2 },
  elu: { name: 'elu', alpha: 1 },
  selu: { name: 'selu' },
  celu: { name: 'celu', alpha: 1 },
  gelu: { name: 'gelu' },
  sigmoid: { name: 'sigmoid' },
  tanh: { name: 'tanh' },
  softplus: { name: 'softplus' },
  softsign: { name: 'softsign' },
  silu: { name: 'silu' },
  swish: { name: 'silu' },
  mish: { name: 'mish' },
  exponential: { name: 'exponential' },
  softmax: { name: 'softmax' },
  hardsigmoid: { name: 'hardSigmoid' },
  hardsilu: { name: 'hardSwish' },
  hardswish: { name: 'hardSwish' },
};

/** Functions that were x / 5 + ½ before Keras 3, and are x / 6 + ½ since. */
const CHANGED: readonly string[] = ['hardsigmoid'];

/** The activation of a layer, a name or an object; linear if there is none. */
export function readActivation(fields: Fields, dialect: Dialect): CompleteActivation {
  const what = `activation of ${fields.what}`;
  const value = fields.take('activation') ?? 'linear';
  // Keras 3 writes functions as { class_name: 'function', config: 'relu' }.
  const isFunction = isObject(value) && value.class_name === 'function';
  const { key, written, fields: options } = readNamed(what, isFunction ? value.config : value);
  if (isObject(value) && !isFunction && Object.hasOwn(ACTIVATION_LAYERS, written)) {
    const read = ACTIVATION_LAYERS[written]!(options, dialect);
    options.finish();
    return read;
  }
  const known = Object.hasOwn(READ, key) ? READ[key]! : refuseActivation(what, written);
  if (CHANGED.includes(key) && dialect !== 'keras3') {
    refuseReading(
      `${what} to be one of Keras 3, x / 6 + ½`,
      `${written} of an older Keras, x / 5 + ½`,
      HINT_READING,
    );
  }
  options.finish();
  return known;
}

function refuseActivation(what: string, written: string): never {
  const names = Object.keys(READ).join(', ');
  return refuseReading(`${what} to be one of ${names}`, show(written), HINT_READING);
}

/** Layers of Keras that are activations here. */
export const ACTIVATION_LAYERS: Readonly<
  Record<string, (fields: Fields, dialect: Dialect) => CompleteActivation>
> = {
  Activation: readActivation,
  ReLU: (fields) => {
    const most = fields.take('max_value');
    const alpha = fields.number('negative_slope', 0);
    fields.only('threshold', 0);
    if (most !== undefined && (most !== 6 || alpha !== 0)) {
      fields.refuse('max_value', 'left out, or 6 without negative_slope', most);
    }
    if (most === 6) return { name: 'relu6' };
    return alpha === 0 ? { name: 'relu' } : { name: 'leakyRelu', alpha };
  },
  LeakyReLU: (fields, dialect) => ({
    name: 'leakyRelu',
    // Keras 3 has another name; the default has always been 0.3.
    alpha: alphaOf(fields, dialect),
  }),
  ELU: (fields) => ({ name: 'elu', alpha: fields.number('alpha', 1) }),
  Softmax: (fields) => {
    fields.only('axis', -1);
    return { name: 'softmax' };
  },
};

function alphaOf(fields: Fields, dialect: Dialect): number {
  const key = dialect === 'keras3' ? 'negative_slope' : 'alpha';
  const other = fields.take(dialect === 'keras3' ? 'alpha' : 'negative_slope');
  const usual = typeof other === 'number' ? other : 0.3;
  return fields.number(key, usual);
}
