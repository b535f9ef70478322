import { SteepestError } from '../../../core/errors.js';
import { isList } from '../../../core/realm.js';
import { show } from '../../../core/show.js';
import { modelFileError } from '../../../io/modelFile.js';
import type { ModelConfig } from '../../compile/model.js';
import { MAX_LAYERS } from '../../compile/model.js';
import type { LayerConfig } from '../../layers/definition.js';
import { completeLayer, layerDefinition } from '../../layers/index.js';
import { chainOf } from './chain.js';
import { classOf, Fields, isObject, type JsonObject } from './fields.js';
import type { Dialect, ReadWeight } from './form.js';
import { readableClasses, readerOf } from './layers/index.js';
import { HINT_READING, refuseReading } from './refuse.js';

/** A layer of a file, and its arrays. */
export interface KerasLayer {
  /** Its name there. */
  name: string;
  className: string;
  weights: readonly ReadWeight[];
}

/** A description as ours, and where the arrays of each layer go. */
export interface ReadModel {
  config: ModelConfig;
  layers: readonly KerasLayer[];
  dialect: Dialect;
}

/**
 * Reads the topology of a Keras model: Sequential, or a functional one without branches.
 * @param topology what `model.to_json()` gives, parsed
 * @throws SteepestError `ERR_MODEL_FILE`, naming what this package has no equal of
 */
export function readTopology(topology: unknown, known?: Dialect): ReadModel {
  const root = isObject(topology) ? topology : {};
  const inner = root.model_config ?? root.modelConfig ?? root;
  const model = isObject(inner) ? inner : {};
  const dialect = known ?? dialectOf(root, model);
  const className = classOf(model);
  const { config } = model;
  const given = isSequential(className) ? sequentialLayers(config) : functionalLayers(className, config);
  if (given.length > MAX_LAYERS)
    refuseReading(`at most ${MAX_LAYERS} layers`, `${given.length}`, HINT_READING);
  const reading = new Reading(dialect, inputOf(given, config, model));
  for (const layer of given) reading.add(layer);
  return reading.end();
}

const isSequential = (className: unknown): boolean => className === 'Sequential';

/** Whether a `keras_version` is 3 or later. */
export const isKeras3 = (version: unknown): boolean =>
  typeof version === 'string' && /^[3-9]\./.test(version);

/** The program that wrote a topology, by what it says about itself. */
function dialectOf(root: JsonObject, model: JsonObject): Dialect {
  const version = root.keras_version ?? model.keras_version ?? root.kerasVersion ?? '';
  if (typeof version === 'string' && version.startsWith('tfjs')) return 'tfjs';
  return isKeras3(version) || 'module' in model ? 'keras3' : 'keras2';
}

function sequentialLayers(config: unknown): JsonObject[] {
  const layers = isObject(config) ? config.layers : config;
  return objects('layers of the Sequential model', layers);
}

/** A functional model's layers from its input to its output. */
function functionalLayers(className: unknown, config: unknown): JsonObject[] {
  const isFunctional = className === 'Functional' || className === 'Model';
  if (!isFunctional || !isObject(config)) {
    const expected = 'a Keras model of class Sequential, Functional or Model';
    refuseReading(expected, show(className), 'Save the whole model with model.save().');
  }
  const { layers } = config as JsonObject;
  return chainOf(config as JsonObject, objects('layers of the model', layers));
}

export function objects(what: string, value: unknown): JsonObject[] {
  if (isList(value) && value.every(isObject)) return value as JsonObject[];
  return refuseReading(`${what} as a list of objects`, show(value), HINT_READING);
}

const configOf = (layer: JsonObject): JsonObject => (isObject(layer.config) ? layer.config : {});

/** Keras's names of the option that holds the shape of a batch. */
const SHAPE_KEYS = ['batch_shape', 'batch_input_shape', 'batchInputShape', 'batchShape'] as const;

