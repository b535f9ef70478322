import { nextTurn } from '../../core/nextTurn.js';
import type { ClassInput, SampleInput } from '../../data/arrayInputs.js';
import type { BatchStream } from '../../data/batches.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import { startThreads } from '../../parallel/threads.js';
import { mostWorkers } from '../../parallel/workers.js';
import type { CallbackModel } from '../callbacks/definition.js';
import type { ModelConfig, ResolvedModel } from '../compile/model.js';
import type { FitSnapshot } from '../training/checkpoints.js';
import type { FitData } from '../training/dataSets.js';
import { runFitRequest } from '../training/fit.js';
import { abortedAfter } from '../training/fitErrors.js';
import { FitRecord, type FitResult, withHistory } from '../training/fitResult.js';
import type { LiveRate } from '../training/liveRate.js';
import { logNames, validationName } from '../training/logs.js';
import { planFit } from '../training/plan.js';
import type { ModelState } from '../training/state.js';
import { CallbackRun } from './callbackRun.js';
import { checkTrainable } from './checkTrainable.js';
import type { Compiled } from './compileOptions.js';
import type { AllFitOptions, FitChoices } from './fitOptions.js';
import { addedLogNames, averageDecayOf } from './givenCallbacks.js';
import { openFitData } from './inputs.js';
import { noteMetrics } from './knownMetrics.js';
import type { FitRanks, RankFacts } from './ranks/fitRanks.js';
import { type Fingerprint, fitPrint } from './resume/fingerprint.js';
import { withCheckpoints } from './resume/withCheckpoints.js';

/** What a fit trains, and how it reads and sets the model's state. */
export interface FitSubject {
  model: ResolvedModel;
  compiled: Compiled;
  /** The model as callbacks see it. */
  facade: CallbackModel;
  liveRate: LiveRate;
  /** The model's description. */
  modelConfig: ModelConfig;
  state(): ModelState;
  onState(state: ModelState): void;
}

/**
 * Reads the data, plans the fit and runs it. @throws SteepestError as documented for
 * `Sequential.fit`
 */
export async function fitModel(
  subject: FitSubject,
  input: { x: SampleInput; y: ClassInput } | BatchStream,
  options: AllFitOptions,
  choices: FitChoices,
  ranks: FitRanks,
): Promise<FitResult> {
  const { model, compiled } = subject;
  checkTrainable(model);
  const { objective, config } = compiled;
  const { close, ...data } = await openFitData({ model, objective }, input, options, choices);
  try {
    const isValidated = data.validation !== undefined;
    const print = printOf(subject, data, choices);
    const { averageDecay } = await agree(ranks, print, choices);
    const logs = logsOf(compiled, choices.callbacks, isValidated);
    const callbacks = callbackRun(subject, choices, logs);
    const sizes = {
      ...choices,
      every: callbacks.every,
      averageDecay,
      hasCheckpoints: choices.resume !== undefined,
      hasProgress: choices.progress !== false,
    };
    // They load their code while this thread plans; one is needed in any case.
    const { workers } = choices;
    await startThreads(workers === 'auto' ? 1 : mostWorkers(workers));
    const plan = planFit(model, objective, data, sizes);
    await startThreads(plan.workersNow());
    await nextTurn();
    const { optimizer } = config;
    const { liveRate } = subject;
    const { training } = ranks;
    const hooks = callbacks;
    const request = { ...choices, ...data, model, optimizer, plan, hooks, liveRate, ranks: training };
    // A stream has already delivered batches that cannot be read again; other ranks do not wait.
    const isAgainPossible = !data.trainStream && !data.validationStream && training.isAlone;
    const again = isAgainPossible ? withFewerThreads : <T>(run: () => Promise<T>): Promise<T> => run();
    const preparation = { print, plan, choices, callbacks, logs };
    return await withCheckpoints(subject, preparation, async ({ store, resumed: own, onState }) => {
      const begun = await ranks.begin({ resumed: own, commitEvery: callbacks.commitEvery });
      if (begun.ended) return begun.result;
      const { resumed, commitEvery } = begun;
      const record = recordOf(isValidated, resumed);
      const run = (): Promise<void> =>
        runFitRequest({ ...request, store, resumed, commitEvery, onState, state: subject.state(), record });
      const train = (): Promise<void> => ranks.train(() => again(run));
      const result = await runWithCallbacks(callbacks, choices.signal, record, train);
      noteLastEpoch(subject, record, callbacks);
      return result;
    });
  } finally {
    await close();
  }
}

