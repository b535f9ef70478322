/** The rows held out for `earlyStopping`, and the score on them that ends training. */
import { SteepestError } from '../../core/errors.js';
import type { NdArray } from '../../core/ndarray.js';
import type { KernelOptions } from '../../kernels/kernelOptions.js';
import type { Sequential } from '../../networks/models/sequential.js';
import type { ModelState } from '../../networks/training/state.js';
import type { Workers } from '../../parallel/workers.js';
import type { EncodedLabels } from '../base/labels.js';
import { type RowSplit, randomSplit, splitCounts, stratifiedSplit } from '../selection/splitRows.js';
import { Stopping } from './stopping.js';

/** The score of a single row is meaningless. */
const FEWEST_ROWS = 2;

function refuse(expected: string, given: string): never {
  const hint = 'Pass more rows, change validationFraction, or leave earlyStopping out.';
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}

/**
 * Holds out ⌈rows · fraction⌉ rows, drawn as by `trainTestSplit` with the same seed; for classes,
 * stratified.
 * @throws SteepestError `ERR_ARGUMENT` if there are too few rows, a class has one row, or a part
 *   has no weight
 */
export function holdOut(
  rows: number,
  fraction: number,
  seed: number,
  labels: EncodedLabels | undefined,
  sampleWeight: Float64Array | undefined,
): RowSplit {
  const test = Math.ceil(rows * fraction);
  if (test < FEWEST_ROWS || rows - test < 1) {
    refuse(
      `at least ${FEWEST_ROWS} rows to hold out for earlyStopping, and one to learn from`,
      `${rows} rows, of which validationFraction ${fraction} holds out ${test}`,
    );
  }
  const counts = splitCounts(rows, { testSize: fraction });
  const split =
    labels === undefined ? randomSplit(rows, counts, seed) : stratifiedSplit(labels, counts, seed);
  for (const [what, part] of [
    ['to learn from', split.train],
    ['to hold out for earlyStopping', split.test],
  ] as const) {
    if (sampleWeight === undefined || part.some((row) => sampleWeight[row]! > 0)) continue;
    refuse(`a row ${what} with a weight above 0`, `${part.length} rows of weight 0`);
  }
  return split;
}

/** Scores a network after every epoch, and keeps its state in the best one. */
export class BestEpoch {
  readonly scores: number[] = [];
  private readonly stopping: Stopping;
  private best: ModelState | undefined;

  constructor(
    private readonly model: Sequential,
    private readonly how: {
      tol: number;
      /** Consecutive epochs without a better score after which training ends. */
      patience: number;
      /** The rows that were held out. */
      x: NdArray;
      score: (outputs: NdArray<Float32Array>) => number;
      workers: Workers;
      kernels: KernelOptions;
    },
  ) {
    this.stopping = new Stopping('max', how.tol, how.patience);
  }

  async goesOn(): Promise<boolean> {
    const { model, how } = this;
    const { workers, kernels } = how;
    const score = how.score(await model.predict(how.x, { workers, ...kernels }));
    this.scores.push(score);
    const { isBest, goesOn } = this.stopping.next(score);
    if (isBest) this.best = model.trainingState();
    return goesOn;
  }

  /**
   * Restores the network's best epoch, including the optimizer. Advances the row order to the next
   * epoch's.
   */
  restore(): void {
    if (this.best !== undefined) {
      this.model.resume({ ...this.best, epochs: this.model.trainingState().epochs });
    }
  }
}
