import type { FitSnapshot } from '../../training/checkpoints.js';
import type { FitResult } from '../../training/fitResult.js';
import type { FitPlan } from '../../training/plan.js';
import { newFit } from '../../training/position.js';
import type { ModelState } from '../../training/state.js';
import type { CallbackRun } from '../callbackRun.js';
import type { CompileConfig } from '../compileOptions.js';
import type { FitChoices } from '../fitOptions.js';
import type { GivenCallback } from '../givenCallbacks.js';
import { stateTensors, trainingCounters } from '../save.js';
import type { CheckpointSubject } from './checkpointFile.js';
import { type Fingerprint, hashTensors, hashTexts } from './fingerprint.js';
import type { ResumeChoices } from './options.js';
import { ResumableFit } from './resumableFit.js';

/** A fit that is about to begin or to go on. */
export interface Preparation {
  subject: CheckpointSubject;
  state: ModelState;
  /** What decides its bits, but the state and the callbacks. */
  print(): Promise<Fingerprint>;
  plan: FitPlan;
  choices: FitChoices;
  callbacks: CallbackRun;
  logs: readonly string[];
}

/** A fit with checkpoints. */
export interface Prepared {
  store: ResumableFit;
  /** Where an earlier fit had come to. */
  resumed: FitSnapshot | undefined;
  /** What it resolved to, if it had finished. */
  result: FitResult | undefined;
  /** Marks a state that this fit has reached: the same call goes on from it too. */
  mark(state: ModelState): void;
}

/** What a fit began with. */
interface Beginning {
  state: string;
  compile: CompileConfig;
}

/**
 * States that a fit with checkpoints has reached in this process. After an error the same call goes
 * on in the folder, although the model is not the one any more with which the fit began.
 */
const beginnings = new WeakMap<ModelState, Beginning>();

/** Opens the folder of a fit, and writes the first checkpoint of one that begins. */
export async function prepareResume(resume: ResumeChoices, fit: Preparation): Promise<Prepared> {
  const { subject, state, plan, choices, callbacks, logs } = fit;
  const { model, compiled } = subject;
  const beginning = beginnings.get(state) ?? {
    state: await stateWords(model, state),
    compile: compiled.config,
  };
  const fingerprint = await fingerprintOf(fit, beginning);
  const totals = plan.train.totalsOf(0).cols;
  const { initialEpoch, epochs } = choices;
  const expects = { logs, totals, callbacks: choices.callbacks.length, initialEpoch };
  const store = new ResumableFit(resume, { ...subject, fingerprint, epochs, expects });
  const mark = (reached: ModelState): void => void beginnings.set(reached, beginning);
  const found = await store.open();
  if (found === undefined) {
    await store.begin({
      state,
      position: newFit(state, initialEpoch),
      totals: new Array<number>(totals).fill(0),
      record: { history: { loss: [] }, logs: {}, bestEpoch: undefined, lowest: Number.POSITIVE_INFINITY },
      sessions: { ...callbacks.snapshot(), epochsBegun: 0 },
    });
    return { store, resumed: undefined, result: undefined, mark };
  }
  return { store, resumed: found.snapshot, result: found.result, mark };
}

/** All arrays and counters of a state in a few words. */
async function stateWords(model: CheckpointSubject['model'], state: ModelState): Promise<string> {
  const counters = JSON.stringify(trainingCounters(state));
  return `step ${state.step}, hash ${await hashTensors(stateTensors(model, state), hashTexts([counters]))}`;
}

async function fingerprintOf(
  { print, choices }: Preparation,
  { state, compile }: Beginning,
): Promise<Fingerprint> {
  const own = {
    callbacks: choices.callbacks.map(callbackPrint),
    compile,
    'the model at the beginning': state,
  };
  // As it is in a file.
  return JSON.parse(JSON.stringify({ ...(await print()), ...own })) as Fingerprint;
}

function callbackPrint(given: GivenCallback): unknown {
  if ('hooks' in given) return { name: given.name };
  const { name, interrupts } = given.definition;
  return interrupts ? { name } : { name, ...given.options };
}
