import { type Arena, float64At } from '../../core/arena.js';
import type { KernelRequest } from '../../kernels/backend.js';
import { discardShared } from '../../kernels/sharedMemory.js';
import type { Workers } from '../../parallel/workers.js';
import { type CompiledProgram, compileProgram, type Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import {
  type DataSet,
  fillTargetShift,
  firstStreamTargets,
  firstTargets,
  streamRoom,
  TableList,
} from './dataSets.js';
import { type Logs, logsFromTotals } from './logs.js';
import type { ModelState } from './state.js';
import { reserveRing, type StreamData } from './streamData.js';
import { StreamFeed } from './streamFeed.js';
import { planSweep, runSweepRequest, sweepArena } from './sweep.js';

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
  const { rows } = data;
  const batchSize = Math.min(options.batchSize, rows);
  const tables = new TableList();
  const io = tables.add(data);
  const plan = planSweep(model, options.workers, (room) =>
    compileProgram({ ...room, model, objective, mode: 'evaluate', io, maxRows: batchSize }),
  );
  const arena = sweepArena(plan, model, state);
  fillTargetShift(plan.memory, arena, 'evaluate', firstTargets(data));
  try {
    const request = { arena, tables: tables.buffers, samples: rows, batchSize, kernels };
    await runSweepRequest(plan, request);
    return sweepLogs(plan.program, arena, rows);
  } finally {
    discardShared(arena);
  }
}

/** The same for a stream; bit-identical to the result for its rows in memory. Closes the stream. */
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
  const plan = planSweep(model, options.workers, (room) => {
    const { index } = reserveRing(room.memory, 'evaluate', stream);
    return compileProgram({
      ...room,
      model,
      objective,
      mode: 'evaluate',
      io: { ...io, index },
      maxRows: batchSize,
    });
  });
  const arena = sweepArena(plan, model, state);
  fillTargetShift(plan.memory, arena, 'evaluate', firstStreamTargets(stream));
  const regions = reserveRing(plan.memory, 'evaluate', stream);
  const feed = new StreamFeed(stream, arena, regions, { seed: model.seed });
  const request = { arena, tables: list.buffers, samples: 0, batchSize, kernels, ring: regions.ring };
  const parts = [runSweepRequest(plan, request).finally(() => feed.stop()), feed.feedAlone()];
  try {
    await Promise.all(parts);
    return sweepLogs(plan.program, arena, feed.rows);
  } finally {
    // If one has failed, the other may still use the arena.
    void Promise.allSettled(parts).then(() => discardShared(arena));
  }
}

function sweepLogs(program: CompiledProgram, arena: Arena, rows: number): Logs {
  const totals = program.totalsOf(0);
  return logsFromTotals(program, float64At(arena, totals.byteOffset, totals.cols), rows);
}
