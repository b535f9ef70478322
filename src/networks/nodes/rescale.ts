import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';

/** y = x·scale + offset. As a model's first node it is part of the gather (see compile.ts). */
export class RescaleNode implements Node {
  readonly parameters: readonly ParameterSpec[] = [];
  readonly endsIn = undefined;
  readonly outputCols: number;

  constructor(
    readonly name: string,
    readonly inputCols: number,
    readonly scale: number,
    readonly offset: number,
  ) {
    this.outputCols = inputCols;
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    const y = builder.batchLike(x, `${this.name}.y`, this.outputCols);
    const split = builder.splitOf(x, this.outputCols);
    const scalars = { scale: Math.fround(this.scale), offset: Math.fround(this.offset) };
    builder.emit('scaleShift', { x, y }, scalars, { split, label: `${this.name} forward` });
    return y;
  }

  outputDerivative(): OutputDerivative | undefined {
    return undefined;
  }

  backward(builder: ProgramBuilder, gradient: Gradient, wanted: boolean): Gradient | undefined {
    if (!wanted) return undefined;
    const { operand } = gradient;
    const scalars = { scale: Math.fround(this.scale), offset: 0 };
    builder.emit('scaleShift', { x: operand, y: operand }, scalars, {
      split: builder.splitOf(operand, this.inputCols),
      label: `${this.name} backward`,
    });
    return { operand, of: 'output' };
  }
}
