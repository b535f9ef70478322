// Reads imports and exports of a 64-bit Windows DLL (Microsoft, "PE Format").
import { cString, entries } from './bytes.mjs';

const MACHINES = { 34404: 'x64', 43620: 'arm64' };
const PE32_PLUS = 0x20b;
const COFF_BYTES = 20;
const SECTION_BYTES = 40;
const IMPORT_BYTES = 20;

/** @param {Buffer} bytes */
export function readPe(bytes) {
  const header = bytes.readUInt32LE(0x3c);
  if (bytes.toString('latin1', header, header + 4) !== 'PE\0\0') throw new Error('not a PE file');
  const coff = header + 4;
  const optional = coff + COFF_BYTES;
  if (bytes.readUInt16LE(optional) !== PE32_PLUS) throw new Error('not a 64-bit PE file');
  const sections = entries(
    optional + bytes.readUInt16LE(coff + 16),
    bytes.readUInt16LE(coff + 2),
    SECTION_BYTES,
    (at) => ({
      size: bytes.readUInt32LE(at + 16),
      address: bytes.readUInt32LE(at + 12),
      raw: bytes.readUInt32LE(at + 20),
    }),
  );
  const offsetOf = (address) => {
    const section = sections.find((one) => address >= one.address && address < one.address + one.size);
    return address - section.address + section.raw;
  };
  const directory = (number) => bytes.readUInt32LE(optional + 112 + 8 * number);

  const imports = [];
  for (let at = offsetOf(directory(1)); bytes.readUInt32LE(at + 12) !== 0; at += IMPORT_BYTES) {
    imports.push(cString(bytes, offsetOf(bytes.readUInt32LE(at + 12))));
  }
  const table = offsetOf(directory(0));
  const names = offsetOf(bytes.readUInt32LE(table + 32));
  return {
    arch: MACHINES[bytes.readUInt16LE(coff)],
    timestamp: bytes.readUInt32LE(coff + 4),
    imports,
    exports: entries(names, bytes.readUInt32LE(table + 24), 4, (at) =>
      cString(bytes, offsetOf(bytes.readUInt32LE(at))),
    ),
  };
}
