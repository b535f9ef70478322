import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';

/**
 * Inverted dropout (Srivastava et al. 2014): in training each element is kept with probability 1 −
 * rate and scaled by 1/(1 − rate); otherwise the node is the identity. The mask is a function of
 * seed, layer, step, row and column, so backward recomputes it and the number of workers does not
 * change it.
 */
export class DropoutNode implements Node {
  readonly parameters: readonly ParameterSpec[] = [];
  readonly endsIn = undefined;
  readonly outputCols: number;

  constructor(
    readonly name: string,
    readonly inputCols: number,
    private readonly rate: number,
    private readonly seed: number,
    /** Stream of the counter-based generator: one per dropout layer. */
    private readonly stream: number,
  ) {
    this.outputCols = inputCols;
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    if (!this.isActive(builder)) return x;
    const y = builder.batchLike(x, `${this.name}.y`, this.outputCols);
    const split = builder.splitOf(x, this.outputCols);
    builder.emit('dropout', { x, y }, this.scalars(), { split, label: `${this.name} forward` });
    return y;
  }

  outputDerivative(): OutputDerivative | undefined {
    return undefined;
  }

  backward(builder: ProgramBuilder, gradient: Gradient, wanted: boolean): Gradient | undefined {
    if (!wanted) return undefined;
    const { operand } = gradient;
    if (this.isActive(builder)) {
      builder.emit('dropout', { x: operand, y: operand }, this.scalars(), {
        split: builder.splitOf(operand, this.inputCols),
        label: `${this.name} backward`,
      });
    }
    return { operand, of: 'output' };
  }

  private isActive(builder: ProgramBuilder): boolean {
    return builder.mode === 'train' && this.rate > 0;
  }

  private scalars(): Record<string, number> {
    return {
      threshold: Math.round(this.rate * 2 ** 32),
      keepScale: Math.fround(1 / (1 - this.rate)),
      seed: this.seed,
      stream: this.stream,
    };
  }
}
