// Where the rivals are installed: everything is kept in bench/peers.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../peers/', import.meta.url));
const WINDOWS = process.platform === 'win32';
const INSTALL_MS = 900_000;

/** A file of bench/peers. */
export const peerFile = (name) => join(FOLDER, name);
export const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';

function install(command, args, what) {
  console.log(`installing ${what} into bench/peers …`);
  const result = spawnSync(command, args, {
    cwd: FOLDER,
    encoding: 'utf8',
    timeout: INSTALL_MS,
    shell: WINDOWS,
  });
  if (result.status === 0) return undefined;
  return `${what} could not be installed: ${result.error?.message ?? lastLine(result.stderr || result.stdout)}`;
}

/**
 * Does the work unless the stamp says that it was done for these very requirements.
 * @returns why it failed, or undefined
 */
function once(stamp, wanted, work) {
  if (existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return undefined;
  const failed = work();
  if (failed === undefined) writeFileSync(stamp, wanted);
  return failed;
}

/** @returns why npm's peers are absent, or undefined */
export function installNpmPeers() {
  const lock = readFileSync(peerFile('package-lock.json'), 'utf8');
  return once(peerFile('node_modules/.steepest-lock.json'), lock, () =>
    install('npm', ['ci', '--ignore-scripts'], 'TensorFlow.js, jax-js and brain.js'),
  );
}

/**
 * The Python that STEEPEST_BENCH_PYTHON names, or one of its own in bench/peers/.venv.
 * @returns { command } or { absent }
 */
export function installPython() {
  const named = process.env.STEEPEST_BENCH_PYTHON;
  if (named) return { command: named };
  const command = peerFile(WINDOWS ? '.venv/Scripts/python.exe' : '.venv/bin/python');
  const wanted = readFileSync(peerFile('requirements.txt'), 'utf8');
  const absent = once(peerFile('.venv/steepest-requirements.txt'), wanted, () => {
    const made = install(WINDOWS ? 'python' : 'python3', ['-m', 'venv', '.venv'], 'a Python environment');
    return (
      made ?? install(command, ['-m', 'pip', 'install', '-q', '-r', 'requirements.txt'], 'Python packages')
    );
  });
  return absent === undefined ? { command } : { absent };
}

/**
 * What lets MKL and OpenBLAS take their AVX-512 paths on processors where they do not by
 * themselves. On Intel's they do.
 * @returns { env } or { absent }
 */
export function forcedEnvironment(scratch, isa) {
  if (isa !== 'avx512' || process.platform !== 'linux')
    return { absent: 'this processor or system has no AVX-512 to force' };
  const file = join(scratch, 'mkl_force_avx512.so');
  const result = spawnSync('cc', ['-shared', '-fPIC', '-o', file, peerFile('mkl_force_avx512.c')]);
  if (result.status !== 0) return { absent: 'forcing AVX-512 needs a C compiler' };
  return { env: { LD_PRELOAD: file, OPENBLAS_CORETYPE: 'SkylakeX' } };
}
