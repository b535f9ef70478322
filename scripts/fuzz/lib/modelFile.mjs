/** Damages model files: their JSON, their tensors, their header, their bytes. */
import { decodeSafetensors, encodeSafetensors } from '#steepest/io/safetensors.js';
import { changeBytes } from './bytes.mjs';
import { doOneOf, LARGE_SIZES, oneOf } from './draw.mjs';
import { changeJson } from './json.mjs';

const NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, -1, 3e38, 1e-45, 0];

const dropTensor = (_draw, tensors, name) => tensors.delete(name);

function renameTensor(draw, tensors, name) {
  const names = [...tensors.keys(), 'x', '__proto__', `optimizer.v/${name}`];
  tensors.set(oneOf(draw, names), tensors.get(name));
}

function addAxis(_draw, tensors, name) {
  const { data, shape } = tensors.get(name);
  tensors.set(name, { data, shape: [...shape, 1] });
}

function changeType(draw, tensors, name) {
  const { data, shape } = tensors.get(name);
  const Type = oneOf(draw, [Float32Array, Float64Array, Int32Array, Uint8Array]);
  tensors.set(name, { data: Type.from(data), shape });
}

function changeNumber(draw, tensors, name) {
  const { data, shape } = tensors.get(name);
  const copy = data.slice();
  if (copy.length > 0) copy[draw(copy.length)] = oneOf(draw, NUMBERS);
  tensors.set(name, { data: copy, shape });
}

function changeLength(draw, tensors, name) {
  const { data } = tensors.get(name);
  const length = Math.max(0, data.length + oneOf(draw, [-1, 1, data.length]));
  const longer = new data.constructor(length);
  longer.set(data.subarray(0, length));
  tensors.set(name, { data: longer, shape: [length] });
}

const TENSOR_CHANGES = [dropTensor, renameTensor, addAxis, changeType, changeNumber, changeLength];

function changeTensors(draw, { tensors }) {
  if (tensors.size > 0) doOneOf(draw, TENSOR_CHANGES, tensors, oneOf(draw, [...tensors.keys()]));
}

function changeMetadata(draw, { metadata }) {
  const keys = Object.keys(metadata).filter((key) => /^[[{]/.test(metadata[key]));
  if (keys.length === 0) return;
  const key = oneOf(draw, keys);
  const isText = draw(30) === 0;
  metadata[key] = isText
    ? oneOf(draw, ['', '[', '{}', 'null', '"', '1e999'])
    : changeJson(draw, metadata[key]);
}

/** Bytes of the header, or of anything. */
function changeAnyBytes(draw, file) {
  const header = 8 + Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  if (draw(4) === 0) return changeBytes(draw, file);
  return Buffer.concat([changeBytes(draw, file.subarray(0, header)), file.subarray(header)]);
}

/** Changes the header as the JSON that it is, with a length that is right, or nearly. */
export function changeHeader(draw, file) {
  const length = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  let text = Buffer.from(file.subarray(8, 8 + length)).toString('utf8');
  for (let n = 1 + draw(2); n > 0; n--) {
    if (draw(3) > 0) text = changeJson(draw, text);
    else {
      // A number of shape, offsets or anything else.
      const numbers = [...text.matchAll(/\d+/g)];
      if (numbers.length === 0) break;
      const { index, 0: digits } = oneOf(draw, numbers);
      const value = oneOf(draw, [Number(digits) + 1, Number(digits) - 1, Number(digits) * 2, ...LARGE_SIZES]);
      text = text.slice(0, index) + value + text.slice(index + digits.length);
    }
  }
  if (draw(10) === 0) text += oneOf(draw, [' ', '\n', '\0', '{}', ',']);
  const header = Buffer.from(text, 'utf8');
  const start = Buffer.alloc(8);
  const stated = draw(12) > 0 ? header.length : header.length + oneOf(draw, [-1, 1, -8, 8]);
  start.writeBigUInt64LE(BigInt(Math.max(0, draw(40) > 0 ? stated : oneOf(draw, LARGE_SIZES))));
  return Buffer.concat([start, header, file.subarray(8 + length)]);
}

/** A damaged copy of a valid file. */
export function changeModelFile(draw, file) {
  const kind = draw(8);
  if (kind === 0) return changeAnyBytes(draw, file);
  if (kind === 1) return changeHeader(draw, file);
  const content = decodeSafetensors(file);
  for (let n = 1 + draw(3); n > 0; n--) {
    if (draw(4) === 0) changeTensors(draw, content);
    else changeMetadata(draw, content);
  }
  return encodeSafetensors(content.tensors, content.metadata);
}
