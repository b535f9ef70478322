import { show } from '../../core/show.js';
import { elementCount } from '../elementCount.js';
import { shown } from '../jsonCursor.js';
import { toLittleEndian } from '../littleEndian.js';
import { MAX_RANK } from '../safetensors.js';
import {
  DATA_FIELDS,
  ELEMENT_NAMES,
  isNumberElement,
  NUMBER_TYPES,
  type NumberData,
  type NumberElement,
  type NumberType,
} from './elementTypes.js';
import type { OnnxTensor } from './messages.js';
import { damaged, refused } from './onnxError.js';
import { WireReader } from './wireReader.js';

/** Longest name that is read, in bytes. Exporters join the names of modules. */
export const MAX_NAME_BYTES = 4096;
/** Longest element of a tensor of text, in bytes. */
const MAX_ELEMENT_BYTES = 2 ** 20;
/** Bytes that are copied, and numbers that are read, in one step. */
const STEP_BYTES = 2 ** 20;
const STEP_NUMBERS = 2 ** 15;
const STEP_TEXTS = 2 ** 9;

/** TensorProto.DataLocation.EXTERNAL. */
const EXTERNAL = 1;

/** A tensor before its elements are read. */
interface Header {
  name: string;
  dims: number[];
  type: number;
  /** Bytes of each field with elements, by its number. */
  fields: Map<number, number>;
  raw: Uint8Array | undefined;
}

const STRINGS = 6;
const RAW = 9;
const DATA_NUMBERS: readonly number[] = [...Object.values(DATA_FIELDS), STRINGS];

/**
 * Reads a tensor. A first pass finds type, shape and sizes; the elements are read in a second one,
 * into memory that the file's own bytes justify.
 * @param bytes the message
 * @throws SteepestError `ERR_MODEL_FILE`
 */
export function* decodingTensor(bytes: Uint8Array): Generator<undefined, OnnxTensor> {
  const header = yield* readHeader(bytes);
  const { name, dims: shape } = header;
  const type = elementName(header);
  const count = elementCount(shape);
  if (!Number.isSafeInteger(count)) {
    damaged(`${shown(name)} to have fewer than 2^53 elements`, `shape [${shape.join(', ')}]`);
  }
  if (type === 'string') return { name, type, shape, data: yield* readStrings(bytes, header, count) };
  const numbers = NUMBER_TYPES[type];
  const { raw } = header;
  checkFields(header, type, raw === undefined ? DATA_FIELDS[numbers.field] : RAW);
  const stored =
    raw === undefined
      ? yield* readNumbers(bytes, header, numbers, count)
      : yield* copyRaw(raw, header, numbers, count);
  const data = yield* converted(stored, numbers);
  return { name, type: numbers.as, shape, data } as OnnxTensor;
}

function* readHeader(bytes: Uint8Array): Generator<undefined, Header> {
  const reader = new WireReader(bytes);
  const header: Header = { name: '', dims: [], type: 0, fields: new Map(), raw: undefined };
  for (let n = 0; reader.next(); n++) {
    if (n % STEP_NUMBERS === STEP_NUMBERS - 1) yield;
    const { field } = reader;
    if (DATA_NUMBERS.includes(field)) {
      const before = reader.left;
      reader.skip();
      header.fields.set(field, (header.fields.get(field) ?? 0) + before - reader.left);
    } else if (field === 1) readDims(reader, header.dims);
    else if (field === 2) header.type = reader.int();
    else if (field === 8) header.name = reader.text(MAX_NAME_BYTES);
    else if (field === RAW) {
      if (header.raw !== undefined) damaged('raw_data of a tensor once', 'twice');
      header.raw = reader.raw();
    } else if (field === 13 || (field === 14 && reader.int() === EXTERNAL)) refuseExternal(header.name);
    else if (field === 3) damaged('a tensor in one piece', 'a segment of one');
    else if (field !== 14) reader.skip();
  }
  return header;
}

function refuseExternal(name: string): never {
  refused(
    `a model in one file, with all its tensors`,
    `tensor ${shown(name)} in another file`,
    'Export it with external_data=False, or join the files: onnx.save(onnx.load(path), one).',
  );
}

function readDims(reader: WireReader, dims: number[]): void {
  const add = (size: number): void => {
    if (!Number.isSafeInteger(size) || size < 0) damaged('dimensions from 0 to 2^53', show(size));
    if (dims.push(size) > MAX_RANK) damaged(`tensors of at most ${MAX_RANK} dimensions`, 'more');
  };
  if (!reader.isBytes) add(reader.int());
  else for (const packed = reader.message(); packed.hasMore; ) add(packed.packedInt());
}

