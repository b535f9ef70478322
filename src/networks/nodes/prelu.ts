import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { ImageShape } from '../../program/images.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { channelVector, emitNormGradients, NormShape } from './normShape.js';

/**
 * y = x > 0 ? x : α·x, with a learned α per channel (He et al. 2015).
 *
 * Backward: ∂L/∂x = x > 0 ? dy : α·dy; ∂L/∂α = Σ dy·min(x, 0) over samples and pixels.
 */
export class PreluNode implements Node {
  readonly takes: 'rows' | 'images';
  readonly gives: 'rows' | 'images';
  readonly endsIn = undefined;
  readonly inputCols: number;
  readonly outputCols: number;
  readonly parameters: readonly ParameterSpec[];
  private readonly samples: NormShape;
  private x: Operand | undefined;
  private low: Operand | undefined;

  constructor(
    readonly name: string,
    shape: readonly number[],
    private readonly alpha: ParameterSpec,
  ) {
    this.samples = new NormShape(shape);
    this.takes = this.samples.layout;
    this.gives = this.samples.layout;
    this.inputCols = this.samples.elements;
    this.outputCols = this.samples.elements;
    this.parameters = [alpha];
  }

  get inputShape(): ImageShape | undefined {
    return this.samples.image;
  }

  get imageShape(): ImageShape | undefined {
    return this.samples.image;
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    const { name, samples } = this;
    this.x = x;
    const learns = builder.differentiates && this.alpha.trainable;
    this.low = learns ? samples.batch(builder, `${name}.low`) : undefined;
    const y = samples.batch(builder, `${name}.y`);
    const alpha = channelVector(builder, this.alpha);
    builder.emit('prelu', { g: x, x, alpha, y, low: this.low }, samples.scalars, {
      split: 'groups',
      label: `${name} forward`,
    });
    return y;
  }

  outputDerivative(): OutputDerivative | undefined {
    return undefined;
  }

  backward(builder: ProgramBuilder, { operand: dy }: Gradient, wanted: boolean): Gradient | undefined {
    const { name, samples, x, low } = this;
    if (low !== undefined) {
      const sums = samples.sums(builder, `${name}.sums`);
      builder.emit('groupMoments', { x: low, dy, sums }, samples.scalars, {
        split: 'groups',
        label: `${name} sums of gradients`,
      });
      emitNormGradients(builder, { gamma: this.alpha, beta: undefined }, { sums });
    }
    if (!wanted) return undefined;
    const alpha = channelVector(builder, this.alpha);
    builder.emit('prelu', { g: dy, x, alpha, y: dy }, samples.scalars, {
      split: 'groups',
      label: `${name} backward`,
    });
    return { operand: dy, of: 'output' };
  }
}
