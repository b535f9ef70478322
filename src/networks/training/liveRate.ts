import type { Arena } from '../../core/arena.js';
import { ControlNumbers, controlBlock, rateRequest, WORD } from '../../parallel/control.js';
import type { FitPosition } from './position.js';
import type { ScheduleClock } from './rateAt.js';
import type { RateState } from './state.js';

/** The epochs of a fit. */
interface FitEpochs {
  /** The number of the first. */
  initialEpoch: number;
  /** Undefined if nobody knows. */
  stepsPerEpoch: number | undefined;
}

/** Where a fit was when it reported last. */
interface Reported {
  /** Steps of the model. */
  step: number;
  /** Epochs that have begun since the learning rate was set. */
  epochs: number;
}

/**
 * The learning rate of a fit as the main thread sees it: it knows which step is next, and passes a
 * rate that is set on to the ranks.
 */
export class LiveRate {
  /** The rate that was set during this fit. */
  set: number | undefined;
  private control: Int32Array<SharedArrayBuffer> | undefined;
  private numbers: ControlNumbers | undefined;
  private stepsPerEpoch: number | undefined;
  /** The number of the epoch after the last report. */
  private nextEpoch = 0;
  private reported: Reported;
  private fromStep: number;

  /** @param state the model's when the fit begins */
  constructor(state: { step: number; rate: RateState }) {
    this.reported = { step: state.step, epochs: state.rate.epochs };
    this.fromStep = state.rate.fromStep;
  }

  /** Ranks are about to run. */
  attach(arena: Arena, { initialEpoch, stepsPerEpoch }: FitEpochs): void {
    this.control = controlBlock(arena);
    this.numbers = new ControlNumbers(arena);
    this.stepsPerEpoch = stepsPerEpoch;
    this.nextEpoch = initialEpoch;
    if (this.set !== undefined) this.request(this.set);
  }

  /** No rank runs any more. */
  detach(): void {
    this.control = undefined;
  }

  /** Takes up a fit that has begun earlier. */
  resume({ position, state }: { position: FitPosition; state: { step: number; rate: RateState } }): void {
    const { step, stepInEpoch, epochsBegun } = position;
    this.reported = { step, epochs: stepInEpoch > 0 ? epochsBegun - 1 : epochsBegun };
    this.fromStep = state.rate.fromStep;
    this.set = state.rate.set;
  }

  /** All ranks use this rate, from the same next step on. */
  request(rate: number): void {
    this.set = rate;
    if (this.control === undefined) return;
    const request = Atomics.load(this.control, WORD.rateRequests) + 1;
    this.numbers!.write(rateRequest(request), rate);
    Atomics.store(this.control, WORD.rateRequests, request);
  }

  epochEnded({ epoch, step, epochs }: Reported & { epoch: number }): void {
    this.nextEpoch = epoch + 1;
    this.reported = { step, epochs };
  }

  /** The position of the next step. */
  clock(): ScheduleClock {
    const { control, nextEpoch, reported, stepsPerEpoch } = this;
    // Between two epochs the control block still shows the finished one.
    const ahead = control === undefined ? -1 : Atomics.load(control, WORD.epoch) - nextEpoch;
    const step = control === undefined ? 0 : Atomics.load(control, WORD.step);
    const stepInEpoch = ahead < 0 ? 0 : Atomics.load(control!, WORD.stepInEpoch);
    return {
      steps: Math.max(reported.step, step) - this.fromStep,
      epochs: reported.epochs + Math.max(ahead, 0),
      stepInEpoch,
      stepsPerEpoch,
    };
  }
}
