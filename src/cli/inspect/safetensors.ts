import { type SavedEstimator, savedFrom } from '../../estimators/base/saved.js';
import { load } from '../../estimators/load.js';
import { parseObject } from '../../io/description.js';
import { FORMATS } from '../../io/modelFile.js';
import { decodeSafetensors, readTensorInfo, type TensorInfo } from '../../io/safetensors.js';
import { ALL_TYPES } from '../../io/safetensorsTypes.js';
import { resolveModel } from '../../networks/compile/model.js';
import { Sequential } from '../../networks/models/sequential.js';
import { modelInfoFrom } from '../modelInfo.js';
import { type Fact, type Facts, type Inspection, MOST_TEXT, numbersIn, type Table } from './inspection.js';
import { fields, textOf } from './json.js';

/** A safetensors file: a network or an estimator of ours, or tensors of another program. */
export async function inspectSafetensors(bytes: Uint8Array): Promise<Inspection> {
  const { tensors, metadata } = readTensorInfo(bytes, ALL_TYPES);
  if (metadata.format === FORMATS.network.format) {
    return withTraining(await inspectNetwork(bytes, metadata, tensors), metadata);
  }
  if (metadata.format === FORMATS.estimator.format) {
    return withTraining(await inspectEstimator(bytes), metadata);
  }
  const facts: Facts = {
    tensors: tensors.length,
    numbers: tensors.reduce((sum, { shape }) => sum + numbersIn(shape), 0),
  };
  for (const [key, value] of Object.entries(metadata)) facts[`metadata ${key}`] = value.slice(0, MOST_TEXT);
  return { kind: 'tensors of another program (safetensors)', facts, tables: [tensorTable(tensors)] };
}

/** With what `steepest train` has written beside the model. */
function withTraining(
  { kind, facts, tables }: Inspection,
  metadata: Readonly<Record<string, string>>,
): Inspection {
  const info = modelInfoFrom(metadata);
  if (info === undefined) return { kind, facts, tables };
  const { target, task, rows, validation, command, scores, version } = info;
  const origin =
    validation.kind === 'folds'
      ? `${validation.folds} folds`
      : `${rows.held.toLocaleString('en-US')} held-out rows`;
  return {
    kind,
    facts: { ...facts, target, task, trained: rows.trained, scored: origin, command, version },
    tables: [
      {
        name: 'scores',
        head: ['score', 'model', 'baseline'],
        rows: scores.map(({ name, title, value, baseline }) => [title ?? name, value, baseline ?? '–']),
      },
      ...tables,
    ],
  };
}

const tensorTable = (tensors: readonly TensorInfo[]): Table => ({
  name: 'tensors',
  head: ['tensor', 'type', 'shape'],
  rows: tensors.map(({ name, dtype, shape }) => [name, dtype, shape]),
});

/** A choice of `compile` in words: its name, and the numbers that it has. */
function choiceText(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  const { name, ...rest } = fields(value);
  const numbers = Object.entries(rest).filter(([, v]) => typeof v === 'number' || typeof v === 'boolean');
  const text = numbers.map(([key, v]) => `${key} ${v}`).join(', ');
  return typeof name === 'string' ? name + (text === '' ? '' : ` (${text})`) : undefined;
}

async function inspectNetwork(
  bytes: Uint8Array,
  metadata: Readonly<Record<string, string>>,
  tensors: readonly TensorInfo[],
): Promise<Inspection> {
  const model = await load(bytes, Sequential);
  const { config, compileConfig, classes, columns } = model;
  const counters = parseObject(metadata.training, "a JSON object as metadata 'training'");
  const { layers, inputShape, outputShape, parameters } = resolveModel(config);
  const sizeOf = (list: typeof parameters): number =>
    list.reduce((sum, { shape }) => sum + numbersIn(shape), 0);
  const metrics = compileConfig?.metrics?.map((metric) => choiceText(metric) ?? '…');
  return {
    kind: metadata.fit === undefined ? 'a network' : 'a network: the checkpoint of a fit',
    facts: {
      input: inputShape,
      output: outputShape,
      parameters: sizeOf(parameters),
      seed: config.seed,
      epochs: Number(counters.epochs),
      steps: Number(counters.step),
      loss: choiceText(compileConfig?.loss),
      optimizer: choiceText(compileConfig?.optimizer),
      metrics: metrics === undefined || metrics.length === 0 ? undefined : metrics,
      compiled: compileConfig === undefined ? 'no' : undefined,
      classes,
      columns,
    },
    tables: [
      {
        name: 'layers',
        head: ['layer', 'type', 'output', 'parameters'],
        rows: layers.map(({ name, config: { type }, outputShape: output, parameters: own }) => [
          name,
          type,
          output,
          sizeOf(own),
        ]),
      },
      tensorTable(tensors),
    ],
  };
}

/** An estimator and those inside of it. */
function estimatorRows({ type, state }: SavedEstimator, place: string): Fact[][] {
  const learned = Object.entries(state?.tensors ?? {}).map(
    ([name, { shape }]) => `${name} [${shape.join(', ')}]`,
  );
  const inside = Object.entries(state?.children ?? {}).filter(([name]) => !name.startsWith('own.'));
  return [
    [place || '/', type, state === undefined ? 'not fitted' : learned.join(', ')],
    ...inside.flatMap(([name, child]) => estimatorRows(child, `${place}/${name.replace(/^fitted\./, '')}`)),
  ];
}

async function inspectEstimator(bytes: Uint8Array): Promise<Inspection> {
  const estimator = await load(bytes);
  const saved = savedFrom(decodeSafetensors(bytes));
  const { attributes = {} } = saved.state ?? {};
  const list = (value: unknown): Fact | undefined =>
    Array.isArray(value) && value.length > 0 ? value.map((item) => textOf(item) ?? String(item)) : undefined;
  const params = Object.entries(saved.params).map(([key, value]) => [
    key,
    textOf(value) ?? JSON.stringify(value) ?? '',
  ]);
  return {
    kind: `an estimator: ${estimator.type}`,
    facts: {
      columns: list(attributes.names),
      classes: list(attributes.classes),
    },
    tables: [
      { name: 'estimators', head: ['place', 'class', 'learned'], rows: estimatorRows(saved, '') },
      { name: 'parameters', head: ['parameter', 'value'], rows: params },
    ],
  };
}
