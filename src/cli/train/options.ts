/** Combinations of options that have no meaning, and the command as the model's file has it. */

import type { Read } from '../commandSpec.js';
import { flagOf } from '../optionValue.js';
import { UsageError } from '../usageError.js';
import { MODEL_KINDS, trainSpec } from './command.js';

export type TrainOptions = Read<typeof trainSpec>['options'];

export type ModelKind = (typeof MODEL_KINDS)[number];

const isKind = (model: string): model is ModelKind => (MODEL_KINDS as readonly string[]).includes(model);

/** The kind of the model, or `file` for a description. */
export const kindOf = ({ model }: TrainOptions): ModelKind | 'file' => (isKind(model) ? model : 'file');

/** Options that change no bit of the model. */
const LEFT_OUT: readonly string[] = ['out', 'report', 'workers', 'resume', 'json', 'quiet'];
const DEFAULTS: Readonly<Record<string, unknown>> = {
  task: 'auto',
  model: 'auto',
  header: 'yes',
  seed: 0,
  out: trainSpec.options.out.default,
};

/** @throws UsageError */
export function checkOptions(source: string, options: TrainOptions): void {
  const { valid, cv, model, out, report } = options;
  if (valid !== undefined && cv !== undefined) throw new UsageError('--valid and --cv exclude each other');
  const kind = kindOf(options);
  if (kind === 'file' && !/\.(json|[cm]?js)$/.test(model)) {
    throw new UsageError(
      `--model takes ${MODEL_KINDS.join(', ')}, or a path that ends with .json, .js, .mjs or .cjs, not '${model}'`,
    );
  }
  if (kind === 'linear' || kind === 'logistic') {
    for (const name of ['epochs', 'batchSize', 'learningRate'] as const) {
      if (options[name] !== undefined)
        throw new UsageError(`${flagOf(name)} is for networks: --model mlp or cnn`);
    }
  }
  if (kind === 'linear' && options.task === 'classification') {
    throw new UsageError('--model linear predicts numbers: for classes write --model logistic');
  }
  if (kind === 'logistic' && options.task === 'regression') {
    throw new UsageError('--model logistic predicts classes: for numbers write --model linear');
  }
  if (out === source || report === source || out === report) {
    throw new UsageError('the data, --out and --report have to be different files');
  }
}

/** The command as a shell takes it, with what decides the bits of the model. */
export const commandText = (source: string, options: TrainOptions): string =>
  textOf(source, options, LEFT_OUT);

/** The command that goes on after an interruption, or begins again. */
export const commandAgain = (source: string, options: TrainOptions): string =>
  textOf(source, options, ['resume']);

function textOf(source: string, options: TrainOptions, leftOut: readonly string[]): string {
  const parts = Object.entries(options).flatMap(([name, value]) => {
    if (value === undefined || value === false || leftOut.includes(name) || DEFAULTS[name] === value)
      return [];
    if (value === true) return [flagOf(name)];
    return [flagOf(name), quoted(Array.isArray(value) ? value.join(',') : String(value))];
  });
  return ['npx steepest train', quoted(source), ...parts].join(' ');
}

const quoted = (text: string): string =>
  /^[\w./:=@%+,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
