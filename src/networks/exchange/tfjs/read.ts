import type { ModelConfig } from '../../compile/model.js';
import { resolveModel } from '../../compile/model.js';
import { isObject, type JsonObject } from '../keras/fields.js';
import { type Found, gatherWeights } from '../keras/gather.js';
import { type ReadModel, readTopology } from '../keras/readModel.js';
import { refuseReading } from '../keras/refuse.js';
import { readTraining, type TrainingChoice } from '../keras/training.js';
import { writeTopology } from '../keras/writeModel.js';
import type { ReadNetwork } from '../readNetwork.js';
import { METADATA_VERSION } from './write.js';

/** What is read of artifacts or of model.json, apart from the weights. */
export interface Description {
  format: unknown;
  modelTopology: unknown;
  trainingConfig: unknown;
  userDefinedMetadata: unknown;
}

/** @throws SteepestError `ERR_MODEL_FILE` for what is no layers model */
export function checkLayersModel({ format, modelTopology }: Description): void {
  const isGraph = format === 'graph-model' || (isObject(modelTopology) && 'node' in modelTopology);
  if (
    isGraph ||
    ArrayBuffer.isView(modelTopology) ||
    Object.prototype.toString.call(modelTopology) === '[object ArrayBuffer]'
  ) {
    refuseReading(
      'a layers model of TensorFlow.js',
      'a graph model, the operations of TensorFlow without layers',
      'Convert the Keras model with tensorflowjs_converter --output_format=tfjs_layers_model.',
    );
  }
  if (!isObject(modelTopology)) {
    const hint = 'Save the whole model with model.save(), or convert it with tensorflowjs_converter.';
    refuseReading('a layers model of TensorFlow.js, with modelTopology', 'none', hint);
  }
}

/**
 * Puts a description and its arrays together.
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function readLayersModel(description: Description, arrays: ReadonlyMap<string, Found>): ReadNetwork {
  const metadata = ownMetadata(description.userDefinedMetadata);
  const read = readTopology(description.modelTopology);
  const parameters = gatherWeights(read, finder(arrays));
  const own = metadata && ownConfig(metadata, description.modelTopology);
  if (own !== undefined) {
    const compile = isObject(metadata?.compile) ? (metadata.compile as unknown as TrainingChoice) : undefined;
    return { config: own, parameters: byPosition(read, own, parameters), compile, isOwn: true };
  }
  const root = description.modelTopology as JsonObject;
  const training = description.trainingConfig ?? root.training_config;
  return {
    config: { ...read.config, ...names(metadata, read) },
    parameters,
    compile: readTraining(training, read.dialect),
    isOwn: false,
  };
}

/**
 * Arrays by the names that TensorFlow.js and its converter give them: `dense/kernel`, or `dense/vars/0`.
 */
const finder =
  (arrays: ReadonlyMap<string, Found>) =>
  ({ name }: { name: string }, weight: { name: string }, index: number): Found | undefined =>
    arrays.get(`${name}/${weight.name}`) ?? arrays.get(`${name}/vars/${index}`);

function ownMetadata(metadata: unknown): JsonObject | undefined {
  const own = isObject(metadata) ? metadata.steepest : undefined;
  return isObject(own) && own.version === METADATA_VERSION ? own : undefined;
}

/**
 * Our own description of the model, if the topology is still the one that it was written with:
 * another program may have changed the model and passed the metadata on.
 */
function ownConfig({ model }: JsonObject, topology: unknown): ModelConfig | undefined {
  if (!isObject(model)) return undefined;
  try {
    const config = model as unknown as ModelConfig;
    const written = writeTopology(resolveModel(config)).topology;
    return JSON.stringify(written) === JSON.stringify(topology) ? config : undefined;
  } catch {
    // A description that cannot be written did not come with this topology.
    return undefined;
  }
}

/** The arrays under the names of our own description, which has the same arrays in the same order. */
function byPosition(
  read: ReadModel,
  own: ModelConfig,
  parameters: ReadonlyMap<string, Float32Array>,
): Map<string, Float32Array> {
  const theirs = resolveModel(read.config).parameters.map(({ name }) => parameters.get(name)!);
  return new Map(resolveModel(own).parameters.map(({ name }, i) => [name, theirs[i]!]));
}

/** Names of classes and columns, if they still fit the model. */
function names(metadata: JsonObject | undefined, { config }: ReadModel): Partial<ModelConfig> {
  const { classes, columns } = (isObject(metadata?.model) ? metadata.model : {}) as Partial<ModelConfig>;
  const fits = (named: Partial<ModelConfig>): boolean => {
    try {
      resolveModel({ ...config, ...named });
      return true;
    } catch {
      return false;
    }
  };
  return {
    ...(classes !== undefined && fits({ classes }) && { classes }),
    ...(columns !== undefined && fits({ columns }) && { columns }),
  };
}
