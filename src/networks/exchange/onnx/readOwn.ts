import { isDeepStrictEqual } from 'node:util';
import type { InParts } from '../../../core/inParts.js';
import { parseDescription } from '../../../io/description.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../../io/onnx/messages.js';
import { PRODUCER } from '../../../io/onnx/model.js';
import { type ModelConfig, type ResolvedModel, resolveModel } from '../../compile/model.js';
import type { OutputKind } from '../../compile/outputKind.js';
import type { ReadNetwork } from '../readNetwork.js';
import { LABEL } from './outputs.js';
import { inOrder } from './read/gather.js';
import { product, transposed, viewOf } from './read/view.js';
import { INPUT_TYPES, type NetworkForm, networkGraph } from './writeNetwork.js';

/** How a network was compiled, no ONNX file tells. */
export const readNetworkOf = (config: ModelConfig, parameters: Map<string, Float32Array>): ReadNetwork => ({
  config,
  parameters,
  compile: undefined,
  isOwn: false,
});

/** What outputs may be of classes, of which a graph has only the end. */
const KINDS: readonly (OutputKind | undefined)[] = ['probabilities', 'logits', 'scores', undefined];

/**
 * The network that a file of this package was written from, with what no graph shows: dropout,
 * penalties, what is trained. The description counts only if it gives the very graph of the file:
 * another program may have changed the graph and passed the description on.
 * @param numbers how many the graph's constants have
 * @returns undefined if there is no description, or one of another graph
 */
export function* readingOwn(
  { producerName, metadataProps, graph }: OnnxModel,
  numbers: number,
): InParts<ReadNetwork | undefined> {
  const text = metadataProps.get('model');
  if (producerName !== PRODUCER || text === undefined) return undefined;
  try {
    const config = parseDescription(text, 'model') as unknown as ModelConfig;
    const model = resolveModel(config);
    const tensors = tensorsOf(graph, model);
    if (tensors === undefined || numbersMade(model) > numbers) return undefined;
    if (!(yield* isWrittenOf(model, graph))) return undefined;
    return readNetworkOf(config, yield* inOurOrder(tensors));
  } catch {
    // A description that is no model did not come with this graph.
    return undefined;
  }
}

/**
 * Numbers of the arrays that writing the graph makes of itself: ones and zeros of normalisations.
 */
const numbersMade = ({ layers }: ResolvedModel): number =>
  layers.reduce(
    (sum, { config, inputShape }) => (config.type.endsWith('Norm') ? sum + inputShape.at(-1)! : sum),
    0,
  );

/** The arrays of a model, which stand in the graph under their names. */
function tensorsOf(graph: OnnxGraph, { parameters }: ResolvedModel): OnnxTensor<'float'>[] | undefined {
  const known = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const tensors: OnnxTensor<'float'>[] = [];
  for (const { name, shape } of parameters) {
    const tensor = known.get(name);
    if (tensor?.type !== 'float' || tensor.data.length !== product(shape)) return undefined;
    tensors.push(tensor);
  }
  return tensors;
}

/** Kernels of convolutions are [filters, channels, height, width] in the graph. */
function* inOurOrder(tensors: readonly OnnxTensor<'float'>[]): InParts<Map<string, Float32Array>> {
  const weights = new Map<string, Float32Array>();
  for (const tensor of tensors) {
    const kernel = tensor.shape.length === 4 ? transposed(viewOf(tensor), [2, 3, 1, 0]) : undefined;
    weights.set(tensor.name, kernel === undefined ? tensor.data : yield* inOrder({ view: kernel }));
  }
  return weights;
}

/** How the graph may have been written. */
function formsOf({ name, inputs, outputs }: OnnxGraph): [NetworkForm, OutputKind | undefined][] {
  const inputType = inputs[0]?.type === INPUT_TYPES.uint8 ? 'uint8' : 'float32';
  const labels = outputs.some((output) => output.name === LABEL);
  const form = { name, inputType, labels } as const;
  return labels ? KINDS.map((kind) => [form, kind]) : [[form, undefined]];
}

/** A node whose attributes are float32 numbers, as they are in a file. */
const asInFile = (node: OnnxNode): OnnxNode => ({
  ...node,
  attributes: new Map(
    [...node.attributes].map(([key, one]) => [
      key,
      one.type === 'float' ? { ...one, value: Math.fround(one.value) } : one,
    ]),
  ),
});

/**
 * Whether a model gives this graph. The numbers of its parameters are those of the file in any
 * case.
 */
function* isWrittenOf(model: ResolvedModel, read: OnnxGraph): InParts<boolean> {
  const none = new Float32Array(0);
  const weights = new Map(model.parameters.map(({ name }) => [name, none]));
  const withoutNumbers = (tensor: OnnxTensor): unknown =>
    weights.has(tensor.name) ? { ...tensor, data: none } : tensor;
  for (const [form, kind] of formsOf(read)) {
    const written = networkGraph({ model, weights }, form, kind);
    yield;
    const isSame =
      isDeepStrictEqual(frameOf(written), frameOf(read)) &&
      (yield* areSame(written.nodes.map(asInFile), read.nodes)) &&
      (yield* areSame(written.initializers, read.initializers.map(withoutNumbers)));
    if (isSame) return true;
  }
  return false;
}

/** What a graph is besides its nodes and constants. */
const frameOf = ({ name, inputs, outputs }: OnnxGraph) => ({ name, inputs, outputs });

function* areSame(written: readonly unknown[], read: readonly unknown[]): InParts<boolean> {
  if (written.length !== read.length) return false;
  for (const [i, one] of written.entries()) {
    if (!isDeepStrictEqual(one, read[i])) return false;
    yield;
  }
  return true;
}

/** Seed and names that this package wrote beside the graph. */
export function detailsOf(
  { producerName, metadataProps }: OnnxModel,
  classes: string[] | undefined,
): Partial<ModelConfig> {
  const given = (key: string): unknown => {
    const text = producerName === PRODUCER ? metadataProps.get(key) : undefined;
    return text === undefined ? undefined : parseDescription(`{"${key}":${text}}`, key)[key];
  };
  const [seed, columns, named] = [given('seed'), given('columns'), given('classes')];
  const names = classes ?? named;
  return {
    ...(seed === undefined ? {} : { seed: seed as number }),
    ...(names === undefined ? {} : { classes: names as string[] }),
    ...(columns === undefined ? {} : { columns: columns as string[] }),
  };
}
