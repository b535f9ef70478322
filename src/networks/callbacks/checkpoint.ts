import { unlink } from 'node:fs/promises';
import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { systemCode } from '../../core/systemErrors.js';
import { makeFolderOf } from '../../io/makeFolder.js';
import { type CallbackModel, define } from './definition.js';
import { checkPattern, parsePattern } from './filePattern.js';
import { boolean, localFile, oneOf, optional, required, text, whole } from './options.js';

/** What a resumed fit needs to go on with the checkpoints of the one before. */
interface CheckpointState {
  kept: readonly string[];
  lastStep: number;
  best: unknown;
}

/**
 * Saves the model while it is trained: after every epoch, every n epochs or every n steps, or
 * whenever a value of the epoch's logs is the best so far. Files are written atomically by
 * `model.save`; `load` reads them, and a fit of the loaded model goes on from there.
 *
 * The path may have placeholders: `{epoch}`, the number of finished epochs, or in the middle of one
 * the number of the running epoch; `{step}`, the finished steps of the model; `{learningRate}`; and
 * every value of the logs. A file that cannot be written ends the fit with an error; the model keeps
 * what it has learned.
 */
export const checkpoint = define({
  name: 'checkpoint',
  options: {
    /** Where to save: `'best.safetensors'` or `'runs/{epoch:03d}-{valLoss:.4f}.safetensors'`. */
    path: required(localFile),
    /** Saves after every n-th epoch. Default 1, unless `everySteps` is given. */
    everyEpochs: optional(whole(1, 1)),
    /**
     * Saves after every n-th step in place of epochs, while the workers go on. If writing takes
     * longer than n steps, some are left out.
     */
    everySteps: optional(whole(1, 1)),
    /** Saves only if the watched value is better than in all epochs before. */
    saveBestOnly: boolean(false),
    /** The value that `saveBestOnly` watches. By default `valLoss`, or `loss` without validation. */
    monitor: optional(text('')),
    /** Whether a lower or a higher value is better. By default it depends on the value. */
    mode: oneOf('auto', ['auto', 'min', 'max']),
    /** Removes all but the last k files of this fit. By default all stay. */
    keepLast: optional(whole(1, 1)),
  },
  aliases: {
    filepath: 'path',
    filename: 'path',
    file: 'path',
    folder: 'path',
    dirpath: 'path',
    saveFreq: 'everySteps',
    period: 'everyEpochs',
    every: 'everyEpochs',
    everyNEpochs: 'everyEpochs',
    everyNTrainSteps: 'everySteps',
    bestOnly: 'saveBestOnly',
    maxToKeep: 'keepLast',
    saveTopK: 'keepLast',
    saveWeightsOnly: '',
  },
  check({ path, everyEpochs, everySteps, saveBestOnly, monitor, mode, keepLast }) {
    const { names } = parsePattern('checkpoint.path', path);
    if (everySteps !== undefined && (everyEpochs !== undefined || saveBestOnly)) {
      const other = saveBestOnly ? 'saveBestOnly, which compares epochs' : 'everyEpochs';
      refuse('checkpoint with everySteps or with epochs', `both everySteps and ${other}`, 'Leave one out.');
    }
    if (!saveBestOnly && (monitor !== undefined || mode !== 'auto')) {
      const given = monitor === undefined ? `mode ${show(mode)}` : `monitor ${show(monitor)}`;
      refuse('saveBestOnly: true beside monitor and mode', given, 'Add saveBestOnly: true, or leave it out.');
    }
    if (keepLast !== undefined && names.length === 0) {
      const hint = "Write for example 'runs/{epoch}.safetensors', or leave keepLast out.";
      refuse('checkpoint.path with a placeholder, for keepLast', show(path), hint);
    }
  },
  session(options, fit) {
    const { everySteps, everyEpochs = 1, saveBestOnly } = options;
    const pattern = parsePattern('checkpoint.path', options.path);
    checkPattern('checkpoint.path', pattern, placeholders(fit.logs, everySteps !== undefined));
    const files = new CheckpointFiles(options.keepLast);
    const watch = saveBestOnly ? watchFor(options, fit) : undefined;
    let lastStep = fit.state().step;
    return {
      onTrainBegin: () => makeFolderOf(options.path, 'ERR_MODEL_FILE'),
      ...(everySteps === undefined
        ? {
            async onEpochEnd({ model, epoch, step, logs, learningRate }) {
              if ((epoch + 1) % everyEpochs !== 0 || watch?.isBetter(epoch, logs) === false) return;
              await files.save(model, pattern.fill({ ...logs, epoch: epoch + 1, step, learningRate }));
            },
          }
        : {
            every: everySteps,
            commitEvery: everySteps,
            async onBatchEnd({ model, epoch, logs, learningRate }) {
              // The model has the last committed step, which may be another than the reported one.
              const { step } = fit.state();
              if (Math.floor(step / everySteps) === Math.floor(lastStep / everySteps)) return;
              lastStep = step;
              await files.save(model, pattern.fill({ ...logs, epoch: epoch + 1, step, learningRate }));
            },
          }),
    };
  },
});
