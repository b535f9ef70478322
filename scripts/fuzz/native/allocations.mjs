// Lets the n-th request of the add-on fail, an allocation or a call of Node-API, for n = 1, 2, 3 …
// until none does: each call of it ends in a typed error or with its result, gives back what it
// held, and the next call works. As SQLite does it ("How SQLite is tested", section 3.1).
import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { pathToFileURL } from 'node:url';
import { REGISTER_COUNT } from '#steepest/kernels/contract.js';
import { encodeProgram } from '#steepest/kernels/encode.js';

const CODES = new Set(['ERR_MEMORY', 'ERR_PROGRAM']);
/** More requests than any call makes. */
const MOST_REQUESTS = 1000;
/** What `run` takes to let go of a program (native.ts). */
const RELEASE = -1024;

/** y = A·B with B's columns as rows, so that gemm needs memory of its own. */
function product(rows) {
  const operand = (byteOffset, rowStride, colStride) => ({
    buffer: 0,
    dtype: 'f32',
    byteOffset,
    rows,
    cols: rows,
    rowStride,
    colStride,
  });
  const bytes = 4 * rows * rows;
  const operands = { a: operand(0, rows, 1), b: operand(bytes, 1, rows), c: operand(2 * bytes, rows, 1) };
  const scalars = { init: 0, epilogue: 0, activation: 0, alpha: 0, batch: 0 };
  const op = { kind: 'gemm', phase: 1, split: 'all', begin: 0, end: 0, operands, scalars };
  const program = { ops: [op], rank: 0, workers: 1, maxRows: rows, rowChunk: 64 };
  return { words: encodeProgram(program), byteLength: 3 * bytes };
}

/** Every export, each as what is asked and what it has to give. */
function calls(addon) {
  const rows = 5;
  const { words, byteLength } = product(rows);
  const [isa] = addon.isas();
  const shared = () => new Float32Array(new SharedArrayBuffer(byteLength)).fill(1);
  const registers = () => new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT)).fill(rows, 0, 1);
  const checkProduct = (memory) => memory.at(-1) === rows || `gemm gave ${memory.at(-1)}`;
  return {
    isas: () => addon.isas().length > 0 || 'no instruction sets',
    bind: () => {
      const memory = shared();
      const bound = addon.bind(isa, words, [memory], registers());
      const status = bound(1);
      bound(RELEASE);
      return status === 0 ? checkProduct(memory) : `status ${status}`;
    },
    runOnce: () => {
      const memory = new Float32Array(byteLength / 4).fill(1);
      const status = addon.runOnce(
        isa,
        words,
        [memory],
        new Float64Array(REGISTER_COUNT).fill(rows, 0, 1),
        1,
      );
      return status === 0 ? checkProduct(memory) : `status ${status}`;
    },
    // Refusals make errors, which need memory too.
    refuse: () => {
      try {
        addon.bind(isa, words, [], registers());
      } catch (error) {
        if (error.code === 'ERR_PROGRAM' && error.expected !== undefined) return true;
        throw error;
      }
      return 'a program without buffers was bound';
    },
    product: () => {
      const [a, b, c] = [shared(), shared(), shared()];
      addon.product(0, rows, rows, rows, a, rows, 1, b, 1, rows, c, rows, undefined, 0, 0, 0);
      return c[0] === rows || `the product gave ${c[0]}`;
    },
    fmaLoop: () => addon.fmaLoop(isa, 10) > 0 || 'no operations',
    pastPage: () => Number.isInteger(addon.pastPage(shared())) || 'no number',
    preferHuge: () => typeof addon.preferHuge(shared()) === 'boolean' || 'no answer',
    discard: () => typeof addon.discard(shared()) === 'boolean' || 'no answer',
    account: () => Number.isInteger(addon.account(0)) || 'no number',
  };
}

/** What is wrong with how one call ended, or undefined. */
function attempt(call) {
  try {
    const result = call();
    return result === true ? undefined : result;
  } catch (error) {
    return CODES.has(error?.code) ? undefined : `it threw ${error}`;
  }
}

/**
 * Collects what the last call left, until the add-on holds what it held before.
 * @returns whether it does
 */
async function collected(addon, held) {
  for (let i = 0; i < 20 && addon.held() !== held; i++) {
    globalThis.gc();
    await new Promise((resolve) => setImmediate(resolve));
  }
  return addon.held() === held;
}

/** @returns `{ requests, problems }` of one call with each of its requests failing */
async function failEach(addon, name, call) {
  const problems = [];
  call();
  await collected(addon, 0);
  const held = addon.held();
  for (let n = 1; n <= MOST_REQUESTS; n++) {
    // A crash ends the process: then this line says at what.
    writeSync(2, `${name} ${n}\n`);
    addon.failAt(n);
    const problem = attempt(call);
    const reached = addon.requests() >= n;
    addon.failAt(0);
    // An answer that Node-API refused to make is no result: a caller sees undefined there.
    if (problem !== undefined && reached) problems.push(`${name}, request ${n}: ${problem}`);
    if (!(await collected(addon, held)))
      problems.push(`${name}, request ${n}: ${addon.held() - held} not given back`);
    const again = attempt(call);
    if (again !== undefined) problems.push(`${name} after request ${n} failed: ${again}`);
    await collected(addon, held);
    if (!reached) return { requests: n - 1, problems };
  }
  return {
    requests: MOST_REQUESTS,
    problems: [...problems, `${name} makes more than ${MOST_REQUESTS} requests`],
  };
}

/** @param file the add-on with faults. @returns requests of each call, and what went wrong */
export async function failAllocations(file) {
  const addon = createRequire(import.meta.url)(file);
  const requests = {};
  const problems = [];
  for (const [name, call] of Object.entries(calls(addon))) {
    const outcome = await failEach(addon, name, call);
    requests[name] = outcome.requests;
    problems.push(...outcome.problems);
  }
  return { requests, problems };
}

// A process of its own, because a fault may end it.
if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { requests, problems } = await failAllocations(process.argv[2]);
  console.log(JSON.stringify({ requests, problems }));
  process.exitCode = problems.length > 0 ? 1 : 0;
}
