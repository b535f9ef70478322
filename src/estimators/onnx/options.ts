import { checkKeys, checkObject } from '../../core/check.js';
import { unknownName } from '../../core/errors.js';
import { encodeOnnx } from '../../io/onnx/encode.js';
import { checkGraphName, saveOnnxFile } from '../../io/onnx/saveOnnx.js';
import { type OnnxForm, onnxModelOf } from './model.js';
import type { OnnxSource } from './source.js';

/** Options of an estimator's `toOnnx` and `saveOnnx`. */
export interface EstimatorOnnxOptions {
  /** The graph's name. Default: the name of the class. */
  name?: string;
  /**
   * `'columns'`: one input per column, [N, 1], with its name or x0, x1, …; `'matrix'`: the one input
   * `X`, [N, columns], for numbers alone. Default: `'columns'` if the columns of the fit had names,
   * or if there is text among them.
   */
  inputs?: 'columns' | 'matrix';
  /** The type of inputs of numbers. Computed is in float64 in any case. Default `'float64'`. */
  inputType?: 'float64' | 'float32';
}

const KEYS = ['name', 'inputs', 'inputType'];
/** Names in other libraries. */
const ALIASES = {
  graphName: 'name',
  modelName: 'name',
  input: 'inputs',
  initialTypes: 'inputType',
  dtype: 'inputType',
  type: 'inputType',
  inputDtype: 'inputType',
};
const INPUTS = ['columns', 'matrix'] as const;
const TYPES = ['float64', 'float32'] as const;

function resolveOptions(source: OnnxSource, options: EstimatorOnnxOptions): OnnxForm {
  checkKeys('ONNX options', checkObject('ONNX options', options, EXAMPLE), KEYS, ALIASES);
  const { name = source.type, inputs, inputType = 'float64' } = options;
  checkGraphName(name, 'rents');
  if (inputs !== undefined && !INPUTS.includes(inputs)) unknownName('inputs', inputs, INPUTS);
  if (!TYPES.includes(inputType)) unknownName('inputType', inputType, TYPES);
  return { name, inputs, inputType };
}

const EXAMPLE = "Write toOnnx({ inputType: 'float32' }).";

/** An estimator as the bytes of an ONNX file. */
export function onnxBytes(source: OnnxSource, options: EstimatorOnnxOptions): Uint8Array<ArrayBuffer> {
  return encodeOnnx(onnxModelOf(source, resolveOptions(source, options)));
}

/** Writes an estimator to an ONNX file, atomically. */
export async function saveOnnx(
  path: string | URL,
  source: OnnxSource,
  options: EstimatorOnnxOptions,
): Promise<void> {
  await saveOnnxFile(path, () => onnxBytes(source, options));
}
