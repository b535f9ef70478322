import type { ResolvedModel } from '../../compile/model.js';
import type { LayerConfig } from '../../layers/definition.js';
import type { TrainedLayerConfig } from '../../layers/parameter.js';
import type { JsonObject } from './fields.js';
import type { WrittenLayer } from './form.js';
import { formOf } from './layers/index.js';

/** A parameter under its name and in its shape there. */
export interface TopologyWeight {
  name: string;
  shape: readonly number[];
  /** The parameter's name here: `dense_1/kernel`. */
  parameter: string;
}

/** A model as TensorFlow.js describes it. */
export interface Topology {
  topology: JsonObject;
  weights: readonly TopologyWeight[];
}

/**
 * The topology of a network as TensorFlow.js writes it, and its arrays in order.
 * @throws SteepestError `ERR_ARGUMENT` for layers and options that TensorFlow.js does not have
 */
export function writeTopology(model: ResolvedModel): Topology {
  const layers: JsonObject[] = [];
  const weights: TopologyWeight[] = [];
  for (const { name, config, inputShape } of model.layers) {
    const written = formOf(config.type).write(config, { name, inputShape });
    written.forEach((layer, i) => {
      const own = i === 0 ? name : freeName(`${name}_activation`, model);
      layers.push({
        class_name: layer.className,
        config: optionsOf(layer, own, config, layers.length, inputShape),
      });
      for (const { name: theirs, array, shape } of layer.weights) {
        weights.push({ name: `${own}/${theirs}`, shape, parameter: `${name}/${array}` });
      }
    });
  }
  const topology = {
    class_name: 'Sequential',
    config: { name: 'sequential', layers },
    keras_version: `tfjs-layers ${TFJS_VERSION}`,
    backend: 'tensor_flow.js',
  };
  return { topology, weights };
}

/** The version of TensorFlow.js whose layers are written. */
export const TFJS_VERSION = '4.22.0';

/** What every layer says, and its own. */
function optionsOf(
  { config: own, weights }: WrittenLayer,
  name: string,
  { trainable = true }: LayerConfig & TrainedLayerConfig,
  index: number,
  inputShape: readonly number[],
): JsonObject {
  const first = index === 0 ? { batch_input_shape: [null, ...inputShape] } : {};
  return { ...own, name, trainable: weights.length === 0 || trainable, ...first, dtype: 'float32' };
}

/** A name that no layer of the model has. */
function freeName(wanted: string, { layers }: ResolvedModel): string {
  let name = wanted;
  for (let i = 1; layers.some((layer) => layer.name === name); i++) name = `${wanted}_${i}`;
  return name;
}
