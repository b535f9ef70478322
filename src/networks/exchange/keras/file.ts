import { SteepestError } from '../../../core/errors.js';
import { show } from '../../../core/show.js';
import type { ReadBudget } from '../../../data/limits/readLimits.js';
import { unzip } from '../../../data/npy/zip.js';
import { parseDescription } from '../../../io/description.js';
import { foreignKind } from '../../../io/fileKind.js';
import { type Hdf5Object, isHdf5, openHdf5 } from '../../../io/hdf5/hdf5.js';
import { fromFile, modelFileError } from '../../../io/modelFile.js';
import type { ReadNetwork } from '../readNetwork.js';
import type { JsonObject } from './fields.js';
import type { Dialect } from './form.js';
import { type FindWeight, gatherWeights } from './gather.js';
import { isKeras3, type KerasLayer, readTopology } from './readModel.js';
import { refuseReading } from './refuse.js';
import { readTraining } from './training.js';

/**
 * Files of Keras: `.keras`, a ZIP archive of a description and an HDF5 file of weights; and `.h5`,
 * the older HDF5 file of both.
 */

const HINT = 'The file is damaged or incomplete: save the model again with model.save().';

/**
 * The network in a file of Keras.
 * @param name the file, for messages
 * @throws SteepestError `ERR_MODEL_FILE`; `ERR_DATA_LIMIT` beyond the budget
 */
export async function readKerasFile(
  bytes: Uint8Array,
  name: string,
  budget: ReadBudget,
): Promise<ReadNetwork> {
  if (isHdf5(bytes)) return fromFile('a model', () => readLegacy(bytes));
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b;
  if (isZip) return readArchive(bytes, name, budget);
  const kind = foreignKind(bytes);
  throw modelFileError(
    `a file of Keras in ${name}, .keras or .h5`,
    kind?.words ?? 'a safetensors file',
    kind?.hint ?? 'Read it with load().',
  );
}

const CONFIG = 'config.json';
const WEIGHTS = 'model.weights.h5';

async function readArchive(bytes: Uint8Array, name: string, budget: ReadBudget): Promise<ReadNetwork> {
  const files = await unpacked(bytes, name, budget);
  const [config, weights] = [CONFIG, WEIGHTS].map((file) => {
    const found = files.get(file);
    return found ?? refuseReading(`${file} in ${name}`, `an archive of ${files.size} other files`, HINT);
  }) as [Buffer, Buffer];
  const description = parseDescription(config.toString('utf8'), CONFIG);
  return fromFile('a model', () =>
    put(description, 'keras3', description.compile_config, inGroups(openHdf5(weights))),
  );
}

/** The two files that matter. Others are assets of layers that this package does not have. */
async function unpacked(bytes: Uint8Array, name: string, budget: ReadBudget): Promise<Map<string, Buffer>> {
  try {
    return await unzip(name, bytes, (file) => file === CONFIG || file === WEIGHTS, budget);
  } catch (error) {
    if (!(error instanceof SteepestError) || error.code === 'ERR_DATA_LIMIT') throw error;
    throw modelFileError(error.expected, error.given, HINT, error);
  }
}

/** @param finder of arrays, given all layers */
function put(
  topology: unknown,
  dialect: Dialect,
  training: unknown,
  finder: (layers: readonly KerasLayer[]) => FindWeight,
): ReadNetwork {
  const read = readTopology(topology, dialect);
  return {
    config: read.config,
    parameters: gatherWeights(read, finder(read.layers)),
    compile: readTraining(training, read.dialect),
    isOwn: false,
  };
}

/** Keras 3 numbers the layers of a class: `layers/dense_1/vars/0` is the second Dense's kernel. */
function inGroups(root: Hdf5Object): (layers: readonly KerasLayer[]) => FindWeight {
  return (layers) => {
    const counts = new Map<string, number>();
    const groups = new Map(
      layers.map((layer) => {
        const snake = snakeCase(layer.className);
        const before = counts.get(snake) ?? 0;
        counts.set(snake, before + 1);
        return [layer, before === 0 ? snake : `${snake}_${before}`];
      }),
    );
    return (layer, _weight, index) => {
      const group = groups.get(layer)!;
      return root.at('layers', group, 'vars', String(index))?.numbers(`array ${index} of ${show(group)}`);
    };
  };
}

/** As Keras writes names of classes: `p_re_lu`, `conv2d`, `batch_normalization`. */
const snakeCase = (className: string): string =>
  className
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();

/** An HDF5 file of a whole model, as Keras 1 and 2 wrote them. */
function readLegacy(bytes: Uint8Array): ReadNetwork {
  const root = openHdf5(bytes);
  const description = attribute(root, 'model_config');
  if (description === undefined) {
    refuseReading(
      'a whole model in the HDF5 file, with the attribute model_config',
      'weights alone',
      'Save the whole model with model.save(), or make it here and call setWeights(arrays).',
    );
  }
  const dialect = isKeras3(root.texts('keras_version')?.[0]) ? 'keras3' : 'keras2';
  const weights = root.child('model_weights');
  const names = new Map<Hdf5Object | undefined, string[] | undefined>();
  const find: FindWeight = (layer, _weight, index) => {
    const group = weights?.child(layer.name);
    if (!names.has(group)) names.set(group, group?.texts('weight_names'));
    const path = names.get(group)?.[index];
    const array = path === undefined ? undefined : group?.at(...path.split('/'));
    return array?.numbers(`array ${show(path)} of layer ${show(layer.name)}`);
  };
  return put(description, dialect, attribute(root, 'training_config'), () => find);
}

/** A JSON object that an attribute holds. */
function attribute(root: Hdf5Object, name: string): JsonObject | undefined {
  const texts = root.texts(name);
  return texts === undefined ? undefined : parseDescription(texts[0], name);
}
