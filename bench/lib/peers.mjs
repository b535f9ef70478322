// The rivals: where they are installed, and processes that
// answer with their figures. Everything is kept in bench/peers.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../peers/', import.meta.url));
const WINDOWS = process.platform === 'win32';
/** No answer of a peer may take longer. */
const PATIENCE_MS = 120_000;
const INSTALL_MS = 900_000;

const here = (file) => join(FOLDER, file);
const lastLine = (text) => text.trim().split('\n').at(-1) ?? '';

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
  const lock = readFileSync(here('package-lock.json'), 'utf8');
  return once(here('node_modules/.steepest-lock.json'), lock, () =>
    install('npm', ['ci', '--ignore-scripts'], 'TensorFlow.js and brain.js'),
  );
}

/**
 * The Python that STEEPEST_BENCH_PYTHON names, or one of its own in bench/peers/.venv.
 * @returns { python } or { absent }
 */
export function installPython() {
  const named = process.env.STEEPEST_BENCH_PYTHON;
  if (named) return { python: named };
  const python = here(WINDOWS ? '.venv/Scripts/python.exe' : '.venv/bin/python');
  const wanted = readFileSync(here('requirements.txt'), 'utf8');
  const absent = once(here('.venv/steepest-requirements.txt'), wanted, () => {
    const made = install(WINDOWS ? 'python' : 'python3', ['-m', 'venv', '.venv'], 'a Python environment');
    return (
      made ?? install(python, ['-m', 'pip', 'install', '-q', '-r', 'requirements.txt'], 'Python packages')
    );
  });
  return absent === undefined ? { python } : { absent };
}

/**
 * What lets MKL and OpenBLAS take their AVX-512 paths on
 * processors where they do not by themselves.
 * @returns { env } or { absent }
 */
export function forcedEnvironment(scratch, isa) {
  if (isa !== 'avx512' || process.platform !== 'linux')
    return { absent: 'this processor or system has no AVX-512 to force' };
  const file = join(scratch, 'mkl_force_avx512.so');
  const result = spawnSync('cc', ['-shared', '-fPIC', '-o', file, here('mkl_force_avx512.c')]);
  if (result.status !== 0) return { absent: 'forcing AVX-512 needs a C compiler' };
  return { env: { LD_PRELOAD: file, OPENBLAS_CORETYPE: 'SkylakeX' } };
}

/** A Python process that answers requests in order; it starts with the first. */
export class PythonPeer {
  constructor(source, env = {}) {
    this.source = source;
    this.env = env;
  }

  /** @throws Error with the reason why there is no answer */
  async ask(request) {
    if (this.source.absent !== undefined) throw new Error(this.source.absent);
    if (this.dead !== undefined) throw new Error(this.dead);
    if (this.child === undefined) this.start();
    const reply = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    const timer = setTimeout(() => this.fail(`no answer within ${PATIENCE_MS / 1000} s`), PATIENCE_MS);
    try {
      this.child.stdin.write(`${JSON.stringify(request)}\n`);
      const answer = JSON.parse(await reply);
      if (answer.error !== undefined) throw new Error(answer.error);
      return answer;
    } finally {
      clearTimeout(timer);
    }
  }

  start() {
    this.child = spawn(this.source.python, [here('serve.py')], {
      env: { ...process.env, ...this.env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let complaints = '';
    this.child.stderr.on('data', (text) => {
      complaints = (complaints + text).slice(-2000);
    });
    this.child.stdin.on('error', () => {});
    this.child.on('error', (error) => this.fail(`${this.source.python} does not start: ${error.message}`));
    this.child.on('close', (code, signal) =>
      this.fail(lastLine(complaints) || `Python ended with ${code ?? signal}`),
    );
    createInterface({ input: this.child.stdout }).on('line', (line) => this.resolve(line));
  }

  fail(reason) {
    this.dead ??= reason;
    this.child.kill();
    this.reject?.(new Error(this.dead));
  }

  end() {
    this.child?.stdin.end();
  }

  kill() {
    this.child?.kill();
  }
}

/** Runs a script of bench/peers with this Node.js and reads the JSON of its last line. */
export async function askNode(script, args, absent) {
  if (absent !== undefined) throw new Error(absent);
  const child = spawn(process.execPath, [here(script), ...args.map(String)], { timeout: PATIENCE_MS });
  let [out, err] = ['', ''];
  child.stdout.on('data', (text) => {
    out += text;
  });
  child.stderr.on('data', (text) => {
    err += text;
  });
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve));
  const complaint = /^.*Error.*$/m.exec(err)?.[0] ?? lastLine(err);
  if (code !== 0) throw new Error(complaint || `ended with ${code ?? 'a signal: too slow'}`);
  return JSON.parse(lastLine(out));
}

/** All peers of one run: installed when first asked for, ended together. */
export class Peers {
  #python;
  #npm;
  #forced;
  #started = [];
  scratch = mkdtempSync(join(tmpdir(), 'steepest-bench-'));

  constructor(isa) {
    this.isa = isa;
  }

  /** A Python process, stock or with AVX-512 forced, optionally on a given number of threads. */
  python({ forced = false, threads } = {}) {
    this.#python ??= installPython();
    this.#forced ??= forcedEnvironment(this.scratch, this.isa);
    const limits = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'];
    const env = threads === undefined ? {} : Object.fromEntries(limits.map((n) => [n, String(threads)]));
    const peer =
      forced && this.#forced.absent !== undefined
        ? new PythonPeer(this.#forced)
        : new PythonPeer(this.#python, forced ? { ...env, ...this.#forced.env } : env);
    this.#started.push(peer);
    return peer;
  }

  async node(script, ...args) {
    this.#npm ??= { absent: installNpmPeers() };
    return askNode(script, args, this.#npm.absent);
  }

  /** Versions of what can be asked; what is absent is left out. */
  async versions() {
    const peer = this.python();
    const python = await peer.ask({ task: 'versions' }).catch(() => ({}));
    peer.end();
    const npm = {};
    const { dependencies } = JSON.parse(readFileSync(here('package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      const file = here(`node_modules/${name}/package.json`);
      if (existsSync(file)) npm[name] = JSON.parse(readFileSync(file, 'utf8')).version;
    }
    return { ...python, ...npm };
  }

  endProcesses() {
    for (const peer of this.#started.splice(0)) peer.end();
  }

  close() {
    for (const peer of this.#started.splice(0)) peer.kill();
    rmSync(this.scratch, { recursive: true, force: true });
  }
}
