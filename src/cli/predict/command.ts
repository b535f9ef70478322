import { DATA_OPTIONS } from '../commandOptions.js';
import type { CommandSpec } from '../commandSpec.js';

/** What predictions can be written as. */
export const OUTPUT_FORMATS = ['csv', 'jsonl', 'json', 'npy'] as const;

export const predictSpec = {
  name: 'predict',
  summary: 'predicts rows with a model: a class or a number for each',
  details:
    'Columns go by name: others than those of the model are ignored, and a missing one is an error. ' +
    'A CSV file of any size is predicted piece by piece. Models of ONNX, Keras, TensorFlow.js and ' +
    'scikit-learn that this package can read are taken too.',
  arguments: [
    { name: 'model', help: 'the file of a model' },
    { name: 'data', help: 'CSV, Parquet, Arrow, NPY, NPZ or a folder of images; - is CSV on stdin' },
  ],
  options: {
    out: { type: 'path', short: 'o', help: 'where to write, whole or not at all; otherwise stdout' },
    to: {
      type: 'text',
      choices: OUTPUT_FORMATS,
      placeholder: 'FORMAT',
      help: 'the form of the predictions; otherwise by the ending of --out, or csv',
    },
    proba: { type: 'flag', help: 'adds the probability of each class' },
    keep: { type: 'list', help: 'columns of DATA to copy beside the predictions, such as an id' },
    ...DATA_OPTIONS,
    json: { type: 'flag', help: 'prints one JSON object: the predictions, or with --out what was written' },
  },
  aliases: { output: 'out', probabilities: 'proba', id: 'keep', input: 'format' },
  examples: [
    {
      command: 'npx steepest predict model.safetensors new.csv',
      does: 'prints a prediction for each row, as CSV',
    },
    {
      command: 'npx steepest predict model.safetensors new.csv --proba --keep id --out answers.csv',
      does: 'writes them beside the ids, with the probabilities of the classes',
    },
    {
      command: 'cat new.csv | npx steepest predict model.safetensors - --to jsonl',
      does: 'reads from stdin, and prints a JSON object in each line',
    },
  ],
} as const satisfies CommandSpec;
