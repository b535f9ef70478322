import { PHASES } from '#steepest/kernels/contract.js';
import { resolveOptimizer } from '#steepest/networks/optimizers/index.js';
import { runTrainingSteps } from '#steepest/networks/training/stepLoop.js';
import { TableSource } from '#steepest/networks/training/stepSource.js';
import { Barrier } from '#steepest/parallel/barrier.js';
import { CONTROL_BYTES, controlBlock } from '#steepest/parallel/control.js';

const STEPS = 200000;

/** Microseconds of TypeScript per training step: the loop itself, with kernels that do nothing. */
export function measureStepOverhead() {
  const control = controlBlock(new Uint8Array(new SharedArrayBuffer(CONTROL_BYTES)));
  const runner = {
    bound: { run: () => 0 },
    registers: new Float64Array(new SharedArrayBuffer(128)),
    totals: new Float64Array(1),
    phases: { starts: false, rows: [PHASES.rows] },
  };
  const optimizer = resolveOptimizer('adam');
  const barrier = new Barrier(control, 1);
  const source = new TableSource(STEPS * 128, 128);
  const range = { from: 0, to: STEPS, stepsBefore: 0, rank: 0 };
  const run = () => {
    const { step } = runTrainingSteps(runner, source, optimizer, barrier, control, range, () => {});
    if (step !== STEPS) throw new Error(`${step} of ${STEPS} steps ran`);
  };
  run();
  const start = performance.now();
  run();
  return ((performance.now() - start) * 1e3) / STEPS;
}
