import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { makeFolderOf } from '../../io/makeFolder.js';
import { validationName } from '../training/logs.js';
import { CheckpointFiles } from './checkpointFiles.js';
import { define } from './definition.js';
import { checkPattern, type FilePattern, parsePattern } from './filePattern.js';
import { MONITOR_ALIASES, monitorOptions, resolveMonitor } from './monitor.js';
import { boolean, localFile, optional, required, whole } from './options.js';
import { Plateau, refuseState } from './plateau.js';

/**
 * Saves the model while it is trained: after every epoch, every n epochs or every n steps, or
 * whenever a value of the epoch's logs is the best so far. Files are those of `model.save`, written
 * atomically; `load` reads them, and a fit of the loaded model goes on from there.
 *
 * The path may have placeholders: `{epoch}`, the number of finished epochs, or in the middle of one
 * the number of the running epoch; `{step}`, the finished steps of the model; `{learningRate}`; and
 * every value of the logs. A file that cannot be written ends the fit with an error; the model keeps
 * what it has learned.
 */
export const checkpoint = define({
  name: 'checkpoint',
  options: {
    path: required(localFile),
    everyEpochs: optional(whole(1, 1)),
    everySteps: optional(whole(1, 1)),
    saveBestOnly: boolean(false),
    monitor: monitorOptions.monitor,
    mode: monitorOptions.mode,
    keepLast: optional(whole(1, 1)),
  },
  aliases: {
    ...MONITOR_ALIASES,
    filepath: 'path',
    filename: 'path',
    file: 'path',
    folder: 'path',
    dirpath: 'path',
    period: 'everyEpochs',
    every: 'everyEpochs',
    everyNEpochs: 'everyEpochs',
    saveFreq: 'everySteps',
    everyNTrainSteps: 'everySteps',
    bestOnly: 'saveBestOnly',
    saveBest: 'saveBestOnly',
    maxToKeep: 'keepLast',
    saveTopK: 'keepLast',
    saveWeightsOnly: '',
  },
  check({ path, everyEpochs, everySteps, saveBestOnly, monitor, mode, keepLast }) {
    const { names } = parsePattern('checkpoint.path', path);
    if (everySteps !== undefined && (everyEpochs !== undefined || saveBestOnly)) {
      const other = saveBestOnly ? 'saveBestOnly, which compares epochs' : 'everyEpochs';
      refuse('checkpoint to save by steps or by epochs', `everySteps and ${other}`, 'Leave one of them out.');
    }
    if (!saveBestOnly && (monitor !== monitorOptions.monitor.usual || mode !== 'auto')) {
      const given = mode === 'auto' ? `monitor ${show(monitor)}` : `mode ${show(mode)}`;
      refuse('saveBestOnly: true beside monitor and mode', given, 'Add it, or leave monitor and mode out.');
    }
    if (keepLast !== undefined && names.length === 0) {
      const hint = "Write for example 'runs/{epoch}.safetensors', or leave keepLast out.";
      refuse('checkpoint.path with a placeholder, for keepLast', show(path), hint);
    }
  },
  session({ path, everyEpochs = 1, everySteps, saveBestOnly, keepLast, ...watched }, fit) {
    const pattern = parsePattern('checkpoint.path', path);
    checkPlaceholders(pattern, fit.logs, everySteps !== undefined);
    const watch = saveBestOnly ? resolveMonitor('checkpoint', watched, fit) : undefined;
    const plateau = watch && new Plateau({ mode: watch.mode, minDelta: 0 });
    const files = new CheckpointFiles(keepLast);
    let lastStep = fit.state().step;
    const isWorthIt = (epoch: number, logs: Readonly<Record<string, number>>): boolean => {
      if (watch === undefined || plateau === undefined) return true;
      const value = logs[watch.monitor];
      return value !== undefined && plateau.next(value, epoch).isBest;
    };
    return {
      onTrainBegin: () => makeFolderOf(path.replace(/[{].*$/s, '.'), 'ERR_MODEL_FILE'),
      ...(everySteps === undefined
        ? {
            async onEpochEnd({ model, epoch, step, logs, learningRate }) {
              if ((epoch + 1) % everyEpochs !== 0 || !isWorthIt(epoch, logs)) return;
              const values = { learningRate, ...logs, epoch: epoch + 1, step };
              await files.save(model, () => pattern.fill(values));
            },
          }
        : {
            every: everySteps,
            commitEvery: everySteps,
            onBatchEnd({ model, epoch, logs, learningRate }) {
              // The model has the last committed step, which may be another than the reported one.
              const { step } = fit.state();
              if (Math.floor(step / everySteps) === Math.floor(lastStep / everySteps)) return;
              const values = { learningRate, ...logs, epoch: epoch + 1 };
              files.saveMeanwhile(model, () => {
                lastStep = fit.state().step;
                return pattern.fill({ ...values, step: lastStep });
              });
            },
            onTrainEnd: () => files.finish(),
          }),
      state: () => ({ paths: files.kept, lastStep, plateau: plateau?.state() ?? null }),
      restore(state) {
        const { paths, lastStep: step, plateau: best } = (state ?? {}) as Record<string, unknown>;
        if (!isTexts(paths) || !Number.isSafeInteger(step)) refuseState();
        files.restore(paths);
        lastStep = step as number;
        plateau?.restore(best);
      },
    };
  },
});

/** @throws SteepestError `ERR_UNKNOWN_NAME` for a placeholder that has no number when a file is named */
function checkPlaceholders(pattern: FilePattern, logs: readonly string[], isBySteps: boolean): void {
  const heldOut = logs.map(validationName);
  const own = isBySteps ? logs.filter((name) => !heldOut.includes(name)) : logs;
  const late = pattern.names.find((name) => logs.includes(name) && !own.includes(name));
  if (late !== undefined) {
    throw new SteepestError('ERR_UNKNOWN_NAME', {
      expected: 'checkpoint.path to have only numbers that are known after a step, for everySteps',
      given: `{${late}}`,
      hint: 'Validation follows the last step of an epoch: write everyEpochs, or another placeholder.',
    });
  }
  const known = [...new Set(['epoch', 'step', 'learningRate', ...own])];
  checkPattern('checkpoint.path', pattern, known);
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((text) => typeof text === 'string');

function refuse(expected: string, given: string, hint: string): never {
  throw new SteepestError('ERR_ARGUMENT', { expected, given, hint });
}
