import { endianness } from 'node:os';
import { crc32 } from '../../../core/crc32.js';
import type { ModelConfig, ResolvedModel } from '../../compile/model.js';
import { type TrainingChoice, writeTraining } from '../keras/training.js';
import { writeTopology } from '../keras/writeModel.js';
import type { TfjsArtifacts, TfjsWeight } from './artifacts.js';

/** A network that is written. */
export interface WrittenNetwork {
  model: ResolvedModel;
  config: ModelConfig;
  parameters: ReadonlyMap<string, Float32Array>;
  compiled: TrainingChoice | undefined;
}

/** The version of our part of the metadata. */
export const METADATA_VERSION = 1;
/** TensorFlow.js's size of the files that weights are cut into. */
const SHARD_BYTES = 4 * 2 ** 20;

/**
 * A network as TensorFlow.js takes it.
 * @throws SteepestError `ERR_ARGUMENT` for layers and options that TensorFlow.js does not have
 */
export function tfjsArtifacts({ model, config, parameters, compiled }: WrittenNetwork): TfjsArtifacts {
  const { topology, weights } = writeTopology(model);
  const arrays = weights.map(({ parameter }) => parameters.get(parameter)!);
  const training = compiled && writeTraining(compiled);
  const own = { version: METADATA_VERSION, model: config, ...(compiled && { compile: compiled }) };
  return {
    format: 'layers-model',
    generatedBy: 'steepest',
    convertedBy: null,
    modelTopology: topology,
    weightSpecs: weights.map(
      ({ name, shape }): TfjsWeight => ({ name, shape: [...shape], dtype: 'float32' }),
    ),
    weightData: joined(arrays),
    ...(training && { trainingConfig: training }),
    // Plain data, which changes of the model's own do not reach.
    userDefinedMetadata: JSON.parse(JSON.stringify({ steepest: own })) as { steepest: object },
  };
}

/** The bytes of arrays one after the other. */
function joined(arrays: readonly Float32Array[]): ArrayBuffer {
  const count = arrays.reduce((sum, { length }) => sum + length, 0);
  const all = new Float32Array(count);
  let at = 0;
  for (const array of arrays) {
    all.set(array, at);
    at += array.length;
  }
  if (endianness() === 'BE') Buffer.from(all.buffer).swap32();
  return all.buffer;
}

/** The files of a model: names and bytes, `model.json` last. */
export function tfjsFiles(artifacts: TfjsArtifacts): { name: string; bytes: Uint8Array }[] {
  const { weightSpecs, weightData, ...rest } = artifacts;
  const all = new Uint8Array(weightData);
  const count = Math.max(1, Math.ceil(all.length / SHARD_BYTES));
  const shards = Array.from({ length: count }, (_, i) => ({
    name: `group1-shard${i + 1}of${count}.bin`,
    bytes: all.subarray(i * SHARD_BYTES, (i + 1) * SHARD_BYTES),
  }));
  const description = {
    ...rest,
    weightsManifest: [{ paths: shards.map(({ name }) => name), weights: weightSpecs }],
    // By which a reader sees that shards and description are of one save.
    weightsChecksum: crc32(all),
  };
  return [...shards, { name: 'model.json', bytes: Buffer.from(JSON.stringify(description)) }];
}
