import type { Arena } from '../../core/arena.js';
import type { Table } from '../../data/sharedRows.js';
import type { ProgramBuffer } from '../../kernels/contract.js';
import type { MemoryPlan } from '../../program/memory.js';
import type { ProgramIo, TableSpec } from '../compile/compile.js';
import { TARGET_SHIFT } from '../metrics/regression.js';
import { copyIn } from './state.js';
import type { StreamData } from './streamData.js';

/** Samples and targets of one data set, and the range of rows to use. */
export interface DataSet {
  x: Table;
  y: Table;
  /** A weight per row, if rows have weights. */
  weights: Table | undefined;
  firstRow: number;
  rows: number;
}

/** The data that a fit reads. For a stream, the data set is the memory for its rows. */
export interface FitData {
  train: DataSet;
  validation: DataSet | undefined;
  trainStream?: StreamData | undefined;
  validationStream?: StreamData | undefined;
}

/** The memory for a stream's rows, as a data set. */
export function streamRoom({ store }: StreamData): DataSet {
  return { x: store.x, y: store.y, weights: store.weights, firstRow: 0, rows: store.capacity };
}

/** Collects the tables of programs; buffer 0 is the arena. */
export class TableList {
  readonly buffers: ProgramBuffer[] = [];

  /** The tables of a data set as a program reads them. */
  add({ x, y, weights, firstRow, rows }: DataSet): Pick<ProgramIo, 'x' | 'y' | 'weights'> {
    const place = (table: Table): TableSpec => {
      this.buffers.push(table.data);
      return tableSpec(table, this.buffers.length, firstRow, rows);
    };
    return { x: place(x), y: place(y), weights: weights && place(weights) };
  }
}

/** A table's place among a program's buffers. */
export function tableSpec(table: Table, buffer: number, firstRow: number, rows: number): TableSpec {
  return { buffer, dtype: table.dtype, rows, cols: table.cols, firstRow };
}

/** The first row's targets, which r2 subtracts from all targets. */
export function firstTargets({ y, firstRow }: DataSet): Float32Array {
  return Float32Array.from(y.data.subarray(firstRow * y.cols, (firstRow + 1) * y.cols));
}

/** The same for a stream. */
export function firstStreamTargets({ first }: Pick<StreamData, 'first'>): Float32Array {
  const { data, cols } = first.y;
  return Float32Array.from({ length: cols }, (_, j) => data[j] as number);
}

/** Fills the values that r2 subtracts from the targets of a data set. */
export function fillTargetShift(
  memory: MemoryPlan,
  arena: Arena,
  mode: 'train' | 'evaluate',
  targets: Float32Array,
): void {
  const region = memory.get(`${TARGET_SHIFT}.${mode}`);
  if (region !== undefined) copyIn(arena, region, targets);
}
