#!/usr/bin/env node
// Stands in for node-gyp when prebuildify calls it: compiles the add-on for the target in
// PREBUILD_PLATFORM and PREBUILD_ARCH with zig and leaves build/Release/steepest.node in the
// current folder, where prebuildify takes it from. Sources and flags are those of binding.gyp.
import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TARGETS } from './targets.mjs';
import { zig } from './toolchain.mjs';
import { napiStubs } from './windows/stubs.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(dirname(here));
const require = createRequire(import.meta.url);
const staging = process.cwd();
const objects = join(staging, 'obj');
const output = join(staging, 'build', 'Release', 'steepest.node');

/** Entry points that Node.js looks up; everything else, the C++ library too, stays inside. */
const ENTRY_POINTS = ['napi_register_module_v1', 'node_api_module_get_api_version_v1'];

function requestedTarget() {
  const { PREBUILD_PLATFORM: platform, PREBUILD_ARCH: arch } = process.env;
  const found = TARGETS.find((target) => target.platform === platform && target.arch === arch);
  if (found === undefined) throw new Error(`No target for ${platform}-${arch}: see targets.mjs`);
  return found;
}

/** Include paths relative to the root, so that no absolute path can get into a binary. */
function includes() {
  const folders = [
    dirname(require.resolve('node-addon-api/napi.h')),
    require('node-api-headers').include_dir,
  ];
  return folders.map((folder) => `-I${relative(root, folder)}`);
}

function compileFlags(target) {
  const windows = target.platform === 'win32';
  return [
    '-std=c++17',
    '-O3',
    // Loops that gain by it say so (STEEPEST_UNROLL); the others would only make the package larger.
    '-fno-unroll-loops',
    '-DNDEBUG',
    // The order of roundings is the contract.
    '-ffp-contract=off',
    '-fno-exceptions',
    '-fno-rtti',
    '-fvisibility=hidden',
    '-fvisibility-inlines-hidden',
    '-ffunction-sections',
    '-fdata-sections',
    `-ffile-prefix-map=${root}=.`,
    '-DNAPI_VERSION=8',
    '-DNAPI_DISABLE_CPP_EXCEPTIONS',
    '-DNODE_API_SWALLOW_UNTHROWABLE_EXCEPTIONS',
    // Plain functions, which windows/stubs.mjs defines, instead of an import from node.exe.
    // Windows needs the unwind tables for debuggers; the others would carry them for exceptions that nothing throws.
    ...(windows ? ['-DNAPI_EXTERN='] : ['-fPIC', '-fno-unwind-tables', '-fno-asynchronous-unwind-tables']),
    ...includes(),
  ];
}

function linkFlags(target) {
  switch (target.platform) {
    case 'linux': {
      const script = join(objects, 'exports.map');
      writeFileSync(script, `{ global: ${ENTRY_POINTS.map((name) => `${name};`).join(' ')} local: *; };\n`);
      // No library is named as needed, and so no version of a symbol: the file takes the few C
      // functions that it calls from the process that loads it, whose C library may be glibc or
      // musl.
      return [
        '-shared',
        '-s',
        '-nostdlib',
        '-Wl,-z,now',
        '-Wl,--gc-sections',
        `-Wl,--version-script=${script}`,
      ];
    }
    case 'darwin':
      return [
        '-shared',
        '-s',
        '-Wl,-dead_strip',
        '-Wl,-undefined,dynamic_lookup',
        '-Wl,-install_name,@rpath/steepest.node',
      ];
    default:
      return ['-shared', '-s', '-Wl,--gc-sections'];
  }
}

/** Portable kernels are for CPUs without AVX2, where each multiply-add is a call: small is better than unrolled. */
const SMALL = ['-Os', '-DSTEEPEST_UNROLL='];
/** Every arm64 CPU has NEON. */
const NONE = ['-DSTEEPEST_WITHOUT_PORTABLE'];
const flagsFor = (source, { arch }) => {
  if (!source.endsWith('/portable.cc')) return [];
  return arch === 'arm64' ? NONE : SMALL;
};

/** Runs zig in the root of the repository; @throws Error with what it printed. */
function run(args) {
  return new Promise((resolve, reject) => {
    const child = spawn(zig(), args, { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    child.stdout.on('data', (text) => {
      log += text;
    });
    child.stderr.on('data', (text) => {
      log += text;
    });
    child.on('error', reject);
    child.on('close', (status) => {
      if (status === 0) resolve(log);
      else reject(new Error(`zig ${args.join(' ')} ended with ${status}\n${log.slice(-8000)}`));
    });
  });
}

/** Compiles as many files at a time as there are cores. */
async function compileAll(target, sources, common) {
  const waiting = sources.map((source) => [source, join(objects, `${source.replaceAll('/', '_')}.o`)]);
  const results = waiting.map(([, object]) => object);
  const worker = async () => {
    for (let job = waiting.shift(); job !== undefined; job = waiting.shift()) {
      const [source, object] = job;
      await run([
        source.endsWith('.c') ? 'cc' : 'c++',
        ...common,
        ...flagsFor(source, target),
        '-c',
        source,
        '-o',
        object,
      ]);
    }
  };
  await Promise.all(Array.from({ length: availableParallelism() }, worker));
  return results;
}

/** The linker writes the time of day into the COFF header, which nothing reads. */
function clearTimestamp(file) {
  const bytes = readFileSync(file);
  const peOffset = 0x3c;
  const timestamp = bytes.readUInt32LE(peOffset) + 8;
  bytes.writeUInt32LE(0, timestamp);
  writeFileSync(file, bytes);
}

async function build() {
  const target = requestedTarget();
  rmSync(objects, { recursive: true, force: true });
  mkdirSync(objects, { recursive: true });
  mkdirSync(dirname(output), { recursive: true });
  const machine = ['-target', target.zig, `-mcpu=${target.cpu}`];
  const sources = readFileSync(join(root, 'native', 'sources.txt'), 'utf8')
    .trim()
    .split(/\s*\n/);
  sources.push(relative(root, join(here, 'runtime.cc')));
  const files = await compileAll(target, sources, [...machine, ...compileFlags(target)]);
  if (target.platform === 'win32') {
    const stubs = join(objects, 'napi_stubs.c');
    writeFileSync(
      stubs,
      napiStubs(
        files.map((file) => readFileSync(file)),
        target.arch,
      ),
    );
    await run(['cc', ...machine, '-O2', `-ffile-prefix-map=${objects}=.`, '-c', stubs, '-o', `${stubs}.o`]);
    files.push(`${stubs}.o`);
  }
  // `cc`, because `c++` would link the C++ library: runtime.cc takes its place.
  await run(['cc', ...machine, ...linkFlags(target), ...files, '-o', output]);
  if (target.platform === 'win32') clearTimestamp(output);
}

await build();
