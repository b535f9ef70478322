import { isDeepStrictEqual } from 'node:util';
import { parseDescription } from '../../../io/description.js';
import type { OnnxGraph, OnnxModel, OnnxNode, OnnxTensor } from '../../../io/onnx/messages.js';
import { PRODUCER } from '../../../io/onnx/model.js';
import type { ParameterSpec } from '../../../program/parameters.js';
import { type ModelConfig, type ResolvedModel, resolveModel } from '../../compile/model.js';
import type { OutputKind } from '../../compile/outputKind.js';
import type { ReadNetwork } from '../readNetwork.js';
import { LABEL } from './outputs.js';
import { product, stridesOf } from './read/view.js';
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
 * @returns undefined if there is no description, or one of another graph
 */
export function ownNetwork({ producerName, metadataProps, graph }: OnnxModel): ReadNetwork | undefined {
  const text = metadataProps.get('model');
  if (producerName !== PRODUCER || text === undefined) return undefined;
  try {
    const model = resolveModel(parseDescription(text, 'model') as unknown as ModelConfig);
    const weights = weightsIn(graph, model);
    if (weights === undefined || numbersMade(model) > numbersIn(graph)) return undefined;
    const isSame = formsOf(graph).some(([form, kind]) => {
      return isSameGraph(networkGraph({ model, weights }, form, kind), graph, model);
    });
    if (!isSame) return undefined;
    return readNetworkOf(parseDescription(text, 'model') as unknown as ModelConfig, weights);
  } catch {
    // A description that is no model did not come with this graph.
    return undefined;
  }
}

const numbersIn = ({ initializers }: OnnxGraph): number =>
  initializers.reduce((sum, { data }) => sum + data.length, 0);

/** Numbers of the arrays that writing the graph makes of itself: ones and zeros of normalisations. */
const numbersMade = ({ layers }: ResolvedModel): number =>
  layers.reduce(
    (sum, { config, inputShape }) => (config.type.endsWith('Norm') ? sum + inputShape.at(-1)! : sum),
    0,
  );

/** The arrays of a model, which stand in the graph under their names. */
function weightsIn(graph: OnnxGraph, { parameters }: ResolvedModel): Map<string, Float32Array> | undefined {
  const tensors = new Map(graph.initializers.map((tensor) => [tensor.name, tensor]));
  const weights = new Map<string, Float32Array>();
  for (const parameter of parameters) {
    const tensor = tensors.get(parameter.name);
    if (tensor?.type !== 'float' || tensor.data.length !== product(parameter.shape)) return undefined;
    weights.set(parameter.name, inOurOrder(tensor.data, parameter));
  }
  return weights;
}

/** Kernels of convolutions are [filters, channels, height, width] in the graph. */
function inOurOrder(data: Float32Array, { shape }: ParameterSpec): Float32Array {
  if (shape.length !== 4) return data;
  const [height, width, channels, filters] = shape as [number, number, number, number];
  const [byFilter, byChannel, byRow] = stridesOf([filters, channels, height, width]) as [
    number,
    number,
    number,
  ];
  const ours = new Float32Array(data.length);
  let at = 0;
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      for (let channel = 0; channel < channels; channel++) {
        const from = channel * byChannel + row * byRow + column;
        for (let filter = 0; filter < filters; filter++) ours[at++] = data[filter * byFilter + from]!;
      }
    }
  }
  return ours;
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

function isSameGraph(written: OnnxGraph, read: OnnxGraph, { parameters }: ResolvedModel): boolean {
  const isParameter = new Set(parameters.map(({ name }) => name));
  // The numbers of parameters are those of the file in any case.
  const withoutNumbers = (tensor: OnnxTensor): unknown =>
    isParameter.has(tensor.name) ? { ...tensor, data: undefined } : tensor;
  const parts = ({ initializers, nodes, ...rest }: OnnxGraph): unknown => ({
    ...rest,
    nodes: nodes.map(asInFile),
    initializers: initializers.map(withoutNumbers),
  });
  return isDeepStrictEqual(parts(written), parts(read));
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
