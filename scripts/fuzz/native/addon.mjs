// Calls the add-on's functions with whatever JavaScript can pass: other types, detached and
// resizable buffers, arrays whose getters change what was read before, subclasses that lie. Each
// call ends with a result or with an error that has a code of ours; nothing crashes.
//
// test/native/addon-fuzz.test.ts runs a few thousand calls; scripts/fuzz/native.mjs as many as asked.
import { REGISTER_COUNT } from '#steepest/kernels/contract.js';
import { encodeProgram } from '#steepest/kernels/encode.js';

const CODES = new Set(['ERR_PROGRAM', 'ERR_MEMORY']);
/** Thrown by our own getters and traps: the add-on has to let it through. */
const OWN = new Error('thrown on purpose');
const SIDE = 7;

/** SplitMix32 (Steele, Lea and Flood 2014; Stafford's mixing constants). */
export function randomOf(seed, number) {
  let state = (Math.imul(seed, 0x9e3779b9) ^ Math.imul(number + 1, 0x85ebca6b)) | 0;
  const word = () => {
    state = (state + 0x9e3779b9) | 0;
    let z = state ^ (state >>> 16);
    z = Math.imul(z, 0x21f0aaad);
    z ^= z >>> 15;
    z = Math.imul(z, 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  return {
    below: (n) => word() % n,
    pick: (list) => list[word() % list.length],
    oneIn: (n) => word() % n === 0,
  };
}

/** C = A·B of squares that lie one after the other. */
function product() {
  const bytes = 4 * SIDE * SIDE;
  const operand = (i) => ({
    buffer: 0,
    dtype: 'f32',
    byteOffset: i * bytes,
    rows: SIDE,
    cols: SIDE,
    rowStride: SIDE,
    colStride: 1,
  });
  const op = {
    kind: 'gemm',
    phase: 1,
    split: 'all',
    begin: 0,
    end: 0,
    operands: { a: operand(0), b: operand(1), c: operand(2) },
    scalars: { init: 0, epilogue: 0, activation: 0, alpha: 0, batch: 0 },
  };
  const program = { ops: [op], rank: 0, workers: 1, maxRows: SIDE, rowChunk: 4 };
  return { words: encodeProgram(program), byteLength: 3 * bytes };
}

const PRODUCT = product();
const KINDS = [
  Int8Array,
  Uint8Array,
  Uint8ClampedArray,
  Int16Array,
  Uint16Array,
  Int32Array,
  Uint32Array,
  Float32Array,
  Float64Array,
  BigInt64Array,
  BigUint64Array,
];

const registers = () => new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
const memory = (bytes = PRODUCT.byteLength) => new Uint8Array(new SharedArrayBuffer(bytes));

function detached() {
  const buffer = new ArrayBuffer(PRODUCT.byteLength);
  const view = new Float64Array(buffer, 0, 4);
  structuredClone(buffer, { transfer: [buffer] });
  return view;
}

/** A view of a buffer that has shrunk below it, and one that follows its buffer's length. */
function resized(random) {
  const buffer = new ArrayBuffer(1024, { maxByteLength: 4096 });
  const view = random.oneIn(2) ? new Float64Array(buffer) : new Float64Array(buffer, 512, 8);
  buffer.resize(random.pick([0, 8, 600, 4096]));
  return view;
}

const growable = () => new Float64Array(new SharedArrayBuffer(1024, { maxByteLength: 4096 }));

/** Says another length than it has. */
class Liar extends Float64Array {
  get length() {
    return 2 ** 31;
  }
  get byteLength() {
    return 2 ** 40;
  }
}

/** An array whose elements are made when they are read; reading one may undo another. */
function trickyArray(random) {
  const buffer = new ArrayBuffer(PRODUCT.byteLength, { maxByteLength: PRODUCT.byteLength });
  const first = new Uint8Array(buffer);
  const array = [first, memory()];
  Object.defineProperty(array, random.below(2), {
    get() {
      const trick = random.below(4);
      if (trick === 0) throw OWN;
      if (trick === 1) buffer.resize(0);
      if (trick === 2 && !buffer.detached && buffer.byteLength > 0)
        structuredClone(buffer, { transfer: [buffer] });
      if (trick === 3) array.length = 0;
      return first;
    },
  });
  return array;
}

function trap(target) {
  const thrower = () => {
    throw OWN;
  };
  return new Proxy(target, { get: thrower, has: thrower, getOwnPropertyDescriptor: thrower });
}

function anyView(random) {
  const Kind = random.pick(KINDS);
  const length = random.pick([0, 1, 15, 16, 100]);
  const shared = random.oneIn(2);
  const bytes = length * Kind.BYTES_PER_ELEMENT + 8;
  const buffer = shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes);
  return new Kind(buffer, random.oneIn(2) ? 8 : 0, length);
}

/** Anything that a caller may pass in place of anything. */
const ANY = [
  () => undefined,
  () => null,
  () => true,
  (random) =>
    random.pick([0, -0, 1, -1, 0.5, 1023, 1024, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, NaN, Infinity, -1024]),
  () => 10n ** 30n,
  (random) =>
    random.pick(['', 'avx2', 'avx512', 'portable', 'neon', 'x'.repeat(1000), '\ud800', 'portable\0']),
  () => Symbol('s'),
  () => ({}),
  () => [],
  () => new Array(3),
  () => () => 1,
  () => trap({}),
  () => trap([memory()]),
  () => new DataView(new SharedArrayBuffer(1024)),
  () => new SharedArrayBuffer(1024),
  () => new ArrayBuffer(1024),
  anyView,
  anyView,
  detached,
  resized,
  growable,
  () => new Liar(40),
  () => Object.create(Float64Array.prototype),
  trickyArray,
  (random) => [anyView(random), anyView(random)],
  (random) => Array.from({ length: random.pick([1, 5, 1000]) }, () => memory(16)),
  () => new Proxy([memory()], {}),
  () => new Date(),
  () => new Map(),
];

/** The words of a program, some of them others. */
function words(random) {
  const given = PRODUCT.words.slice();
  for (let i = random.below(4); i > 0; i--) {
    const at = random.below(given.length);
    given[at] = random.pick([given[at] + 1, given[at] - 1, 0, -1, 0.5, 2 ** 31, 2 ** 53, NaN, -Infinity]);
  }
  return random.oneIn(8) ? given.subarray(0, random.below(given.length)) : given;
}

/** Right arguments of a call, in most cases one or two of them exchanged. */
function argumentsOf(random, right) {
  const given = right.map((value) => value);
  for (let i = random.below(3); i > 0; i--) given[random.below(given.length)] = random.pick(ANY)(random);
  if (random.oneIn(10)) given.length = random.below(given.length + 1);
  if (random.oneIn(20)) given.push(random.pick(ANY)(random));
  return given;
}

const RELEASE = -1024;

/** Binds, and runs what was bound with arguments of any kind, even after it was let go. */
function bindAndRun(addon, random, isa) {
  const own = registers();
  own[0] = random.below(9);
  const given = argumentsOf(random, [isa, words(random), [memory()], own]);
  const bound = addon.bind(...given);
  if (typeof bound !== 'function') throw new Error(`bind gave ${typeof bound}`);
  for (let i = random.below(4); i > 0; i--) {
    const phase = random.oneIn(3) ? random.pick(ANY)(random) : random.pick([0, 1, 2, 3, 1023, RELEASE]);
    // A program without memory of ours is not run on numbers that another thread may still write.
    bound.call(random.pick([undefined, bound, {}]), phase);
  }
}

const CALLS = [
  bindAndRun,
  bindAndRun,
  (addon, random, isa) => {
    const plain = () => new Uint8Array(random.oneIn(2) ? PRODUCT.byteLength : 64);
    const own = new Float64Array(REGISTER_COUNT).fill(random.below(9), 0, 1);
    addon.runOnce(...argumentsOf(random, [isa, words(random), [plain()], own, random.pick([0, 1, 2])]));
  },
  // Not many rounds: a valid call takes seconds otherwise.
  (addon, random, isa) => {
    const given = argumentsOf(random, [isa, 10]);
    if (typeof given[1] === 'number' && given[1] > 1000) given[1] = -given[1];
    addon.fmaLoop(...given);
  },
  (addon, random) => {
    const matrix = () => new Float32Array(SIDE * SIDE);
    const [a, b, c] = [matrix(), matrix(), matrix()];
    const sizes = [SIDE, SIDE, SIDE];
    const given = [0, ...sizes, a, SIDE, 1, b, 1, SIDE, c, SIDE, undefined, 0, 0, 0];
    addon.product(...argumentsOf(random, given));
  },
  (addon, random) => addon.pastPage(...argumentsOf(random, [memory()])),
  (addon, random) => addon.preferHuge(...argumentsOf(random, [memory(1 << 14)])),
  (addon, random) => addon.discard(...argumentsOf(random, [memory(1 << 14)])),
  // What is added is taken away again: the collector believes it.
  (addon, random) => {
    const given = argumentsOf(random, [0]);
    if (typeof given[0] === 'number') given[0] = 0;
    addon.account(...given);
  },
  (addon, random) => addon.isas(...argumentsOf(random, [1])),
];

/**
 * @returns how many calls gave a result and how many a typed error, and what else came of the
 *   others, at most ten of them
 */
export function fuzzAddon(addon, { runs, seed, from = 0 }) {
  const isas = addon.isas();
  const tally = { results: 0, errors: 0, own: 0, problems: [] };
  for (let number = from; number < from + runs; number++) {
    const random = randomOf(seed, number);
    try {
      random.pick(CALLS)(addon, random, random.pick(isas));
      tally.results++;
    } catch (error) {
      if (error === OWN) tally.own++;
      else if (CODES.has(error?.code)) tally.errors++;
      else if (tally.problems.length < 10)
        tally.problems.push(`call ${number} of seed ${seed}: ${error?.stack ?? error}`);
    }
  }
  return tally;
}
