import type { Arena } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import { type KernelRequest, selectKernels } from '../../kernels/backend.js';
import { type ProgramBuffer, REGISTER_COUNT } from '../../kernels/contract.js';
import { Barrier } from '../../parallel/barrier.js';
import type { BatchRing } from '../../parallel/batchRing.js';
import { CONTROL_BYTES, controlBlock, VERDICT } from '../../parallel/control.js';
import { runRanks } from '../../parallel/pool.js';
import { mostWorkers, resolveWorkers, type Workers } from '../../parallel/workers.js';
import { allocateArena } from '../../program/allocate.js';
import { stepFlops } from '../../program/cost.js';
import { MemoryPlan, type Region } from '../../program/memory.js';
import type { CompiledProgram, CompileRequest } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { rankProgram } from './plan.js';
import { loadState, type ModelState, reserveState } from './state.js';
import { RankRunner, runSweep, verdictOf } from './stepLoop.js';
import { TableSource } from './stepSource.js';
import type { SweepTask } from './tasks.js';

/** A program without optimizer steps that is laid out and compiled, before memory is allocated. */
export interface SweepPlan {
  memory: MemoryPlan;
  program: CompiledProgram;
  /** One row of registers for each rank. */
  registers: Region;
  /** As many workers as are useful. */
  workers: number;
  /** Operations of a step with the maximum number of rows. */
  flops: number;
}

/**
 * Plans a program without optimizer steps.
 * @param compile compiles it over a plan of memory that already holds the parameters
 */
export function planSweep(
  { parameters }: ResolvedModel,
  workers: Workers,
  compile: (room: Pick<CompileRequest, 'memory' | 'mostWorkers'>) => CompiledProgram,
): SweepPlan {
  const most = mostWorkers(workers);
  const memory = new MemoryPlan(CONTROL_BYTES);
  reserveState(memory, parameters, []);
  const program = compile({ memory, mostWorkers: most });
  const registers = memory.matrix('registers', 'control', most, REGISTER_COUNT, 'f64');
  const flops = stepFlops(program.ops);
  return { memory, program, registers, flops, workers: Math.min(most, resolveWorkers(workers, flops)) };
}

/** The arena of a plan, with a model's parameters copied into it. */
export function sweepArena({ memory }: SweepPlan, { parameters }: ResolvedModel, state: ModelState): Arena {
  const arena = allocateArena(memory);
  loadState(state, memory, arena, parameters, []);
  return arena;
}

/** What to run a planned program over. */
export interface SweepRequest {
  arena: Arena;
  tables: ProgramBuffer[];
  samples: number;
  batchSize: number;
  kernels: KernelRequest;
  /** The source of mini-batches, if not the tables themselves. */
  ring?: BatchRing;
}

/**
 * Runs the program on the pool; the arena and the tables then hold the results.
 * @throws SteepestError `ERR_DIVERGED` if it computes a loss that is not finite
 */
export async function runSweepRequest(plan: SweepPlan, request: SweepRequest): Promise<void> {
  await runSweepTasks(sweepTasks(plan, request), request.arena);
}

/** The tasks of the ranks, for {@link runSweepTasks}. */
export function sweepTasks({ program, registers, workers }: SweepPlan, request: SweepRequest): SweepTask[] {
  const { arena, tables, samples, batchSize, kernels, ring } = request;
  return Array.from({ length: workers }, (_, rank): SweepTask => {
    const sweep = rankProgram(program, registers, rank, rank, workers);
    return { kind: 'sweep', rank, workers, kernels, arena, tables, sweep, samples, batchSize, ring };
  });
}

/** Runs tasks on the pool. @throws SteepestError as {@link runSweepRequest} does */
export async function runSweepTasks(tasks: readonly SweepTask[], arena: Arena): Promise<void> {
  const { verdict } = await runRanks(tasks, arena);
  checkVerdict(verdict);
}

/** Binds the program on this thread, for work too small to gain from others. */
export function bindSweepHere(plan: SweepPlan, request: Omit<SweepRequest, 'ring'>): RankRunner {
  const { arena, tables, kernels } = request;
  const sweep = rankProgram(plan.program, plan.registers, 0, 0, 1);
  return new RankRunner(selectKernels(kernels), arena, tables, sweep);
}

/**
 * Runs a bound program over tables, synchronously.
 * @throws SteepestError as {@link runSweepRequest} does
 */
export function runSweepHere(
  runner: RankRunner,
  { arena, samples, batchSize }: Omit<SweepRequest, 'ring'>,
): void {
  const source = new TableSource(samples, batchSize);
  checkVerdict(verdictOf(runSweep(runner, source, new Barrier(controlBlock(arena), 1)).status));
}

/** @throws SteepestError as {@link runSweepRequest} does */
export function checkVerdict(verdict: number): void {
  if (verdict & VERDICT.invalid) {
    throw new SteepestError('ERR_PROGRAM', {
      expected: 'every row and label within its table',
      given: 'one outside',
      hint: 'Do not change the data while the model reads it.',
    });
  }
  if (verdict & VERDICT.lossNotFinite) {
    throw new SteepestError('ERR_DIVERGED', {
      expected: 'a finite loss of these rows',
      given: 'one that is NaN or infinite: beyond the range of float32',
      hint: 'Scale inputs and targets to about −1 … 1, and look for rows far outside what the model was trained on.',
    });
  }
}
