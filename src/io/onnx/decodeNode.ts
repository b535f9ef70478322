import { shown } from '../jsonCursor.js';
import { decodingTensor, MAX_NAME_BYTES } from './decodeTensor.js';
import type { OnnxAttribute, OnnxNode } from './messages.js';
import { damaged, refused } from './onnxError.js';
import { WireReader } from './wireReader.js';

/** Inputs or outputs of a node: as many as a pipeline joins columns. */
const MAX_ARGUMENTS = 65_536;
const MAX_TEXT_BYTES = 2 ** 20;
/** Numbers or texts that are read in one step. */
const STEP_ITEMS = 2 ** 12;

/** AttributeProto.AttributeType of the kinds that are read. */
const KINDS = ['', 'float', 'int', 'string', 'tensor', '', 'floats', 'ints', 'strings'] as const;
type Kind = Exclude<(typeof KINDS)[number], ''>;
/** The field that has the value, which tells the kind in files of before ONNX 1.2. */
const KIND_OF_FIELD: Readonly<Record<number, Kind>> = {
  2: 'float',
  3: 'int',
  4: 'string',
  5: 'tensor',
  7: 'floats',
  8: 'ints',
  9: 'strings',
};
/** The kinds that are refused, by their fields. */
const REFUSED: Readonly<Record<number, string>> = {
  6: 'a graph',
  10: 'a list of tensors',
  11: 'graphs',
  14: 'a type',
  15: 'types',
  21: 'a reference to a function’s attribute',
  22: 'a sparse tensor',
  23: 'sparse tensors',
};

/**
 * NodeProto.
 * @throws SteepestError `ERR_MODEL_FILE`, also for a node with graphs in it, by its operator's name
 */
export function* decodingNode(bytes: Uint8Array): Generator<undefined, OnnxNode> {
  const node: OnnxNode = {
    opType: '',
    domain: '',
    name: '',
    inputs: [],
    outputs: [],
    attributes: new Map(),
  };
  let refusal: { name: string; words: string } | undefined;
  const reader = new WireReader(bytes);
  while (reader.next()) {
    const { field } = reader;
    if (field === 1 || field === 2) {
      const list = field === 1 ? node.inputs : node.outputs;
      if (list.push(reader.text(MAX_NAME_BYTES)) > MAX_ARGUMENTS) {
        damaged(`at most ${MAX_ARGUMENTS} inputs or outputs of a node`, 'more');
      }
    } else if (field === 3) node.name = reader.text(MAX_NAME_BYTES);
    else if (field === 4) node.opType = reader.text(MAX_NAME_BYTES);
    else if (field === 7) node.domain = reader.text(MAX_NAME_BYTES);
    else if (field === 5) {
      const { name, value } = yield* decodingAttribute(reader.raw());
      if (typeof value === 'string') refusal ??= { name, words: value };
      else if (node.attributes.has(name)) damaged('every attribute of a node once', `${shown(name)} twice`);
      else node.attributes.set(name, value);
    } else reader.skip();
    yield;
  }
  if (node.domain === 'ai.onnx') node.domain = '';
  if (refusal === undefined) return node;
  return refused(
    'operators whose attributes are numbers, texts and tensors',
    `${shown(node.opType)} (node ${shown(node.name)}) with ${refusal.words} as ${shown(refusal.name)}`,
    'Export the model without control flow and functions.',
  );
}

/** An attribute; its value is in words if it is of a kind that is refused. */
function* decodingAttribute(
  bytes: Uint8Array,
): Generator<undefined, { name: string; value: OnnxAttribute | string }> {
  let name = '';
  let kind: Kind | undefined;
  let stated = 0;
  let words: string | undefined;
  let tensor: Uint8Array | undefined;
  const found: Found = { float: 0, int: 0, string: '', floats: [], ints: [], strings: [] };
  const reader = new WireReader(bytes);
  for (let n = 1; reader.next(); n++) {
    if (n % STEP_ITEMS === 0) yield;
    const { field } = reader;
    kind = KIND_OF_FIELD[field] ?? kind;
    words ??= REFUSED[field];
    if (field === 1) name = reader.text(MAX_NAME_BYTES);
    else if (field === 20) stated = reader.int();
    else if (field === 5) tensor = reader.raw();
    else if (field === 7 || field === 8) yield* readList(reader, found);
    else readOne(reader, found);
  }
  if (words !== undefined) return { name, value: words };
  const type = KINDS[stated] || (stated === 0 ? kind : undefined);
  if (type === undefined) return damaged(`a value for attribute ${shown(name)}`, `type ${stated}`);
  if (type !== 'tensor') return { name, value: { type, value: found[type] } as OnnxAttribute };
  if (tensor === undefined) return damaged(`a tensor as attribute ${shown(name)}`, 'none');
  return { name, value: { type, value: yield* decodingTensor(tensor) } };
}

interface Found {
  float: number;
  int: number;
  string: string;
  floats: number[];
  ints: number[];
  strings: string[];
}

function readOne(reader: WireReader, found: Found): void {
  if (reader.field === 2) found.float = reader.float();
  else if (reader.field === 3) found.int = reader.int();
  else if (reader.field === 4) found.string = reader.text(MAX_TEXT_BYTES);
  else if (reader.field === 9) found.strings.push(reader.text(MAX_TEXT_BYTES));
  else reader.skip();
}

/** Numbers, packed or one by one. */
function* readList(reader: WireReader, { floats, ints }: Found): Generator<undefined, void> {
  const isFloat = reader.field === 7;
  const list = isFloat ? floats : ints;
  if (!reader.isBytes) {
    list.push(isFloat ? reader.float() : reader.int());
    return;
  }
  for (const packed = reader.message(); packed.hasMore; ) {
    if (list.push(isFloat ? packed.packedFloat() : packed.packedInt()) % STEP_ITEMS === 0) yield;
  }
}
