/** Activations of a mini-batch, in the layout that training uses. */
import { float32At } from '../../../core/arena.js';
import { PHASES, REGISTER_COUNT, REGISTERS } from '../../../kernels/constants.js';
import type { BoundProgram, KernelSet, Op } from '../../../kernels/contract.js';
import { allocateArena } from '../../../program/allocate.js';
import { MemoryPlan } from '../../../program/memory.js';

/** What activations read: x and y fit in a core's second-level cache. */
export const ACTIVATED = { rows: 128, cols: 512 } as const;

/** An elementwise op, bound: it runs in the phase `rows`, on this thread. */
export function elementwise(
  kernels: KernelSet,
  { kind, scalars }: Pick<Op, 'kind' | 'scalars'>,
): BoundProgram {
  const { rows, cols } = ACTIVATED;
  const memory = new MemoryPlan();
  const [x, y] = [memory.matrix('x', 'activation', rows, cols), memory.matrix('y', 'activation', rows, cols)];
  const arena = allocateArena(memory);
  const floats = float32At(arena, 0, arena.byteLength / 4);
  for (let i = 0; i < floats.length; i++) floats[i] = 4 * Math.sin(i);
  const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
  registers[REGISTERS.rows] = rows;
  const op: Op = { kind, phase: PHASES.rows, split: 'rows', begin: 0, end: 0, operands: { x, y }, scalars };
  return kernels.bind({ ops: [op], rank: 0, workers: 1, maxRows: rows, rowChunk: rows }, [arena], registers);
}
