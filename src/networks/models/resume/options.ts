import { checkInteger, checkKeys, checkObject } from '../../../core/check.js';
import { localPath } from '../../../core/localPath.js';
import type { Aliases } from '../../../core/nearest.js';
import { isUrl } from '../../../core/realm.js';

/**
 * Where a fit writes its checkpoints, and how often.
 * @example
 * ```ts
 * import type { ResumeOptions } from 'steepest';
 * const resume: ResumeOptions = { folder: 'runs/first', everyEpochs: 1, keepLast: 3 };
 * ```
 */
export interface ResumeOptions {
  /** The folder; it is made if it is missing. */
  folder: string | URL;
  /** Steps of the optimizer from one checkpoint to the next. */
  everySteps?: number;
  /** Epochs from one checkpoint to the next; such a checkpoint is taken after the callbacks. */
  everyEpochs?: number;
  /** Checkpoints that are kept; older ones are deleted. Default 2. */
  keepLast?: number;
}

/** Checked options. */
export interface ResumeChoices {
  folder: string;
  everySteps: number | undefined;
  everyEpochs: number | undefined;
  keepLast: number;
}

/** If the newest is damaged, there is another. */
const USUAL_COUNT = 2;
const KEYS = ['folder', 'everySteps', 'everyEpochs', 'keepLast'];
const ALIASES: Aliases = {
  path: 'folder',
  dir: 'folder',
  directory: 'folder',
  dirpath: 'folder',
  backupDir: 'folder',
  saveFreq: 'everySteps',
  everyNTrainSteps: 'everySteps',
  saveSteps: 'everySteps',
  everyNEpochs: 'everyEpochs',
  saveTopK: 'keepLast',
  maxToKeep: 'keepLast',
  saveTotalLimit: 'keepLast',
  keep: 'keepLast',
};

/** @throws SteepestError `ERR_ARGUMENT` or `ERR_UNKNOWN_NAME` */
export function resolveResume(given: string | URL | ResumeOptions | undefined): ResumeChoices | undefined {
  if (given === undefined) return undefined;
  const isPath = typeof given === 'string' || isUrl(given);
  const options = (isPath ? { folder: given } : given) as ResumeOptions;
  if (!isPath) {
    checkObject('resume', given, "Write resume: 'runs/1', or { folder: 'runs/1', everySteps: 1000 }.");
    checkKeys('resume', options, KEYS, ALIASES);
  }
  const { folder, everySteps, everyEpochs, keepLast = USUAL_COUNT } = options;
  return {
    folder: localPath('the folder of resume', folder),
    everySteps: everySteps === undefined ? undefined : checkInteger('resume.everySteps', everySteps),
    everyEpochs: everyEpochs === undefined ? undefined : checkInteger('resume.everyEpochs', everyEpochs),
    keepLast: checkInteger('resume.keepLast', keepLast),
  };
}
