import type { ActivationSpec } from '../../kernels/activations.js';
import { ACTIVATIONS, type ElementwiseActivation, type Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';

const NEED_INPUT: ReadonlySet<ElementwiseActivation> = new Set([
  'gelu',
  'softplus',
  'silu',
  'hardSwish',
  'mish',
]);

/**
 * True where f′ is computed from z and not from y = f(z): see the table in kernels/ops/index.ts.
 */
export function derivativeNeedsInput(activation: ElementwiseActivation): boolean {
  return NEED_INPUT.has(activation);
}

const NEVER_FALL: ReadonlySet<string> = new Set(['linear', 'relu', 'sigmoid', 'tanh', 'relu6', 'selu']);

/** True for non-decreasing activations: the largest output belongs to the largest input. */
export function neverFalls({ name, alpha }: ActivationSpec): boolean {
  if (name === 'leakyRelu' || name === 'elu') return alpha >= 0;
  return NEVER_FALL.has(name);
}

/** y = f(x), element by element; dx = dy ⊙ f′. A separate node if no affine node precedes it. */
export class ActivateNode implements Node {
  readonly parameters: readonly ParameterSpec[] = [];
  readonly endsIn: ElementwiseActivation;
  readonly outputCols: number;
  private saved: Operand | undefined;

  constructor(
    readonly name: string,
    readonly inputCols: number,
    readonly activation: ActivationSpec,
  ) {
    this.endsIn = activation.name;
    this.outputCols = inputCols;
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    if (this.activation.name === 'linear') return x;
    const y = builder.batchLike(x, `${this.name}.y`, this.outputCols);
    const split = builder.splitOf(x, this.outputCols);
    builder.emit('activation', { x, y }, this.scalars(), { split, label: `${this.name} forward` });
    this.saved = derivativeNeedsInput(this.activation.name) ? x : y;
    return y;
  }

  outputDerivative(): OutputDerivative | undefined {
    if (this.saved === undefined) return undefined;
    return { activation: this.activation.name, alpha: this.activation.alpha, saved: this.saved };
  }

  backward(builder: ProgramBuilder, gradient: Gradient, wanted: boolean): Gradient | undefined {
    if (!wanted) return undefined;
    if (gradient.of === 'output' && this.saved !== undefined) {
      const { operand } = gradient;
      builder.emit('activationBackward', { dy: operand, s: this.saved, dx: operand }, this.scalars(), {
        split: builder.splitOf(operand, this.inputCols),
        label: `${this.name} backward`,
      });
    }
    return { operand: gradient.operand, of: 'output' };
  }

  private scalars(): Record<string, number> {
    return { activation: ACTIVATIONS[this.activation.name], alpha: this.activation.alpha };
  }
}
