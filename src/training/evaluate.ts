import { compileProgram, type Objective } from '../compile/compile.js';
import type { ResolvedModel } from '../compile/model.js';
import type { KernelRequest } from '../kernels/backend.js';
import { CONTROL_BYTES } from '../parallel/control.js';
import { resolveWorkers, type Workers } from '../parallel/workers.js';
import { stepFlops } from '../program/cost.js';
import { MemoryPlan } from '../program/memory.js';
import { allocateArena } from './arena.js';
import { type Logs, logsFromTotals } from './logs.js';
import { type DataSet, fillTargetShift, tableSpec } from './plan.js';
import { loadState, type ModelState, reserveState } from './state.js';
import { REGISTER_BYTES, runSweepRequest } from './sweep.js';

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
  const memory = new MemoryPlan(CONTROL_BYTES);
  reserveState(memory, model.parameters, []);
  const program = compileProgram(model, objective, 'evaluate', io, memory, batchSize, workers);
  const registersOffset = memory.vector(
    'registers',
    'control',
    (workers * REGISTER_BYTES) / 8,
    'f64',
  ).byteOffset;
  const arena = allocateArena(memory);
  loadState(state, memory, arena, model.parameters, []);
  fillTargetShift(memory, arena, 'evaluate', data);
  await runSweepRequest({
    program,
    memory,
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
