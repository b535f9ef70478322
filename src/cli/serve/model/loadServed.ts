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
import { safetensorsLength } from '../../../io/safetensors.js';
import { Sequential } from '../../../networks/models/sequential.js';
import { isOfRows } from '../http/refusal.js';
import { type ExampleCells, exampleCells } from './exampleCells.js';
import { exampleRow, type Served } from './served.js';
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
  /** Values that columns may have, by their numbers. */
  examples: ExampleCells;
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
  const served = isNetwork ? new ServedNetwork(model) : new ServedEstimator(model as LoadedEstimator);
  const examples: ExampleCells = isNetwork ? new Map() : exampleCells(model);
  const msPerRow = warmUp(served, examples);
  return { served, file: basename(path), digest, loadedAt: new Date(), examples, msPerRow };
}

/** Predictions before the first request; the later ones show what a row costs. */
const WARM_UPS = 3;

function warmUp(served: Served, examples: ExampleCells): number {
  const { reader, info } = served;
  const row = exampleRow(reader, examples) ?? Array(reader.inputs.types.length).fill(0);
  let ms = 0;
  for (let i = 0; i < WARM_UPS; i++) {
    const begun = performance.now();
    try {
      served.predictSync(reader.readOne(row, 'row'), info.whyNoProbabilities === undefined);
    } catch (error) {
      // The example may be no row of this model: its encoders know their categories.
      if (!isOfRows(error)) throw error;
    }
    ms = performance.now() - begun;
  }
  return ms;
}
