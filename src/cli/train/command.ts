import { ENCODING_OPTION, JSON_OPTION, SEED_RANGE } from '../commandOptions.js';
import type { CommandSpec } from '../commandSpec.js';
import { DATA_FORMATS } from '../data/formatNames.js';

/** What `--model` takes besides the path of a description. */
export const MODEL_KINDS = ['auto', 'linear', 'logistic', 'mlp', 'cnn'] as const;

export const trainSpec = {
  name: 'train',
  summary: 'a model from a table, arrays or a folder of images',
  details:
    'Reads CSV (also gzipped), Parquet, Arrow, NPY, NPZ and folders with images of one class each. ' +
    'It infers the types of the columns and says what it decided. Scores are those of rows that it ' +
    'has not trained on, beside a baseline that looks at no column. An existing model is replaced ' +
    'when training has succeeded. Ctrl-C stops a network within a step and keeps a checkpoint ' +
    'beside the model, from which --resume goes on. The same command with the same seed writes the ' +
    'same bytes, whatever the number of threads.',
  arguments: [{ name: 'data', help: 'a file, a folder of images, or - for CSV on standard input' }],
  options: {
    target: { type: 'text', short: 't', placeholder: 'NAME', help: 'the column or array to predict' },
    task: {
      type: 'text',
      choices: ['auto', 'regression', 'classification'],
      default: 'auto',
      help: 'classes or numbers; auto looks at the target',
    },
    model: {
      type: 'text',
      short: 'm',
      placeholder: 'KIND|FILE',
      default: 'auto',
      help: 'auto, linear, logistic, mlp, cnn, or a network in a JSON or JavaScript file',
    },
    out: {
      type: 'path',
      short: 'o',
      placeholder: 'FILE',
      default: 'model.safetensors',
      help: 'where the model goes',
    },
    report: { type: 'path', placeholder: 'FILE', help: 'writes an HTML page about the model' },
    valid: {
      type: 'number',
      range: [0, 1],
      open: true,
      placeholder: 'SHARE',
      help: 'the share of rows that scores come from; 0.2 by default',
    },
    cv: {
      type: 'count',
      range: [2, 100],
      placeholder: 'FOLDS',
      help: 'scores of a cross-validation instead; the model then learns from all rows',
    },
    categorical: { type: 'list', placeholder: 'NAMES', help: 'columns to read as categories' },
    numeric: { type: 'list', placeholder: 'NAMES', help: 'columns to read as numbers' },
    dates: {
      type: 'list',
      placeholder: 'NAME=FORMAT',
      help: "columns of dates, as 'day=%d/%m/%Y'; a name alone is ISO 8601",
    },
    drop: { type: 'list', placeholder: 'NAMES', help: 'columns to leave out' },
    missing: { type: 'list', placeholder: 'TEXTS', help: 'texts that stand for a missing value' },
    header: {
      type: 'text',
      choices: ['yes', 'no'],
      default: 'yes',
      help: 'whether the first line of a CSV file has the names of the columns',
    },
    encoding: ENCODING_OPTION,
    format: {
      type: 'text',
      choices: DATA_FORMATS,
      help: 'of the data, where the ending of its name does not say it',
    },
    imageSize: {
      type: 'count',
      range: [4, 1024],
      placeholder: 'PIXELS',
      help: 'the side that images are read with; by default their own up to 64',
    },
    epochs: { type: 'count', help: 'the most passes over the rows, for networks' },
    batchSize: { type: 'count', placeholder: 'ROWS', help: 'rows per step, for networks' },
    learningRate: {
      type: 'number',
      range: [0, Number.MAX_SAFE_INTEGER],
      open: true,
      placeholder: 'RATE',
      help: 'the size of steps, for networks',
    },
    seed: {
      type: 'count',
      range: SEED_RANGE,
      default: 0,
      help: 'decides every random choice',
    },
    workers: { type: 'count', placeholder: 'THREADS', help: 'the most threads; by default one per core' },
    resume: { type: 'flag', help: 'goes on from the checkpoint that an interrupted training left' },
    json: JSON_OPTION,
    quiet: { type: 'flag', short: 'q', help: 'says nothing but scores, warnings and errors' },
  },
  aliases: {
    label: 'target',
    y: 'target',
    output: 'out',
    save: 'out',
    validationSplit: 'valid',
    testSize: 'valid',
    folds: 'cv',
    randomState: 'seed',
    threads: 'workers',
    jobs: 'workers',
    lr: 'learningRate',
    exclude: 'drop',
    naValues: 'missing',
  },
  examples: [
    {
      command: 'npx steepest train churn.csv --target Churn',
      does: 'a model for a column of a table, in model.safetensors',
    },
    {
      command: 'npx steepest train houses.csv.gz --target price --model mlp --out price.safetensors',
      does: 'a neural network for numbers',
    },
    {
      command: 'npx steepest train photos --model cnn --epochs 10 --out photos.safetensors',
      does: 'images in a folder for each class',
    },
  ],
} as const satisfies CommandSpec;
