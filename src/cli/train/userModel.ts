/**
 * A network that a user describes: in JSON, or as what a JavaScript module exports by default. A
 * module is run, because the user has named it on the command line. Nothing else ever is.
 */

import { readFile } from 'node:fs/promises';
import { basename, extname, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkInteger, checkKeys, checkObject } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { messageOf, show } from '../../core/show.js';
import { fileError, systemError } from '../../data/fileErrors.js';
import type { LayerConfig } from '../../networks/layers/definition.js';
import type { CompileOptions } from '../../networks/models/compileOptions.js';
import { sequential } from '../../networks/models/sequential.js';
import type { Task } from './dataset.js';
import type { NetworkWishes } from './learner.js';
import { type Ends, head, type NetworkPlan, usualFit } from './networkPlan.js';
import { importModule } from './userModule.cjs';

/** What a description says, as `sequential`, `compile` and `fit` take it. */
export interface UserModel {
  layers: readonly LayerConfig[];
  compile?: CompileOptions;
  epochs?: number;
  batchSize?: number;
}

/** What a function of a module is called with. */
export interface ModelRequest {
  /** Of one sample: [columns] or [height, width, channels]. */
  inputShape: readonly number[];
  task: Task;
  /** Names of the classes; undefined for a regression. */
  classes: readonly string[] | undefined;
  /** Rows to train on. */
  rows: number;
}

type Describe = (request: ModelRequest) => UserModel | Promise<UserModel>;

const KEYS = ['layers', 'compile', 'epochs', 'batchSize'];
const EXAMPLE =
  'Write { "layers": [{ "type": "dense", "units": 16, "activation": "relu" }, …], "compile": { "loss": … } }.';

/**
 * Reads a description once.
 * @throws SteepestError `ERR_DATA_FILE` for a file that cannot be read or run
 */
export async function readUserModel(path: string): Promise<Describe> {
  const exported = extname(path) === '.json' ? await readJson(path) : await readModule(path);
  if (typeof exported === 'function') return exported as Describe;
  return () => exported as UserModel;
}

async function readJson(path: string): Promise<unknown> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    throw systemError(path, 'to be a description of a network', error);
  });
  try {
    return JSON.parse(text);
  } catch (error) {
    throw fileError(path, 'to be JSON', messageOf(error), EXAMPLE, error);
  }
}

async function readModule(path: string): Promise<unknown> {
  let exported: unknown;
  try {
    exported = await importModule(pathToFileURL(resolve(path)).href);
  } catch (error) {
    throw fileError(
      path,
      'to be a module that loads',
      messageOf(error),
      'Run it by node alone to see more.',
      error,
    );
  }
  const own = (exported as { default?: unknown }).default;
  if (own !== undefined) return own;
  const hint = 'Write export default { layers: […] }, or a function that returns that.';
  throw fileError(path, 'to export a network by default', 'no default export', hint);
}

/** A network of that description. @throws SteepestError as `sequential` and `compile` */
export async function userPlan(
  path: string,
  describe: Describe,
  request: ModelRequest,
  wishes: NetworkWishes,
): Promise<NetworkPlan> {
  const what = `the network of ${show(basename(path))}`;
  const given = checkObject(what, await describe(request), EXAMPLE) as unknown as UserModel;
  checkKeys(what, given, KEYS, { model: 'layers', fit: 'epochs', batch_size: 'batchSize' });
  if (!Array.isArray(given.layers) || given.layers.length === 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what} to have a list of layers`,
      given: show(given.layers),
      hint: EXAMPLE,
    });
  }
  const [first, ...more] = given.layers as readonly Record<string, unknown>[];
  const shape = { inputShape: [...request.inputShape] };
  const complete = isObject(first) && first.inputShape === undefined ? { ...first, ...shape } : first;
  const network = sequential({ seed: wishes.seed, layers: [complete, ...more] as never });
  checkInputShape(what, network.config.layers[0] as { inputShape?: readonly number[] }, request.inputShape);
  const { task, classes, rows } = request;
  const ends: Ends = { task, classes: classes?.length ?? 0, rows };
  const { loss, metrics } = head(ends);
  const { learningRate } = wishes;
  network.compile(
    (given.compile ?? {
      optimizer: learningRate === undefined ? 'adam' : { name: 'adam', learningRate },
      loss,
      metrics,
    }) as never,
  );
  if (given.compile !== undefined && learningRate !== undefined) network.learningRate = learningRate;
  const usual = usualFit(rows);
  const count = (name: 'epochs' | 'batchSize'): number =>
    wishes[name] ??
    (given[name] === undefined ? usual[name] : checkInteger(`${name} of ${what}`, given[name]));
  return { network, epochs: count('epochs'), batchSize: count('batchSize') };
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null;

function checkInputShape(
  what: string,
  { inputShape }: { inputShape?: readonly number[] },
  wanted: readonly number[],
): void {
  if (inputShape === undefined || String(inputShape) === String(wanted)) return;
  throw new SteepestError('ERR_SHAPE', {
    expected: `${what} to have inputShape [${wanted.join(', ')}], which the data have`,
    given: `[${inputShape.join(', ')}]`,
    hint: 'Leave inputShape out, or export a function of { inputShape }.',
  });
}
