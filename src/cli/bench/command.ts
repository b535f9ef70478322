import { JSON_OPTION } from '../commandOptions.js';
import type { CommandSpec } from '../commandSpec.js';

export const benchSpec = {
  name: 'bench',
  summary: 'how fast this machine trains and predicts; tables to paste into an issue',
  details:
    'Measures steps of training, predictions, estimators, several workers against one, and single ' +
    'kernels, each beside the limit that the processor sets. Cases take turns; figures are medians ' +
    'of the rounds. Close other programs first.',
  arguments: [],
  options: {
    seconds: {
      type: 'number',
      range: [0, 3600],
      open: true,
      default: 60,
      placeholder: 'N',
      help: 'the time for all together',
    },
    workers: {
      type: 'count',
      range: [1, 512],
      placeholder: 'N',
      help: 'worker threads; by default one for each core',
    },
    json: JSON_OPTION,
  },
  examples: [
    { command: 'npx steepest bench', does: 'measures for a minute' },
    { command: 'npx steepest bench --seconds 20 --json > bench.json', does: 'figures for a script' },
  ],
} as const satisfies CommandSpec;
