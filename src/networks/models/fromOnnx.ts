import { checkReadOptions, type ReadOptions } from '../../data/limits/readLimits.js';
import { inTurns, type ModelSource, readBytes } from '../../io/modelFile.js';
import { decoding } from '../../io/onnx/decode.js';
import { readingNetwork } from '../exchange/onnx/readNetwork.js';
import { networkOf } from './readNetwork.js';
import type { Sequential } from './sequential.js';

/**
 * Reads an ONNX model whose layers follow one another, of this package or of another program, as a
 * network that can predict and be trained further. It is not compiled.
 *
 * Images have their channels last here: the model takes [height, width, channels] whatever the
 * file's order is, and weights behind a flatten are put in that order. Weights of float64, float16
 * or bfloat16 become float32. Labels and probabilities at the end of a graph are no layers; class
 * names in it become those of the model.
 *
 * The file may be hostile: every size is checked against the bytes that are there, and no other
 * file is read.
 * @param source a path, a `file:` URL, or the bytes of an .onnx file
 * @param options `limits`: the most bytes and milliseconds that reading may take
 * @throws SteepestError `ERR_MODEL_FILE` for what is wrong with the file, and for operators and
 *   options that no layer here has, by name; `ERR_DATA_LIMIT` for files beyond `limits`;
 *   `ERR_ARGUMENT` for what is no source
 * @example
 * ```ts
 * import { fromOnnx, layers, sequential } from 'steepest';
 * const bytes = sequential({ layers: [layers.dense({ units: 3, inputShape: [2] })] }).toOnnx();
 * const model = await fromOnnx(bytes);
 * console.log(model.predictSync([1, 2]).shape); // [ 1, 3 ]
 * ```
 */
export async function fromOnnx(source: ModelSource, options: ReadOptions = {}): Promise<Sequential> {
  const limits = checkReadOptions('fromOnnx', options);
  const all = (): undefined => undefined;
  return readBytes(source, { reader: 'fromOnnx' }, limits, all, async (bytes, name, budget) => {
    const what = `an ONNX model in ${name}`;
    const model = await inTurns(what, decoding(bytes), budget);
    return networkOf(await inTurns(what, readingNetwork(model), budget));
  });
}
