import { SteepestError } from '../../../core/errors.js';
import { fromFile } from '../../../io/modelFile.js';
import type { ModelConfig, ResolvedModel } from '../../compile/model.js';
import type { CheckpointStore, FitSnapshot } from '../../training/checkpoints.js';
import type { FitResult } from '../../training/fitResult.js';
import type { LiveRate } from '../../training/liveRate.js';
import type { ModelState } from '../../training/state.js';
import type { Compiled } from '../compileOptions.js';
import { type Preparation, type Prepared, prepareResume } from './prepare.js';

/** The model of a fit, and how to read and set its state. */
export interface TrainedModel {
  model: ResolvedModel;
  modelConfig: ModelConfig;
  compiled: Compiled;
  facade: { learningRate: number };
  liveRate: LiveRate;
  state(): ModelState;
  onState(state: ModelState): void;
}

/** How a fit runs with checkpoints, or without. */
export interface FitRun {
  store: CheckpointStore | undefined;
  resumed: FitSnapshot | undefined;
  onState(state: ModelState): void;
}

/**
 * Runs a fit. With `resume` it goes on where an earlier one has ended, or returns the result of one
 * that has finished.
 * @throws SteepestError `ERR_RESUME` or `ERR_MODEL_FILE` before training, and what `train` throws
 */
export async function withCheckpoints(
  subject: TrainedModel,
  preparation: Omit<Preparation, 'subject' | 'state'>,
  train: (run: FitRun) => Promise<FitResult>,
): Promise<FitResult> {
  const { resume } = preparation.choices;
  const { onState } = subject;
  if (resume === undefined) return train({ store: undefined, resumed: undefined, onState });
  const { model, modelConfig: config, compiled, liveRate } = subject;
  const before = subject.state();
  const of = { subject: { model, config, compiled }, state: before };
  const prepared = await prepareResume(resume, { ...preparation, ...of });
  const { store, resumed, result, mark } = prepared;
  const reached = (state: ModelState): void => {
    onState(state);
    mark(subject.state());
  };
  takeUp(subject, preparation, prepared, reached);
  if (result !== undefined) return result;
  try {
    const ended = await train({ store, resumed, onState: reached });
    if (preparation.callbacks.isInterrupted) return ended;
    const state = subject.state();
    await store.finish({ ...state, rate: { ...state.rate, set: liveRate.set } }, ended);
    return ended;
  } catch (error) {
    // A stream has delivered other rows: nothing was trained.
    if (error instanceof SteepestError && error.code === 'ERR_RESUME') onState(before);
    throw error;
  } finally {
    // A callback may have set another state.
    if (subject.state() !== before) mark(subject.state());
  }
}

/** Gives model, learning rate and callbacks what they had at the checkpoint. */
function takeUp(
  { facade, liveRate }: TrainedModel,
  { callbacks }: Pick<Preparation, 'callbacks'>,
  { resumed, result }: Prepared,
  reached: (state: ModelState) => void,
): void {
  if (resumed === undefined) return;
  const { state, position, record, sessions } = resumed;
  if (result === undefined) {
    const moment = { epoch: position.epoch, step: position.step, logs: record.logs };
    fromFile('what callbacks have kept', () => callbacks.restore(sessions, moment));
  }
  if (state.rate.set !== undefined) facade.learningRate = state.rate.set;
  liveRate.resume(resumed);
  reached(state);
}
