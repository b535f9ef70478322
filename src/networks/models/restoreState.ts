import { isCounter, MOST_STEPS } from '../../core/guards.js';
import type { NdArray } from '../../core/ndarray.js';
import { isTypedArray } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { modelFileError as fileError } from '../../io/modelFile.js';
import type { ParameterSpec } from '../../program/parameters.js';
import type { ResolvedModel } from '../compile/model.js';
import { isShards } from '../compile/shards.js';
import { AVERAGE_SLOT } from '../compile/updates.js';
import type { ResolvedOptimizer } from '../optimizers/index.js';
import { type ModelState, RAW_SLOT } from '../training/state.js';
import { SLOT_PREFIX, slotTensor } from './save.js';

/**
 * The state that a file holds for a model.
 * @param counters what `trainingCounters` wrote
 * @throws SteepestError `ERR_MODEL_FILE` unless tensors and counters are those of the model
 */
export function readState(
  model: ResolvedModel,
  tensors: ReadonlyMap<string, NdArray>,
  counters: Record<string, unknown>,
  optimizer: ResolvedOptimizer | undefined,
): ModelState {
  const step = checkedCounter('step', counters.step);
  const epochs = checkedCounter('epochs', counters.epochs);
  const rate = {
    fromStep: checkedCounter('rateFrom', counters.rateFrom ?? 0, step),
    epochs: checkedCounter('rateEpochs', counters.rateEpochs ?? epochs),
  };
  const shards = checkedShards(counters.shards);
  const left = new Set(tensors.keys());
  const take = (name: string, parameter: ParameterSpec): Float32Array => {
    left.delete(name);
    return checkedTensor(name, tensors.get(name), parameter);
  };
  const parameters = new Map<string, Float32Array>();
  const slots = new Map<string, Map<string, Float32Array>>();
  const slotNames = [...(optimizer?.definition.slots(optimizer.hyperparameters) ?? [])];
  // Weights that are averaged have both: one set as the parameters, the other beside them.
  const beside = [RAW_SLOT, AVERAGE_SLOT].find((slot) =>
    model.parameters.some(({ name }) => left.has(slotTensor(slot, name))),
  );
  if (optimizer && beside !== undefined) slotNames.push(beside);
  // Before its first step an optimizer may have no arrays yet; later it must have all.
  const hasSlots = step > 0 || [...left].some((name) => name.startsWith(SLOT_PREFIX));
  for (const parameter of model.parameters) {
    const { name, trainable } = parameter;
    parameters.set(name, take(name, parameter));
    if (!trainable || !hasSlots) continue;
    const own = slotNames.map((slot) => [slot, take(slotTensor(slot, name), parameter)] as const);
    slots.set(name, new Map(own));
  }
  if (left.size > 0) {
    throw fileError(
      'only tensors that the model has',
      `${show([...left][0])} besides`,
      'Save the model again.',
    );
  }
  return { parameters, slots, step, epochs, rate, ...(shards && { shards }) };
}

function checkedTensor(
  name: string,
  tensor: NdArray | undefined,
  { shape, notNegative }: ParameterSpec,
): Float32Array {
  const data = tensor?.data;
  const fits =
    isTypedArray(data, 'Float32Array') &&
    tensor!.shape.length === shape.length &&
    shape.every((size, i) => size === tensor!.shape[i]);
  if (!fits) {
    const found = tensor ? `${tensor.data.constructor.name} ${JSON.stringify(tensor.shape)}` : 'none';
    throw fileError(`tensor '${name}' as F32 ${JSON.stringify(shape)}`, found, 'Save the model again.');
  }
  if (notNegative && data.some((v) => v < 0)) {
    throw fileError(`numbers of at least 0 in tensor '${name}'`, 'a negative one', 'Save the model again.');
  }
  return data;
}

function checkedShards(value: unknown): number | undefined {
  if (value === undefined || isShards(value)) return value;
  throw fileError('a power of two up to 256 as training.shards', show(value), 'Save the model again.');
}

function checkedCounter(key: string, value: unknown, most = MOST_STEPS): number {
  if (isCounter(value, most)) return value;
  throw fileError(
    `a whole number up to ${most === MOST_STEPS ? '2^48' : most} as training.${key}`,
    show(value),
    'Save the model again.',
  );
}
