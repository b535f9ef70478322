import { type BindableProgram, type Op, REGISTER_COUNT, REGISTERS } from './contract.js';

/** Ops as a program for one rank and one call. */
export function singleRank(ops: readonly Op[], rows: number): BindableProgram {
  return { ops, rank: 0, workers: 1, maxRows: rows, rowChunk: Math.max(1, rows) };
}

/** Registers in which only `rows` is set. */
export function registersFor(rows: number): Float64Array {
  const registers = new Float64Array(REGISTER_COUNT);
  registers[REGISTERS.rows] = rows;
  return registers;
}
