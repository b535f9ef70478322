import { DATA_OPTIONS, JSON_OPTION, SEED_RANGE, TARGET_ALIASES, TARGET_OPTION } from '../commandOptions.js';
import type { CommandSpec } from '../commandSpec.js';

export const explainSpec = {
  name: 'explain',
  summary: 'what a model has learned: layers, coefficients, which columns matter',
  details:
    'Without DATA it prints what the model is made of, and its coefficients by name. With DATA it ' +
    'shuffles each column in turn and says how much the score falls: permutation importance. Use ' +
    'rows that the model was not trained on.',
  arguments: [
    { name: 'model', help: 'the file of a model' },
    {
      name: 'data',
      help: 'rows with known answers: CSV, Parquet, Arrow or NPZ; - is CSV on stdin',
      optional: true,
    },
  ],
  options: {
    target: TARGET_OPTION,
    repeats: { type: 'count', range: [1, 1000], default: 5, help: 'how often each column is shuffled' },
    rows: { type: 'count', default: 2000, help: 'the most rows that are scored for each shuffle' },
    seed: { type: 'count', range: SEED_RANGE, default: 0, help: 'of the shuffles' },
    step: { type: 'flag', help: 'prints the program of a training step: every operation with its costs' },
    batchSize: { type: 'count', default: 32, help: 'rows of that step' },
    workers: { type: 'count', default: 1, help: 'threads of that step' },
    ...DATA_OPTIONS,
    json: JSON_OPTION,
  },
  aliases: { ...TARGET_ALIASES, nRepeats: 'repeats', program: 'step' },
  examples: [
    { command: 'npx steepest explain model.safetensors', does: 'parts of the model and coefficients' },
    { command: 'npx steepest explain model.safetensors test.csv', does: 'which columns matter' },
    { command: 'npx steepest explain net.safetensors --step', does: 'what a training step computes' },
  ],
} as const satisfies CommandSpec;
