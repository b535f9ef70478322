/** Hyperparameters of the estimators around a network: the options of a network's `fit`. */
import { checkInteger } from '../../core/check.js';
import { SteepestError } from '../../core/errors.js';
import { isPlainObject } from '../../core/realm.js';
import { show } from '../../core/show.js';
import { notCompiled } from '../../networks/models/modelErrors.js';
import { Sequential } from '../../networks/models/sequential.js';
import { checkSplit } from '../../networks/models/validationSplit.js';
import type { Workers } from '../../parallel/workers.js';
import { type ParamSpecs, param } from '../base/params.js';
import { workersParam } from '../base/workersParam.js';

/** The meanings and defaults are those of a network's `fit`. */
export interface NetworkParams {
  /** A compiled network. `fit` trains a copy of it; the network itself never changes. Required. */
  network: Sequential | undefined;
  /** Passes over the rows. Default 1. */
  epochs: number;
  /** Rows per mini-batch. Default 32. */
  batchSize: number;
  /** Shuffles the rows for each epoch. Default true. */
  shuffle: boolean;
  /** Fraction of the rows to validate on, from the end of the rows. Default 0. */
  validationSplit: number;
  /**
   * Whole number from 0 to 2³² − 1: the copy begins with new parameters that this seed draws, and
   * its other random choices follow from it too. By default the copy begins with the parameters
   * and the seed of `network`.
   */
  seed: number | undefined;
  /** Worker threads; the number never changes the result. Default `'auto'`. */
  workers: Workers;
}

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_NOT_COMPILED` */
function checkNetwork(name: string, value: unknown): Sequential {
  if (!(value instanceof Sequential)) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${name} to be a network`,
      given: show(value),
      hint: 'Write sequential({ layers: […] }).compile({ loss: … }).',
    });
  }
  if (value.compileConfig === undefined) throw notCompiled('the fit of an estimator');
  return value;
}

const MOST_SEED = 2 ** 32 - 1;

export const NETWORK_SPECS: ParamSpecs<NetworkParams> = {
  network: param.optional(param.custom<Sequential>(undefined as never, checkNetwork)),
  epochs: param.integer(1),
  batchSize: param.integer(32),
  shuffle: param.boolean(true),
  validationSplit: param.custom(0, (_name, value) => checkSplit(value)),
  seed: param.optional(
    param.custom(0, (name, value) => {
      if (checkInteger(name, value, 0) <= MOST_SEED) return value as number;
      throw new SteepestError('ERR_ARGUMENT', {
        expected: `${name} to be at most 2³² − 1`,
        given: show(value),
        hint: 'Use a smaller number.',
      });
    }),
  ),
  workers: workersParam,
};

/**
 * The arguments of a constructor, `(network, params)` or `(params)`, as one object.
 * @throws SteepestError `ERR_ARGUMENT` for a network in both places, or for parameters in both
 */
export function withNetwork<P extends NetworkParams>(
  first: Sequential | Partial<P>,
  params: Partial<Omit<P, 'network'>> | undefined,
): Partial<P> {
  const isPair = first instanceof Sequential || !isPlainObject(first);
  if (!isPair && params === undefined) return first as Partial<P>;
  if (!isPair) twice('one object of parameters', 'two', 'Write them in one object.');
  if (params !== undefined && !isPlainObject(params)) return params as Partial<P>;
  const { network, ...rest } = (params ?? {}) as Partial<P>;
  if (network !== undefined) {
    twice('one network', 'one as the first argument and one in the parameters', 'Leave one of them out.');
  }
  return { ...rest, network: first } as unknown as Partial<P>;
}

function twice(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

/**
 * A network with the same layers and the same loss, optimizer and metrics, that goes on from the
 * same state; or with new parameters, if a seed is given. States are immutable: training the copy
 * changes nothing of the original.
 */
export function copyNetwork(network: Sequential, seed?: number): Sequential {
  const { config, compileConfig } = network;
  if (seed !== undefined) return new Sequential({ ...config, seed }).compile(compileConfig!);
  const state = network.trainingState();
  const copy = new Sequential(config, { ...state, slots: new Map(), step: 0 });
  copy.compile(compileConfig!);
  copy.resume(state);
  return copy;
}
