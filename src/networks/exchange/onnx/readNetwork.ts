import { SteepestError } from '../../../core/errors.js';
import type { InParts } from '../../../core/inParts.js';
import { shown } from '../../../io/jsonCursor.js';
import type { OnnxModel, OnnxNode, OnnxValue } from '../../../io/onnx/messages.js';
import type { ModelConfig } from '../../compile/model.js';
import type { ReadNetwork } from '../readNetwork.js';
import { activationReaders, addActivation } from './layers/activationReader.js';
import { conv2dReaders } from './layers/conv2dReader.js';
import { denseReaders } from './layers/denseReader.js';
import { identityReaders } from './layers/identityReader.js';
import { readLayerNormFormula } from './layers/layerNormFormula.js';
import { normalizationReaders } from './layers/normalizationReader.js';
import { pool2dReaders } from './layers/pool2dReader.js';
import { preluReaders } from './layers/preluReader.js';
import { randomCropReaders } from './layers/randomCropReader.js';
import { ONE_WAY, rescalingReaders } from './layers/rescalingReader.js';
import { reshapeReaders } from './layers/reshapeReader.js';
import { Chain, type Sample } from './read/chain.js';
import { checkingFinite, gathering } from './read/gather.js';
import { GraphIndex } from './read/graphIndex.js';
import { headAt } from './read/head.js';
import { isChannelsFirst } from './read/layout.js';
import { LayerNames } from './read/names.js';
import { activationOf } from './read/recognize.js';
import { refused, refuseNode, shownNode } from './read/refuse.js';
import { isElementwise, regionsFrom } from './read/region.js';
import { product } from './read/view.js';
import type { ReadNode } from './readers.js';
import { detailsOf, readingOwn, readNetworkOf } from './readOwn.js';

/** Every operator that is read, with its reader. */
const READERS: ReadonlyMap<string, ReadNode> = new Map(
  [
    denseReaders,
    conv2dReaders,
    pool2dReaders,
    normalizationReaders,
    preluReaders,
    activationReaders,
    rescalingReaders,
    reshapeReaders,
    randomCropReaders,
    identityReaders,
  ].flatMap((readers) => Object.entries(readers)),
);

/** Their names, for messages and the documentation. */
export const readableOperators = (): string[] => [...READERS.keys()].sort();

/** Versions of ONNX's operators that are known. Before 7, broadcasting was another. */
const FIRST_OPSET = 7;
/** Weights may be used several times, but not to fill memory with a small file. */
const MOST_REUSES = 4;
const FREE_NUMBERS = 2 ** 20;

/**
 * Reads a graph whose layers follow one another as a network.
 * @throws SteepestError `ERR_MODEL_FILE`, which names the node that no layer here can be
 */
export function* readingNetwork(model: OnnxModel): InParts<ReadNetwork> {
  const opset = model.opsetImport.find(({ domain }) => domain === '')?.version ?? 1;
  if (opset < FIRST_OPSET) {
    const hint = 'Convert it: onnx.version_converter.convert_version(model, 18).';
    refused(`operators of version ${FIRST_OPSET} or later`, `version ${opset}`, hint);
  }
  const graph = yield* GraphIndex.of(model.graph, opset);
  const own = yield* readingOwn(model, graph.numbers);
  if (own !== undefined) {
    for (const [name, numbers] of own.parameters) yield* checkingFinite(name, numbers);
    return own;
  }
  const input = graph.input();
  const chain = new Chain(graph, sampleOf(input, graph), rowsOf(input));
  const classes = yield* readLayers(chain);
  // A graph that passes its input on.
  if (chain.layers.length === 0) chain.add({ type: 'activation', activation: 'linear' }, '');
  return yield* built(chain, model, classes);
}

/** The number of rows, if it is fixed. */
function rowsOf({ shape }: OnnxValue): number | undefined {
  const rows = shape?.[0];
  return typeof rows === 'number' ? rows : undefined;
}

/** What comes in: rows or images, the latter as the first operator wants them. */
function sampleOf({ name, shape, type }: OnnxValue, graph: GraphIndex): Sample {
  const dims = (shape ?? []).slice(1);
  const isKnown = dims.every((size): size is number => typeof size === 'number' && size > 0);
  if (!isKnown || dims.length < 1 || dims.length > 3 || type === 'string' || type === 'other') {
    const given =
      type === 'string' || type === 'other'
        ? type
        : `[${(shape ?? ['?']).slice(0, 8).map(sizeText).join(', ')}]`;
    refused(
      `an input ${shown(name)} of numbers, [rows, columns] or [rows, channels, height, width], with known sizes`,
      given,
      'Export the model with a fixed size of a sample; the number of rows may be free.',
    );
  }
  if (dims.length === 1) return { value: name, dims, shape: dims, channelsFirst: undefined };
  const [a, b, c = 1] = dims as number[] as [number, number, number?];
  if (dims.length === 3 && isChannelsFirst(graph, name)) {
    return { value: name, dims, shape: [b, c, a], channelsFirst: [b, c, a] };
  }
  return { value: name, dims, shape: [a, b, c], channelsFirst: undefined };
}

