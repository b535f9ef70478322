// Reads what a 64-bit little-endian ELF shared object needs and offers ("ELF-64 Object File Format", version 1.5).
import { cString, entries } from './bytes.mjs';

const MACHINES = { 62: 'x64', 183: 'arm64' };
const SHT_DYNAMIC = 6;
const SHT_DYNSYM = 11;
const SHT_GNU_VERNEED = 0x6ffffffe;
const SHF_TLS = 0x400;
const DT_NEEDED = 1;
const DYNAMIC_BYTES = 16;
const SYMBOL_BYTES = 24;

function sections(bytes) {
  const table = Number(bytes.readBigUInt64LE(0x28));
  const [size, count] = [bytes.readUInt16LE(0x3a), bytes.readUInt16LE(0x3c)];
  return entries(table, count, size, (at) => ({
    type: bytes.readUInt32LE(at + 4),
    flags: Number(bytes.readBigUInt64LE(at + 8)),
    offset: Number(bytes.readBigUInt64LE(at + 24)),
    size: Number(bytes.readBigUInt64LE(at + 32)),
    link: bytes.readUInt32LE(at + 40),
    info: bytes.readUInt32LE(at + 44),
  }));
}

/** The versions of symbols that are asked of other libraries, such as GLIBC_2.14. */
function neededVersions(bytes, section, strings) {
  const versions = [];
  let need = section.offset;
  for (let i = 0; i < section.info; i++) {
    let version = need + bytes.readUInt32LE(need + 8);
    for (let j = 0; j < bytes.readUInt16LE(need + 2); j++) {
      versions.push(cString(bytes, strings + bytes.readUInt32LE(version + 8)));
      version += bytes.readUInt32LE(version + 12);
    }
    need += bytes.readUInt32LE(need + 12);
  }
  return versions;
}

/** @param {Buffer} bytes */
export function readElf(bytes) {
  if (bytes.readUInt32BE(0) !== 0x7f454c46 || bytes[4] !== 2 || bytes[5] !== 1) {
    throw new Error('not a 64-bit little-endian ELF file');
  }
  const all = sections(bytes);
  const strings = (section) => all[section.link].offset;
  const dynamic = all.find(({ type }) => type === SHT_DYNAMIC);
  const needed = entries(dynamic.offset, dynamic.size / DYNAMIC_BYTES, DYNAMIC_BYTES, (at) => [
    Number(bytes.readBigUInt64LE(at)),
    Number(bytes.readBigUInt64LE(at + 8)),
  ])
    .filter(([tag]) => tag === DT_NEEDED)
    .map(([, name]) => cString(bytes, strings(dynamic) + name));
  const symbolTable = all.find(({ type }) => type === SHT_DYNSYM);
  const symbols = entries(symbolTable.offset, symbolTable.size / SYMBOL_BYTES, SYMBOL_BYTES, (at) => ({
    name: cString(bytes, strings(symbolTable) + bytes.readUInt32LE(at)),
    defined: bytes.readUInt16LE(at + 6) !== 0,
  })).filter(({ name }) => name !== '');
  const versions = all.find(({ type }) => type === SHT_GNU_VERNEED);
  return {
    arch: MACHINES[bytes.readUInt16LE(0x12)],
    needed,
    undefined: symbols.filter(({ defined }) => !defined).map(({ name }) => name),
    exports: symbols.filter(({ defined }) => defined).map(({ name }) => name),
    threadLocal: all.some(({ flags }) => (flags & SHF_TLS) !== 0),
    versions: versions ? neededVersions(bytes, versions, strings(versions)) : [],
  };
}
