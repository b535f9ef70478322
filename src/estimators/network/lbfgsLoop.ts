import type { KernelSet } from '../../kernels/contract.js';
import type { WholeBatch } from '../../networks/training/wholeBatch.js';
import { WholeBatchSums } from '../../networks/training/wholeBatchSums.js';
import { VERDICT } from '../../parallel/control.js';
import type { RankResult, RankTask } from '../../parallel/rankTask.js';
import { minimizeLbfgs } from '../solvers/lbfgs.js';
import type { Objective } from '../solvers/objective.js';

/** What one rank of a network's L-BFGS needs. */
export interface LbfgsTask extends RankTask {
  kind: 'lbfgs';
  batch: WholeBatch;
  /** Factor from the network's mean loss to the one that is minimised. */
  lossScale: number;
  /** penalty/2·Σw² over the kernels is added to it. */
  penalty: number;
  tol: number;
  maxIter: number;
  maxFun: number;
}

/** Sent by rank 0 at the end. */
export interface LbfgsReport {
  kind: 'lbfgs';
  /** After each iteration. */
  lossCurve: number[];
  converged: boolean;
}

/**
 * Relative decrease of the loss that ends the descent, as in SciPy, whose L-BFGS-B scikit-learn
 * calls with its default.
 */
const LEAST_DECREASE = 2.220446049250313e-9;
/** What rounding to float32 leaves of a mean over many rows, relative. */
const FLOAT32_PRECISION = 2 ** -27;

/** Ends the solver at a request of the main thread. */
class Stopped extends Error {}
/** The loss at the start is NaN or infinite. */
class NotFinite extends Error {}

/** The penalised loss of a network as a function of its parameters. */
class NetworkLoss implements Objective {
  readonly size: number;
  readonly precision = FLOAT32_PRECISION;
  private isFirst = true;

  constructor(
    private readonly sums: WholeBatchSums,
    private readonly task: LbfgsTask,
  ) {
    this.size = task.batch.size;
  }

  /** Rounds x to float32, in which the network has its parameters. */
  evaluate(x: Float64Array, gradient: Float64Array): number {
    const { lossScale, penalty, batch } = this.task;
    for (let i = 0; i < x.length; i++) x[i] = Math.fround(x[i]!);
    const loss = this.sums.at(x, gradient);
    if (loss === undefined) throw new Stopped();
    let squares = 0;
    for (let i = 0; i < gradient.length; i++) gradient[i] = gradient[i]! * lossScale;
    for (const { name, first, rows, cols } of batch.parameters) {
      if (!name.endsWith('/kernel')) continue;
      for (let i = first; i < first + rows * cols; i++) {
        squares += x[i]! * x[i]!;
        gradient[i] = gradient[i]! + penalty * x[i]!;
      }
    }
    const value = loss * lossScale + (penalty / 2) * squares;
    if (this.isFirst && !(Number.isFinite(value) && gradient.every(Number.isFinite))) throw new NotFinite();
    this.isFirst = false;
    return value;
  }
}

/** Runs one rank: rank 0 runs the solver; all ranks compute for it. */
export function runLbfgs(task: LbfgsTask, kernels: KernelSet): RankResult {
  const sums = new WholeBatchSums(task, task.batch, kernels);
  const done = (verdict: number): RankResult => ({ ok: true, verdict, step: 0, passes: 0, epochs: 0 });
  if (task.rank !== 0) {
    sums.serve();
    return done(0);
  }
  const { tol, maxIter, maxFun } = task;
  const lossCurve: number[] = [];
  let verdict = 0;
  try {
    const onStep = (value: number): void => void lossCurve.push(value);
    const limits = { tol, maxIter, maxEvaluations: maxFun, leastDecrease: LEAST_DECREASE, onStep };
    const { x, status } = minimizeLbfgs(new NetworkLoss(sums, task), sums.read(), limits);
    sums.write(x);
    task.port?.postMessage({
      kind: 'lbfgs',
      lossCurve,
      converged: status !== 'maxIter',
    } satisfies LbfgsReport);
  } catch (error) {
    if (error instanceof NotFinite) verdict = VERDICT.lossNotFinite;
    else if (error instanceof Stopped) verdict = VERDICT.stop;
    else throw error;
  }
  sums.end();
  return done(verdict | sums.verdict);
}
