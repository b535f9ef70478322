import type { NdArray } from '../../core/ndarray.js';
import { show } from '../../core/show.js';
import { damaged, FileBytes } from './bytes.js';
import { membersOf } from './group.js';
import { MESSAGE, type Message, messagesAt } from './header.js';
import { type ElementType, elementsOf, readShape, readTexts, readType } from './values.js';

/**
 * Reads what Keras writes in HDF5 files: groups, arrays of floating-point numbers in one piece, and
 * attributes that are texts. Other features of HDF5 are refused by name. Written from the HDF5 File
 * Format Specification 3.0; nothing of a file is run, and no memory is taken before the file is
 * known to have the bytes.
 */

const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const HINT = 'Save the model again with Keras, which writes such files with the usual settings of h5py.';

export const isHdf5 = (bytes: Uint8Array): boolean => SIGNATURE.every((byte, i) => bytes[i] === byte);

/** @throws SteepestError `ERR_MODEL_FILE` for what is no HDF5 file */
export function openHdf5(bytes: Uint8Array): Hdf5Object {
  if (!isHdf5(bytes)) damaged('an HDF5 file', 'other first bytes');
  const file = new FileBytes(bytes);
  return new Hdf5Object(file, rootOf(file));
}

/** The address of the root group, from the superblock (section II). */
function rootOf(file: FileBytes): number {
  const version = file.u8(8);
  const isFirst = version === 0 || version === 1;
  if (!isFirst && version !== 2 && version !== 3)
    damaged('an HDF5 file of version 0 to 3', `${version}`, HINT);
  const [offsets, lengths] = isFirst ? [file.u8(13), file.u8(14)] : [file.u8(9), file.u8(10)];
  if (offsets !== 8 || lengths !== 8) damaged('addresses of 8 bytes in an HDF5 file', `${offsets}`, HINT);
  const base = isFirst ? (version === 0 ? 24 : 28) : 12;
  if (file.u64(base) !== 0) damaged('an HDF5 file that begins at byte 0', `one at ${file.u64(base)}`, HINT);
  const end = file.u64(isFirst ? base + 16 : 28);
  if (file.bytes.length < end) damaged(`an HDF5 file of ${end} bytes`, `${file.bytes.length}`);
  // In the first versions, after four addresses: an entry whose second field it is.
  return file.u64(isFirst ? base + 40 : 36);
}

/** A group or an array. */
export class Hdf5Object {
  private readonly messages: readonly Message[];
  private members: Map<string, Hdf5Object | number> | undefined;

  constructor(
    private readonly file: FileBytes,
    address: number,
  ) {
    this.messages = messagesAt(file, address);
  }

  /** The names in this group; none in an array. */
  names(): string[] {
    return [...this.membersByName().keys()];
  }

  /** What an array holds; undefined for a group. */
  description(): { shape: number[]; element: ElementType } | undefined {
    const shape = this.find(MESSAGE.dataspace);
    const type = this.find(MESSAGE.datatype);
    if (shape === undefined || type === undefined) return undefined;
    return { shape: readShape(this.file, shape.at), element: readType(this.file, type.at) };
  }

  /** The object in this group of that name; undefined if there is none. */
  child(name: string): Hdf5Object | undefined {
    const members = this.membersByName();
    const member = members.get(name);
    if (typeof member !== 'number') return member;
    const object = new Hdf5Object(this.file, member);
    members.set(name, object);
    return object;
  }

  /** The object at the end of a path of names. */
  at(...path: readonly string[]): Hdf5Object | undefined {
    return path.reduce<Hdf5Object | undefined>((object, name) => object?.child(name), this);
  }

