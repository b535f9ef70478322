import { existsSync } from 'node:fs';
import { SteepestError } from '../../core/errors.js';
import { Sequential } from '../../networks/models/sequential.js';
import { networkIn } from '../../report/judge/inside.js';
import type { Read } from '../commandSpec.js';
import { EXIT } from '../exitCodes.js';
import { readModel } from '../model/openModel.js';
import { printJson, say } from '../output.js';
import { UsageError } from '../usageError.js';
import type { exportSpec } from './command.js';

/** `model.safetensors` becomes `model.onnx`, or the folder `model-tfjs`. */
function besideModel(model: string, to: 'onnx' | 'tfjs'): string {
  const stem = model.replace(/\.(safetensors|onnx|keras|h5|json)$/i, '');
  return to === 'onnx' ? `${stem}.onnx` : `${stem}-tfjs`;
}

/** The network to write for TensorFlow.js. @throws SteepestError `ERR_ARGUMENT` for another model */
function networkOf(model: object): Sequential {
  if (model instanceof Sequential) return model;
  const inside = networkIn(model) === undefined ? '' : ' around a network';
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'a network, which TensorFlow.js can hold',
    given: `a ${(model as { type: string }).type}${inside}`,
    hint: 'Write it as ONNX, which holds pipelines too: --to onnx.',
  });
}

/** `steepest export`: a model for other programs. */
export async function runExport({ arguments: given, options }: Read<typeof exportSpec>): Promise<number> {
  const { to, inputType, force, json } = options;
  if (inputType !== undefined && to !== 'onnx') throw new UsageError('--input-type goes with --to onnx');
  const out = options.out ?? besideModel(given.model, to);
  if (out === given.model) throw new UsageError('--out is the model itself');
  const { model } = await readModel(given.model);
  if (!force && existsSync(out) && options.out === undefined) {
    throw new UsageError(`there is a '${out}' already: name another --out, or pass --force`);
  }
  if (to === 'tfjs') await networkOf(model).saveTfjs(out);
  else if (inputType === undefined) await model.saveOnnx(out);
  else if (model instanceof Sequential) await model.saveOnnx(out, { inputType });
  else throw new UsageError('--input-type is for networks; columns of other models have their own types');
  if (json) await printJson({ model: given.model, to, out });
  else say(`written to ${out}`);
  return EXIT.done;
}
