import { stat } from 'node:fs/promises';
// Registers the classes by which files are read.
import '../../estimators/index.js';
import { type ForeignFormat, foreignKind } from '../../io/fileKind.js';
import { modelFileError, readBytes } from '../../io/modelFile.js';
import { safetensorsLength } from '../../io/safetensors.js';
import { inspectNpy, inspectNpz } from './arrays.js';
import { inspectHdf5 } from './hdf5.js';
import type { Inspection } from './inspection.js';
import { inspectKeras, inspectKerasJson, inspectTfjs } from './keras.js';
import { inspectOnnx } from './onnx.js';
import { inspectSafetensors } from './safetensors.js';
import { inspectSklearn } from './sklearn.js';

/** Reads the rest of a file whose first bytes were recognized. */
type Inspect = (bytes: Uint8Array, path: string) => Inspection | Promise<Inspection>;

/** One line per format of other programs. */
const FORMATS: Readonly<Record<ForeignFormat, Inspect>> = {
  npy: (_, path) => inspectNpy(path),
  npz: (_, path) => inspectNpz(path),
  hdf5: inspectHdf5,
  keras: (_, path) => inspectKeras(path),
  kerasJson: inspectKerasJson,
  onnx: inspectOnnx,
  tfjs: inspectTfjs,
  sklearn: inspectSklearn,
};
/** Archives are read piece by piece, from their path. */
const BY_PATH: readonly ForeignFormat[] = ['npy', 'npz', 'keras'];

/** How much of a file is needed: of most formats all of it. */
function lengthOf(start: Uint8Array): number | undefined {
  const kind = start.length === 0 ? undefined : foreignKind(start);
  if (kind === undefined) return safetensorsLength(start);
  const { format } = kind;
  return format === undefined || BY_PATH.includes(format) ? start.length : Number.POSITIVE_INFINITY;
}

/**
 * What is in a file.
 * @throws SteepestError `ERR_MODEL_FILE` or `ERR_DATA_FILE` for a file that is damaged or of another
 *   kind
 */
export async function inspectFile(path: string): Promise<{ bytes: number; inspection: Inspection }> {
  const inspection = await readBytes(path, { reader: 'inspect' }, {}, lengthOf, (bytes, name) => {
    const kind = foreignKind(bytes);
    if (kind === undefined) return inspectSafetensors(bytes);
    if (kind.format !== undefined) return FORMATS[kind.format](bytes, path);
    throw modelFileError(`a file of a model or of arrays in ${name}`, kind.words, kind.hint);
  });
  return { bytes: (await stat(path)).size, inspection };
}