function elementName({ name, type }: Header): NumberElement | 'string' {
  const known = ELEMENT_NAMES[type];
  if (known !== undefined && (known === 'string' || isNumberElement(known))) return known;
  return refused(
    `${shown(name)} to have one of the element types ${Object.keys(NUMBER_TYPES).join(', ')} or string`,
    known ?? `number ${type}`,
    'Convert the tensor in the program that wrote it, for example to float32.',
  );
}

/** Elements stand in the one field that is for their type, or in none if there are no elements. */
function checkFields({ name, fields, raw }: Header, as: string, own: number): void {
  const others = [...fields.keys(), ...(raw === undefined ? [] : [RAW])].filter((field) => field !== own);
  if (others.length === 0) return;
  damaged(`${shown(name)} to have its elements, as ${as}, in field ${own}`, `field ${others[0]}`);
}

function* copyRaw(
  raw: Uint8Array,
  { name, dims }: Header,
  { as, itemBytes, over }: NumberType,
  count: number,
): Generator<undefined, NumberData> {
  const wanted = count * itemBytes;
  if (raw.length !== wanted) {
    damaged(`${wanted} bytes in ${shown(name)}, ${as} of shape [${dims.join(', ')}]`, `${raw.length}`);
  }
  const copy = new Uint8Array(wanted);
  for (let at = 0; at < wanted; at += STEP_BYTES) {
    copy.set(raw.subarray(at, Math.min(at + STEP_BYTES, wanted)), at);
    yield;
  }
  toLittleEndian(copy, itemBytes);
  return over(copy.buffer);
}

/** How numbers of each field are read: one that stands alone, and one of a packed list. */
const READ: Record<
  keyof typeof DATA_FIELDS,
  readonly ['float' | 'double' | 'int', (r: WireReader) => number]
> = {
  floatData: ['float', (reader) => reader.packedFloat()],
  doubleData: ['double', (reader) => reader.packedDouble()],
  int32Data: ['int', (reader) => reader.packedInt()],
  int64Data: ['int', (reader) => reader.packedInt()],
  uint64Data: ['int', (reader) => reader.packedInt()],
};

/** Numbers in a typed field, packed or one by one. */
function* readNumbers(
  bytes: Uint8Array,
  { name, dims, fields }: Header,
  { itemBytes, field, over }: NumberType,
  count: number,
): Generator<undefined, NumberData> {
  const wrong = (given: string): never =>
    damaged(`${count} elements in ${shown(name)}, of shape [${dims.join(', ')}]`, given);
  const present = fields.get(DATA_FIELDS[field]) ?? 0;
  // Every element takes a byte or more.
  if (count > present) wrong(`a field of ${present} bytes`);
  const numbers = over(new ArrayBuffer(count * itemBytes));
  const [single, packed] = READ[field];
  let at = 0;
  const put = (value: number, { high, low }: WireReader): void => {
    if (at === count) wrong('more');
    if (typeof numbers[at] !== 'bigint') numbers[at] = value;
    else numbers[at] = (BigInt(high) << 32n) | BigInt(low);
    at++;
  };
  const reader = new WireReader(bytes);
  for (let n = 0; reader.next(); n++) {
    if (n % STEP_NUMBERS === STEP_NUMBERS - 1) yield;
    if (reader.field !== DATA_FIELDS[field]) reader.skip();
    else if (!reader.isBytes) put(reader[single](), reader);
    else {
      for (const list = reader.message(); list.hasMore; ) {
        put(packed(list), list);
        if (at % STEP_NUMBERS === 0) yield;
      }
    }
  }
  if (at < count) wrong(`${at}`);
  return numbers;
}

function* readStrings(bytes: Uint8Array, header: Header, count: number): Generator<undefined, string[]> {
  checkFields(header, 'string', STRINGS);
  const texts: string[] = [];
  const wrong = (given: string): never => damaged(`${count} texts in ${shown(header.name)}`, given);
  const reader = new WireReader(bytes);
  for (let n = 0; reader.next(); n++) {
    if (n % STEP_TEXTS === STEP_TEXTS - 1) yield;
    if (reader.field !== STRINGS) reader.skip();
    else if (texts.push(reader.text(MAX_ELEMENT_BYTES)) > count) wrong('more');
  }
  if (texts.length < count) wrong(`${texts.length}`);
  return texts;
}

/** Elements as they are in memory: float16 and bfloat16 as float32, bool as 0 and 1. */
function* converted(stored: NumberData, { as, convert }: NumberType): Generator<undefined, NumberData> {
  if (convert === undefined) return stored;
  const from = stored as Uint16Array;
  const to = as === 'float' ? new Float32Array(from.length) : new Uint8Array(from.length);
  for (let at = 0; at < from.length; at++) {
    to[at] = convert(from[at]!);
    if (at % STEP_NUMBERS === STEP_NUMBERS - 1) yield;
  }
  return to;
}
