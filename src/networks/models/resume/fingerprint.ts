import { SteepestError } from '../../../core/errors.js';
import type { NdArray } from '../../../core/ndarray.js';
import { Slices } from '../../../core/nextTurn.js';
import type { Numbers } from '../../../core/rows.js';
import { showPath } from '../../../core/systemErrors.js';
import { Xxhash32 } from '../../../core/xxhash32.js';
import type { Table } from '../../../data/sharedRows.js';
import type { KernelRequest } from '../../../kernels/backend.js';
import type { ModelConfig } from '../../compile/model.js';
import type { FitData } from '../../training/dataSets.js';
import type { StreamData } from '../../training/streamData.js';
import type { Compiled } from '../compileOptions.js';
import type { FitChoices } from '../fitOptions.js';
import { differences } from './differences.js';

/**
 * What decides the bits of a fit, as plain data: model, objective, data, options. It tells a user's
 * mistake, a wrong folder or changed data, and is no protection against intent.
 */
export type Fingerprint = Readonly<Record<string, unknown>>;

/** Bytes that are hashed between two looks at the clock: a fraction of a millisecond. */
const STEP_BYTES = 2 ** 20;

/** Hashes memory in slices of a few milliseconds. */
async function hashBytes(hash: Xxhash32, data: ArrayBufferView, slices: Slices): Promise<void> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at < bytes.length; at += STEP_BYTES) {
    if (slices.isDue) await slices.next();
    hash.update(bytes.subarray(at, at + STEP_BYTES));
  }
}

const hex = (hash: Xxhash32): string => hash.digest().toString(16).padStart(8, '0');
const text = new TextEncoder();

/** The hash of named arrays. */
export async function hashTensors(tensors: ReadonlyMap<string, NdArray>, seed = 0): Promise<string> {
  const hash = new Xxhash32(seed);
  const slices = new Slices();
  for (const [name, { data, shape }] of tensors) {
    hash.update(text.encode(`${name} ${JSON.stringify(shape)}`));
    await hashBytes(hash, data, slices);
  }
  return hex(hash);
}

/** The hash of texts, each with its end. */
export function hashTexts(texts: readonly string[]): number {
  const hash = new Xxhash32();
  for (const one of texts) hash.update(text.encode(`${one.length} ${one}`));
  return hash.digest();
}

const DTYPES = { f32: 'float32', u8: 'uint8', i32: 'int32' } as const;

/** All bytes of a table in a few words: `60000 × 784 uint8, hash 1a2b3c4d`. */
async function tableWords(table: Table, slices: Slices, known: Set<object>): Promise<string> {
  const { data, rows, cols, dtype } = table;
  const hash = new Xxhash32();
  await hashBytes(hash, data, slices);
  known.add(data);
  return `${rows} × ${cols} ${DTYPES[dtype]}, hash ${hex(hash)}`;
}

/** The first batch of a stream: all that is known before the fit. */
function firstBatchWords({ first, spec }: StreamData): string {
  const hash = new Xxhash32();
  const add = ({ data, cols }: Pick<Numbers, 'data' | 'cols'>): void => {
    hash.update(
      new Uint8Array(Float64Array.from({ length: first.rows * cols }, (_, i) => Number(data[i])).buffer),
    );
  };
  add(first.x);
  add(first.y);
  if (first.sampleWeight) hash.update(new Uint8Array(first.sampleWeight.slice().buffer));
  const weights = spec.classWeights ? `, class weights ${spec.classWeights.join(', ')}` : '';
  return `a stream whose first batch has ${first.rows} rows, hash ${hex(hash)}${weights}`;
}

/** The data of a fit: tables by all their bytes, streams by their first batch. */
export async function dataPrint(data: FitData): Promise<Fingerprint> {
  const slices = new Slices();
  const known = new Set<object>();
  const print: Record<string, unknown> = {};
  const sets = [
    ['', data.train, data.trainStream],
    ['validation ', data.validation, data.validationStream],
  ] as const;
  for (const [prefix, set, stream] of sets) {
    if (stream !== undefined) print[`${prefix}x`] = firstBatchWords(stream);
    else if (set !== undefined) {
      const { x, y, weights } = set;
      for (const [name, table] of Object.entries({ x, y, sampleWeight: weights })) {
        // Rows that validationSplit holds out are in the tables of all rows.
        if (table && !known.has(table.data))
          print[`${prefix}${name}`] = await tableWords(table, slices, known);
      }
      print[prefix === '' ? 'rows to train on' : 'rows to validate on'] = set.rows;
    }
  }
  return print;
}

/**
 * Options, model and data of a fit: all that decides its bits but the state in which it finds the
 * model, and the callbacks.
 */
export async function fitPrint(
  { config, compiled }: { config: ModelConfig; compiled: Compiled },
  data: FitData,
  choices: FitChoices,
): Promise<Fingerprint> {
  const { batchSize, shuffle, initialEpoch, stepsPerEpoch, validationFreq, validationSteps } = choices;
  const print = {
    batchSize,
    shuffle,
    shuffleBuffer: data.trainStream?.bufferRows,
    shards: choices.shards?.shards,
    initialEpoch,
    stepsPerEpoch,
    validationFreq,
    validationSteps,
    numerics: numericsOf(choices.kernels),
    compile: compiled.config,
    model: config,
    ...(await dataPrint(data)),
  };
  return JSON.parse(JSON.stringify(print)) as Fingerprint;
}

/** All kernels give the same bits but the fast ones in TypeScript. */
const numericsOf = ({ backend, numerics }: KernelRequest): string =>
  backend === 'typescript' && numerics !== 'exact' ? 'those of the fast TypeScript kernels' : 'exact';

/** Places that an error names. */
const MOST_NAMED = 3;

/**
 * Refuses a folder whose checkpoints are of another fit, and names what differs.
 * @throws SteepestError `ERR_RESUME`
 */
export function checkSame(there: Fingerprint, here: Fingerprint, folder: string): void {
  const found = differences(there, here, MOST_NAMED);
  if (found.length === 0) return;
  const list = found.map(({ path, there, here }) => `${path}: ${there} there, ${here} here`);
  throw new SteepestError('ERR_RESUME', {
    expected: `the fit whose checkpoints are in ${showPath(folder)}`,
    given: `another one (${list.join('; ')})`,
    hint: 'Name another folder, delete this one, or pass what the first call had.',
  });
}
