// Reads the load commands and symbols of a 64-bit Mach-O file (Apple's <mach-o/loader.h> and <mach-o/nlist.h>).
import { cString, entries } from './bytes.mjs';

const MAGIC = 0xfeedfacf;
const ARCHITECTURES = { 16777223: 'x64', 16777228: 'arm64' };
const FILE_TYPES = { 6: 'dylib', 8: 'bundle' };
const HEADER_BYTES = 32;
const LC_SYMTAB = 0x2;
const LC_LOAD_DYLIB = 0xc;
const LC_CODE_SIGNATURE = 0x1d;
const LC_BUILD_VERSION = 0x32;
const SYMBOL_BYTES = 16;
const N_STAB = 0xe0;
const N_TYPE = 0x0e;
const N_EXT = 0x01;

function loadCommands(bytes) {
  const commands = [];
  let at = HEADER_BYTES;
  for (let i = 0; i < bytes.readUInt32LE(16); i++) {
    commands.push({ kind: bytes.readUInt32LE(at), at });
    at += bytes.readUInt32LE(at + 4);
  }
  return commands;
}

function externalSymbols(bytes, at) {
  const [table, count, strings] = [8, 12, 16].map((field) => bytes.readUInt32LE(at + field));
  return entries(table, count, SYMBOL_BYTES, (symbol) => ({
    name: cString(bytes, strings + bytes.readUInt32LE(symbol)),
    type: bytes[symbol + 4],
  })).filter(({ type }) => (type & N_STAB) === 0 && (type & N_EXT) !== 0);
}

/** @param {Buffer} bytes */
export function readMachO(bytes) {
  if (bytes.readUInt32LE(0) !== MAGIC) throw new Error('not a 64-bit Mach-O file of one architecture');
  const commands = loadCommands(bytes);
  const of = (kind) => commands.filter((command) => command.kind === kind).map(({ at }) => at);
  const symbols = of(LC_SYMTAB).flatMap((at) => externalSymbols(bytes, at));
  const isUndefined = ({ type }) => (type & N_TYPE) === 0;
  const [build] = of(LC_BUILD_VERSION);
  const version = build === undefined ? 0 : bytes.readUInt32LE(build + 12);
  return {
    arch: ARCHITECTURES[bytes.readUInt32LE(4)],
    fileType: FILE_TYPES[bytes.readUInt32LE(12)],
    libraries: of(LC_LOAD_DYLIB).map((at) => cString(bytes, at + bytes.readUInt32LE(at + 8))),
    signed: of(LC_CODE_SIGNATURE).some((at) => bytes.readUInt32LE(at + 12) > 0),
    /** The oldest macOS that it runs on, such as 11.0. */
    minimum: `${version >>> 16}.${(version >>> 8) & 0xff}`,
    undefined: symbols.filter(isUndefined).map(({ name }) => name),
    exports: symbols.filter((symbol) => !isUndefined(symbol)).map(({ name }) => name),
  };
}
