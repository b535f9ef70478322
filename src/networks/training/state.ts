import { type Arena, float32At } from '../../core/arena.js';
import type { Operand } from '../../kernels/contract.js';
import { checkMemory } from '../../program/allocate.js';
import { type MemoryPlan, partsOf, type Region } from '../../program/memory.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { AVERAGE_SLOT, parameterRegion, slotRegion } from '../compile/updates.js';
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
  /** Virtual shards of the last fit; undefined if there were none. */
  readonly shards?: number | undefined;
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

/**
 * In the arena, averages of the weights are among the optimizer's arrays. In a state they are the
 * parameters, and these arrays are the weights that training goes on with.
 */
export const RAW_SLOT = 'raw';

type Slots = ModelState['slots'];

/** Optimizer arrays without averages and the weights behind them: of weights that users have set. */
export const withoutAverages = (slots: Slots): Slots =>
  new Map(
    [...slots].map(([name, arrays]) => {
      const own = [...arrays].filter(([slot]) => slot !== RAW_SLOT && slot !== AVERAGE_SLOT);
      return [name, new Map(own)];
    }),
  );

/** A state whose parameters are the weights that training goes on with, with the averages beside. */
export function withRawParameters(state: ModelState): ModelState {
  const parameters = new Map(state.parameters);
  const slots = new Map(withoutAverages(state.slots));
  for (const [name, arrays] of state.slots) {
    const raw = arrays.get(RAW_SLOT);
    if (raw === undefined) continue;
    parameters.set(name, raw);
    slots.set(name, new Map([...slots.get(name)!, [AVERAGE_SLOT, state.parameters.get(name)!]]));
  }
  return { ...state, parameters, slots };
}

/** The counters of a state. */
export type StateCounters = Pick<ModelState, 'step' | 'epochs' | 'rate' | 'shards'>;

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
 * @param initialSlot the initial value of optimizer arrays that the state does not have yet;
 *   averages begin as the weights
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
    const { name, rows, cols } = parameter;
    const own = slotsOf(parameter, slots);
    const kept = state.slots.get(name);
    const shown = state.parameters.get(name);
    const raw = own.includes(AVERAGE_SLOT) ? kept?.get(RAW_SLOT) : undefined;
    copyIn(arena, parameterRegion(memory, parameter), raw ?? shown);
    for (const slot of own) {
      const fresh = () => (slot === AVERAGE_SLOT ? shown : new Float32Array(rows * cols).fill(initialSlot));
      copyIn(arena, slotRegion(memory, parameter, slot), kept?.get(slot) ?? fresh());
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
    const weights = copyOut(arena, parameterRegion(memory, parameter), shift);
    const arrays = new Map(
      slotsOf(parameter, slots).map(
        (slot) => [slot, copyOut(arena, slotRegion(memory, parameter, slot), shift)] as const,
      ),
    );
    const average = arrays.get(AVERAGE_SLOT);
    values.set(name, average ?? weights);
    if (average && arrays.delete(AVERAGE_SLOT)) arrays.set(RAW_SLOT, weights);
    if (parameter.trainable) kept.set(name, arrays);
  }
  return { parameters: values, slots: kept, ...counters };
}

/** The memory of an operand, its padding included. */
const floatsOf = (arena: Arena, { byteOffset, rows, rowStride }: Operand, shift = 0): Float32Array =>
  float32At(arena, byteOffset + shift, rows * rowStride);

/** Writes a dense row-major array into a padded region. */
export function copyIn(arena: Arena, region: Region, values: Float32Array | undefined): void {
  if (values === undefined) return;
  const { rows, cols } = region;
  for (const { first, operand } of partsOf(region)) {
    const floats = floatsOf(arena, operand);
    for (let i = 0; i < rows; i++) {
      const from = i * cols + first;
      floats.set(values.subarray(from, from + operand.cols), i * operand.rowStride);
    }
  }
}

/** Reads a padded region, or the copy of it `shift` bytes after it, as a dense row-major array. */
export function copyOut(arena: Arena, region: Region, shift = 0): Float32Array {
  const { rows, cols } = region;
  const values = new Float32Array(rows * cols);
  for (const { first, operand } of partsOf(region)) {
    const floats = floatsOf(arena, operand, shift);
    for (let i = 0; i < rows; i++) {
      const from = i * operand.rowStride;
      values.set(floats.subarray(from, from + operand.cols), i * cols + first);
    }
  }
  return values;
}
