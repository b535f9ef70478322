import { parameterRegion, slotRegion } from '../compile/updates.js';
import { type InitializerName, initialize } from '../initializers/index.js';
import type { MemoryPlan, Region } from '../program/memory.js';
import type { ParameterSpec } from '../program/node.js';
import { checkMemory } from './arena.js';

/**
 * What training changes: parameters and the optimizer's arrays, dense and row-major, by name; and the counters that
 * every random number and bias correction is a function of.
 */
export interface ModelState {
  parameters: Map<string, Float32Array>;
  /** Arrays of the optimizer, `slots.get('dense_1/kernel')?.get('m')`. Empty before the first fit. */
  slots: Map<string, Map<string, Float32Array>>;
  /** Optimizer steps finished. */
  step: number;
  /** Epochs begun; the shuffle's counter. */
  epochs: number;
}

/** Fresh parameters, each from a random stream of its own. @throws SteepestError `ERR_MEMORY` */
export function initialState(parameters: readonly ParameterSpec[], seed: number): ModelState {
  const state: ModelState = { parameters: new Map(), slots: new Map(), step: 0, epochs: 0 };
  const bytes = parameters.reduce((sum, { rows, cols }) => sum + 4 * rows * cols, 0);
  checkMemory(bytes, () => `the parameters of ${parameters.length} arrays`);
  parameters.forEach((parameter, stream) => {
    const { name, rows, cols, fanIn, fanOut } = parameter;
    const values = initialize(parameter.initializer as InitializerName, {
      fanIn,
      fanOut,
      length: rows * cols,
      seed,
      stream,
    });
    state.parameters.set(name, values);
  });
  return state;
}

/** The optimizer's arrays of a parameter: only trainable ones have them. */
const slotsOf = (parameter: ParameterSpec, slots: readonly string[]): readonly string[] =>
  parameter.trainable ? slots : [];

/** Reserves parameters, then optimizer arrays, as one run of bytes. @returns where the run lies. */
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

/** Copies a model's arrays into the arena; arrays that the state does not have yet start at 0. */
export function loadState(
  state: ModelState,
  memory: MemoryPlan,
  arena: SharedArrayBuffer,
  parameters: readonly ParameterSpec[],
  slots: readonly string[],
): void {
  for (const parameter of parameters) {
    copyIn(arena, parameterRegion(memory, parameter), state.parameters.get(parameter.name));
    for (const slot of slotsOf(parameter, slots)) {
      copyIn(arena, slotRegion(memory, parameter, slot), state.slots.get(parameter.name)?.get(slot));
    }
  }
}

/** Copies the arena's parameters and optimizer arrays back into the model. */
export function storeState(
  state: ModelState,
  memory: MemoryPlan,
  arena: SharedArrayBuffer,
  parameters: readonly ParameterSpec[],
  slots: readonly string[],
): void {
  for (const parameter of parameters) {
    const { name } = parameter;
    state.parameters.set(name, copyOut(arena, parameterRegion(memory, parameter)));
    if (!parameter.trainable) continue;
    state.slots.set(
      name,
      new Map(slots.map((slot) => [slot, copyOut(arena, slotRegion(memory, parameter, slot))])),
    );
  }
}

/** Writes a dense row-major array into a padded region. */
export function copyIn(arena: SharedArrayBuffer, region: Region, values: Float32Array | undefined): void {
  if (values === undefined) return;
  const { rows, cols, rowStride, byteOffset } = region;
  const floats = new Float32Array(arena, byteOffset, region.byteLength / 4);
  for (let i = 0; i < rows; i++) floats.set(values.subarray(i * cols, (i + 1) * cols), i * rowStride);
}

/** Reads a padded region as a dense row-major array. */
export function copyOut(arena: SharedArrayBuffer, region: Region): Float32Array {
  const { rows, cols, rowStride, byteOffset } = region;
  const floats = new Float32Array(arena, byteOffset, region.byteLength / 4);
  const values = new Float32Array(rows * cols);
  for (let i = 0; i < rows; i++) {
    values.set(floats.subarray(i * rowStride, i * rowStride + cols), i * cols);
  }
  return values;
}