/** What decides the bits of a fit; all of its data are read when it is first asked for. */
function printOf(
  { modelConfig: config, compiled }: FitSubject,
  data: FitData,
  choices: FitChoices,
): () => Promise<Fingerprint> {
  let known: Promise<Fingerprint> | undefined;
  return () => (known ??= fitPrint({ config, compiled }, data, choices));
}

/** All ranks of a cluster are about to run the same fit. @throws SteepestError `ERR_CLUSTER` if not */
function agree(
  ranks: FitRanks,
  print: () => Promise<Fingerprint>,
  { callbacks, epochs }: FitChoices,
): Promise<RankFacts> {
  const facts = { averageDecay: averageDecayOf(callbacks) };
  return ranks.agree(async () => ({ ...(await print()), epochs }), facts);
}

/** @throws SteepestError if a callback asks for something that this fit does not have */
function callbackRun(
  { compiled, facade, state, onState }: FitSubject,
  { callbacks, initialEpoch, epochs, signal }: FitChoices,
  logs: readonly string[],
): CallbackRun {
  const definitions = compiled.objective.metrics.map(({ definition }) => definition);
  const bestOf = (log: string): 'min' | 'max' =>
    definitions.find(({ name }) => name === log || validationName(name) === log)?.best ?? 'min';
  const subject = { model: facade, logs, bestOf, epochs, signal, state, become: onState };
  return new CallbackRun(callbacks, subject, { epoch: initialEpoch, step: state().step, logs: {} });
}

/** Names of the values that a fit logs. */
function logsOf(
  { objective }: Compiled,
  callbacks: FitChoices['callbacks'],
  isValidated: boolean,
): readonly string[] {
  const metrics = objective.metrics.map(({ definition }) => definition.name);
  return [...new Set([...logNames(metrics, isValidated), ...addedLogNames(callbacks)])];
}

/**
 * Notes the last epoch's logs, unless the parameters are those of another moment: of the best
 * epoch, or after a part of an epoch.
 */
function noteLastEpoch({ state }: FitSubject, { step, logs }: FitRecord, callbacks: CallbackRun): void {
  if (state().step === step && !callbacks.isInterrupted) noteMetrics(state(), logs);
}

function recordOf(isValidated: boolean, resumed: FitSnapshot | undefined): FitRecord {
  const record = new FitRecord(isValidated);
  if (resumed) record.restore(resumed.record);
  return record;
}

/**
 * Trains between the first and the last hook of the callbacks.
 * @throws what `train` throws, with the history until then
 */
async function runWithCallbacks(
  callbacks: CallbackRun,
  signal: AbortSignal | undefined,
  record: FitRecord,
  train: () => Promise<void>,
): Promise<FitResult> {
  const { history } = record;
  if (signal?.aborted) throw withHistory(abortedAfter(signal, 0), history);
  let failure: { error: unknown } | undefined;
  try {
    await callbacks.trainBegin();
    await train();
  } catch (error) {
    failure = { error: withHistory(error, history) };
  }
  try {
    await callbacks.trainEnd(record, failure);
  } catch (error) {
    throw withHistory(error, history);
  }
  if (failure !== undefined) throw failure.error;
  return {
    history,
    bestEpoch: callbacks.bestEpoch ?? record.bestEpoch,
    stopped: callbacks.stopped,
  };
}
