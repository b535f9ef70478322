import type { BindableProgram, BoundProgram, KernelSet, Op, ProgramBuffer } from '../kernels/contract.js';

/** The kernels of one task; it releases all programs that it bound when the task ends. */
export class TaskKernels implements KernelSet {
  readonly kind;
  readonly isa;
  readonly numerics;
  readonly product;
  private readonly programs: BoundProgram[] = [];

  constructor(private readonly kernels: KernelSet) {
    this.kind = kernels.kind;
    this.isa = kernels.isa;
    this.numerics = kernels.numerics;
    this.product = kernels.product;
  }

  bind(
    program: BindableProgram,
    buffers: readonly ProgramBuffer[],
    registers: Float64Array<ArrayBufferLike>,
  ): BoundProgram {
    const bound = this.kernels.bind(program, buffers, registers);
    this.programs.push(bound);
    return bound;
  }

  runOnce(ops: readonly Op[], buffers: readonly ProgramBuffer[], rows: number): void {
    this.kernels.runOnce(ops, buffers, rows);
  }

  release(): void {
    for (const program of this.programs.splice(0)) program.release();
  }
}
