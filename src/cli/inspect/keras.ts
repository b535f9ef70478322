import { readZip } from '../../data/npy/zip.js';
import { type Fact, type Inspection, numbersIn, type Table } from './inspection.js';
import { fields, items, jsonObject, textOf } from './json.js';

/** Hyperparameters that tell a layer's size. */
const SIZES = ['units', 'filters', 'kernel_size', 'pool_size', 'rate', 'activation'] as const;

function layerRow(layer: unknown): Fact[] {
  const { class_name: type, config, name } = fields(layer);
  const own = fields(config);
  const sizes = SIZES.filter((key) => own[key] !== undefined && own[key] !== null).map((key) => {
    const value = own[key];
    const text = Array.isArray(value)
      ? value.join(' × ')
      : (textOf(value) ?? textOf(fields(value).class_name));
    return `${key} ${text ?? '…'}`;
  });
  return [textOf(own.name) ?? textOf(name) ?? '', textOf(type) ?? '', sizes.join(', ')];
}

/** The layers of a description of Keras, of a Sequential or Functional model. */
function layersTable(description: Record<string, unknown>): Table {
  const { config } = description;
  const list = Array.isArray(config) ? config : items(fields(config).layers);
  return { name: 'layers', head: ['layer', 'class', 'options'], rows: list.map(layerRow) };
}

/** What Keras's `to_json()` gives. */
export function inspectKerasJson(bytes: Uint8Array, path: string): Inspection {
  const description = jsonObject(bytes, `a description of Keras in '${path}'`);
  const { class_name: type, keras_version: version } = description;
  return {
    kind: "a description of Keras's to_json()",
    facts: { class: textOf(type), keras: textOf(version) },
    tables: [layersTable(description)],
  };
}

/** An archive of Keras 3: its description, and the sizes of its files. */
export async function inspectKeras(path: string): Promise<Inspection> {
  const files: Fact[][] = [];
  let config: Record<string, unknown> = {};
  let metadata: Record<string, unknown> = {};
  await readZip(path, {}, async (name, content) => {
    files.push([name, content.length]);
    if (name === 'config.json') config = jsonObject(content, `config.json in '${path}'`);
    if (name === 'metadata.json') metadata = jsonObject(content, `metadata.json in '${path}'`);
  });
  return {
    kind: 'a Keras model (.keras)',
    facts: {
      class: textOf(config.class_name),
      keras: textOf(metadata.keras_version),
      saved: textOf(metadata.date_saved),
    },
    tables: [layersTable(config), { name: 'files', head: ['file', 'bytes'], rows: files }],
  };
}

/** `model.json` of TensorFlow.js: layers or a graph, and the weights in files beside it. */
export function inspectTfjs(bytes: Uint8Array, path: string): Inspection {
  const model = jsonObject(bytes, `a model of TensorFlow.js in '${path}'`);
  const topology = fields(model.modelTopology);
  const description = fields(topology.model_config ?? topology);
  const manifest = items(model.weightsManifest).map(fields);
  const weights = manifest.flatMap((group) => items(group.weights).map(fields));
  const shapes = weights.map(({ shape }) =>
    items(shape).filter((size): size is number => typeof size === 'number'),
  );
  const nodes = items(topology.node).length;
  return {
    kind: 'a TensorFlow.js model (model.json)',
    facts: {
      format: textOf(model.format),
      generatedBy: textOf(model.generatedBy),
      class: textOf(description.class_name),
      nodes: nodes === 0 ? undefined : nodes,
      files: manifest.flatMap(({ paths }) => items(paths).map(String)),
      parameters: shapes.reduce((sum, shape) => sum + numbersIn(shape), 0),
    },
    tables: [
      layersTable(description),
      {
        name: 'weights',
        head: ['weight', 'type', 'shape'],
        rows: weights.map(({ name, dtype }, i) => [textOf(name) ?? '', textOf(dtype) ?? '', shapes[i]!]),
      },
    ],
  };
}
