import { localPath } from '../../core/localPath.js';
import type { NdArray } from '../../core/ndarray.js';
import { writeFileAtomic } from '../../io/atomicWrite.js';
import { FORMATS } from '../../io/modelFile.js';
import { encodeSafetensors } from '../../io/safetensors.js';
import type { ModelConfig, ResolvedModel } from '../compile/model.js';
import { shardCosts } from '../compile/shards.js';
import type { ModelState } from '../training/state.js';
import type { CompileConfig } from './compileOptions.js';

/** Tensors of the optimizer are named `optimizer.<array>/<parameter>`. */
export const SLOT_PREFIX = 'optimizer.';
export const slotTensor = (slot: string, parameter: string): string => `${SLOT_PREFIX}${slot}/${parameter}`;

export function trainingCounters({ step, epochs, rate, shards }: ModelState): Record<string, number> {
  const counters = { step, epochs, rateFrom: rate.fromStep, rateEpochs: rate.epochs };
  return shards === undefined ? counters : { ...counters, shards };
}

/** The arrays of a state by their names in a file. */
export function stateTensors(model: ResolvedModel, state: ModelState): Map<string, NdArray> {
  const tensors = new Map<string, NdArray>();
  for (const { name, shape } of model.parameters) {
    tensors.set(name, { data: state.parameters.get(name)!, shape });
    for (const [slot, data] of state.slots.get(name) ?? []) {
      tensors.set(slotTensor(slot, name), { data, shape });
    }
  }
  return tensors;
}

/** A model as a file: weights and optimizer arrays as tensors, the rest as JSON in the metadata. */
export function modelContent(
  config: ModelConfig,
  model: ResolvedModel,
  state: ModelState,
  compiled: CompileConfig | undefined,
): { tensors: Map<string, NdArray>; metadata: Record<string, string> } {
  const metadata: Record<string, string> = {
    format: FORMATS.network.format,
    version: FORMATS.network.version,
    model: JSON.stringify(config),
    training: JSON.stringify({ ...trainingCounters(state), ...shardCosts(model, state.shards) }),
  };
  if (compiled !== undefined) metadata.compile = JSON.stringify(compiled);
  return { tensors: stateTensors(model, state), metadata };
}

/** A model as the bytes of its file. */
export function modelBytes(...of: Parameters<typeof modelContent>): Uint8Array<ArrayBuffer> {
  const { tensors, metadata } = modelContent(...of);
  return encodeSafetensors(tensors, metadata);
}

/** Writes a model to a file. */
export async function saveModel(path: string | URL, ...of: Parameters<typeof modelContent>): Promise<void> {
  const file = localPath('the file to save to', path);
  await writeFileAtomic(file, modelBytes(...of));
}
