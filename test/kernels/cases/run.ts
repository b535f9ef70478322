import fc from 'fast-check';
import { BYTES_PER_ELEMENT, type KernelSet, type Operand, type OpKind } from '#steepest/kernels/contract.js';
import { CaseBuilder, type Dims, type OpCase, viewOf } from './case.js';
import { GENERATORS, NEEDS_COLUMN } from './generators.js';
import { VALUES, type Values } from './random.js';

/** Nothing, primes, and both sides of every tile's and vector's edge. */
const SIZES = [0, 1, 2, 3, 5, 7, 8, 13, 14, 15, 16, 17, 29, 31, 32, 33, 48, 61];
/** So that the product of three sizes stays quick in the exact kernels. */
const INNER_SIZES = [0, 1, 2, 5, 8, 16, 33];

/** Dimensions for a kind of op. */
export function dimsFor(kind: OpKind, values: readonly Values[] = VALUES): fc.Arbitrary<Dims> {
  const cols = NEEDS_COLUMN.has(kind) ? SIZES.filter((size) => size > 0) : SIZES;
  return fc
    .record({
      rows: fc.constantFrom(...SIZES),
      cols: fc.constantFrom(...cols),
      inner: fc.constantFrom(...INNER_SIZES),
      values: fc.constantFrom(...values),
      seed: fc.nat(),
      workers: fc.constantFrom(1, 1, 2, 3),
    })
    .chain((dims) => fc.nat({ max: dims.workers - 1 }).map((rank) => ({ ...dims, rank })));
}

/**
 * Sizes beyond what kernels take in one piece: the columns that an update works on at a time (256), blocks of
 * gemm's k (512), the panel of B that it may copy, the exponentials that softmaxCrossEntropy keeps (2¹⁶).
 */
export function largeDims(kind: OpKind): fc.Arbitrary<Dims> {
  const [rows, cols, inner] =
    kind === 'gemm'
      ? [fc.constantFrom(5, 37), fc.constantFrom(65, 520), fc.constantFrom(513, 1030)]
      : [fc.constantFrom(1, 16, 40), fc.constantFrom(255, 256, 257, 600), fc.constant(70)];
  return fc.record({
    rows,
    cols: kind === 'softmaxCrossEntropy' ? fc.constantFrom(257, 2 ** 16, 2 ** 16 + 7) : cols,
    inner,
    values: fc.constantFrom('ordinary', 'wild'),
    seed: fc.nat(),
    workers: fc.constant(1),
    rank: fc.constant(0),
  });
}

export function drawCase(kind: OpKind, dims: Dims): OpCase {
  const builder = new CaseBuilder(kind, dims);
  GENERATORS[kind](builder);
  return builder.finish();
}

/** What one set of kernels makes of a case. */
export interface Outcome {
  status: number;
  memory: SharedArrayBuffer;
}

export function runCase(kernels: KernelSet, { op, maxRows, rowChunk, registers, bytes }: OpCase, dims: Dims) {
  const memory = new SharedArrayBuffer(bytes.length);
  const buffer = new Uint8Array(memory);
  buffer.set(bytes);
  const program = { ops: [op], rank: dims.rank, workers: dims.workers, maxRows, rowChunk };
  const status = kernels.bind(program, [buffer], registers).run(op.phase);
  return { status, memory };
}

/** Calls `visit` with the position, in elements and in bytes, of each element of an operand. */
function eachElement(operand: Operand, visit: (i: number, j: number, at: number) => void): void {
  for (let i = 0; i < operand.rows; i++) {
    for (let j = 0; j < operand.cols; j++) visit(i, j, i * operand.rowStride + j * operand.colStride);
  }
}

/** One value per NaN, so that bits can be compared; only outputs of floats can hold new ones. */
export function canonicalWords({ op, outputs }: OpCase, memory: SharedArrayBuffer): Uint32Array {
  const copy = new Uint8Array(memory).slice();
  for (const name of Object.keys(outputs)) {
    const operand = op.operands[name] as Operand;
    if (operand.dtype !== 'f32' && operand.dtype !== 'f64') continue;
    const view = viewOf(copy.buffer, operand);
    eachElement(operand, (_i, _j, at) => {
      if (Number.isNaN(view[at])) view[at] = Number.NaN;
    });
  }
  return new Uint32Array(copy.buffer, 0, copy.length >> 2);
}

/** Byte positions that the op may write. */
export function writable({ op, outputs, range, bytes }: OpCase): Uint8Array {
  const allowed = new Uint8Array(bytes.length);
  for (const [name, { reach, shift }] of Object.entries(outputs)) {
    const operand = op.operands[name] as Operand;
    const size = BYTES_PER_ELEMENT[operand.dtype];
    eachElement(operand, (i, j, at) => {
      const place = (reach === 'rows' ? i : j) - shift;
      if (reach !== 'all' && (place < range.begin || place >= range.end)) return;
      allowed.fill(1, operand.byteOffset + at * size, operand.byteOffset + (at + 1) * size);
    });
  }
  return allowed;
}

/** For messages: the operand and element that a word of memory belongs to. */
export function describeWord({ op }: OpCase, word: number): string {
  for (const [name, operand] of Object.entries(op.operands)) {
    const size = operand.dtype === 'f64' ? 8 : operand.dtype === 'u8' ? 1 : 4;
    const element = Math.floor((word * 4 - operand.byteOffset) / size);
    const stride = Math.max(operand.rowStride, operand.colStride);
    const length = operand.colStride === 1 ? operand.rows * stride : operand.cols * stride;
    if (element < 0 || element >= length) continue;
    return `${name}[${Math.floor(element / stride)}, ${element % stride}]`;
  }
  return `word ${word}, outside all operands`;
}