  /**
   * Numbers and shape of an array, as float32.
   * @param what it is, for messages: `array 0 of layer dense`
   * @throws SteepestError `ERR_MODEL_FILE` for what is no array of floating-point numbers
   */
  numbers(what: string): NdArray<Float32Array> {
    const described = this.description();
    const layout = this.find(MESSAGE.layout);
    if (described === undefined || layout === undefined) {
      return damaged(`${what} as numbers`, 'a group of HDF5');
    }
    const { shape: sizes, element } = described;
    if (element.kind !== 'float') {
      return damaged(`${what} as floating-point numbers`, 'elements of another type', HINT);
    }
    if (this.find(MESSAGE.filters) !== undefined) {
      return damaged(`${what} without compression`, 'a compressed array', HINT);
    }
    const bytes = this.bytesOf(what, layout, elementsOf(sizes) * element.bytes);
    return { data: toFloat32(bytes, element), shape: sizes };
  }

  /** The bytes of an array, from its layout (section IV.A.2.i). */
  private bytesOf(what: string, { at }: Message, wanted: number): Uint8Array {
    const { file } = this;
    const version = file.u8(at);
    const kind = file.u8(at + 1);
    const isKnown = (version === 3 || version === 4) && (kind === 0 || kind === 1);
    if (!isKnown)
      return damaged(`${what} in one piece`, kind === 2 ? 'an array in chunks' : 'another layout', HINT);
    const [place, bytes] =
      kind === 0 ? [at + 4, file.u16(at + 2)] : [file.address(at + 2), file.u64(at + 10)];
    // No place: nothing has been written.
    if (place === undefined || bytes < wanted) {
      return wanted === 0
        ? new Uint8Array(0)
        : damaged(`${wanted} bytes of ${what}`, `${place === undefined ? 0 : bytes}`);
    }
    file.take(wanted);
    return file.slice(place, wanted);
  }

  /** The texts of an attribute; undefined if there is none of that name. */
  texts(name: string): string[] | undefined {
    for (const { type, at } of this.messages) {
      if (
        type === MESSAGE.attributeInfo &&
        this.file.address(at + 2 + (this.file.u8(at + 1) & 1 ? 2 : 0)) !== undefined
      ) {
        return damaged('attributes as Keras writes them', 'some in a fractal heap', HINT);
      }
      const attribute = type === MESSAGE.attribute ? this.attribute(at) : undefined;
      if (attribute?.name === name) {
        const { element, shape, values } = attribute;
        return (
          readTexts(this.file, element, shape, values) ??
          damaged(`attribute ${show(name)} as text`, 'numbers')
        );
      }
    }
    return undefined;
  }

  /** An attribute message (section IV.A.2.m). */
  private attribute(at: number) {
    const { file } = this;
    const version = file.u8(at);
    if (version < 1 || version > 3) damaged('attributes of version 1 to 3', `${version}`);
    const lengths = [2, 4, 6].map((offset) => file.u16(at + offset));
    // The first version pads each part to 8 bytes; the third says how the name is encoded.
    const padded = version === 1 ? lengths.map((length) => 8 * Math.ceil(length / 8)) : lengths;
    const names = at + (version === 3 ? 9 : 8);
    const types = names + padded[0]!;
    const shapes = types + padded[1]!;
    return {
      name: file.textUpToZero(names, lengths[0]!),
      element: readType(file, types),
      shape: readShape(file, shapes),
      values: shapes + padded[2]!,
    };
  }

  /** Objects that have been asked for, and addresses of the others. */
  private membersByName(): Map<string, Hdf5Object | number> {
    this.members ??= membersOf(this.file, this.messages);
    return this.members;
  }

  private find(type: number): Message | undefined {
    return this.messages.find((message) => message.type === type);
  }
}

function toFloat32(bytes: Uint8Array, { bytes: width, isLittleEndian }: ElementType): Float32Array {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (width === 2) return damaged('arrays of float32 or float64', 'float16', HINT);
  const read = (i: number): number =>
    width === 4 ? view.getFloat32(4 * i, isLittleEndian) : view.getFloat64(8 * i, isLittleEndian);
  const numbers = new Float32Array(bytes.length / width);
  for (let i = 0; i < numbers.length; i++) numbers[i] = read(i);
  return numbers;
}
