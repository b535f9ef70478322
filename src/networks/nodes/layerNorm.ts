import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { ImageShape } from '../../program/images.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
import { type ParameterSpec, trainable } from '../../program/parameters.js';
import { type Affine, channelVector, emitNormGradients, NormShape, parametersOf } from './normShape.js';

/**
 * y = x̂·γ + β, x̂ = (x − μ)/√(σ² + ε), with mean and variance over the channels of each pixel, or
 * the columns of each row (Ba, Kiros & Hinton 2016). The same in training and otherwise.
 */
export class LayerNormNode implements Node {
  readonly takes: 'rows' | 'images';
  readonly gives: 'rows' | 'images';
  readonly endsIn = undefined;
  readonly inputCols: number;
  readonly outputCols: number;
  readonly parameters: readonly ParameterSpec[];
  private readonly samples: NormShape;
  private x: Operand | undefined;
  private stats: Operand | undefined;

  constructor(
    readonly name: string,
    shape: readonly number[],
    private readonly norm: Affine,
    private readonly epsilon: number,
  ) {
    this.samples = new NormShape(shape);
    this.takes = this.samples.layout;
    this.gives = this.samples.layout;
    this.inputCols = this.samples.elements;
    this.outputCols = this.samples.elements;
    this.parameters = parametersOf(norm);
  }

  get inputShape(): ImageShape | undefined {
    return this.samples.image;
  }

  get imageShape(): ImageShape | undefined {
    return this.samples.image;
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    const { name, samples, norm, epsilon } = this;
    this.x = x;
    if (builder.differentiates) {
      const { image } = samples;
      const name = `${this.name}.stats`;
      this.stats = image ? builder.images(name, [image[0], image[1], 2]) : builder.batchMatrix(name, 2);
    }
    const y = samples.batch(builder, `${name}.y`);
    builder.emit(
      'layerNorm',
      {
        x,
        gamma: channelVector(builder, norm.gamma),
        beta: channelVector(builder, norm.beta),
        y,
        stats: this.stats,
      },
      { ...samples.scalars, channels: samples.channels, epsilon },
      { split: 'groups', label: `${name} forward` },
    );
    return y;
  }

  outputDerivative(): OutputDerivative | undefined {
    return undefined;
  }

  backward(builder: ProgramBuilder, { operand: dy }: Gradient, wanted: boolean): Gradient | undefined {
    const { name, samples, norm, x, stats } = this;
    const sums = trainable(this.parameters).length > 0 ? samples.sums(builder, `${name}.sums`) : undefined;
    if (sums === undefined && !wanted) return undefined;
    builder.emit(
      'layerNormBackward',
      { dy, x, stats, gamma: channelVector(builder, norm.gamma), dx: wanted ? dy : undefined, sums },
      { ...samples.scalars, channels: samples.channels },
      { split: 'groups', label: `${name} backward` },
    );
    if (sums !== undefined) emitNormGradients(builder, norm, { sums });
    return wanted ? { operand: dy, of: 'output' } : undefined;
  }
}
