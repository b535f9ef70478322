import { localPath } from '../../core/localPath.js';
import { isPlainObject } from '../../core/realm.js';
import { checkReadOptions, ReadBudget, type ReadOptions } from '../../data/limits/readLimits.js';
import type { GivenArtifacts } from '../exchange/tfjs/artifacts.js';
import { readTfjsArtifacts, readTfjsFiles } from '../exchange/tfjs/source.js';
import { networkOf } from './readNetwork.js';
import type { Sequential } from './sequential.js';

/**
 * Reads a layers model of TensorFlow.js, or one that was converted from Keras: Sequential models,
 * and functional ones whose layers follow one another. The result can predict and be trained.
 *
 * The files may be hostile: every size is checked against the bytes that are there, and no file
 * outside of the folder is read. Weights that are stored as uint8, uint16 or float16 become
 * float32. Loss, optimizer and metrics are taken over where they mean the same here; the
 * optimizer's arrays are not.
 * @param source the path or `file:` URL of `model.json`, or artifacts in memory
 * @param options `limits`: the most bytes and milliseconds that reading may take
 * @throws SteepestError `ERR_MODEL_FILE` for what is wrong with the files, and for layers and
 *   options that this package does not have, by name; `ERR_DATA_LIMIT` for files beyond `limits`;
 *   `ERR_ARGUMENT` for what is no source
 * @example
 * ```ts
 * import { fromTfjs, layers, sequential } from 'steepest';
 * await sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] }).saveTfjs('web');
 * const model = await fromTfjs('web/model.json');
 * console.log(model.predictSync([1, 2]).shape); // [ 1, 3 ]
 * ```
 */
export async function fromTfjs(
  source: string | URL | GivenArtifacts,
  options: ReadOptions = {},
): Promise<Sequential> {
  const limits = checkReadOptions('fromTfjs', options);
  if (isPlainObject(source)) {
    const budget = new ReadBudget('these artifacts', Number.POSITIVE_INFINITY, limits);
    return networkOf(await budget.within(readTfjsArtifacts(source as GivenArtifacts, budget)));
  }
  const path = localPath('the model.json that fromTfjs reads', source as string | URL);
  const budget = new ReadBudget(path, Number.POSITIVE_INFINITY, limits);
  return networkOf(await budget.within(readTfjsFiles(path, budget)));
}
