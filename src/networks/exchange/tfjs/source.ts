import { dirname, join } from 'node:path';
import { crc32 } from '../../../core/crc32.js';
import { SteepestError } from '../../../core/errors.js';
import { isBuffer, isList } from '../../../core/realm.js';
import { show } from '../../../core/show.js';
import type { ReadBudget } from '../../../data/limits/readLimits.js';
import { parseDescription } from '../../../io/description.js';
import { fileBytes, fromFile, inTurns } from '../../../io/modelFile.js';
import { isObject, type JsonObject } from '../keras/fields.js';
import { refuseReading } from '../keras/refuse.js';
import type { ReadNetwork } from '../readNetwork.js';
import type { GivenArtifacts } from './artifacts.js';
import { bytesOfSpecs, decodingWeights, HINT } from './decode.js';
import { checkLayersModel, type Description, readLayersModel } from './read.js';

/** As many files as 4 GiB of weights take in TensorFlow.js's pieces. */
const MAX_SHARDS = 1024;

/** A model from its model.json and the files with weights beside it. */
export async function readTfjsFiles(path: string, budget: ReadBudget): Promise<ReadNetwork> {
  const text = Buffer.from(await fileBytes(path, budget)).toString('utf8');
  const json = parseDescription(text, 'model.json');
  const description = descriptionOf(json);
  checkLayersModel(description);
  const { specs, paths } = readManifest(json.weightsManifest);
  const wanted = bytesOfSpecs(specs);
  const pieces: Uint8Array[] = [];
  let bytesRead = 0;
  for (const name of paths) {
    const piece = await fileBytes(join(dirname(path), name), budget);
    bytesRead += piece.length;
    if (bytesRead > wanted) {
      refuseReading(`${wanted} bytes of weights, as the description says`, 'more', HINT);
    }
    pieces.push(piece);
  }
  const bytes = pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces);
  const { weightsChecksum } = json;
  if (weightsChecksum !== undefined && weightsChecksum !== crc32(bytes)) {
    refuseReading(
      'weights that were saved with this model.json',
      'others',
      'Save the model again: one save was interrupted.',
    );
  }
  return put(description, specs, bytes, budget);
}

/** A model from artifacts in memory. */
export async function readTfjsArtifacts(given: GivenArtifacts, budget: ReadBudget): Promise<ReadNetwork> {
  const description = descriptionOf(given as JsonObject);
  checkLayersModel(description);
  const { weightSpecs, weightData } = given;
  if (weightData === undefined || weightSpecs === undefined) {
    const what = 'artifacts with weightSpecs and weightData';
    refuseArtifacts(
      what,
      weightsAreElsewhere(given),
      'Pass the path of model.json, or what a save handler gets.',
    );
  }
  const parts: unknown[] = isList(weightData) ? weightData : [weightData];
  const pieces = parts.map((part) => bytesOf(part));
  budget.take(pieces.reduce((sum, { length }) => sum + length, 0));
  return put(description, weightSpecs, pieces.length === 1 ? pieces[0]! : Buffer.concat(pieces), budget);
}

const weightsAreElsewhere = (given: object): string =>
  'weightsManifest' in given ? 'the contents of a model.json' : 'none';

async function put(
  description: Description,
  specs: unknown,
  bytes: Uint8Array,
  budget: ReadBudget,
): Promise<ReadNetwork> {
  const arrays = await inTurns('weights', decodingWeights(specs, bytes), budget);
  return fromFile('a model', () => readLayersModel(description, arrays));
}

function refuseArtifacts(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

function bytesOf(part: unknown): Uint8Array {
  if (ArrayBuffer.isView(part)) return new Uint8Array(part.buffer, part.byteOffset, part.byteLength);
  if (isBuffer(part)) return new Uint8Array(part);
  return refuseArtifacts(
    'weightData as an ArrayBuffer, or a list of them',
    show(part),
    'Pass what a save handler gets.',
  );
}

/** Older files have the training configuration in the topology only. */
const descriptionOf = (json: JsonObject): Description => ({
  format: json.format,
  modelTopology: json.modelTopology,
  trainingConfig: json.trainingConfig,
  userDefinedMetadata: json.userDefinedMetadata,
});

/** Names of files in the folder of model.json, and of folders in it; none that leads out of it. */
const isInside = (path: string): boolean =>
  /^[\w.~@ ()+,=-][\w.~@ ()+,=/-]*$/.test(path) &&
  !path.split('/').some((part) => part === '..' || part === '');

function readManifest(manifest: unknown): { specs: unknown[]; paths: string[] } {
  if (!isList(manifest)) return refuseReading('a weightsManifest', show(manifest), HINT);
  const specs: unknown[] = [];
  const paths: string[] = [];
  for (const group of manifest) {
    const { weights, paths: own } = isObject(group) ? group : ({} as JsonObject);
    if (!isList(weights) || !isList(own)) {
      return refuseReading('paths and weights in every group of weightsManifest', show(group), HINT);
    }
    for (const path of own) {
      if (typeof path !== 'string' || !isInside(path)) {
        refuseReading(
          'names of files beside model.json',
          show(path),
          'Put the files of weights beside model.json.',
        );
      }
      paths.push(path as string);
    }
    for (const weight of weights) specs.push(weight);
  }
  if (new Set(paths).size < paths.length) refuseReading('each file of weights once', 'one twice', HINT);
  if (paths.length > MAX_SHARDS)
    refuseReading(`at most ${MAX_SHARDS} files of weights`, `${paths.length}`, HINT);
  return { specs, paths };
}
