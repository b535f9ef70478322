import { SteepestError } from '../../../core/errors.js';
import { messageOf } from '../../../core/show.js';
import { showPath } from '../../../core/systemErrors.js';
import { modelFileError } from '../../../io/modelFile.js';
import type { CheckpointStore, FitSnapshot } from '../../training/checkpoints.js';
import type { FitResult } from '../../training/fitResult.js';
import {
  type CheckpointSubject,
  type ReadCheckpoint,
  readCheckpoint,
  restoreSnapshot,
  writeCheckpoint,
} from './checkpointFile.js';
import { checkSame, type Fingerprint } from './fingerprint.js';
import { checkpointPath, keepNewest, listSteps, makeFolder, resultPath } from './folder.js';
import type { ResumeChoices } from './options.js';

/** Milliseconds between two checkpoints, unless steps or epochs are given. */
const USUAL_PAUSE_MS = 5000;
/** Writing takes at most one part in so many of the time: the disk is not for checkpoints alone. */
const SHARE = 20;
/** After a write that has failed. */
const RETRY_MS = 1000;

/** What a folder of checkpoints is for. */
export interface ResumableSubject extends CheckpointSubject {
  fingerprint: Fingerprint;
  epochs: number;
  /** What a fit of this kind can have: names of the values of an epoch, sums, callbacks. */
  expects: { logs: readonly string[]; totals: number; callbacks: number; initialEpoch: number };
}

/** The checkpoints of one fit in their folder. */
export class ResumableFit implements CheckpointStore {
  readonly rhythm;
  readonly firstPauseMs: number;
  private last: FitSnapshot | undefined;

  constructor(
    private readonly choices: ResumeChoices,
    private readonly subject: ResumableSubject,
  ) {
    const { everySteps, everyEpochs } = choices;
    this.rhythm = { everySteps, everyEpochs };
    this.firstPauseMs = this.isTimed ? USUAL_PAUSE_MS : 0;
  }

  private get isTimed(): boolean {
    return this.rhythm.everySteps === undefined && this.rhythm.everyEpochs === undefined;
  }

  /**
   * What the folder has of this fit: the result of one that has finished, or the newest checkpoint.
   * Damaged files are passed over as long as an older checkpoint is whole.
   * @throws SteepestError `ERR_RESUME` for checkpoints of another fit; `ERR_MODEL_FILE` if all are
   *   damaged, or the folder cannot be read or made
   */
  async open(): Promise<{ snapshot: FitSnapshot; result: FitResult | undefined } | undefined> {
    const { folder } = this.choices;
    await makeFolder(folder);
    const steps = await listSteps(folder);
    const finished = await this.tryRead(resultPath(folder));
    if (finished.read !== undefined) {
      const { fit } = finished.read;
      this.checkEpochs(finished.read);
      const { outcome } = fit;
      if (outcome && (outcome.stopped || outcome.epochs === this.subject.epochs)) {
        const { bestEpoch, stopped } = outcome;
        const snapshot = this.restore(finished.read);
        const history = snapshot.record.history as FitResult['history'];
        return { snapshot, result: { history, bestEpoch, stopped } };
      }
    }
    let fault = finished.fault;
    for (const step of steps) {
      const { read, fault: found } = await this.tryRead(checkpointPath(folder, step));
      fault ??= found;
      if (read === undefined) continue;
      this.checkEpochs(read);
      return { snapshot: this.restore(read), result: undefined };
    }
    if (fault === undefined) return undefined;
    throw modelFileError(
      `a whole checkpoint in ${showPath(folder)}`,
      messageOf(fault),
      'Delete the folder to begin anew, or name another.',
      fault,
    );
  }

  /** A file of this fit; not one that is missing or damaged. @throws SteepestError `ERR_RESUME` */
  private async tryRead(path: string): Promise<{ read?: ReadCheckpoint; fault?: unknown }> {
    let read: ReadCheckpoint;
    try {
      read = await readCheckpoint(path);
    } catch (error) {
      const cause = (error as { cause?: { code?: unknown } }).cause;
      if (cause?.code === 'ENOENT') return {};
      warn(`${showPath(path)} is passed over: ${messageOf(error)}`);
      return { fault: error };
    }
    checkSame(read.fit.fingerprint, this.subject.fingerprint, this.choices.folder);
    return { read };
  }

