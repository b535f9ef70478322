import { SteepestError } from '../../core/errors.js';
import { show } from '../../core/show.js';
import { showPath } from '../../core/systemErrors.js';
import { countCells, csvLine } from '../../io/csvText.js';
import { define } from './definition.js';
import { LogFile } from './logFile.js';
import { boolean, localFile, type Option, required } from './options.js';

/** What may stand between cells: no part of a number or of a name, and no quote or line end. */
const SEPARATOR = /^[^\p{L}\p{N}_."'+\-\n\r\u2028\u2029]$/u;

const separator: Option<string> = {
  usual: ',',
  check(what, given) {
    if (typeof given === 'string' && SEPARATOR.test(given)) return given;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `${what} to be one character that no number has`,
      given: show(given),
      hint: "Write ',', ';' or '\\t'.",
    });
  },
};

/**
 * Writes a table of the epochs as CSV: the epoch, counted from 0, and all values of its logs, in the
 * order of the history. Each row is in the file when its epoch has ended. An epoch without
 * validation has empty cells.
 */
export const csvLogger = define({
  name: 'csvLogger',
  options: {
    path: required(localFile),
    append: boolean(false),
    separator,
  },
  aliases: { filename: 'path', filepath: 'path', file: 'path', delimiter: 'separator', sep: 'separator' },
  session({ path, append, separator }, { logs }) {
    const head = csvLine(['epoch', ...logs], separator);
    const cells = logs.length + 1;
    const file = new LogFile(path, {
      head,
      checkHead(first) {
        if (`${first}\n` !== head) throw otherColumns(path, head, first);
      },
      isWhole: (line) => countCells(line, separator) === cells,
    });
    return {
      onTrainBegin: () => file.begin(append),
      onEpochEnd: ({ epoch, logs: values }) =>
        file.write(csvLine([epoch, ...logs.map((name) => values[name])], separator)),
      state: () => file.state,
      restore: (state) => file.restore(state),
    };
  },
});

function otherColumns(path: string, head: string, first: string): SteepestError {
  return new SteepestError('ERR_DATA_FILE', {
    expected: `${showPath(path)} to begin with ${show(head.trimEnd())}, the columns of this fit`,
    given: show(first),
    hint: 'Name another file, or leave append out to replace this one.',
  });
}
