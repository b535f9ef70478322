import { DATA_OPTIONS, JSON_OPTION, TARGET_ALIASES, TARGET_OPTION } from '../commandOptions.js';
import type { CommandSpec } from '../commandSpec.js';

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
    target: TARGET_OPTION,
    report: { type: 'path', placeholder: 'FILE.html', help: 'writes a page about the model on these rows' },
    ...DATA_OPTIONS,
    json: JSON_OPTION,
  },
  aliases: { ...TARGET_ALIASES, html: 'report' },
  examples: [
    { command: 'npx steepest evaluate model.safetensors test.csv', does: 'prints the scores' },
    {
      command: 'npx steepest evaluate model.safetensors test.csv --report report.html',
      does: 'writes a page with curves, confusions and the worst mistakes too',
    },
  ],
} as const satisfies CommandSpec;