const sizeText = (size: number | string): string => (size === '' ? '?' : String(size).slice(0, 20));

/** Reads node after node. @returns the names of the classes, if the graph ends with labels */
function* readLayers(chain: Chain): InParts<string[] | undefined> {
  const { graph } = chain;
  for (;;) {
    yield;
    const { value } = chain.x;
    const users = graph.usersOf(value);
    const isEnd = graph.isOutput(value) && users.length === 0 && graph.outputs.size === 1;
    const head = isEnd ? { classes: undefined } : headAt(value, graph);
    if (head !== undefined) {
      checkEnd(chain);
      return head.classes;
    }
    if (users.length === 0) refused('one output', `${graph.outputs.size}`, ONE_WAY);
    if (graph.isOutput(value)) refuseBranch(value, users);
    readNext(chain, users);
  }
}

function readNext(chain: Chain, users: readonly OnnxNode[]): void {
  const node = users[0]!;
  try {
    const reader = node.domain === '' ? READERS.get(node.opType) : undefined;
    if (users.length === 1 && reader !== undefined) reader(node, chain);
    else if (!readFormula(chain)) refuseNext(chain, users);
  } catch (error) {
    if (!(error instanceof SteepestError) || error.code === 'ERR_MODEL_FILE') throw error;
    // What a layer here does not allow.
    throw new SteepestError(
      'ERR_MODEL_FILE',
      { expected: `${shownNode(node)} as a layer (${error.expected})`, given: error.given, hint: error.hint },
      { cause: error },
    );
  }
}

/** Several nodes that are one layer: an activation, or a layer normalisation. */
function readFormula(chain: Chain): boolean {
  const { graph, x } = chain;
  if (readLayerNormFormula(chain)) return true;
  for (const region of regionsFrom(x.value, graph)) {
    const activation = activationOf(region, x.value, graph);
    if (activation === undefined) continue;
    addActivation(chain, activation, region.output);
    return true;
  }
  return false;
}

function refuseNext({ x }: Chain, users: readonly OnnxNode[]): never {
  if (users.length > 1) refuseBranch(x.value, users);
  return refuseOperator(users[0]!);
}

function refuseBranch(value: string, users: readonly OnnxNode[]): never {
  const nodes = users.slice(0, 4).map(shownNode).join(', ');
  return refused(
    'layers that follow one another, or a known formula of an activation',
    `a branch at ${shown(value)}: ${nodes || 'an output'}`,
    ONE_WAY,
  );
}

function refuseOperator(node: OnnxNode): never {
  if (isElementwise(node))
    refuseNode(node, 'a formula of an activation that exists here', 'another', ONE_WAY);
  return refused(
    `operators that are layers here: ${readableOperators().join(', ')}`,
    shownNode(node),
    'Change the layer in the program that wrote the model, and export it again.',
  );
}

/** A row in the order of images with their channels first would be another row here. */
function checkEnd({ x }: Chain): void {
  if (x.channelsFirst === undefined || x.shape.length !== 1) return;
  refused(
    'rows whose columns are in the order [height, width, channels]',
    'flattened images with their channels first as the output',
    'End the model before it flattens the images, or with a dense layer.',
  );
}

/** Names the layers and makes their arrays. */
function* built(chain: Chain, model: OnnxModel, classes: string[] | undefined): InParts<ReadNetwork> {
  const { layers, graph } = chain;
  const names = new LayerNames();
  const total = layers.reduce((sum, { weights }) => {
    return Object.values(weights).reduce((a, { view }) => a + product(view.shape), sum);
  }, 0);
  if (total > MOST_REUSES * graph.numbers + FREE_NUMBERS) {
    refused(`at most ${MOST_REUSES} uses of each weight`, 'more', 'Save the weights of each layer.');
  }
  const arrays = new Map<string, Float32Array>();
  const configs: ModelConfig['layers'] = [];
  for (const [i, { config, weights, hint }] of layers.entries()) {
    const name = names.of(config.type, hint, Object.keys(weights).length > 0);
    configs.push({ ...config, name, ...(i === 0 ? { inputShape: [...chain.inputShape] } : {}) });
    for (const [array, weight] of Object.entries(weights)) {
      arrays.set(`${name}/${array}`, yield* gathering(`${name}/${array}`, weight));
    }
  }
  return readNetworkOf({ seed: 0, layers: configs, ...detailsOf(model, classes) }, arrays);
}
