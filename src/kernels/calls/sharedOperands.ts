import { type Arena, float32At } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import { eachRange, type InParts, NUMBERS_PER_PART } from '../../core/inParts.js';
import { CONTROL_BYTES } from '../../parallel/control.js';
import { allocateArena } from '../../program/allocate.js';
import { MemoryPlan, type Region } from '../../program/memory.js';
import { GEMM_INIT } from '../contract.js';
import { isReadable } from '../sharedMemory.js';
import type { CallOp, CallOperand, MatrixView } from './call.js';

/** A matrix of the caller's that threads cannot read, and its place in the arena. */
interface Copy {
  of: MatrixView;
  /** Elements of the caller's array when the call began. */
  length: number;
  region: Region;
  /** Whether an op reads what the caller has put there. */
  isRead: boolean;
  isWritten: boolean;
}

/**
 * The operands of ops where threads can reach them: shared arrays as they are, others in an arena.
 * Rows in the arena lie where kernels read them fastest, and gaps between rows are left out.
 */
export class SharedOperands {
  readonly arena: Arena;
  readonly calls: readonly CallOp[];
  /** Shared arrays of the caller's. */
  readonly tables: Float32Array<ArrayBufferLike>[];
  private readonly copies: Copy[] = [];
  private readonly memory = new MemoryPlan(CONTROL_BYTES);

  /**
   * @param scratch stands for arrays of intermediate values, which have no memory of their own
   * @throws SteepestError `ERR_MEMORY`
   */
  constructor(
    calls: readonly CallOp[],
    private readonly scratch: ReadonlySet<Float32Array<ArrayBufferLike>>,
  ) {
    const tables = new Set<Float32Array<ArrayBufferLike>>();
    const places = new Map<CallOperand, Copy>();
    for (const call of calls) {
      for (const [name, view] of Object.entries(call.operands)) {
        if (view === undefined) continue;
        if (isReadable(view.data)) tables.add(view.data);
        else places.set(view, this.copyOf(call, name, view));
      }
    }
    this.arena = allocateArena(this.memory);
    this.tables = [...tables];
    const placed = (view: CallOperand | undefined): CallOperand | undefined => {
      const copy = view && places.get(view);
      return copy ? { ...this.inArena(copy), transposed: view.transposed } : view;
    };
    this.calls = calls.map((call) => {
      const operands = Object.entries(call.operands).map(([name, view]) => [name, placed(view)]);
      return { ...call, operands: Object.fromEntries(operands) as CallOp['operands'] };
    });
  }

  private copyOf(call: CallOp, name: string, view: CallOperand): Copy {
    const { data, rows, cols, rowStride } = view;
    let copy = this.copies.find(
      ({ of }) => of.data === data && of.rows === rows && of.cols === cols && of.rowStride === rowStride,
    );
    if (copy === undefined) {
      const region = this.memory.matrix(`${name} ${this.copies.length}`, 'activation', rows, cols);
      copy = { of: view, length: data.length, region, isRead: false, isWritten: false };
      this.copies.push(copy);
    }
    const writes = call.writes === name;
    const reads = !writes || call.scalars.init === GEMM_INIT.c;
    copy.isRead ||= reads && !copy.isWritten && !this.scratch.has(data);
    copy.isWritten ||= writes;
    return copy;
  }

  private inArena({ region: { byteOffset, rows, cols, rowStride } }: Copy): MatrixView {
    return { data: float32At(this.arena, byteOffset, rows * rowStride), rows, cols, rowStride };
  }

  /** @throws SteepestError `ERR_ARGUMENT` if an array is detached or resized meanwhile */
  *copyIn(): InParts<void> {
    for (const copy of this.copies) if (copy.isRead) yield* copyRows(copy, copy.of, this.inArena(copy));
  }

  /** @throws SteepestError as {@link copyIn} does */
  *copyBack(): InParts<void> {
    for (const copy of this.copies) {
      if (!copy.isWritten || this.scratch.has(copy.of.data)) continue;
      yield* copyRows(copy, this.inArena(copy), copy.of);
    }
  }
}

function* copyRows({ of, length }: Copy, from: MatrixView, to: MatrixView): InParts<void> {
  const { rows, cols } = from;
  const copy = (row: number, begin: number, end: number): void => {
    if (of.data.length !== length) throw changed(of.data.length, length);
    const start = row * from.rowStride;
    to.data.set(from.data.subarray(start + begin, start + end), row * to.rowStride + begin);
  };
  if (cols > NUMBERS_PER_PART) {
    for (let row = 0; row < rows; row++) {
      if (row > 0) yield;
      yield* eachRange(cols, (begin, end) => copy(row, begin, end));
    }
    return;
  }
  const copies = (begin: number, end: number): void => {
    for (let row = begin; row < end; row++) copy(row, 0, cols);
  };
  yield* eachRange(rows, copies, Math.ceil(NUMBERS_PER_PART / Math.max(1, cols)));
}

const changed = (given: number, expected: number): SteepestError =>
  new SteepestError('ERR_ARGUMENT', {
    expected: `an array that keeps its ${expected} elements during the call`,
    given: `one that has ${given} now`,
    hint: 'Transfer or resize it after the call has ended.',
  });
