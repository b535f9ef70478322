import { define } from './definition.js';
import { LogFile } from './logFile.js';
import { boolean, localFile, required } from './options.js';

/**
 * Writes one line of JSON for each epoch: `{"epoch":0,"step":469,"loss":0.31,…}`, with the epoch
 * counted from 0 and the finished steps of the model. Each line is in the file when its epoch has
 * ended. JSON has neither NaN nor infinities: they are null.
 */
export const jsonLogger = define({
  name: 'jsonLogger',
  options: {
    path: required(localFile),
    append: boolean(false),
  },
  aliases: { filename: 'path', filepath: 'path', file: 'path' },
  session({ path, append }) {
    const file = new LogFile(path, { isWhole: isJson });
    return {
      onTrainBegin: () => file.begin(append),
      onEpochEnd: ({ epoch, step, logs }) => file.write(`${JSON.stringify({ epoch, step, ...logs })}\n`),
      state: () => file.state,
      restore: (state) => file.restore(state),
    };
  },
});

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
