import type { ActivationSpec } from '../../kernels/activations.js';
import { ACTIVATIONS, type ElementwiseActivation, type Operand, PHASES } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { ImageShape } from '../../program/images.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { type Affine, channelVector, emitNormGradients, NormShape, parametersOf } from './normShape.js';

/** The parameters and moving moments of a batch normalisation. */
export interface BatchNormParameters extends Affine {
  mean: ParameterSpec;
  variance: ParameterSpec;
}

export interface BatchNormNumbers {
  /** Weight of the old value when a step updates the moving moments. */
  momentum: number;
  epsilon: number;
  /** Whether it normalises by the moving moments in training too, and leaves them as they are. */
  isFrozen: boolean;
}

/**
 * y = f(x̂·γ + β), x̂ = (x − μ)/√(σ² + ε), by channel (Ioffe & Szegedy 2015). In training μ and σ²
 * are the mean and variance over the whole mini-batch: one phase sums groups of 16 samples, and in
 * the next every rank adds up the sums of all groups. The sums that the gradient needs are computed
 * the same way. Otherwise, and if it is frozen, μ and σ² are the moving mean and variance.
 */
export class BatchNormNode implements Node {
  readonly takes: 'rows' | 'images';
  readonly gives: 'rows' | 'images';
  readonly inputCols: number;
  readonly outputCols: number;
  readonly endsIn: ElementwiseActivation;
  readonly parameters: readonly ParameterSpec[];
  private readonly samples: NormShape;
  private x: Operand | undefined;
  private saved: Operand | undefined;

  constructor(
    readonly name: string,
    private readonly shape: readonly number[],
    readonly norm: BatchNormParameters,
    readonly numbers: BatchNormNumbers,
    private readonly activation: ActivationSpec = { name: 'linear', alpha: 0 },
  ) {
    this.samples = new NormShape(shape);
    this.takes = this.samples.layout;
    this.gives = this.samples.layout;
    this.inputCols = this.samples.elements;
    this.outputCols = this.samples.elements;
    this.endsIn = activation.name;
    this.parameters = [...parametersOf(norm), norm.mean, norm.variance];
  }

  get inputShape(): ImageShape | undefined {
    return this.samples.image;
  }

  get imageShape(): ImageShape | undefined {
    return this.samples.image;
  }

  get isLinear(): boolean {
    return this.activation.name === 'linear';
  }

  /** The same node with an activation whose derivative comes from its output. */
  withActivation(activation: ActivationSpec): BatchNormNode {
    return new BatchNormNode(this.name, this.shape, this.norm, this.numbers, activation);
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    const { name, samples, norm } = this;
    this.x = x;
    const ofBatch = builder.differentiates && !this.numbers.isFrozen;
    const stats = ofBatch ? this.batchMoments(builder, x) : this.frozenMoments(builder);
    const y = samples.batch(builder, `${name}.y`);
    builder.emit(
      'normalize',
      { x, stats, gamma: channelVector(builder, norm.gamma), beta: channelVector(builder, norm.beta), y },
      { ...samples.scalars, activation: ACTIVATIONS[this.activation.name], alpha: this.activation.alpha },
      { split: 'groups', label: `${name} forward`, own: ['stats'] },
    );
    this.saved = y;
    return y;
  }

  outputDerivative(): OutputDerivative | undefined {
    if (this.isLinear || this.saved === undefined) return undefined;
    return { activation: this.activation.name, alpha: this.activation.alpha, saved: this.saved };
  }

  /**
   * Updates the moving mean and variance from the mini-batch's, once its loss is known to be
   * finite.
   */
  updateState(builder: ProgramBuilder): void {
    if (this.numbers.isFrozen) return;
    const { channels, pixels } = this.samples;
    const { mean, variance } = this.norm;
    const group = builder.emitGroup(mean.name, 1, 2 * channels * builder.maxGroups);
    builder.emitSlice(
      group,
      'movingMoments',
      {
        sums: this.sums(builder),
        mean: channelVector(builder, mean),
        variance: channelVector(builder, variance),
      },
      { pixels, momentum: this.numbers.momentum },
      { perUnit: channels, extent: channels },
    );
  }

