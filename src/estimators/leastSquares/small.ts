import { type Arena, float64At } from '../../core/arena.js';
import { type KernelRequest, selectKernels } from '../../kernels/backend.js';
import { type Op, PHASES, REGISTER_COUNT, REGISTERS } from '../../kernels/contract.js';
import { CONTROL_BYTES } from '../../parallel/control.js';
import { runRanks } from '../../parallel/pool.js';
import { allocateArena } from '../../program/allocate.js';
import { stepFlops } from '../../program/cost.js';
import { MemoryPlan, operandOf, type Region } from '../../program/memory.js';
import { wholeOp } from '../base/ops.js';

/** Maximum operations, a few milliseconds, of a small problem that is solved on this thread. */
const INLINE_FLOPS = 1e7;
/**
 * A rotation is skipped below this fraction of the two rows' lengths: the rounding error of their
 * inner product.
 */
const JACOBI_TOLERANCE = 2 ** -52;
/** Far more than any matrix has been observed to need. */
const MOST_SWEEPS = 60;

/** The matrices of a small problem, one after another. */
class Workspace {
  private readonly memory = new MemoryPlan(CONTROL_BYTES);
  private readonly registers = this.memory.vector('registers', 'control', REGISTER_COUNT, 'f64');
  private readonly contents: { region: Region; data: Float64Array }[] = [];
  private arena: Arena | undefined;

  /** A rows × cols matrix with these values. */
  matrix(data: Float64Array, rows: number, cols: number): Region {
    const region = this.memory.matrix(`matrix.${this.contents.length}`, 'state', rows, cols, 'f64');
    this.contents.push({ region, data });
    return region;
  }

  /**
   * Runs ops on it: on this thread if that is quick, otherwise in a worker thread. `rows` is the
   * register of that name.
   */
  async run(ops: readonly Op[], kernels: KernelRequest, rows = 1): Promise<void> {
    const arena = this.load();
    const program = { ops, rank: 0, workers: 1, maxRows: rows, rowChunk: rows };
    if (stepFlops(ops) <= INLINE_FLOPS) {
      const registers = float64At(arena, this.registers.byteOffset, REGISTER_COUNT);
      registers[REGISTERS.rows] = rows;
      selectKernels(kernels).bind(program, [arena], registers).run(PHASES.rows);
      return;
    }
    const common = { kind: 'blocks' as const, rank: 0, workers: 1, kernels, arena, tables: [] };
    const { byteOffset: registersOffset } = this.registers;
    const task = {
      ...common,
      registersOffset,
      programs: [],
      pieceRows: 1,
      source: undefined,
      finish: program,
    };
    await runRanks([task], arena);
  }

  /** Runs ops on this thread, however long it takes. */
  runSync(ops: readonly Op[], kernels: KernelRequest): void {
    const arena = this.load();
    selectKernels(kernels).runOnce(ops, [arena], 1);
  }

  /** The values of a matrix, row by row. */
  read({ byteOffset, rows, cols, rowStride }: Region): Float64Array {
    const values = new Float64Array(rows * cols);
    for (let i = 0; i < rows; i++) {
      values.set(float64At(this.arena!, byteOffset + i * rowStride * 8, cols), i * cols);
    }
    return values;
  }

  private load(): Arena {
    this.arena = allocateArena(this.memory);
    for (const { region, data } of this.contents) {
      const { byteOffset, rows, cols, rowStride } = region;
      for (let i = 0; i < rows; i++) {
        float64At(this.arena, byteOffset + i * rowStride * 8, cols).set(
          data.subarray(i * cols, (i + 1) * cols),
        );
      }
    }
    return this.arena;
  }
}

const solveOp = (r: Region, b: Region, transposed: boolean): Op =>
  wholeOp('triangularSolve', { r: operandOf(r), b: operandOf(b) }, { transposed: Number(transposed) });

/** The n × n identity matrix. */
export function identity(n: number): Float64Array {
  const matrix = new Float64Array(n * n);
  for (let i = 0; i < n; i++) matrix[i * n + i] = 1;
  return matrix;
}

/**
 * Solves R·X = B, or RᵀR·X = B, for several B (n × their columns). If R is singular, elements are
 * NaN or infinite.
 */
export async function solveTriangular(
  r: Float64Array,
  n: number,
  bs: readonly { values: Float64Array; cols: number }[],
  normal: boolean,
  kernels: KernelRequest,
): Promise<Float64Array[]> {
  const space = new Workspace();
  const triangle = space.matrix(r, n, n);
  const regions = bs.map(({ values, cols }) => space.matrix(values, n, cols));
  const ops = regions.flatMap((b) => [
    ...(normal ? [solveOp(triangle, b, true)] : []),
    solveOp(triangle, b, false),
  ]);
  await space.run(ops, kernels);
  return regions.map((region) => space.read(region));
}

/** The solution of R·X = B (n × n both), on this thread. */
export function inverseSync(r: Float64Array, b: Float64Array, n: number): Float64Array {
  const space = new Workspace();
  const triangle = space.matrix(r, n, n);
  const right = space.matrix(b, n, n);
  space.runSync([solveOp(triangle, right, false)], {});
  return space.read(right);
}

