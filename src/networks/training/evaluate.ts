import { type Arena, float64At } from '../../core/arena.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { discardShared } from '../../kernels/sharedMemory.js';
import { resolveWorkers, type Workers } from '../../parallel/workers.js';
import { stepFlops } from '../../program/cost.js';
import { MemoryPlan } from '../../program/memory.js';
import { type CompiledProgram, compileProgram, type Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import { type Logs, logsFromTotals } from './logs.js';
import {
  type DataSet,
  fillTargetShift,
  firstStreamTargets,
  firstTargets,
  streamRoom,
  TableList,
} from './plan.js';
import type { ModelState } from './state.js';
import { reserveRing, type StreamData, StreamFeed } from './streamFeed.js';
import { layoutSweep, runSweepRequest } from './sweep.js';

export interface EvaluateChoices {
  batchSize: number;
  kernels: KernelRequest;
  workers: Workers;
}

/** Loss and metrics of a model on a data set. */
export async function evaluateModel(
  model: ResolvedModel,
  state: ModelState,
  objective: Objective,
  data: DataSet,
  options: EvaluateChoices,
): Promise<Logs> {
  const { kernels } = options;
  const batchSize = Math.min(options.batchSize, data.rows);
  const tables = new TableList();
  const io = tables.add(data);
  const trial = compileProgram(model, objective, 'evaluate', io, new MemoryPlan(), batchSize, 1);
  const workers = resolveWorkers(options.workers, stepFlops(trial.ops));
  const { program, memory, arena, registersOffset } = layoutSweep(model, state, workers, (plan) =>
    compileProgram(model, objective, 'evaluate', io, plan, batchSize, workers),
  );
  fillTargetShift(memory, arena, 'evaluate', firstTargets(data));
  try {
    await runSweepRequest({
      program,
      arena,
      registersOffset,
      tables: tables.buffers,
      samples: data.rows,
      batchSize,
      workers,
      kernels,
    });
    return sweepLogs(program, arena, data.rows);
  } finally {
    discardShared(arena);
  }
}

/** The same on a stream, in the same bits as on its rows in memory. Closes the stream. */
export async function evaluateStream(
  model: ResolvedModel,
  state: ModelState,
  objective: Objective,
  stream: StreamData,
  options: Omit<EvaluateChoices, 'batchSize'>,
): Promise<Logs> {
  const { kernels } = options;
  const { batchSize } = stream;
  const list = new TableList();
  const io = list.add(streamRoom(stream));
  const trial = compileProgram(model, objective, 'evaluate', io, new MemoryPlan(), batchSize, 1);
  const workers = resolveWorkers(options.workers, stepFlops(trial.ops));
  const { program, memory, arena, registersOffset } = layoutSweep(model, state, workers, (plan) => {
    const { index } = reserveRing(plan, 'evaluate', stream);
    return compileProgram(model, objective, 'evaluate', { ...io, index }, plan, batchSize, workers);
  });
  fillTargetShift(memory, arena, 'evaluate', firstStreamTargets(stream));
  const regions = reserveRing(memory, 'evaluate', stream);
  const feed = new StreamFeed(stream, arena, regions, model.seed);
  const tables = list.buffers;
  const { ring } = regions;
  const sweep = { program, arena, registersOffset, tables, samples: 0, batchSize, workers, kernels, ring };
  const parts = [runSweepRequest(sweep).finally(() => feed.stop()), feed.feedAlone()];
  try {
    await Promise.all(parts);
    return sweepLogs(program, arena, feed.rows);
  } finally {
    // Where one has failed, the other may still use the arena.
    void Promise.allSettled(parts).then(() => discardShared(arena));
  }
}

function sweepLogs(program: CompiledProgram, arena: Arena, rows: number): Logs {
  const totals = program.totalsOf(0);
  return logsFromTotals(program, float64At(arena, totals.byteOffset, totals.cols), rows);
}
