import { indexOfNotFinite } from '../../core/finite.js';
/** The learned state of a perceptron, and how it is saved and loaded. */

import { SteepestError } from '../../core/errors.js';
import { isCounter, isNames, isNumbers, isSize, orNull } from '../../core/guards.js';
import type { NdArray } from '../../core/ndarray.js';
import { isTypedArray } from '../../core/realm.js';
import type { Loss } from '../../networks/losses/index.js';
import type { Sequential } from '../../networks/models/sequential.js';
import type { ModelState } from '../../networks/training/state.js';
import type { FittedColumns } from '../base/features.js';
import { attribute, type SavedState } from '../base/saved.js';
import { ACTIVATIONS, type MlpParams, SOLVERS } from './mlpParams.js';

/** The network's last layer and its loss. */
export interface Head {
  units: number;
  activation: 'linear' | 'sigmoid' | 'softmax';
  loss: Loss;
}

/** The hyperparameters of the training; `setParams` may have changed the current ones since. */
export type Shape = Pick<MlpParams, 'hiddenLayerSizes' | 'activation' | 'solver'>;

/** The learned state of a perceptron, apart from the form of its targets. */
export interface FittedNetwork {
  model: Sequential;
  columns: FittedColumns;
  head: Head;
  shape: Shape;
  lossCurve: readonly number[];
  /** With early stopping. */
  validationScores: readonly number[] | undefined;
}

/** As in a network's file: training that goes on must be able to count. */
const isCounters = (value: unknown): value is [step: number, epochs: number] =>
  Array.isArray(value) && value.length === 2 && value.every((n) => isCounter(n));

function isShape(value: unknown): value is Shape {
  if (typeof value !== 'object' || value === null) return false;
  const { hiddenLayerSizes: sizes, activation, solver } = value as Partial<Shape>;
  return (
    Array.isArray(sizes) &&
    sizes.every(isSize) &&
    ACTIVATIONS.some((name) => name === activation) &&
    SOLVERS.some((name) => name === solver)
  );
}

function fileError(expected: string, given: string, cause?: unknown): SteepestError {
  return new SteepestError(
    'ERR_MODEL_FILE',
    { expected, given, hint: 'Save the estimator again.' },
    { cause },
  );
}

const weightName = (i: number): string => `weight.${i}`;
/** An array that the optimizer keeps for weight number i. */
const slotName = (slot: string, i: number): string => `optimizer.${slot}.${i}`;
const SLOT_NAME = /^optimizer\.([a-z]+)\.0$/;

/**
 * The optimizer's state is saved too: `partialFit` after loading gives the same bits as without
 * saving.
 */
export function networkState(network: FittedNetwork): SavedState {
  const { model, columns, head, shape, lossCurve, validationScores } = network;
  const { slots, step, epochs } = model.trainingState();
  const weights = model.getWeights();
  const tensors: Record<string, NdArray> = {};
  weights.forEach((weight, i) => {
    tensors[weightName(i)] = weight;
  });
  [...slots.values()].forEach((arrays, i) => {
    for (const [slot, data] of arrays) tensors[slotName(slot, i)] = { data, shape: weights[i]!.shape };
  });
  return {
    tensors,
    attributes: {
      cols: columns.cols,
      names: columns.names ?? null,
      units: head.units,
      shape: { ...shape },
      counters: [step, epochs],
      lossCurve,
      validationScores: validationScores ?? null,
    },
  };
}

/**
 * @throws SteepestError `ERR_MODEL_FILE` unless the file has as many numbers as dense layers of
 *   these sizes need
 */
function checkWeightCount(sizes: readonly number[], weights: readonly NdArray[]): void {
  const wanted = sizes.slice(1).reduce((sum, units, i) => sum + (sizes[i]! + 1) * units, 0);
  const present = weights.reduce((sum, { data }) => sum + data.length, 0);
  if (wanted === present) return;
  throw fileError(`${wanted} weights for layers of ${sizes.join(', ')}`, `${present}`);
}

/** The optimizer's arrays, in the order of the weights. */
function readSlots({ tensors }: SavedState, parameters: ModelState['parameters']): ModelState['slots'] {
  const names = Object.keys(tensors).flatMap((name) => SLOT_NAME.exec(name)?.[1] ?? []);
  const slots = [...parameters].map(([name, { length }], i) => {
    const arrays = names.map((slot): [string, Float32Array] => {
      const data = tensors[slotName(slot, i)]?.data;
      const fits = isTypedArray(data, 'Float32Array') && data.length === length && indexOfNotFinite(data) < 0;
      if (fits) return [slot, data];
      throw fileError(`tensor '${slotName(slot, i)}' as ${length} finite float32 numbers`, 'something else');
    });
    return [name, new Map(arrays)] as const;
  });
  return new Map(names.length === 0 ? [] : slots);
}

/**
 * Restores a network that {@link networkState} wrote.
 * @param build creates an untrained network
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function restoredNetwork(
  state: SavedState,
  givenHead: Head,
  build: (cols: number, head: Head, shape: Shape) => Sequential,
): FittedNetwork {
  const cols = attribute(state, 'cols', isSize);
  const head = { ...givenHead, units: attribute(state, 'units', isSize) };
  const shape = attribute(state, 'shape', isShape);
  const [step, epochs] = attribute(state, 'counters', isCounters);
  const weights: NdArray[] = [];
  for (let tensor = state.tensors[weightName(0)]; tensor; tensor = state.tensors[weightName(weights.length)])
    weights.push(tensor);
  // Checked before allocating: a damaged size must not request more memory than the file holds.
  checkWeightCount([cols, ...shape.hiddenLayerSizes, head.units], weights);
  const model = build(cols, head, shape);
  try {
    model.setWeights(weights);
  } catch (error) {
    if (!(error instanceof SteepestError)) throw error;
    throw fileError(error.expected, error.given, error);
  }
  const { parameters, rate } = model.trainingState();
  model.resume({ parameters, slots: readSlots(state, parameters), step, epochs, rate });
  return {
    model,
    columns: { cols, names: attribute(state, 'names', orNull(isNames)) ?? undefined },
    head,
    shape,
    lossCurve: attribute(state, 'lossCurve', isNumbers),
    validationScores: attribute(state, 'validationScores', orNull(isNumbers)) ?? undefined,
  };
}