/** R and y (n × targets) of the QR of [R y; diag(diagonal) 0]. */
export async function foldDiagonal(
  r: Float64Array,
  y: Float64Array,
  n: number,
  targets: number,
  diagonal: Float64Array,
  kernels: KernelRequest,
): Promise<{ r: Float64Array; y: Float64Array }> {
  const width = panelled(n + targets);
  const bottom = new Float64Array(width * width);
  for (let i = 0; i < n; i++) bottom[i * width + i] = diagonal[i]!;
  return fold(beside(r, n, n, y, targets), bottom, width, n, targets, true, kernels);
}

/** R and y (n × targets) of the QR of a (rows × n) with y (rows × targets) beside it. */
export async function triangleOf(
  a: Float64Array,
  rows: number,
  n: number,
  y: Float64Array,
  targets: number,
  kernels: KernelRequest,
): Promise<{ r: Float64Array; y: Float64Array }> {
  const width = panelled(n + targets);
  return fold(
    new Float64Array(width * width),
    beside(a, rows, n, y, targets),
    rows,
    n,
    targets,
    false,
    kernels,
  );
}

/** Columns of a QR factorization are processed in panels of eight. */
const panelled = (cols: number): number => 8 * Math.ceil(cols / 8);

/**
 * a (rows × n), y (rows × targets) and zeros side by side, with at least as many rows as columns.
 */
function beside(a: Float64Array, rows: number, n: number, y: Float64Array, targets: number): Float64Array {
  const width = panelled(n + targets);
  const both = new Float64Array(Math.max(rows, width) * width);
  for (let i = 0; i < rows; i++) {
    both.set(a.subarray(i * n, (i + 1) * n), i * width);
    both.set(y.subarray(i * targets, (i + 1) * targets), i * width + n);
  }
  return both;
}

async function fold(
  top: Float64Array,
  bottom: Float64Array,
  rows: number,
  n: number,
  targets: number,
  triangular: boolean,
  kernels: KernelRequest,
): Promise<{ r: Float64Array; y: Float64Array }> {
  const width = panelled(n + targets);
  const space = new Workspace();
  const factor = space.matrix(top, width, width);
  const a = space.matrix(bottom, bottom.length / width, width);
  const operands = { a: operandOf(a), r: operandOf(factor) };
  await space.run([wholeOp('qrFold', operands, { triangular: Number(triangular) })], kernels, rows);
  const out = space.read(factor);
  const folded = { r: new Float64Array(n * n), y: new Float64Array(n * targets) };
  for (let i = 0; i < n; i++) {
    for (let j = i; j < n; j++) folded.r[i * n + j] = out[i * width + j]!;
    folded.y.set(out.subarray(i * width + n, i * width + n + targets), i * targets);
  }
  return folded;
}

/** A (rows × n) = U·Σ·Vᵀ in the form that the solvers need. */
export interface SmallSvd {
  /** Σ·Vᵀ, rows × n, not sorted. */
  rows: Float64Array;
  /** Uᵀ·b, rows × targets. */
  b: Float64Array;
  /** Lengths of the rows: the singular values, in the same order. */
  values: Float64Array;
}

function svdOf(a: Float64Array, n: number, b: Float64Array, targets: number) {
  const count = a.length / n;
  const space = new Workspace();
  const rows = space.matrix(a, count, n);
  const right = targets > 0 ? space.matrix(b, count, targets) : undefined;
  const sweeps = space.matrix(new Float64Array(1), 1, 1);
  const operands = { a: operandOf(rows), b: right && operandOf(right), sweeps: operandOf(sweeps) };
  const scalars = { tolerance: JACOBI_TOLERANCE, maxSweeps: MOST_SWEEPS };
  const finish = (): SmallSvd => {
    const orthogonal = space.read(rows);
    return {
      rows: orthogonal,
      b: right === undefined ? new Float64Array(0) : space.read(right),
      values: Float64Array.from({ length: count }, (_, i) => norm(orthogonal.subarray(i * n, (i + 1) * n))),
    };
  };
  return { space, ops: [wholeOp('jacobiRows', operands, scalars)], finish };
}

/** Singular values of a (n columns) and the matching vectors, by one-sided Jacobi rotations. */
export async function svd(
  a: Float64Array,
  n: number,
  b: Float64Array,
  targets: number,
  kernels: KernelRequest,
): Promise<SmallSvd> {
  const { space, ops, finish } = svdOf(a, n, b, targets);
  await space.run(ops, kernels);
  return finish();
}

/** Singular values, largest first, on this thread. */
export function singularValuesSync(a: Float64Array, n: number, kernels: KernelRequest = {}): Float64Array {
  const { space, ops, finish } = svdOf(a, n, new Float64Array(0), 0);
  space.runSync(ops, kernels);
  return finish().values.sort().reverse();
}

/** √Σ x², scaled so that squares neither overflow nor underflow. */
export function norm(x: Float64Array): number {
  const largest = x.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (const value of x) sum += (value / largest) ** 2;
  return largest * Math.sqrt(sum);
}

/** {@link norm} of the elements of a column in rows [from, to). */
export function columnNorm(
  values: Float64Array,
  stride: number,
  column: number,
  from: number,
  to: number,
): number {
  let largest = 0;
  for (let i = from; i < to; i++) largest = Math.max(largest, Math.abs(values[i * stride + column]!));
  if (largest === 0 || !Number.isFinite(largest)) return largest;
  let sum = 0;
  for (let i = from; i < to; i++) sum += (values[i * stride + column]! / largest) ** 2;
  return largest * Math.sqrt(sum);
}
