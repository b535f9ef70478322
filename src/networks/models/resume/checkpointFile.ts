import { writeFileAtomic } from '../../../io/atomicWrite.js';
import { parseDescription } from '../../../io/description.js';
import { FORMATS, fromFile, modelFileError, only, readModelFile } from '../../../io/modelFile.js';
import { encodeSafetensors, type SafetensorsContent } from '../../../io/safetensors.js';
import type { ModelConfig, ResolvedModel } from '../../compile/model.js';
import type { FitSnapshot } from '../../training/checkpoints.js';
import type { ModelState } from '../../training/state.js';
import type { Compiled } from '../compileOptions.js';
import { withLearningRate } from '../learningRate.js';
import { readState } from '../restoreState.js';
import { modelContent, stateTensors, trainingCounters } from '../save.js';
import { type Fingerprint, hashTensors, hashTexts } from './fingerprint.js';
import { keptPrefix, keptTensors, withoutKept } from './keptTensors.js';
import { decodeFit, encodeFit, type Outcome, type SavedFit } from './savedFit.js';

/**
 * A checkpoint is a model's file, which `load` reads too, with the fit in its metadata and a hash of
 * everything.
 */

/** What a checkpoint is of. */
export interface CheckpointSubject {
  model: ResolvedModel;
  config: ModelConfig;
  compiled: Compiled;
}

function savedFit(snapshot: FitSnapshot, fingerprint: Fingerprint, outcome: Outcome | undefined): SavedFit {
  const { state, position, totals, record, sessions } = snapshot;
  return {
    fingerprint,
    position,
    totals: [...totals],
    rate: state.rate.set,
    history: Object.entries(record.history).map(([name, values]) => [name, [...values]]),
    logs: Object.entries(record.logs),
    bestEpoch: record.bestEpoch,
    lowest: record.lowest,
    sessions: [...sessions.states],
    kept: sessions.models.map((kept) => (kept ? trainingCounters(kept) : null)),
    epochsBegun: sessions.epochsBegun,
    outcome,
  };
}

/** Metadata in a fixed order, without the hash itself. */
const metadataTexts = ({ hash: _, ...metadata }: Record<string, string>): string[] =>
  Object.entries(metadata)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .flat();

/** The hash of all tensors and of all metadata but itself. */
export const contentHash = ({ tensors, metadata }: SafetensorsContent): Promise<string> =>
  hashTensors(tensors, hashTexts(metadataTexts(metadata)));

/** Writes a checkpoint atomically. @throws SteepestError `ERR_MODEL_FILE` */
export async function writeCheckpoint(
  path: string,
  { model, config, compiled }: CheckpointSubject,
  snapshot: FitSnapshot,
  fingerprint: Fingerprint,
  outcome?: Outcome,
): Promise<void> {
  const { state, sessions } = snapshot;
  const { set } = state.rate;
  const current = set === undefined ? compiled : withLearningRate(compiled, set);
  const { tensors, metadata } = modelContent(config, model, state, current.config);
  sessions.models.forEach((kept, i) => {
    if (kept === undefined) return;
    for (const [name, tensor] of stateTensors(model, kept)) tensors.set(`${keptPrefix(i)}${name}`, tensor);
  });
  metadata.fit = encodeFit(savedFit(snapshot, fingerprint, outcome));
  metadata.hash = await contentHash({ tensors, metadata });
  await writeFileAtomic(path, encodeSafetensors(tensors, metadata));
}

/** A checkpoint's file, read and known to be whole. */
export interface ReadCheckpoint {
  fit: SavedFit;
  content: SafetensorsContent;
}

/** @throws SteepestError `ERR_MODEL_FILE` */
export function readCheckpoint(path: string): Promise<ReadCheckpoint> {
  return readModelFile(path, only(FORMATS.network), {}, async (content) => {
    const { metadata } = content;
    if ((await contentHash(content)) !== metadata.hash) {
      throw modelFileError(
        'a checkpoint with the hash of its content',
        metadata.hash === undefined ? 'none' : 'another',
        'The file is damaged, or no checkpoint: delete it.',
      );
    }
    return { fit: decodeFit(metadata.fit), content };
  });
}

/**
 * The snapshot in a checkpoint whose fingerprint is that of the fit.
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function restoreSnapshot(
  { fit, content }: ReadCheckpoint,
  { model, compiled }: CheckpointSubject,
): FitSnapshot {
  return fromFile('a checkpoint', () => {
    const { optimizer } = compiled.objective;
    const { tensors, metadata } = content;
    const read = (of: typeof tensors, counters: Record<string, unknown>): ModelState =>
      readState(model, of, counters, optimizer);
    const state = read(withoutKept(tensors), parseDescription(metadata.training, 'training'));
    const models = fit.kept.map((counters, i) =>
      counters === null ? undefined : read(keptTensors(tensors, i), counters),
    );
    const { position, totals, history, logs, bestEpoch, lowest, sessions, epochsBegun, rate } = fit;
    return {
      state: { ...state, rate: { ...state.rate, set: rate } },
      position,
      totals,
      record: { history: Object.fromEntries(history), logs: Object.fromEntries(logs), bestEpoch, lowest },
      sessions: { states: sessions, models, epochsBegun },
    };
  });
}
