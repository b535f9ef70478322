import type { OnnxNode } from '../../../../io/onnx/messages.js';
import { intOf } from './attributes.js';
import type { GraphIndex } from './graphIndex.js';
import { product, scalarOf, type View } from './view.js';

/**
 * The end of a classifier's graph, which makes labels and probabilities of a network's outputs. It
 * is no layer: `predictClasses` and `predictTop` do the same.
 */
export interface Head {
  /** The names of the classes, if the graph has some that are not their numbers. */
  classes: string[] | undefined;
}

/** What a value of the head is, seen from the network's outputs. */
type Meaning =
  | 'outputs'
  | 'probabilities'
  | 'complement'
  | 'negative'
  | 'first'
  | 'second'
  | 'pair'
  | 'isSecond'
  | 'index'
  | 'label';

/** The longest head that is looked for. */
const MOST_NODES = 24;
/** More classes are not named. */
const MOST_CLASSES = 65_536;

/**
 * The head that begins at a value, if everything that follows makes labels or probabilities of it.
 * @returns undefined if layers follow, or nothing
 */
export function headAt(value: string, graph: GraphIndex): Head | undefined {
  const meanings = new Map<string, Meaning>([[value, 'outputs']]);
  const nodes = nodesAfter(value, graph);
  if (nodes === undefined || nodes.length === 0) return undefined;
  const [only] = graph.usersOf(value);
  // A single function of the outputs is a layer: the probabilities are what the network gives.
  const isLayer = graph.usersOf(value).length === 1 && !graph.isOutput(value);
  if (isLayer && !['ArgMax', 'Greater'].includes(only!.opType)) return undefined;
  let classes: string[] | undefined;
  for (const node of nodes) {
    const [output, ...others] = node.outputs;
    const meaning = meaningOf(node, meanings, graph);
    if (meaning === undefined || others.some((name) => name !== '')) return undefined;
    meanings.set(output!, meaning);
    const table = node.inputs.map((name) => graph.constant(name)).find(isTable);
    if (meaning === 'label' && table !== undefined) classes = namesIn(table);
  }
  const ends = [...graph.outputs].map((name) => meanings.get(name));
  const gives = (meaning: Meaning): boolean => ends.includes(meaning);
  if (!ends.every((end) => end !== undefined)) return undefined;
  return gives('label') || gives('index') || gives('outputs') ? { classes } : undefined;
}

/** Everything that follows a value, in order; undefined if that is too much. */
function nodesAfter(value: string, graph: GraphIndex): OnnxNode[] | undefined {
  const nodes = new Set<OnnxNode>();
  const values = [value];
  for (const name of values) {
    for (const node of graph.usersOf(name)) {
      if (nodes.has(node)) continue;
      nodes.add(node);
      values.push(...node.outputs.slice(0, 2));
      if (nodes.size > MOST_NODES) return undefined;
    }
  }
  return [...nodes].sort((a, b) => graph.position(a) - graph.position(b));
}

const isTable = (view: View | undefined): boolean =>
  view !== undefined &&
  (view.type === 'string' || view.type === 'int64' || view.type === 'int32') &&
  product(view.shape) > 1;

/** The names in a table of classes; undefined for the numbers 0, 1, 2 …, which need no names. */
function namesIn(table: View): string[] | undefined {
  const count = product(table.shape);
  if (count > MOST_CLASSES) return undefined;
  const names = Array.from({ length: count }, (_, i) => String(table.data[i]));
  return table.type !== 'string' && names.every((name, i) => name === String(i)) ? undefined : names;
}

const SHAPING = ['Cast', 'Squeeze', 'Reshape', 'Identity', 'Flatten'];

function meaningOf(
  node: OnnxNode,
  meanings: ReadonlyMap<string, Meaning>,
  graph: GraphIndex,
): Meaning | undefined {
  const { opType, domain, inputs } = node;
  const of = inputs.map((name) => meanings.get(name));
  const [a, b] = of;
  if (domain !== '') return fromMl(node, of);
  if (SHAPING.includes(opType)) return a === 'isSecond' && opType !== 'Identity' ? 'index' : a;
  switch (opType) {
    case 'Softmax':
      return a === 'outputs' ? 'probabilities' : undefined;
    case 'Neg':
      return a === 'outputs' ? 'negative' : undefined;
    case 'Sigmoid':
      if (a === 'negative') return 'first';
      return a === 'outputs' ? 'second' : undefined;
    case 'Sub':
      return scalarOf(graph.constant(inputs[0])) === 1 && (b === 'outputs' || b === 'second')
        ? 'complement'
        : undefined;
    case 'Concat': {
      const isPair =
        a === 'first' ? b === 'second' : a === 'complement' && (b === 'outputs' || b === 'second');
      return isPair && inputs.length === 2 ? 'pair' : undefined;
    }
    case 'ArgMax': {
      const isBest = a === 'outputs' || a === 'probabilities' || a === 'pair';
      const axis = intOf(node, 'axis', 0);
      return isBest && (axis === 1 || axis === -1) ? 'index' : undefined;
    }
    case 'Greater': {
      const limit = scalarOf(graph.constant(inputs[1]));
      return (a === 'outputs' || a === 'second') && (limit === 0.5 || limit === 0) ? 'isSecond' : undefined;
    }
    case 'Gather':
      return isTable(graph.constant(inputs[0])) && (b === 'index' || b === 'isSecond') ? 'label' : undefined;
    default:
      return undefined;
  }
}

/** Operators of ai.onnx.ml, which scikit-learn's converter writes. */
function fromMl({ domain, opType }: OnnxNode, [a, b]: readonly (Meaning | undefined)[]): Meaning | undefined {
  if (domain !== 'ai.onnx.ml') return undefined;
  if (opType === 'ArrayFeatureExtractor') return b === 'index' ? 'label' : undefined;
  return opType === 'ZipMap' ? a : undefined;
}
