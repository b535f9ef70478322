import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';

/** Softmax of each row. Backward uses its full Jacobian: dx = (dy − (dy·y))·y. */
export class SoftmaxNode implements Node {
  readonly takes = 'rows';
  readonly gives = 'rows';
  readonly parameters: readonly ParameterSpec[] = [];
  readonly endsIn = 'softmax';
  readonly outputCols: number;
  private y: Operand | undefined;

  constructor(
    readonly name: string,
    readonly inputCols: number,
  ) {
    this.outputCols = inputCols;
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    this.y = builder.batchMatrix(`${this.name}.y`, this.outputCols);
    builder.emit('softmax', { x, y: this.y }, {}, { label: `${this.name} forward` });
    return this.y;
  }

  outputDerivative(): OutputDerivative | undefined {
    return undefined;
  }

  backward(builder: ProgramBuilder, gradient: Gradient, wanted: boolean): Gradient | undefined {
    if (!wanted) return undefined;
    const { operand } = gradient;
    builder.emit(
      'softmaxBackward',
      { dy: operand, y: this.y, dx: operand },
      {},
      {
        label: `${this.name} backward`,
      },
    );
    return { operand, of: 'output' };
  }
}
