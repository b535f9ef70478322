import type { CommandSpec } from '../commandSpec.js';
import { DATA_FORMATS } from '../data/formatNames.js';

export const evaluateSpec = {
  name: 'evaluate',
  summary: 'scores of a model on rows with known answers, beside a baseline',
  details:
    'Use rows that the model was not trained on. The baseline looks at no column: it always predicts ' +
    'the most frequent class, or the mean. Rows without a target are left out.',
  arguments: [
    { name: 'model', help: 'the file of a model' },
    { name: 'data', help: 'CSV, Parquet, Arrow, NPZ or a folder of images; - is CSV on stdin' },
  ],
  options: {
    target: {
      type: 'text',
      short: 't',
      placeholder: 'NAME',
      help: 'the column with the answers; otherwise the one that train predicted',
    },
    report: { type: 'path', placeholder: 'FILE.html', help: 'writes a page about the model on these rows' },
    format: {
      type: 'text',
      choices: DATA_FORMATS,
      placeholder: 'FORMAT',
      help: 'the format of DATA, where its ending does not say it',
    },
    encoding: { type: 'text', placeholder: 'NAME', help: 'of CSV that is not UTF-8: windows-1252' },
    json: { type: 'flag', help: 'prints one JSON object' },
  },
  aliases: { y: 'target', label: 'target', html: 'report' },
  examples: [
    { command: 'npx steepest evaluate model.safetensors test.csv', does: 'prints the scores' },
    {
      command: 'npx steepest evaluate model.safetensors test.csv --report report.html',
      does: 'writes a page with curves, confusions and the worst mistakes too',
    },
  ],
} as const satisfies CommandSpec;
