import { type Arena, float32At } from '../../core/arena.js';
import { checkMemory } from '../../program/allocate.js';
import type { MemoryPlan, Region } from '../../program/memory.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { parameterRegion, slotRegion } from '../compile/updates.js';
import { type Initializer, initialize } from '../initializers/index.js';

/**
 * Everything that training changes: parameters and the optimizer's arrays, dense and row-major, by
 * name; and the counters that determine every random number and bias correction. A state is
 * immutable: training creates new ones, so that a concurrent prediction, evaluation or save has
 * consistent numbers.
 */
export interface ModelState {
  readonly parameters: ReadonlyMap<string, Float32Array>;
  /**
   * Arrays of the optimizer, `slots.get('dense_1/kernel')?.get('m')`. Empty before the first fit.
   */
  readonly slots: ReadonlyMap<string, ReadonlyMap<string, Float32Array>>;
  /** Number of finished optimizer steps. */
  readonly step: number;
  /** Passes over the training data begun; the shuffle's counter. */
  readonly epochs: number;
  readonly rate: RateState;
}

/** The learning rate's part of a state. */
export interface RateState {
  /** The model's steps when its learning rate was set, from which a schedule counts. */
  readonly fromStep: number;
  /** Epochs that have begun since then. */
  readonly epochs: number;
  /**
   * In a state from a running fit: the number that was set during the fit and replaces the
   * optimizer's rate. Otherwise undefined.
   */
  readonly set?: number | undefined;
}

/** The counters of a state. */
export type StateCounters = Pick<ModelState, 'step' | 'epochs' | 'rate'>;

/** New parameters, each from its own random stream. @throws SteepestError `ERR_MEMORY` */
export function initialState(parameters: readonly ParameterSpec[], seed: number): ModelState {
  const values = new Map<string, Float32Array>();
  const bytes = parameters.reduce((sum, { rows, cols }) => sum + 4 * rows * cols, 0);
  checkMemory(bytes, () => `the parameters of ${parameters.length} arrays`);
  parameters.forEach((parameter, stream) => {
    const { name, rows, cols, fanIn, fanOut } = parameter;
    const request = { fanIn, fanOut, length: rows * cols, cols, seed, stream };
    values.set(name, initialize(parameter.initializer as Initializer, request));
  });
  return { parameters: values, slots: new Map(), step: 0, epochs: 0, rate: { fromStep: 0, epochs: 0 } };
}

/** The same parameters, before the first step of an optimizer. */
export const withNewOptimizer = (state: ModelState): ModelState => ({
  ...state,
  slots: new Map(),
  step: 0,
  rate: { fromStep: 0, epochs: 0 },
});

/** The optimizer's arrays of a parameter: only trainable parameters have them. */
const slotsOf = (parameter: ParameterSpec, slots: readonly string[]): readonly string[] =>
  parameter.trainable ? slots : [];

/**
 * Reserves parameters, then optimizer arrays, as one contiguous run of bytes. @returns the position
 * of the run.
 */
export function reserveState(
  memory: MemoryPlan,
  parameters: readonly ParameterSpec[],
  slots: readonly string[],
): { byteOffset: number; byteLength: number } {
  const byteOffset = memory.byteLength;
  for (const parameter of parameters) {
    parameterRegion(memory, parameter);
    for (const slot of slotsOf(parameter, slots)) slotRegion(memory, parameter, slot);
  }
  return { byteOffset, byteLength: memory.byteLength - byteOffset };
}

/**
 * Copies a model's arrays into the arena.
 * @param initialSlot the initial value of optimizer arrays that the state does not have yet
 *   at
 */
export function loadState(
  state: ModelState,
  memory: MemoryPlan,
  arena: Arena,
  parameters: readonly ParameterSpec[],
  slots: readonly string[],
  initialSlot = 0,
): void {
  for (const parameter of parameters) {
    copyIn(arena, parameterRegion(memory, parameter), state.parameters.get(parameter.name));
    for (const slot of slotsOf(parameter, slots)) {
      const values =
        state.slots.get(parameter.name)?.get(slot) ??
        new Float32Array(parameter.rows * parameter.cols).fill(initialSlot);
      copyIn(arena, slotRegion(memory, parameter, slot), values);
    }
  }
}

/**
 * The arena's current parameters and optimizer arrays, with the matching counters.
 * @param shift distance in bytes from the regions to a copy of them
 */
export function readState(
  memory: MemoryPlan,
  arena: Arena,
  parameters: readonly ParameterSpec[],
  slots: readonly string[],
  counters: StateCounters,
  shift = 0,
): ModelState {
  const values = new Map<string, Float32Array>();
  const kept = new Map<string, Map<string, Float32Array>>();
  for (const parameter of parameters) {
    const { name } = parameter;
    values.set(name, copyOut(arena, parameterRegion(memory, parameter), shift));
    const arrays = slotsOf(parameter, slots).map(
      (slot) => [slot, copyOut(arena, slotRegion(memory, parameter, slot), shift)] as const,
    );
    if (parameter.trainable) kept.set(name, new Map(arrays));
  }
  return { parameters: values, slots: kept, ...counters };
}

/** Writes a dense row-major array into a padded region. */
export function copyIn(arena: Arena, region: Region, values: Float32Array | undefined): void {
  if (values === undefined) return;
  const { rows, cols, rowStride, byteOffset } = region;
  const floats = float32At(arena, byteOffset, region.byteLength / 4);
  for (let i = 0; i < rows; i++) floats.set(values.subarray(i * cols, (i + 1) * cols), i * rowStride);
}

/** Reads a padded region, or the copy of it `shift` bytes after it, as a dense row-major array. */
export function copyOut(arena: Arena, region: Region, shift = 0): Float32Array {
  const { rows, cols, rowStride, byteOffset } = region;
  const floats = float32At(arena, byteOffset + shift, region.byteLength / 4);
  const values = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    values.set(floats.subarray(i * rowStride, i * rowStride + cols), i * cols);
  }
  return values;
}
