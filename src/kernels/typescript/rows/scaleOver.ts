import { REGISTERS } from '../../contract.js';
import type { F64 } from '../kernel.js';

/** fl(numerator / (rows·cols)), rounded once from float64: the factor of a mean over a mini-batch. */
export function scaleOver(numerator: number, registers: F64, cols: number): number {
  return Math.fround(numerator / ((registers[REGISTERS.rows] as number) * cols));
}
