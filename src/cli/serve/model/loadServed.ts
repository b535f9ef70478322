import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { Slices } from '../../../core/nextTurn.js';
import { ReadBudget } from '../../../data/limits/readLimits.js';
// Registers the classes that files may hold.
import '../../../estimators/index.js';
import { load } from '../../../estimators/load.js';
import type { LoadedEstimator } from '../../../estimators/registry.js';
import { fileBytes } from '../../../io/modelFile.js';
import { readTensorInfo, safetensorsLength } from '../../../io/safetensors.js';
import { ALL_TYPES } from '../../../io/safetensorsTypes.js';
import { Sequential } from '../../../networks/models/sequential.js';
import { modelInfoFrom } from '../../modelInfo.js';
import { type ExampleRow, tryExamples } from './example.js';
import { exampleCells } from './exampleCells.js';
import type { Served } from './served.js';
import { ServedEstimator } from './servedEstimator.js';
import { ServedNetwork } from './servedNetwork.js';

/** A model that can answer. */
export interface LoadedModel {
  served: Served;
  /** The name of its file. */
  file: string;
  /** SHA-256 of its bytes, in hex. */
  digest: string;
  loadedAt: Date;
  /** A row that it takes; undefined for very many inputs, or if none was found. */
  example: ExampleRow | undefined;
  /** What a row took, the second time. */
  msPerRow: number;
}

/** What tells one state of a file from another. */
export async function signatureOf(path: string): Promise<string> {
  const { dev, ino, size, mtimeNs } = await stat(path, { bigint: true });
  return `${dev}:${ino}:${size}:${mtimeNs}`;
}

/** The bytes of a model's file, and their digest. @throws SteepestError `ERR_MODEL_FILE` */
export async function readModel(path: string): Promise<{ bytes: Uint8Array; digest: string }> {
  const budget = new ReadBudget(path, Number.POSITIVE_INFINITY, {});
  const bytes = await fileBytes(path, budget, safetensorsLength);
  return { bytes, digest: await digestOf(bytes) };
}

/** Hashed between two turns of the event loop: less than a millisecond. */
const HASHED_BYTES = 2 ** 19;

async function digestOf(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256');
  const slices = new Slices(1);
  for (let begin = 0; begin < bytes.length; begin += HASHED_BYTES) {
    hash.update(bytes.subarray(begin, begin + HASHED_BYTES));
    if (slices.isDue) await slices.next();
  }
  return hash.digest('hex');
}

/**
 * A model out of the bytes of its file, after a first prediction, which compiles what it needs.
 * @throws SteepestError `ERR_MODEL_FILE`, `ERR_NOT_FITTED`, `ERR_ARGUMENT` for what cannot answer
 */
export async function servedFrom(path: string, bytes: Uint8Array, digest: string): Promise<LoadedModel> {
  const model = await load(bytes);
  const isNetwork = model instanceof Sequential;
  const info = modelInfoFrom(readTensorInfo(bytes, ALL_TYPES).metadata);
  const served = isNetwork ? new ServedNetwork(model) : new ServedEstimator(model as LoadedEstimator, info);
  const tried = tryExamples(served, isNetwork ? new Map() : exampleCells(model));
  return { served, file: basename(path), digest, loadedAt: new Date(), ...tried };
}
