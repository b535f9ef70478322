import { join } from 'node:path';
import { toSnakeCase } from '../../core/names.js';
import { validationName } from '../training/logs.js';
import { define } from './definition.js';
import { EventLog } from './eventLog.js';
import { localFile, type Option, required, whole } from './options.js';

const everySteps = whole(1, 1);
const updateEvery: Option<'epoch' | number> = {
  usual: 'epoch',
  check: (what, given) => (given === 'epoch' ? given : everySteps.check(what, given)),
};

/**
 * Writes curves for TensorBoard. As with Keras, the folder has a run `train` and, with validation, a
 * run `validation`, and the charts are called `epoch_loss`, `epoch_accuracy` …, with the epoch from
 * 0 on the axis, and `epoch_learning_rate`. With `updateEvery: n`, charts `batch_loss` … have the
 * values of the epoch so far, every n steps. Each fit writes new files.
 */
export const tensorBoard = define({
  name: 'tensorBoard',
  options: {
    folder: required(localFile),
    updateEvery,
  },
  aliases: {
    logDir: 'folder',
    path: 'folder',
    dir: 'folder',
    directory: 'folder',
    updateFreq: 'updateEvery',
    every: 'updateEvery',
  },
  session({ folder, updateEvery }, { logs }) {
    const heldOut = logs.filter((name) => logs.includes(validationName(name)));
    const trained = logs.filter(
      (name) => !heldOut.map(validationName).includes(name) && name !== 'learningRate',
    );
    const scalars = (prefix: string, values: Readonly<Record<string, number>>, rate: number) => [
      ...trained.map((name) => ({ tag: `${prefix}_${toSnakeCase(name)}`, value: values[name]! })),
      { tag: `${prefix}_learning_rate`, value: rate },
    ];
    let train: EventLog | undefined;
    let validation: EventLog | undefined;
    const flush = async (): Promise<void> => {
      await train?.flush();
      await validation?.flush();
    };
    return {
      async onTrainBegin() {
        train = await EventLog.create(join(folder, 'train'));
        if (heldOut.length > 0) validation = await EventLog.create(join(folder, 'validation'));
      },
      ...(updateEvery !== 'epoch' && {
        every: updateEvery,
        async onBatchEnd({ step, logs }, rate) {
          train?.add(step, scalars('batch', logs, rate));
          await train?.flushSometimes();
        },
      }),
      async onEpochEnd({ epoch, logs }, rate) {
        train?.add(epoch, scalars('epoch', logs, rate));
        const held = heldOut.flatMap((name) => {
          const value = logs[validationName(name)];
          return value === undefined ? [] : [{ tag: `epoch_${toSnakeCase(name)}`, value }];
        });
        if (held.length > 0) validation?.add(epoch, held);
        await flush();
      },
      onTrainEnd: flush,
    };
  },
});
