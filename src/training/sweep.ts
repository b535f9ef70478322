import type { CompiledProgram } from '../compile/compile.js';
import { SteepestError } from '../core/errors.js';
import type { KernelRequest } from '../kernels/backend.js';
import { type ProgramBuffer, REGISTER_COUNT } from '../kernels/contract.js';
import { runRanks } from '../parallel/pool.js';
import type { SweepTask } from '../parallel/task.js';
import type { MemoryPlan } from '../program/memory.js';
import { programForRank } from '../program/partition.js';

/** A forward-only program over a data set, for any number of workers. */
export interface SweepRequest {
  program: CompiledProgram;
  memory: MemoryPlan;
  arena: SharedArrayBuffer;
  /** Byte offset of one register block per rank. */
  registersOffset: number;
  tables: ProgramBuffer[];
  samples: number;
  batchSize: number;
  workers: number;
  kernels: KernelRequest;
}

/** Bytes of one rank's registers. */
export const REGISTER_BYTES = REGISTER_COUNT * Float64Array.BYTES_PER_ELEMENT;

/** Runs the program on the pool; results are then in the arena and the tables. */
export async function runSweepRequest(request: SweepRequest): Promise<void> {
  const { program, arena, workers, tables, samples, batchSize, kernels } = request;
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
      },
      samples,
      batchSize,
    }),
  );
  const result = await runRanks(tasks, arena);
  if (result.verdict !== 0) {
    throw new SteepestError('ERR_PROGRAM', {
      expected: 'every row and label within its table',
      given: 'one outside',
      mend: 'Do not change the data while the model reads it.',
    });
  }
}
