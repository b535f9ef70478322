import { checkKeys } from '../../core/check.js';
import { indexOfNotFinite } from '../../core/finite.js';
import { atOnce } from '../../core/inParts.js';
import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import type { ReadBudget } from '../../data/limits/readLimits.js';
import { parseDescription } from '../../io/description.js';
import { FORMATS, modelFileError as fileError, fromFile, inTurns } from '../../io/modelFile.js';
import { decoding, type SafetensorsContent } from '../../io/safetensors.js';
import { type ModelConfig, type ResolvedModel, resolveModel } from '../compile/model.js';
import { type CompileOptions, resolveCompile } from './compileOptions.js';
import { readState } from './restoreState.js';
import { withoutKept } from './resume/keptTensors.js';
import { Sequential } from './sequential.js';

/**
 * A network from a file that has been read, which may be hostile: every size is checked against the
 * file's bytes, and nothing is returned unless all of it fits together.
 * @throws SteepestError `ERR_MODEL_FILE`; what was wrong with a description is its `cause`
 */
export async function networkFrom(
  { tensors, metadata }: SafetensorsContent,
  budget: ReadBudget,
): Promise<Sequential> {
  await inTurns('finite numbers', checkingFinite(tensors), budget);
  const own = metadata.fit === undefined ? tensors : withoutKept(tensors);
  return fromFile('a model description', () => restore(metadata, own));
}

/**
 * The same at once, from the bytes of a file: for a network inside of another model's file.
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function networkFromBytes(bytes: Uint8Array): Sequential {
  return fromFile('a network', () => {
    const { tensors, metadata } = atOnce(decoding(bytes));
    const { format, version } = FORMATS.network;
    if (metadata.format !== format || metadata.version !== version) {
      const given = show(metadata.format);
      throw fileError(`a network as ${format} of version ${version}`, given, 'Save the model again.');
    }
    atOnce(checkingFinite(tensors));
    return restore(metadata, tensors);
  });
}

/** Numbers that are checked in one step, a fraction of a millisecond. */
const STEP = 2 ** 18;

function* checkingFinite(tensors: ReadonlyMap<string, NdArray>): Generator<undefined, void> {
  for (const [name, { data }] of tensors) {
    for (let at = 0; at < data.length; at += STEP) {
      if (indexOfNotFinite(data, at, Math.min(at + STEP, data.length)) >= 0) {
        const hint = 'Save a model that trained without diverging.';
        throw fileError(`finite numbers in tensor ${show(name)}`, 'NaN or infinity', hint);
      }
      yield;
    }
  }
}

function restore(metadata: Record<string, string>, tensors: ReadonlyMap<string, NdArray>): Sequential {
  const description = parseDescription(metadata.model, 'model') as unknown as ModelConfig;
  const counters = parseDescription(metadata.training, 'training');
  const compiled = metadata.compile === undefined ? undefined : parseDescription(metadata.compile, 'compile');
  // Options of the call are no part of a description.
  if (compiled !== undefined) checkKeys('compile', compiled, ['optimizer', 'loss', 'metrics']);
  const model = resolveModel(description);
  checkTotal(model, tensors);
  const objective = compiled && resolveCompile(model, compiled as unknown as CompileOptions).objective;
  const state = readState(model, tensors, counters, objective?.optimizer);
  const restored = new Sequential(description, { ...state, slots: new Map(), step: 0 });
  if (compiled !== undefined) {
    restored.compile(compiled as unknown as CompileOptions);
    restored.resume(state);
  }
  return restored;
}

/**
 * Refuses a description with more parameters than the file has numbers, before anything of that
 * size is allocated.
 */
function checkTotal({ parameters }: ResolvedModel, tensors: ReadonlyMap<string, NdArray>): void {
  const present = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  const wanted = parameters.reduce((sum, { rows, cols }) => sum + rows * cols, 0);
  if (wanted <= present) return;
  const expected = `${wanted} parameters, as the description says`;
  throw fileError(expected, `${present} numbers`, 'The file is incomplete: save the model again.');
}
