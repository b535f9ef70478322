// The rivals of one run: installed when first asked for, in their fastest forms, ended together.
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { processor } from '#steepest/cli/bench/processor.js';
import { forcedEnvironment, installNpmPeers, installPython, peerFile } from './install.mjs';
import { askNode, PeerProcess } from './peerProcess.mjs';

const THREAD_LIMITS = ['OMP_NUM_THREADS', 'OPENBLAS_NUM_THREADS', 'MKL_NUM_THREADS'];
const plural = (count, what) => `${count} ${what}${count > 1 ? 's' : ''}`;

export class Peers {
  #python;
  #npm;
  #forced;
  #started = [];
  scratch = mkdtempSync(join(tmpdir(), 'steepest-bench-'));

  /**
   * @param isa of the native kernels
   * @param workers as many as we have, rivals may have threads
   * @param vendor of the processor
   */
  constructor(isa, workers, vendor = processor().vendor) {
    this.isa = isa;
    /**
     * Whether libraries leave AVX-512 unused unless forced: MKL and OpenBLAS take it by themselves
     * on Intel's.
     */
    this.forces = vendor !== 'GenuineIntel';
    /** Numbers of threads that rivals are tried with. */
    this.threads = workers === 1 ? [1] : [1, workers];
  }

  #keep(peer) {
    this.#started.push(peer);
    return peer;
  }

  /**
   * A Python process, stock or with AVX-512 forced, optionally on a given number of threads, or
   * of cores, which it then shares with nobody else's threads (XLA has no other limit).
   */
  python({ forced = false, threads, cores } = {}) {
    this.#python ??= installPython();
    if (forced) this.#forced ??= forcedEnvironment(this.scratch, this.isa);
    const count =
      threads === undefined ? {} : Object.fromEntries(THREAD_LIMITS.map((n) => [n, String(threads)]));
    const env = cores === undefined ? count : { ...count, STEEPEST_BENCH_CORES: String(cores) };
    const script = [peerFile('serve.py')];
    if (forced && this.#forced.absent !== undefined) return this.#keep(new PeerProcess(this.#forced, script));
    return this.#keep(new PeerProcess(this.#python, script, forced ? { ...env, ...this.#forced.env } : env));
  }

  /**
   * A Python process as installed and, where it makes a difference, one with AVX-512 forced, by the
   * end of a label.
   */
  variants(options = {}) {
    const forms = this.forces ? [false, true] : [false];
    return forms.map((forced) => ({
      suffix: forced ? ', AVX-512' : '',
      peer: this.python({ ...options, forced }),
    }));
  }

  /** PyTorch on one thread and on all: { label, cores, ask }. */
  pytorch() {
    return this.threads.flatMap((threads) =>
      this.variants({ threads }).map(({ suffix, peer }) => ({
        label: `PyTorch, ${plural(threads, 'thread')}${suffix}`,
        cores: threads,
        ask: (request) => peer.ask({ threads, ...request }),
      })),
    );
  }

  /** JAX on one core and on all, a process each. */
  jax() {
    return this.threads.map((cores) => {
      const peer = this.python({ cores });
      return { label: `JAX, ${plural(cores, 'core')}`, cores, ask: (request) => peer.ask(request) };
    });
  }

  /** @jax-js/jax as Node.js runs it, and with web workers, which it has to be given there. */
  jaxjs() {
    this.#npm ??= { absent: installNpmPeers() };
    const source = this.#npm.absent === undefined ? { command: process.execPath } : this.#npm;
    return this.threads.map((threads) => {
      const args = [peerFile('serve.mjs'), ...(threads > 1 ? ['--threads'] : [])];
      const peer = this.#keep(new PeerProcess(source, args));
      return {
        label: `jax-js, ${plural(threads, 'thread')}`,
        cores: threads,
        ask: (request) => peer.ask(request),
      };
    });
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
    this.#npm ??= { absent: installNpmPeers() };
    const npm = {};
    const { dependencies } = JSON.parse(readFileSync(peerFile('package.json'), 'utf8'));
    for (const name of Object.keys(dependencies)) {
      const file = peerFile(`node_modules/${name}/package.json`);
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

/** Contenders for takeTurns out of { label, ask }, with the same request for all. */
export function asking(rivals, request) {
  const answer = (ask) => async () => {
    const { seconds: value, note } = await ask(request);
    return { value, note };
  };
  return Object.fromEntries(rivals.map(({ label, ask }) => [label, answer(ask)]));
}

/** How many cores each contender uses, by label. */
export const coresOf = (rivals) => Object.fromEntries(rivals.map(({ label, cores }) => [label, cores]));
