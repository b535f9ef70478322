import { type Operand, PHASES } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { SLICE_ROWS } from './affine.js';
import type { BatchNormNode } from './batchNorm.js';
import { channelVector } from './normShape.js';

/**
 * Computes weights that combine a linear node with the frozen batch normalisation after it: W·s and
 * (b − μ)·s + β with s = γ/√(σ² + ε). This happens once, before the first mini-batch; mini-batches
 * pass through unchanged.
 */
export class FoldedNormNode implements Node {
  readonly parameters: readonly ParameterSpec[] = [];
  readonly endsIn = undefined;
  readonly outputCols: number;
  readonly name: string;
  /** The combined weights. */
  readonly foldedKernel: ParameterSpec;
  readonly foldedBias: ParameterSpec;

  constructor(
    readonly inputCols: number,
    private readonly kernel: ParameterSpec,
    private readonly bias: ParameterSpec | undefined,
    private readonly batchNorm: BatchNormNode,
  ) {
    this.outputCols = inputCols;
    this.name = `${batchNorm.name}.folded`;
    this.foldedKernel = { ...kernel, name: `${kernel.name}.folded` };
    this.foldedBias = { ...batchNorm.norm.mean, name: `${batchNorm.name}/bias.folded` };
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    const { kernel, batchNorm } = this;
    const { gamma, beta, mean, variance } = batchNorm.norm;
    const matrix = ({ name, rows, cols }: ParameterSpec): Operand =>
      builder.memory.matrix(name, 'parameter', rows, cols);
    const group = builder.emitGroup(this.name, Math.ceil(kernel.rows / SLICE_ROWS), SLICE_ROWS * kernel.cols);
    builder.emitSlice(
      group,
      'foldNorm',
      {
        w: matrix(kernel),
        bias: channelVector(builder, this.bias),
        mean: channelVector(builder, mean),
        variance: channelVector(builder, variance),
        gamma: channelVector(builder, gamma),
        beta: channelVector(builder, beta),
        y: matrix(this.foldedKernel),
        yBias: channelVector(builder, this.foldedBias),
      },
      { epsilon: batchNorm.numbers.epsilon },
      { perUnit: SLICE_ROWS, extent: kernel.rows },
      PHASES.epochStart,
    );
    return x;
  }

  outputDerivative(): OutputDerivative | undefined {
    return undefined;
  }

  /** Never called: a frozen node does not train. */
  backward(): undefined {
    return undefined;
  }
}