/** The shape of one sample, from the first layer or from what the model was built with. */
function inputOf(layers: readonly JsonObject[], config: unknown, model: JsonObject): number[] {
  const first = configOf(layers[0] ?? {});
  const built = [config, model.build_config, layers[0]?.build_config]
    .filter(isObject)
    .map((object) => object.build_input_shape ?? object.input_shape);
  const given = [...SHAPE_KEYS.map((key) => first[key]), ...built].find((shape) => isList(shape));
  const sample = isList(given) ? given.slice(1) : undefined;
  if (sample?.every((size) => Number.isInteger(size)) && (sample.length === 1 || sample.length === 3)) {
    return sample as number[];
  }
  return refuseReading(
    'an input of fixed sizes, [columns] or [height, width, channels]',
    given === undefined ? 'none' : show(given),
    'Give the model an Input layer with the whole shape of a sample, and save it again.',
  );
}

/** Longer names are cut; so that ends can be added. */
const MOST_NAME = 80;

/** Turns layer after layer into ours. */
class Reading {
  private readonly ours: LayerConfig[] = [];
  private readonly theirs: KerasLayer[] = [];
  private readonly taken = new Set<string>();
  private shape: readonly number[];

  constructor(
    private readonly dialect: Dialect,
    private readonly inputShape: readonly number[],
  ) {
    this.shape = inputShape;
  }

  add(layer: JsonObject): void {
    const className = String(classOf(layer));
    if (className === 'InputLayer') return;
    const config = configOf(layer);
    const given = typeof config.name === 'string' ? config.name : className.toLowerCase();
    const reader = readerOf(className);
    const what = `layer ${show(given)} (${show(className)})`;
    if (reader === undefined) {
      refuseReading(`layers that this package has: ${readableClasses().join(', ')}`, what, HINT_READING);
    }
    checkType(what, config.dtype);
    const fields = new Fields(what, config);
    const { dialect, shape } = this;
    const read = reader(fields, { name: this.nameOf(given), inputShape: shape, dialect });
    // Options of layers without arrays.
    fields.ignore('trainable');
    fields.finish();
    for (const made of read.layers) this.push(what, made);
    this.theirs.push({ name: given, className, weights: read.weights });
  }

  private push(what: string, made: LayerConfig): void {
    const given = Object.entries(made).filter(([, value]) => value !== undefined);
    const first = this.ours.length === 0 ? { inputShape: [...this.inputShape] } : {};
    try {
      const layer = completeLayer(Object.fromEntries(given) as unknown as LayerConfig);
      const place = { name: layer.name as string, inputShape: this.shape };
      this.shape = layerDefinition(layer.type).outputShape(layer, place);
      this.ours.push({ ...layer, ...first });
    } catch (error) {
      if (!(error instanceof SteepestError)) throw error;
      throw modelFileError(`${what} with ${error.expected}`, error.given, HINT_READING, error);
    }
  }

  /** The name of a layer with the characters that names have here, and no other's. */
  private nameOf(given: string): string {
    const plain = given.replace(/[^A-Za-z0-9_.-]/g, '_').slice(0, MOST_NAME) || 'layer';
    let name = plain;
    for (let i = 1; this.taken.has(name); i++) name = `${plain}_${i}`;
    this.taken.add(name);
    return name;
  }

  end(): ReadModel {
    if (this.ours.length === 0) {
      refuseReading('at least one layer', 'an input alone', 'Save a model with layers.');
    }
    return { config: { seed: 0, layers: this.ours }, layers: this.theirs, dialect: this.dialect };
  }
}

/** Everything is computed in float32 here. */
function checkType(what: string, dtype: unknown): void {
  const named = isObject(dtype) && isObject(dtype.config) ? dtype.config.name : dtype;
  if (named === undefined || named === null || named === 'float32') return;
  refuseReading(`${what} to compute in float32`, show(named), HINT_READING);
}
