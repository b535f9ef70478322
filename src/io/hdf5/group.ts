import { damaged, type FileBytes } from './bytes.js';
import { MESSAGE, type Message } from './header.js';

/**
 * The names in a group, in both ways in which the HDF5 library writes small files: symbol tables
 * (specification, sections III.A and III.D) and compact links (section IV.A.2.g).
 */

/** Names in one group; Keras's have one for each layer. */
const MOST_NAMES = 65_536;
const HINT = 'Save the model again with Keras, which writes such files with the usual settings of h5py.';

/** Addresses of the objects in a group, by name. */
export function membersOf(file: FileBytes, messages: readonly Message[]): Map<string, number> {
  const members = new Map<string, number>();
  const add = (name: string, address: number): void => {
    if (members.size === MOST_NAMES) damaged(`at most ${MOST_NAMES} names in a group`, 'more');
    members.set(name, address);
  };
  for (const { type, at, bytes } of messages) {
    if (type === MESSAGE.symbolTable) readTable(file, at, add);
    else if (type === MESSAGE.link) readLink(file, { at, bytes }, add);
    else if (type === MESSAGE.linkInfo) checkLinkInfo(file, at);
  }
  return members;
}

type Add = (name: string, address: number) => void;

function readTable(file: FileBytes, at: number, add: Add): void {
  const heap = file.u64(at + 8);
  file.expect(heap, 'HEAP');
  const size = file.u64(heap + 8);
  const names = file.u64(heap + 24);
  file.slice(names, size);
  const nameAt = (offset: number): string => {
    if (offset >= size) damaged('a name in the heap of its group', 'one behind it');
    return file.textUpToZero(names + offset, Math.min(size - offset, MOST_NAME_BYTES));
  };
  readTree(file, file.u64(at), undefined, (entry) => add(nameAt(file.u64(entry)), file.u64(entry + 8)));
}

const MOST_NAME_BYTES = 4096;
const ENTRY_BYTES = 40;

/** Visits the entries of a B-tree of version 1. @param level that the node must have */
function readTree(
  file: FileBytes,
  address: number,
  level: number | undefined,
  visit: (entry: number) => void,
): void {
  file.expect(address, 'TREE');
  const own = file.u8(address + 5);
  if (file.u8(address + 4) !== 0 || (level !== undefined && own !== level)) {
    damaged('a tree of names whose levels descend', `level ${own}`);
  }
  const count = file.u16(address + 6);
  for (let i = 0; i < count; i++) {
    // Keys and children alternate.
    const child = file.u64(address + 24 + 16 * i + 8);
    if (own > 0) readTree(file, child, own - 1, visit);
    else readNode(file, child, visit);
  }
}

function readNode(file: FileBytes, address: number, visit: (entry: number) => void): void {
  file.expect(address, 'SNOD');
  const count = file.u16(address + 6);
  for (let i = 0; i < count; i++) {
    file.count();
    visit(address + 8 + ENTRY_BYTES * i);
  }
}

const HARD_LINK = 0;

function readLink(file: FileBytes, { at }: { at: number; bytes: number }, add: Add): void {
  const flags = file.u8(at + 1);
  let place = at + 2;
  const type = flags & 8 ? file.u8(place++) : HARD_LINK;
  if (type !== HARD_LINK) damaged('links to objects of the same file', `a link of type ${type}`, HINT);
  if (flags & 4) place += 8;
  if (flags & 16) place += 1;
  const width = 1 << (flags & 3);
  const length = file.sized(place, width);
  place += width;
  if (length > MOST_NAME_BYTES) damaged(`names of at most ${MOST_NAME_BYTES} bytes`, `${length}`);
  add(file.text(place, length), file.u64(place + length));
}

/** Many links, in creation order, are in a heap of another kind. */
function checkLinkInfo(file: FileBytes, at: number): void {
  const flags = file.u8(at + 1);
  const heap = file.address(at + 2 + (flags & 1 ? 8 : 0));
  if (heap !== undefined)
    damaged('groups as Keras writes them', 'one whose links are in a fractal heap', HINT);
}
