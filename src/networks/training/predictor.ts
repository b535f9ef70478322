import type { Arena } from '../../core/arena.js';
import { SteepestError } from '../../core/errors.js';
import type { Matrix } from '../../core/matrix.js';
import type { NumberRow } from '../../core/ndarray.js';
import { isTypedArray } from '../../core/realm.js';
import { reading, refuseCell, refuseNotFinite } from '../../core/refuse.js';
import type { SampleInput } from '../../data/arrayInputs.js';
import { withSampleAxis } from '../../data/sampleShape.js';
import { inputTable } from '../../data/sharedRows.js';
import { type KernelRequest, selectKernels } from '../../kernels/backend.js';
import { type BoundProgram, PHASES, REGISTER_COUNT, REGISTERS } from '../../kernels/contract.js';
import { allocateArena } from '../../program/allocate.js';
import { MemoryPlan } from '../../program/memory.js';
import { programForRank } from '../../program/partition.js';
import { compileProgram } from '../compile/compile.js';
import { mostImagesPredictedAsRows } from '../compile/fewImages.js';
import type { ResolvedModel } from '../compile/model.js';
import { outputMatrix } from './outputs.js';
import { loadState, type ModelState, reserveState } from './state.js';

const X_BUFFER = 1;
const OUT_BUFFER = 2;
/** Rows that predictSync computes per step. */
const SYNC_ROWS = 64;

/**
 * Forward programs on this thread, with a snapshot of the parameters: one for large batches and,
 * for models on images, one for small ones. Each is created on first use; they share one arena.
 */
export class Predictor {
  /** Largest batch that uses the small-batch program; 0 where one program serves all batches. */
  private readonly few: number;
  private readonly registers: Float64Array<SharedArrayBuffer>;
  /** Programs by the number of rows per step. */
  private programs = new Map<number, BoundProgram>();
  private arena: Arena;
  private x = new Float32Array(new SharedArrayBuffer(0));
  private out = this.x;

  constructor(
    private readonly model: ResolvedModel,
    state: ModelState,
    private readonly kernels: KernelRequest,
  ) {
    const memory = new MemoryPlan();
    reserveState(memory, model.parameters, []);
    this.arena = allocateArena(memory);
    loadState(state, memory, this.arena, model.parameters, []);
    this.few = mostImagesPredictedAsRows(model);
    this.registers = new Float64Array(new SharedArrayBuffer(REGISTER_COUNT * Float64Array.BYTES_PER_ELEMENT));
  }

  /** @param x rows of inputs, or a single row */
  predict(x: SampleInput | NumberRow): Matrix<Float32Array> {
    const { inputCols, inputShape, outputCols } = this.model;
    const values = flatRows(x, inputCols, inputShape);
    const rows = values.length / inputCols;
    const data = new Float32Array(rows * outputCols);
    for (let first = 0; first < rows; first += SYNC_ROWS) {
      const count = Math.min(SYNC_ROWS, rows - first);
      const program = this.programFor(count, first === 0);
      this.load(values, first * inputCols, count * inputCols);
      this.registers[REGISTERS.rows] = count;
      if (program.run(PHASES.rows) !== 0) outsideTable();
      const { out } = this;
      const to = first * outputCols;
      for (let i = 0; i < count * outputCols; i++) data[to + i] = out[i]!;
    }
    return outputMatrix(this.model, data, rows);
  }

  /**
   * The program for this many rows. The remainder of a large batch does not justify another
   * program.
   */
  private programFor(rows: number, isAll: boolean): BoundProgram {
    const isFew = rows <= this.few && (isAll || this.programs.has(this.few));
    const most = isFew ? this.few : SYNC_ROWS;
    return this.programs.get(most) ?? this.addProgram(most);
  }

  /** Lays out memory again for the programs so far and one more. */
  private addProgram(most: number): BoundProgram {
    const { inputCols, outputCols, parameters } = this.model;
    const sizes = [...this.programs.keys(), most];
    const rows = Math.max(...sizes);
    const memory = new MemoryPlan();
    const { byteOffset, byteLength } = reserveState(memory, parameters, []);
    const x = { dtype: 'f32', rows, cols: inputCols, firstRow: 0, buffer: X_BUFFER } as const;
    const out = { dtype: 'f32', rows, cols: outputCols, firstRow: 0, buffer: OUT_BUFFER } as const;
    const compiled = sizes.map((size) =>
      compileProgram({ model: this.model, mode: 'predict', io: { x, out }, memory, maxRows: size }),
    );
    const arena = allocateArena(memory);
    arena.set(this.arena.subarray(byteOffset, byteOffset + byteLength), byteOffset);
    this.arena = arena;
    this.x = new Float32Array(new SharedArrayBuffer(rows * inputCols * 4));
    this.out = new Float32Array(new SharedArrayBuffer(rows * outputCols * 4));
    const kernels = selectKernels(this.kernels);
    for (const program of this.programs.values()) program.release();
    this.programs = new Map(
      compiled.map((program) => {
        const buffers = [arena, this.x, this.out];
        const bound = kernels.bind(programForRank(program, 0, 1), buffers, this.registers);
        bound.run(PHASES.epochStart);
        return [program.maxRows, bound];
      }),
    );
    return this.programs.get(most) as BoundProgram;
  }

  private load(values: ArrayLike<number>, from: number, length: number): void {
    const { x } = this;
    if (isTypedArray(values, 'Float32Array') && values.length === length) x.set(values);
    else {
      for (let i = 0; i < length; i++) {
        const value: unknown = values[from + i];
        if (typeof value !== 'number') this.refuse(value, from + i);
        x[i] = value;
      }
    }
    // A loop of its own: a call of the shared search takes 5 % more of a prediction of one row.
    for (let i = 0; i < length; i++) if (x[i]! - x[i]! !== 0) this.refuse(values[from + i], from + i);
  }

  private refuse(value: unknown, position: number): never {
    const { inputCols } = this.model;
    const [row, column] = [Math.floor(position / inputCols), position % inputCols];
    if (typeof value === 'number') refuseNotFinite('x', value, row, column);
    refuseCell('x', value, `at row ${row}, column ${column}`);
  }
}

function outsideTable(): never {
  throw new SteepestError('ERR_PROGRAM', {
    expected: 'every row within its table',
    given: 'one outside',
    hint: 'Please report this.',
  });
}

/**
 * The values of one or more rows, row-major. A flat list of `cols` numbers is one row; an array of
 * a sample's shape is one sample.
 */
function flatRows(
  x: SampleInput | NumberRow,
  cols: number,
  sampleShape: readonly number[],
): ArrayLike<number> {
  if (isTypedArray(x, 'Float32Array') && x.length === cols) return x;
  return reading('x', () => {
    if (Array.isArray(x) || ArrayBuffer.isView(x)) {
      const list = x as ArrayLike<unknown>;
      // Each value is checked when it is copied.
      if (list.length === cols && typeof list[0] === 'number') return list as ArrayLike<number>;
    }
    return inputTable('x', withSampleAxis(x as SampleInput, sampleShape), cols, sampleShape).data;
  });
}
