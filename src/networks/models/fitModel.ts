import { SteepestError } from '../../core/errors.js';
import type { SampleInput, TargetInput } from '../../data/arrayInputs.js';
import type { BatchStream } from '../../data/batches.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import { trainable } from '../../program/parameters.js';
import type { ResolvedModel } from '../compile/model.js';
import { type FitRequest, type History, runFitRequest } from '../training/fit.js';
import { planFit } from '../training/plan.js';
import type { Compiled } from './compileOptions.js';
import type { AllFitOptions, FitChoices } from './fitOptions.js';
import { openFitData } from './inputs.js';

/** What a fit trains: its current state, and the function that receives the results. */
export interface FitSubject extends Pick<FitRequest, 'state' | 'onState'> {
  model: ResolvedModel;
  compiled: Compiled;
}

/**
 * Reads the data, plans the fit and runs it. @throws SteepestError as documented for
 * `Sequential.fit`
 */
export async function fitModel(
  { model, compiled, state, onState }: FitSubject,
  input: { x: SampleInput; y: TargetInput } | BatchStream,
  options: AllFitOptions,
  choices: FitChoices,
): Promise<{ history: History }> {
  if (trainable(model.parameters).length === 0) {
    throw new SteepestError('ERR_ARGUMENT', {
      expected: 'a model with parameters to train',
      given: 'layers without any',
      hint: 'Add a layer with parameters, such as layers.dense.',
    });
  }
  const { objective, config } = compiled;
  const { close, ...data } = await openFitData({ model, objective }, input, options, choices);
  try {
    const plan = planFit(model, objective, data, choices);
    const run = () =>
      runFitRequest({ ...choices, ...data, model, optimizer: config.optimizer, plan, state, onState });
    // A stream has already delivered batches that cannot be read again.
    const isAgainPossible = !data.trainStream && !data.validationStream;
    return await (isAgainPossible ? withFewerThreads(run) : run());
  } finally {
    await close();
  }
}
