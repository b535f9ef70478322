// Reads the symbol table of a COFF object file.
// Format: Microsoft's "PE Format", sections "COFF File Header" and "COFF Symbol Table".

const SYMBOL_BYTES = 18;
const SHORT_NAME_BYTES = 8;
const CLASS_EXTERNAL = 2;

function cString(bytes, begin, end) {
  const zero = bytes.indexOf(0, begin);
  return bytes.toString('latin1', begin, zero >= 0 && zero < end ? zero : end);
}

/**
 * Names that an object file uses and does not define.
 * @param {Buffer} bytes the object file
 * @returns {string[]}
 */
export function undefinedSymbols(bytes) {
  const table = bytes.readUInt32LE(8);
  const count = bytes.readUInt32LE(12);
  const strings = table + count * SYMBOL_BYTES;
  const names = [];
  for (let i = 0; i < count; i++) {
    const at = table + i * SYMBOL_BYTES;
    const isLong = bytes.readUInt32LE(at) === 0;
    const section = bytes.readInt16LE(at + 12);
    const value = bytes.readUInt32LE(at + 8);
    if (bytes[at + 16] === CLASS_EXTERNAL && section === 0 && value === 0) {
      names.push(
        isLong
          ? cString(bytes, strings + bytes.readUInt32LE(at + 4), bytes.length)
          : cString(bytes, at, at + SHORT_NAME_BYTES),
      );
    }
    i += bytes[at + 17];
  }
  return names;
}
