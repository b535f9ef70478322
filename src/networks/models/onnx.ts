import { checkBoolean } from '../../core/check.js';
import { unknownName } from '../../core/errors.js';
import { encodeOnnx } from '../../io/onnx/encode.js';
import { checkGraphName, saveOnnxFile } from '../../io/onnx/saveOnnx.js';
import {
  INPUT_TYPES,
  type NetworkForm,
  type NetworkToWrite,
  networkModel,
  type OnnxInputType,
} from '../exchange/onnx/writeNetwork.js';
import { checkOptionNames, type OptionNames } from './optionNames.js';

/** Options of `toOnnx` and `saveOnnx`. */
export interface OnnxOptions {
  /** The graph's name. Default `'network'`. */
  name?: string;
  /**
   * The type of the graph's input. With `'uint8'` it takes the bytes of images, as a network that
   * begins with a rescaling does. Default `'float32'`.
   */
  inputType?: OnnxInputType;
  /**
   * Whether a network with class names gives `label` and `probabilities`. False for `output`, which
   * is what `predict` returns. Default true.
   */
  labels?: boolean;
}

const NAMES: OptionNames = {
  known: ['name', 'inputType', 'labels'],
  aliases: {
    graphName: 'name',
    modelName: 'name',
    title: 'name',
    dtype: 'inputType',
    type: 'inputType',
    inputDtype: 'inputType',
    classes: 'labels',
    classNames: 'labels',
    // The version that is written is fixed.
    opset: '',
    opsetVersion: '',
    targetOpset: '',
    irVersion: '',
  },
  elsewhere: {},
  example: "Write toOnnx({ inputType: 'uint8' }).",
};

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` */
function resolveOptions(options: OnnxOptions): NetworkForm {
  checkOptionNames('ONNX options', options, NAMES);
  const { name = 'network', inputType = 'float32', labels = true } = options;
  checkGraphName(name, 'digits');
  if (!Object.hasOwn(INPUT_TYPES, inputType)) unknownName('inputType', inputType, Object.keys(INPUT_TYPES));
  return { name, inputType, labels: checkBoolean('labels', labels) };
}

/** A network as the bytes of an ONNX file. */
export function onnxBytes(network: NetworkToWrite, options: OnnxOptions): Uint8Array<ArrayBuffer> {
  return encodeOnnx(networkModel(network, resolveOptions(options)));
}

/** Writes a network to an ONNX file. */
export async function saveOnnx(
  path: string | URL,
  network: NetworkToWrite,
  options: OnnxOptions,
): Promise<void> {
  await saveOnnxFile(path, () => onnxBytes(network, options));
}
