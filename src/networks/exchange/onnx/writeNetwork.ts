import { SteepestError } from '../../../core/errors.js';
import { int } from '../../../io/onnx/attributes.js';
import { elementNumber } from '../../../io/onnx/elementTypes.js';
import { OnnxBuilder } from '../../../io/onnx/graphBuilder.js';
import type { OnnxGraph, OnnxModel } from '../../../io/onnx/messages.js';
import { onnxModel } from '../../../io/onnx/model.js';
import { configOf, type ResolvedModel } from '../../compile/model.js';
import { type OutputKind, outputKind } from '../../compile/outputKind.js';
import type { ResolvedLoss } from '../../losses/index.js';
import type { Flow } from './flow.js';
import { onnxLayer } from './index.js';
import { LayerSite } from './layerSite.js';
import { ROWS, writeClasses, writeOutput } from './outputs.js';

/** The name of a network's input. */
export const INPUT = 'input';

/** The element types that the input may have. */
export const INPUT_TYPES = { float32: 'float', uint8: 'uint8' } as const;
export type OnnxInputType = keyof typeof INPUT_TYPES;

/** What is written of a network. */
export interface NetworkToWrite {
  model: ResolvedModel;
  /** Its arrays by name. */
  weights: ReadonlyMap<string, Float32Array>;
  /** The loss that it was compiled with, which says what outputs of classes are. */
  loss: ResolvedLoss | undefined;
  /** Loss and metrics of its last fit or evaluation, if they are known. */
  metrics?: Readonly<Record<string, number>> | undefined;
}

/** How it is written. */
export interface NetworkForm {
  name: string;
  inputType: OnnxInputType;
  /** Whether a network whose classes have names gives labels and probabilities. */
  labels: boolean;
}

/** A network as a model of ONNX, with a graph that computes what `predict` does. */
export function networkModel(network: NetworkToWrite, form: NetworkForm): OnnxModel {
  const { seed, classes, columns } = network.model;
  return onnxModel(networkGraph(network, form, outputKind(network.loss)), {
    metadata: {
      // The layers that only training has, and their options, which no graph shows.
      model: json(configOf(network.model)),
      seed: String(seed),
      classes: json(classes),
      columns: json(columns),
      metrics: json(network.metrics),
    },
  });
}

const json = (value: unknown): string | undefined =>
  value === undefined ? undefined : JSON.stringify(value);

/**
 * The graph alone.
 * @param kind what the outputs are of classes; undefined for values
 */
export function networkGraph(
  { model, weights }: Pick<NetworkToWrite, 'model' | 'weights'>,
  form: NetworkForm,
  kind: OutputKind | undefined,
): OnnxGraph {
  const builder = new OnnxBuilder(form.name);
  const { layers, classes, inputShape } = model;
  const last = writeLayers(builder, { layers, weights }, writeInput(builder, inputShape, form.inputType));
  const givesClasses = form.labels && classes !== undefined && kind !== undefined && isRow(model.outputShape);
  if (givesClasses) writeClasses(builder, last, classes, kind);
  else writeOutput(builder, last);
  return builder.build();
}

/** Adds all layers of a network. */
export const writeLayers = (
  builder: OnnxBuilder,
  { layers, weights }: { layers: ResolvedModel['layers']; weights: ReadonlyMap<string, Float32Array> },
  input: Flow,
): Flow =>
  layers.reduce((flow: Flow, layer) => writeLayer(flow, new LayerSite(builder, layer, weights)), input);

/** Whether an output has one score per class, as `predictClasses` wants it. */
const isRow = (shape: readonly number[]): boolean => shape.slice(0, -1).every((size) => size === 1);

function writeInput(builder: OnnxBuilder, shape: readonly number[], type: OnnxInputType): Flow {
  const input = builder.input(INPUT, INPUT_TYPES[type], [ROWS, ...shape]);
  const to = int(elementNumber('float'));
  const value = type === 'float32' ? input : builder.add('Cast', [input], { to }, { name: 'numbers' });
  return { value, shape, isChannelsFirst: false };
}

function writeLayer(x: Flow, site: LayerSite): Flow {
  const { config, name } = site.layer;
  const writer = onnxLayer(config.type);
  if (writer !== undefined) return writer.write(config, x, site);
  throw new SteepestError('ERR_ARGUMENT', {
    expected: 'layers that have an ONNX form',
    given: `layer ${name}, of type ${config.type}`,
    hint: 'Remove it before you export the network.',
  });
}
