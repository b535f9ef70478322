import { isList } from '../../../core/realm.js';
import { show } from '../../../core/show.js';
import { isObject, type JsonObject } from './fields.js';
import { refuseReading } from './refuse.js';

/** Functional models of Keras as the chain of layers that they are, if they are one. */

const HINT = 'Only models whose layers follow one another are read: use one branch alone.';

function refuse(expected: string, given: string): never {
  return refuseReading(expected, given, HINT);
}

/**
 * The layers in the order in which they are computed.
 * @throws SteepestError `ERR_MODEL_FILE` for several inputs or outputs, branches and merges
 */
export function chainOf(config: JsonObject, layers: readonly JsonObject[]): JsonObject[] {
  const input = theOne('input', config.input_layers ?? config.inputLayers);
  const output = theOne('output', config.output_layers ?? config.outputLayers);
  const byName = new Map(layers.map((layer) => [nameOf(layer), layer]));
  if (byName.size < layers.length) refuse('a name of its own for every layer', 'one that two layers have');
  const chain: JsonObject[] = [];
  const seen = new Set<string>();
  for (let name = output; ; ) {
    const layer = byName.get(name);
    if (layer === undefined) refuse('every layer that another reads', `none that is called ${show(name)}`);
    if (seen.has(name)) refuse('layers that follow one another', `a circle at layer ${show(name)}`);
    seen.add(name);
    chain.push(layer as JsonObject);
    if (name === input) break;
    name = before(name, layer as JsonObject);
  }
  if (chain.length < layers.length) {
    const other = layers.find((layer) => !seen.has(nameOf(layer))) as JsonObject;
    refuse('one chain of layers from the input to the output', `layer ${show(nameOf(other))} beside it`);
  }
  return chain.reverse();
}

function nameOf(layer: JsonObject): string {
  const own = isObject(layer.config) ? layer.config.name : undefined;
  const name = layer.name ?? own;
  return typeof name === 'string' ? name : refuse('a name of every layer', show(name));
}

/** The layer that is the model's only input or output: `["dense", 0, 0]`, in a list or not. */
function theOne(what: string, given: unknown): string {
  const list = isList(given) ? given : [];
  const node = list.length === 1 && isList(list[0]) ? list[0] : list;
  if (typeof node[0] === 'string' && !isList(node[1])) return node[0];
  return refuse(`one ${what}`, show(given));
}

/** The layer whose output a layer reads. */
function before(name: string, layer: JsonObject): string {
  const nodes = layer.inbound_nodes ?? layer.inboundNodes;
  if (!isList(nodes) || nodes.length !== 1) {
    refuse(`layer ${show(name)} to be used once`, show(isList(nodes) ? nodes.length : nodes));
  }
  const sources = sourcesOf((nodes as unknown[])[0]);
  if (sources.length !== 1) {
    refuse(`layer ${show(name)} to read one other`, sources.length === 0 ? 'none' : sources.join(', '));
  }
  return sources[0] as string;
}

/**
 * The names of the layers that a node reads: a list of `["dense", 0, 0, {}]` until Keras 2, and
 * since then `{ args }` with tensors whose `keras_history` is that.
 */
function sourcesOf(node: unknown): string[] {
  if (isList(node)) {
    const entries = typeof node[0] === 'string' ? [node] : node;
    return entries.filter(isList).map((entry) => String(entry[0]));
  }
  if (!isObject(node)) return [];
  const { args, kwargs } = node;
  const isPlain = !isObject(kwargs) || Object.values(kwargs).every((value) => !holdsTensor(value));
  if (!isPlain) refuse('layers that read one other', 'one that has tensors as options');
  return isList(args) ? args.flatMap(tensorsIn) : [];
}

function tensorsIn(value: unknown): string[] {
  if (isList(value)) return value.flatMap(tensorsIn);
  if (!isObject(value) || !isObject(value.config)) return [];
  const { keras_history: history } = value.config;
  return isList(history) ? [String(history[0])] : [];
}

const holdsTensor = (value: unknown): boolean => tensorsIn(value).length > 0;
