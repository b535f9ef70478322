import type { ModelConfig, ResolvedModel } from '../compile/model.js';
import { resolveModel } from '../compile/model.js';
import { SteepestError } from '../core/errors.js';
import { localPath } from '../core/localPath.js';
import type { NdArray } from '../core/ndarray.js';
import { isTypedArray } from '../core/realm.js';
import { show } from '../core/show.js';
import { writeFileAtomic } from '../io/atomicWrite.js';
import { FORMATS, modelFileError as fileError, type ModelSource, readModelFile } from '../io/modelFile.js';
import { encodeSafetensors } from '../io/safetensors.js';
import type { ParameterSpec } from '../program/node.js';
import type { ModelState } from '../training/state.js';
import type { Compiled, CompileOptions } from './compileOptions.js';
import { Sequential } from './sequential.js';

/** Tensors of the optimizer are named `optimizer.<array>/<parameter>`. */
const SLOT_PREFIX = 'optimizer.';

/**
 * Writes a model: weights and optimizer arrays as tensors, everything else as JSON in the metadata.
 */
export async function saveModel(
  path: string | URL,
  config: ModelConfig,
  model: ResolvedModel,
  state: ModelState,
  compiled: Compiled['options'] | undefined,
): Promise<void> {
  const file = localPath('the file to save to', path);
  const tensors = new Map<string, NdArray>();
  for (const { name, shape } of model.parameters) {
    tensors.set(name, { data: state.parameters.get(name)!, shape });
    for (const [slot, data] of state.slots.get(name) ?? []) {
      tensors.set(`${SLOT_PREFIX}${slot}/${name}`, { data, shape });
    }
  }
  const metadata: Record<string, string> = {
    format: FORMATS.network.format,
    version: FORMATS.network.version,
    model: JSON.stringify(config),
    training: JSON.stringify({ step: state.step, epochs: state.epochs }),
  };
  if (compiled !== undefined) metadata.compile = JSON.stringify(compiled);
  await writeFileAtomic(file, encodeSafetensors(tensors, metadata));
}

/**
 * Reads a model that {@link Sequential.save} wrote, ready to
 * predict and, if it was compiled, to train on.
 *
 * The file is taken for hostile until proven otherwise: nothing in it is run, every size is checked
 * against the bytes that are there, and nothing is returned unless all of it fits together.
 * @param source a path, a `file:` URL, or the file's bytes
 * @throws SteepestError `ERR_MODEL_FILE`, also for estimators, which `loadEstimator` reads, and
 * files of other programs, which the message names
 */
export async function load(source: ModelSource): Promise<Sequential> {
  const { tensors, metadata } = await readModelFile(source, FORMATS.network);
  return restore(metadata, tensors);
}

function restore(metadata: Record<string, string>, tensors: ReadonlyMap<string, NdArray>): Sequential {
  const description = parse(metadata.model, 'model') as unknown as ModelConfig;
  const counters = parse(metadata.training, 'training');
  const compiled = metadata.compile === undefined ? undefined : parse(metadata.compile, 'compile');
  try {
    const model = resolveModel(checkedSizes(description, tensors));
    const state = readState(model, tensors, counters);
    const restored = new Sequential(description, { ...state, slots: new Map(), step: 0 });
    if (compiled !== undefined) {
      restored.compile(compiled as unknown as CompileOptions);
      restored.resume(state);
    }
    return restored;
  } catch (error) {
    if (!(error instanceof SteepestError) || error.code === 'ERR_MODEL_FILE') throw error;
    throw fileError(
      `a model description that is valid (${error.expected})`,
      error.given,
      'Save the model again.',
      error,
    );
  }
}

function parse(text: string | undefined, what: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text ?? '');
    if (typeof value === 'object' && value !== null && !Array.isArray(value))
      return value as Record<string, unknown>;
  } catch {
    // The error below says what was wanted.
  }
  throw fileError(
    `a JSON object as metadata '${what}'`,
    text === undefined ? 'none' : 'something else',
    'Save the model again.',
  );
}

/**
 * Refuses a description that asks for more parameters than
 * the file has bytes, before anything is allocated.
 */
function checkedSizes(config: ModelConfig, tensors: ReadonlyMap<string, NdArray>): ModelConfig {
  const present = [...tensors.values()].reduce((sum, { data }) => sum + data.length, 0);
  const wanted = resolveModel(config).parameters.reduce((sum, p) => sum + p.rows * p.cols, 0);
  if (wanted > present) {
    throw fileError(
      `${wanted} parameters, as the description says`,
      `${present} numbers`,
      'The file is incomplete: save the model again.',
    );
  }
  return config;
}

function readState(
  model: ResolvedModel,
  tensors: ReadonlyMap<string, NdArray>,
  counters: Record<string, unknown>,
): ModelState {
  const left = new Set(tensors.keys());
  const take = (name: string, { shape, notNegative }: ParameterSpec): Float32Array => {
    const tensor = tensors.get(name);
    left.delete(name);
    if (
      !isTypedArray(tensor?.data, 'Float32Array') ||
      JSON.stringify(tensor.shape) !== JSON.stringify(shape)
    ) {
      const found = tensor ? `${tensor.data.constructor.name} ${JSON.stringify(tensor.shape)}` : 'none';
      throw fileError(`tensor '${name}' as F32 ${JSON.stringify(shape)}`, found, 'Save the model again.');
    }
    if (tensor.data.some((v) => !Number.isFinite(v))) {
      throw fileError(
        `finite numbers in tensor '${name}'`,
        'NaN or infinity',
        'Save a model that trained without diverging.',
      );
    }
    if (notNegative && tensor.data.some((v) => v < 0)) {
      throw fileError(`numbers of at least 0 in tensor '${name}'`, 'a negative one', 'Save the model again.');
    }
    return tensor.data;
  };
  const state = {
    parameters: new Map<string, Float32Array>(),
    slots: new Map<string, Map<string, Float32Array>>(),
    step: 0,
    epochs: 0,
  };
  for (const parameter of model.parameters) {
    state.parameters.set(parameter.name, take(parameter.name, parameter));
    const slots = new Map<string, Float32Array>();
    for (const name of tensors.keys()) {
      if (!name.startsWith(SLOT_PREFIX)) continue;
      const [slot, ...owner] = name.slice(SLOT_PREFIX.length).split('/');
      if (parameter.trainable && owner.join('/') === parameter.name) slots.set(slot!, take(name, parameter));
    }
    if (slots.size > 0) state.slots.set(parameter.name, slots);
  }
  if (left.size > 0) {
    throw fileError('only tensors that the model has', `'${[...left][0]}' besides`, 'Save the model again.');
  }
  for (const key of ['step', 'epochs'] as const) {
    const value = counters[key];
    if (!Number.isSafeInteger(value) || (value as number) < 0) {
      throw fileError(`a whole number as training.${key}`, show(value), 'Save the model again.');
    }
    state[key] = value as number;
  }
  return state;
}