  backward(builder: ProgramBuilder, gradient: Gradient, wanted: boolean): Gradient | undefined {
    const { name, samples, norm, x } = this;
    const dy = gradient.operand;
    if (gradient.of === 'output' && !this.isLinear) {
      builder.emit(
        'activationBackward',
        { dy, s: this.saved, dx: dy },
        { activation: ACTIVATIONS[this.activation.name], alpha: this.activation.alpha },
        {
          split: samples.image ? 'groups' : 'rows',
          label: `${name} ${this.activation.name}′`,
        },
      );
    }
    if (this.numbers.isFrozen) return wanted ? this.frozenBackward(builder, dy) : undefined;
    const sums = samples.sums(builder, `${name}.gradientSums`);
    const stats = this.moments(builder);
    builder.emit('groupMoments', { x, dy, sums }, samples.scalars, {
      split: 'groups',
      label: `${name} sums of gradients`,
    });
    emitNormGradients(builder, norm, { sums, stats });
    if (!wanted) return undefined;
    builder.nextRowPhase();
    const means = builder.perRank(`${name}.meanGradients`, 2 * samples.channels);
    builder.emit(
      'mergeGradientMeans',
      { sums, stats, means },
      { pixels: samples.pixels },
      { split: 'all', label: `${name} mean gradients`, own: ['stats', 'means'] },
    );
    builder.emit(
      'normalizeBackward',
      { dy, x, stats, means, gamma: channelVector(builder, norm.gamma), dx: dy },
      samples.scalars,
      { split: 'groups', label: `${name} dx`, own: ['stats', 'means'] },
    );
    return { operand: dy, of: 'output' };
  }

  /** The moments do not depend on x, so each channel's gradient is multiplied by a constant. */
  private frozenBackward(builder: ProgramBuilder, dy: Operand): Gradient {
    const { name, samples, norm, x } = this;
    builder.emit(
      'normalizeBackward',
      { dy, x, stats: this.frozenStats(builder), gamma: channelVector(builder, norm.gamma), dx: dy },
      samples.scalars,
      { split: 'groups', label: `${name} dx`, own: ['stats'] },
    );
    return { operand: dy, of: 'output' };
  }

  /** Mean and 1/√(σ² + ε) of the mini-batch, in the next phase. */
  private batchMoments(builder: ProgramBuilder, x: Operand): Operand {
    const { name, samples } = this;
    const sums = this.sums(builder);
    builder.emit('groupMoments', { x, sums }, samples.scalars, { split: 'groups', label: `${name} sums` });
    builder.nextRowPhase();
    const stats = this.moments(builder);
    builder.emit(
      'mergeMoments',
      { sums, stats },
      { pixels: samples.pixels, epsilon: this.numbers.epsilon },
      { split: 'all', label: `${name} moments`, own: ['stats'] },
    );
    return stats;
  }

  /**
   * The same from the moving moments: before the first mini-batch, or in training by every rank in
   * each step, because a fit may begin anywhere and the moments are few.
   */
  private frozenMoments(builder: ProgramBuilder): Operand {
    const { mean, variance } = this.norm;
    const stats = this.frozenStats(builder);
    builder.emit(
      'frozenMoments',
      { mean: channelVector(builder, mean), variance: channelVector(builder, variance), stats },
      { epsilon: this.numbers.epsilon },
      {
        ...(builder.differentiates ? {} : { phase: PHASES.epochStart }),
        split: 'all',
        label: `${this.name} moments`,
        own: ['stats'],
      },
    );
    return stats;
  }

  private sums(builder: ProgramBuilder): Operand {
    return this.samples.sums(builder, `${this.name}.sums`);
  }

  private frozenStats(builder: ProgramBuilder): Operand {
    return builder.perRank(`${this.name}.frozen`, 2 * this.samples.channels);
  }

  private moments(builder: ProgramBuilder): Operand {
    return builder.perRank(`${this.name}.moments`, 2 * this.samples.channels);
  }
}
