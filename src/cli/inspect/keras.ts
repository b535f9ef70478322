import { readZip } from '../../data/npy/zip.js';
import { openHdf5 } from '../../io/hdf5/hdf5.js';
import { arraysOfHdf5, numbersOf } from './hdf5.js';
import { type Inspection, numbersIn, type Table } from './inspection.js';
import { fields, items, jsonObject, textOf } from './json.js';
import { layersTable } from './kerasLayers.js';

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

/** An archive of Keras 3: its description, and the arrays of its weights. */
export async function inspectKeras(path: string): Promise<Inspection> {
  let weights: Table | undefined;
  let config: Record<string, unknown> = {};
  let metadata: Record<string, unknown> = {};
  await readZip(path, {}, async (name, content) => {
    if (name === 'config.json') config = jsonObject(content, `config.json in '${path}'`);
    if (name === 'model.weights.h5') weights = arraysOfHdf5(openHdf5(content));
    if (name === 'metadata.json') metadata = jsonObject(content, `metadata.json in '${path}'`);
  });
  return {
    kind: 'a Keras model (.keras)',
    facts: {
      class: textOf(config.class_name),
      keras: textOf(metadata.keras_version),
      saved: textOf(metadata.date_saved),
      numbers: weights && numbersOf(weights),
    },
    tables: [layersTable(config), ...(weights === undefined ? [] : [weights])],
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