  /** Refuses a fit of fewer epochs than have run. @throws SteepestError `ERR_RESUME` */
  private checkEpochs({ fit: { position, outcome } }: ReadCheckpoint): void {
    const { epochs } = this.subject;
    const isPast = position.epoch > epochs || (position.epoch === epochs && position.stepInEpoch > 0);
    const isLonger = outcome !== undefined && !outcome.stopped && outcome.epochs > epochs;
    if (!isPast && !isLonger) return;
    throw new SteepestError('ERR_RESUME', {
      expected: `at least the ${position.epoch} epochs that have run already in ${showPath(this.choices.folder)}`,
      given: `epochs: ${epochs}`,
      hint: 'Ask for as many or for more, or name another folder.',
    });
  }

  /** @throws SteepestError `ERR_MODEL_FILE` */
  private restore(read: ReadCheckpoint): FitSnapshot {
    const snapshot = restoreSnapshot(read, this.subject);
    const { logs, totals, callbacks, initialEpoch } = this.subject.expects;
    const { position, record, sessions } = snapshot;
    const names = Object.keys(record.history);
    const epochs = position.epoch - initialEpoch;
    const { state } = snapshot;
    // Of a fit that has finished, a callback may have given the model another state.
    const isState =
      read.fit.outcome !== undefined ||
      (state.step === position.step &&
        state.rate.epochs === position.epochsBegun &&
        (state.epochs === position.pass + 1 ||
          (state.epochs === position.pass && position.stepInPass === 0)));
    const isOurs =
      isState &&
      snapshot.totals.length === totals &&
      names.every((name) => logs.includes(name) && record.history[name]!.length <= epochs) &&
      record.history.loss?.length === epochs &&
      sessions.states.length === callbacks &&
      sessions.models.length === callbacks;
    if (isOurs) {
      this.last = snapshot;
      return snapshot;
    }
    throw modelFileError(
      `a checkpoint with the counters, sums, history and callbacks of this fit in ${showPath(this.choices.folder)}`,
      'others',
      'Delete the folder to begin anew, or name another.',
    );
  }

  /**
   * Writes the first checkpoint, at the very beginning: a folder that cannot be written is an error
   * before any work. @throws SteepestError `ERR_MODEL_FILE`
   */
  async begin(snapshot: FitSnapshot): Promise<void> {
    this.last = snapshot;
    await this.put(snapshot);
  }

  async write(snapshot: FitSnapshot): Promise<number> {
    const begun = performance.now();
    try {
      await this.put(snapshot);
    } catch (error) {
      warn(`a checkpoint is left out: ${messageOf(error)}`);
      return RETRY_MS;
    }
    if (!this.isTimed) return 0;
    return Math.max(USUAL_PAUSE_MS, SHARE * (performance.now() - begun));
  }

  async end(snapshot: FitSnapshot, goesOn: boolean): Promise<void> {
    this.last = snapshot;
    if (goesOn) await this.put(snapshot);
  }

  /**
   * Writes the result of the fit: the same call then returns it at once.
   * @param state the model's at the end, with the learning rate that was set
   * @throws SteepestError `ERR_MODEL_FILE`
   */
  async finish(state: FitSnapshot['state'], { bestEpoch, stopped }: FitResult): Promise<void> {
    const { subject, choices, last } = this;
    const outcome = { epochs: subject.epochs, bestEpoch, stopped: stopped && { ...stopped } };
    const sessions = { ...last!.sessions, models: last!.sessions.models.map(() => undefined) };
    const snapshot = { ...last!, state, sessions };
    await writeCheckpoint(resultPath(choices.folder), subject, snapshot, subject.fingerprint, outcome);
  }

  private async put(snapshot: FitSnapshot): Promise<void> {
    const { subject, choices } = this;
    const { folder, keepLast } = choices;
    const path = checkpointPath(folder, snapshot.position.step);
    await writeCheckpoint(path, subject, snapshot, subject.fingerprint);
    await keepNewest(folder, snapshot.position.step, keepLast);
  }
}

const warn = (what: string): void => {
  process.emitWarning(`steepest: ${what}`, { type: 'SteepestWarning', code: 'STEEPEST_CHECKPOINT' });
};
