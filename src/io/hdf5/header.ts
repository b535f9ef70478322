import { damaged, type FileBytes } from './bytes.js';

/**
 * Object headers: lists of messages that say what a group or a dataset is (HDF5 File Format
 * Specification 3.0, section IV.A).
 */

/** One message: its type and where its content is. */
export interface Message {
  type: number;
  at: number;
  bytes: number;
}

/** Types of messages (section IV.A.2). */
export const MESSAGE = {
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  link: 0x06,
  layout: 0x08,
  filters: 0x0b,
  attribute: 0x0c,
  continuation: 0x10,
  symbolTable: 0x11,
  attributeInfo: 0x15,
} as const;

/** Of one object; Keras's have about ten. */
const MOST_MESSAGES = 65_536;

/** The messages of the object whose header is at an address, in order. */
export function messagesAt(file: FileBytes, address: number): Message[] {
  file.count();
  const isSecond = Buffer.from(file.slice(address, 4)).toString('latin1') === 'OHDR';
  return isSecond ? secondVersion(file, address) : firstVersion(file, address);
}

/** Reads blocks of messages, and those that they continue in. */
function readBlocks(
  file: FileBytes,
  first: { at: number; end: number },
  readBlock: (at: number, end: number, add: (message: Message) => void) => void,
  continued: (at: number, bytes: number) => { at: number; end: number },
): Message[] {
  const messages: Message[] = [];
  const blocks = [first];
  for (let block = blocks.shift(); block !== undefined; block = blocks.shift()) {
    file.count();
    readBlock(block.at, block.end, (message) => {
      if (messages.length === MOST_MESSAGES)
        damaged(`at most ${MOST_MESSAGES} messages of an object`, 'more');
      file.count();
      file.slice(message.at, message.bytes);
      if (message.type !== MESSAGE.continuation) messages.push(message);
      else blocks.push(continued(file.u64(message.at), file.u64(message.at + 8)));
    });
  }
  return messages;
}

function firstVersion(file: FileBytes, address: number): Message[] {
  const version = file.u8(address);
  if (version !== 1) damaged('an object header of version 1 or 2', `${version}`);
  const at = address + 16;
  const size = file.u32(address + 8);
  file.slice(at, size);
  const readBlock = (begin: number, end: number, add: (message: Message) => void): void => {
    for (let place = begin; place + 8 <= end; ) {
      const bytes = file.u16(place + 2);
      add({ type: file.u16(place), at: place + 8, bytes });
      place += 8 + bytes;
    }
  };
  return readBlocks(file, { at, end: at + size }, readBlock, (begin, bytes) => ({
    at: begin,
    end: begin + bytes,
  }));
}

function secondVersion(file: FileBytes, address: number): Message[] {
  const flags = file.u8(address + 5);
  // Times of access, and when attributes are stored elsewhere.
  let at = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  const size = file.sized(at, width);
  at += width;
  const head = flags & 4 ? 6 : 4;
  const readBlock = (begin: number, end: number, add: (message: Message) => void): void => {
    for (let place = begin; place + head <= end; ) {
      const bytes = file.u16(place + 1);
      add({ type: file.u8(place), at: place + head, bytes });
      place += head + bytes;
    }
  };
  return readBlocks(file, { at, end: at + size }, readBlock, (begin, bytes) => {
    file.expect(begin, 'OCHK');
    // A checksum ends the block.
    return { at: begin + 4, end: begin + bytes - 4 };
  });
}
