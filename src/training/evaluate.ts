import { compileProgram, type Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import type { KernelRequest } from '../kernels/backend.js';
import { resolveWorkers, type Workers } from '../parallel/workers.js';
import { stepFlops } from '../program/cost.js';
import { MemoryPlan } from '../program/memory.js';
import { type Logs, logsFromTotals } from './logs.js';
import { type DataSet, fillTargetShift, tableSpec } from './plan.js';
import type { ModelState } from './state.js';
import { layoutSweep, runSweepRequest } from './sweep.js';

/** Loss and metrics of a model on a data set. */
export async function evaluateModel(
  model: ResolvedModel,
  state: ModelState,
  objective: Objective,
  data: DataSet,
  options: { batchSize: number; kernels: KernelRequest; workers: Workers },
): Promise<Logs> {
  const { kernels } = options;
  const batchSize = Math.min(options.batchSize, data.rows);
  const io = {
    x: tableSpec(data.x, 1, data.firstRow, data.rows),
    y: tableSpec(data.y, 2, data.firstRow, data.rows),
  };
  const trial = compileProgram(model, objective, 'evaluate', io, new MemoryPlan(), batchSize, 1);
  const workers = resolveWorkers(options.workers, stepFlops(trial.ops));
  const { program, memory, arena, registersOffset } = layoutSweep(model, state, workers, (plan) =>
    compileProgram(model, objective, 'evaluate', io, plan, batchSize, workers),
  );
  fillTargetShift(memory, arena, 'evaluate', data);
  await runSweepRequest({
    program,
    arena,
    registersOffset,
    tables: [data.x.data, data.y.data],
    samples: data.rows,
    batchSize,
    workers,
    kernels,
  });
  const totals = program.totalsOf(0);
  return logsFromTotals(program, new Float64Array(arena, totals.byteOffset, totals.cols), data.rows);
}
