import type { BindableProgram } from '#steepest/kernels/contract.js';

export interface Found {
  what: string;
  refused: boolean;
  rows: number;
  /** Lengths in bytes. */
  buffers: number[];
  program: BindableProgram;
}
export declare const found: readonly Found[];
