import { resolveOptimizer } from '#steepest/optimizers/index.js';
import { Barrier } from '#steepest/parallel/barrier.js';
import { CONTROL_BYTES, controlBlock } from '#steepest/parallel/control.js';
import { runTrainingSteps } from '#steepest/parallel/stepLoop.js';

const STEPS = 200000;

/** Microseconds of TypeScript per training step: the loop itself, with kernels that do nothing. */
export function measureStepOverhead() {
  const control = controlBlock(new SharedArrayBuffer(CONTROL_BYTES));
  const runner = {
    bound: { run: () => 0 },
    registers: new Float64Array(new SharedArrayBuffer(128)),
    totals: new Float64Array(1),
  };
  const optimizer = resolveOptimizer('adam');
  const barrier = new Barrier(control, 1);
  const range = { from: 0, to: STEPS, stepsBefore: 0, samples: STEPS * 128, batchSize: 128, rank: 0 };
  const run = () => runTrainingSteps(runner, optimizer, barrier, control, range, () => {});
  run();
  const start = performance.now();
  run();
  return ((performance.now() - start) * 1e3) / STEPS;
}
