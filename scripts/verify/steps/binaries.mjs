// What each prebuilt binary needs from the system it is loaded into, read from the file.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isNodeApi } from '../../prebuild/nodeApi.mjs';
import { prebuildFile, TARGETS } from '../../prebuild/targets.mjs';
import { readElf } from '../formats/elf.mjs';
import { readMachO } from '../formats/macho.mjs';
import { readPe } from '../formats/pe.mjs';
import { check, checkEqual } from '../lib/check.mjs';
import { prebuilds } from '../lib/places.mjs';

const ENTRY_POINTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];
/** What the C library has. Everything else has to come from Node-API. */
const C_FUNCTIONS = new Set(
  'abort fma fmaf fmod free malloc memchr memcmp memcpy memmove memset snprintf sqrt sqrtf strcmp strlen vsnprintf'.split(
    ' ',
  ),
);
/** By which MPI is found and waited for; in the C library of Linux and macOS. */
const MPI_FUNCTIONS = new Set(
  'clock_gettime dladdr dlerror dlopen dlsym nanosleep sched_yield sigaction'.split(' '),
);
/** By which memory of shared arrays goes back to Linux, and a thread lowers its priority. */
const LINUX_FUNCTIONS = new Set(['madvise', 'sysconf', 'syscall', ...MPI_FUNCTIONS]);
const MACOS_SYMBOLS =
  /^_(bzero|memset_pattern(4|8|16)|pthread_set_qos_class_self_np|sysctlbyname|__bzero|_+stack_chk_\w+)$|^dyld_stub_binder$/;
/** Since Windows 10 the C library is part of the system, under these names. */
const WINDOWS_LIBRARIES = /^(kernel32\.dll|ntdll\.dll|ucrtbase\.dll|api-ms-win-crt-[a-z]+-l1-1-0\.dll)$/i;

/** One file is for glibc and musl, so it may name neither, nor use what differs between them. */
function checkLinux({ arch }, bytes) {
  const elf = readElf(bytes);
  checkEqual(elf.arch, arch, 'architecture');
  checkEqual(elf.exports.toSorted(), ENTRY_POINTS, 'exports');
  checkEqual(elf.needed, [], 'needed libraries');
  checkEqual(elf.versions, [], 'versions of symbols');
  checkEqual(elf.threadLocal, false, 'thread-local storage');
  checkEqual(
    elf.undefined.filter((name) => !isNodeApi(name) && !C_FUNCTIONS.has(name) && !LINUX_FUNCTIONS.has(name)),
    [],
    'undefined symbols',
  );
}

function checkMacos({ arch }, bytes) {
  const macho = readMachO(bytes);
  checkEqual(macho.arch, arch, 'architecture');
  checkEqual(macho.libraries, ['/usr/lib/libSystem.B.dylib'], 'libraries');
  checkEqual(macho.minimum, '11.0', 'oldest macOS');
  // macOS refuses unsigned code on arm64 only.
  check(macho.signed || arch === 'x64', 'no code signature');
  const foreign = macho.undefined.filter((symbol) => {
    const name = symbol.replace(/^_/, '');
    return (
      !isNodeApi(name) && !C_FUNCTIONS.has(name) && !MPI_FUNCTIONS.has(name) && !MACOS_SYMBOLS.test(symbol)
    );
  });
  checkEqual(foreign, [], 'undefined symbols');
  checkEqual(
    ENTRY_POINTS.filter((name) => !macho.exports.includes(`_${name}`)),
    [],
    'missing exports',
  );
}

function checkWindows({ arch }, bytes) {
  const pe = readPe(bytes);
  checkEqual(pe.arch, arch, 'architecture');
  checkEqual(pe.timestamp, 0, 'timestamp');
  // Not node.exe: the program it is loaded into may have another name.
  checkEqual(
    pe.imports.filter((name) => !WINDOWS_LIBRARIES.test(name)),
    [],
    'imports',
  );
  checkEqual(pe.exports.toSorted(), ENTRY_POINTS, 'exports');
}

const CHECKS = { linux: checkLinux, darwin: checkMacos, win32: checkWindows };

export function verifyBinaries() {
  for (const target of TARGETS) {
    try {
      CHECKS[target.platform](target, readFileSync(join(prebuilds, prebuildFile(target))));
    } catch (error) {
      throw new Error(`${target.name}: ${error.message}`);
    }
  }
  return `${TARGETS.length} files: architectures, libraries, symbols, signatures`;
}
