import type { Arena } from '../../core/arena.js';
import { ControlNumbers, controlBlock, rateRequest, WORD } from '../../parallel/control.js';
import type { ResolvedOptimizer } from '../optimizers/index.js';
import { rateAt } from './rateAt.js';
import type { RateState } from './state.js';

/** What a rank needs to compute learning rates. */
export interface RateTask {
  state: RateState;
  /** Steps of every epoch; undefined if nobody knows. */
  stepsPerEpoch: number | undefined;
}

/**
 * The learning rate of every step on one rank. Each rank computes it from the same numbers. When the
 * main thread asks for another rate, rank 0 passes it on before a barrier, and all ranks adopt it
 * after that barrier, so that it holds from the same step on.
 */
export class RankRates {
  /** The rate that was set; NaN as long as the optimizer's holds. */
  set: number;
  /** The rate of the latest step. */
  latest = Number.NaN;
  private readonly control: Int32Array<SharedArrayBuffer>;
  private readonly numbers: ControlNumbers;
  private requests = 0;
  private agreed = 0;
  private isFrozen = false;

  constructor(
    arena: Arena,
    private readonly optimizer: ResolvedOptimizer,
    private readonly task: RateTask,
  ) {
    this.control = controlBlock(arena);
    this.numbers = new ControlNumbers(arena);
    this.set = task.state.set ?? Number.NaN;
  }

  /**
   * @param step finished steps of the model
   * @param epoch the epoch, counted from when the learning rate was set
   * @param stepInEpoch its finished steps
   */
  at(step: number, epoch: number, stepInEpoch: number): number {
    this.latest = this.rateOf(step, epoch, stepInEpoch);
    return this.latest;
  }

  private rateOf(step: number, epoch: number, stepInEpoch: number): number {
    if (!Number.isNaN(this.set)) return this.set;
    const { state, stepsPerEpoch } = this.task;
    const steps = step - state.fromStep;
    const { learningRate } = this.optimizer.hyperparameters;
    return rateAt(learningRate, { steps, epochs: epoch, stepInEpoch, stepsPerEpoch });
  }

  /** On rank 0 before a barrier: passes on what the main thread has asked for. */
  offer(): void {
    // Nearly always there is nothing new.
    if (Atomics.load(this.control, WORD.rateRequests) === this.requests) return;
    const { number, rate } = this.request();
    this.pass(number, rate);
  }

  /** The main thread's latest request, with its number; 0 before the first. */
  request(): { number: number; rate: number } {
    const { control, numbers } = this;
    for (;;) {
      const number = Atomics.load(control, WORD.rateRequests);
      const rate = numbers.read(rateRequest(number));
      // Another request may have overwritten the rate meanwhile.
      if (Atomics.load(control, WORD.rateRequests) === number) return { number, rate };
    }
  }

  /** On rank 0 before a barrier: passes on a request. @param number of the request, from 1 */
  pass(number: number, rate: number): void {
    if (number === this.requests || this.isFrozen) return;
    this.requests = number;
    this.numbers.write(WORD.agreedRate, rate);
    Atomics.add(this.control, WORD.agreedRates, 1);
  }

  /** On all ranks after that barrier. @returns whether the rate has changed */
  adopt(): boolean {
    const agreed = Atomics.load(this.control, WORD.agreedRates);
    if (agreed === this.agreed || this.isFrozen) return false;
    this.agreed = agreed;
    this.set = this.numbers.read(WORD.agreedRate);
    return true;
  }

  /** From now on the steps since the last commit are repeated, with the rate that they had. */
  freeze(): void {
    this.isFrozen = true;
  }
}
