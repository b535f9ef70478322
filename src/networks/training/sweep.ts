import type { Arena } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { type ProgramBuffer, REGISTER_COUNT } from '../../kernels/contract.js';
import type { BatchRing } from '../../parallel/batchRing.js';
import { CONTROL_BYTES, VERDICT } from '../../parallel/control.js';
import { runRanks } from '../../parallel/pool.js';
import { allocateArena } from '../../program/allocate.js';
import { MemoryPlan } from '../../program/memory.js';
import { phasesOf, programForRank } from '../../program/partition.js';
import type { CompiledProgram } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { loadState, type ModelState, reserveState } from './state.js';
import type { SweepTask } from './tasks.js';

/** A forward-only program over a data set, for any number of workers. */
export interface SweepRequest {
  program: CompiledProgram;
  arena: Arena;
  /** Byte offset of one register block per rank. */
  registersOffset: number;
  tables: ProgramBuffer[];
  samples: number;
  batchSize: number;
  workers: number;
  kernels: KernelRequest;
  /** Where mini-batches come from, if not from the tables as they stand. */
  ring?: BatchRing;
}

/** Bytes of one rank's registers. */
const REGISTER_BYTES = REGISTER_COUNT * Float64Array.BYTES_PER_ELEMENT;

/**
 * The part of a request that is laid out before any data
 * moves, with the model's parameters in place.
 */
export interface SweepLayout extends Pick<SweepRequest, 'program' | 'arena' | 'registersOffset'> {
  memory: MemoryPlan;
}

/**
 * Lays out and loads the arena of a forward-only program.
 * @param compile compiles the program over a memory plan that already holds the parameters
 */
export function layoutSweep(
  { parameters }: ResolvedModel,
  state: ModelState,
  workers: number,
  compile: (memory: MemoryPlan) => CompiledProgram,
): SweepLayout {
  const memory = new MemoryPlan(CONTROL_BYTES);
  reserveState(memory, parameters, []);
  const program = compile(memory);
  const words = workers * REGISTER_COUNT;
  const registersOffset = memory.vector('registers', 'control', words, 'f64').byteOffset;
  const arena = allocateArena(memory);
  loadState(state, memory, arena, parameters, []);
  return { program, memory, arena, registersOffset };
}

/**
 * Runs the program on the pool; results are then in the arena and the tables.
 * @throws SteepestError `ERR_DIVERGED` if it computes a loss that is not finite
 */
export async function runSweepRequest(request: SweepRequest): Promise<void> {
  const { program, arena, workers, tables, samples, batchSize, kernels } = request;
  const phases = phasesOf(program);
  const tasks = Array.from(
    { length: workers },
    (_, rank): SweepTask => ({
      kind: 'sweep',
      rank,
      workers,
      kernels,
      arena,
      tables,
      sweep: {
        program: programForRank(program, rank, workers),
        registersOffset: request.registersOffset + rank * REGISTER_BYTES,
        totals: program.totalsOf(rank),
        phases,
      },
      samples,
      batchSize,
      ring: request.ring,
    }),
  );
  const result = await runRanks(tasks, arena);
  if (result.verdict & VERDICT.invalid) {
    throw new SteepestError('ERR_PROGRAM', {
      expected: 'every row and label within its table',
      given: 'one outside',
      hint: 'Do not change the data while the model reads it.',
    });
  }
  if (result.verdict & VERDICT.lossNotFinite) {
    throw new SteepestError('ERR_DIVERGED', {
      expected: 'a finite loss of these rows',
      given: 'one that is NaN or infinite: beyond the range of float32',
      hint: 'Scale inputs and targets to about −1 … 1, and look for rows far outside what the model was trained on.',
    });
  }
}
