import { checkReadOptions, type ReadOptions } from '../../data/limits/readLimits.js';
import { type ModelSource, readBytes } from '../../io/modelFile.js';
import { readKerasFile } from '../exchange/keras/file.js';
import { networkOf } from './readNetwork.js';
import type { Sequential } from './sequential.js';

/**
 * Reads a model that Keras saved, `.keras` or `.h5`: Sequential models, and functional ones whose
 * layers follow one another. The result can predict and be trained.
 *
 * The file may be hostile: nothing in it is run, every size is checked against the file's bytes,
 * and an archive cannot unpack to more than `limits` allow. Loss, optimizer and metrics are taken
 * over where they mean the same here; the optimizer's arrays are not.
 * @param source a path, a `file:` URL, or the file's bytes
 * @param options `limits`: the most bytes and milliseconds that reading may take
 * @throws SteepestError `ERR_MODEL_FILE` for what is wrong with the file, and for layers and
 *   options that this package does not have, by name; `ERR_DATA_LIMIT` for a file beyond `limits`
 * @example
 * ```ts
 * import { fromKeras, type SteepestError } from 'steepest';
 * const model = await fromKeras('model.keras').catch((error: SteepestError) => error.code);
 * console.log(model); // ERR_MODEL_FILE
 * ```
 */
export async function fromKeras(source: ModelSource, options: ReadOptions = {}): Promise<Sequential> {
  const limits = checkReadOptions('fromKeras', options);
  const wholeFile = (): undefined => undefined;
  return readBytes(source, { reader: 'fromKeras' }, limits, wholeFile, async (bytes, name, budget) => {
    // It unpacks to more than it has bytes, but not to any number of them.
    budget.setFileBytes(bytes.length);
    return networkOf(await readKerasFile(bytes, name, budget));
  });
}
