import { ReadBudget } from '../../data/limits/readLimits.js';
// Registers the classes that files may hold.
import '../../estimators/index.js';
import { load } from '../../estimators/load.js';
import type { LoadedEstimator } from '../../estimators/registry.js';
import { fromSklearn } from '../../estimators/sklearn/fromSklearn.js';
import { type ForeignFormat, foreignKind } from '../../io/fileKind.js';
import { fileBytes, modelFileError } from '../../io/modelFile.js';
import { readTensorInfo, safetensorsLength } from '../../io/safetensors.js';
import { ALL_TYPES } from '../../io/safetensorsTypes.js';
import { fromKeras } from '../../networks/models/fromKeras.js';
import { fromOnnx } from '../../networks/models/fromOnnx.js';
import { fromTfjs } from '../../networks/models/fromTfjs.js';
import { Sequential } from '../../networks/models/sequential.js';
import { type ModelInfo, modelInfoFrom } from '../modelInfo.js';
import { estimatorPredictor } from './estimatorPredictor.js';
import { networkPredictor } from './networkPredictor.js';
import type { Predictor } from './predictor.js';

/** A model, and what its file says of it. */
export interface OpenModel extends Predictor {
  readonly path: string;
  readonly model: Sequential | LoadedEstimator;
  /** What `steepest train` wrote; undefined for models that were saved otherwise. */
  readonly info: ModelInfo | undefined;
}

type AnyModel = Sequential | LoadedEstimator;

/** Models of other programs that become ours. */
const READERS: Partial<Record<ForeignFormat, (path: string) => Promise<unknown>>> = {
  onnx: (path) => fromOnnx(path),
  hdf5: (path) => fromKeras(path),
  keras: (path) => fromKeras(path),
  tfjs: (path) => fromTfjs(path),
  sklearn: (path) => fromSklearn(path),
};

/**
 * Reads a model of this package, or one of another program that it can read.
 * @throws SteepestError `ERR_MODEL_FILE`; `ERR_NOT_FITTED`; `ERR_ARGUMENT` for what predicts nothing
 */
export async function openModel(path: string): Promise<OpenModel> {
  const { model, info } = await readModel(path);
  const predictor = model instanceof Sequential ? networkPredictor(model) : estimatorPredictor(model);
  return { path, model, info, ...predictor };
}

/** The same for what need not predict. @throws SteepestError `ERR_MODEL_FILE` */
export async function readModel(path: string): Promise<{ model: AnyModel; info: ModelInfo | undefined }> {
  const budget = new ReadBudget(path, Number.POSITIVE_INFINITY, {});
  const bytes = await fileBytes(path, budget, (start) =>
    start.length > 0 && foreignKind(start) !== undefined ? start.length : safetensorsLength(start),
  );
  const kind = foreignKind(bytes);
  if (kind === undefined) {
    const info = modelInfoFrom(readTensorInfo(bytes, ALL_TYPES).metadata);
    return { model: (await load(bytes)) as AnyModel, info };
  }
  const read = kind.format && READERS[kind.format];
  if (read !== undefined) return { model: (await read(path)) as AnyModel, info: undefined };
  throw modelFileError(`a file of a model in '${path}'`, kind.words, kind.hint);
}
