import { PHASES } from '#steepest/kernels/contract.js';
import { resolveOptimizer } from '#steepest/networks/optimizers/index.js';
import { Alone } from '#steepest/networks/training/peers.js';
import { RankRates } from '#steepest/networks/training/rankRates.js';
import { runTrainingSteps } from '#steepest/networks/training/stepLoop.js';
import { TableSource } from '#steepest/networks/training/stepSource.js';
import { Barrier } from '#steepest/parallel/barrier.js';
import { CONTROL_BYTES, controlBlock } from '#steepest/parallel/control.js';

const STEPS = 200000;
const HOOKS = { beforeGroup() {}, afterStep() {}, afterUpdate() {}, dropGroup() {} };

/**
 * Microseconds of TypeScript per training step: the loop itself, with kernels that do nothing.
 * @throws Error if the loop's interface is no longer what this expects
 */
export function measureStepOverhead(steps = STEPS) {
  const arena = new Uint8Array(new SharedArrayBuffer(CONTROL_BYTES));
  const control = controlBlock(arena);
  let phasesRun = 0;
  const runner = {
    bound: {
      run: () => {
        phasesRun++;
        return 0;
      },
    },
    registers: new Float64Array(new SharedArrayBuffer(128)),
    totals: new Float64Array(1),
    phases: { starts: false, rows: [PHASES.rows], update: [] },
    exchanges: {},
  };
  const optimizer = resolveOptimizer('adam');
  const trainer = {
    rank: 0,
    runner,
    source: new TableSource(steps * 128, 128),
    optimizer,
    rates: new RankRates(arena, optimizer, { state: { fromStep: 0, epochs: 0 }, stepsPerEpoch: steps }),
    barrier: new Barrier(control, 1),
    control,
    peers: new Alone(0, control),
  };
  const range = { from: 0, to: Number.POSITIVE_INFINITY, updatesBefore: 0, epoch: 0, epochStart: 0 };
  const run = () => {
    phasesRun = 0;
    const { step, verdict, hasEnded } = runTrainingSteps(trainer, range, HOOKS);
    if (step !== steps || verdict !== 0 || !hasEnded) throw new Error(`${step} of ${steps} steps ran`);
    if (phasesRun === 0) throw new Error('no phase ran');
  };
  run();
  const start = performance.now();
  run();
  return ((performance.now() - start) * 1e3) / steps;
}
