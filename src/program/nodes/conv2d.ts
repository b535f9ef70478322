import {
  ACTIVATIONS,
  type ElementwiseActivation,
  GEMM_EPILOGUE,
  type Operand,
} from '../../kernels/contract.js';
import type { ProgramBuilder } from '../builder.js';
import { elementsOf, type ImageShape, imageScalars, isPadded, type Padding, padded } from '../images.js';
import type { Gradient, Node, OutputDerivative, ParameterSpec } from '../node.js';
import { type ActivationSpec, derivativeNeedsInput } from './activate.js';

/** Sizes of a convolution. */
export interface Convolution {
  input: ImageShape;
  output: ImageShape;
  kernel: readonly [height: number, width: number];
  strides: readonly [height: number, width: number];
  dilation: readonly [height: number, width: number];
  groups: number;
  padding: Padding;
}

/**
 * z = x ∗ W + b, y = f(z), over images in groups of 16; W is [kernelH, kernelW, channels/groups, filters].
 *
 * Backward ("Deep Learning", Goodfellow et al., §9.5): δ = ∂L/∂z; ∂L/∂W correlates x with δ; ∂L/∂x is the convolution of δ, spread
 * out by the strides and padded, with the kernel turned by 180°: the forward kernel again, with other strides over W.
 */
export class Conv2dNode implements Node {
  readonly takes = 'images';
  readonly gives = 'images';
  readonly inputCols: number;
  readonly outputCols: number;
  readonly endsIn: ElementwiseActivation;
  readonly parameters: readonly ParameterSpec[];
  private x: Operand | undefined;
  private saved: Operand | undefined;

  constructor(
    readonly name: string,
    private readonly sizes: Convolution,
    private readonly kernel: ParameterSpec,
    private readonly bias: ParameterSpec | undefined,
    private readonly activation: ActivationSpec,
  ) {
    this.inputCols = elementsOf(sizes.input);
    this.outputCols = elementsOf(sizes.output);
    this.endsIn = activation.name;
    this.parameters = bias === undefined ? [kernel] : [kernel, bias];
  }

  get inputShape(): ImageShape {
    return this.sizes.input;
  }

  get imageShape(): ImageShape {
    return this.sizes.output;
  }

  /** The same node with another activation: the compiler moves activations into it. */
  withActivation(activation: ActivationSpec): Conv2dNode {
    return new Conv2dNode(this.name, this.sizes, this.kernel, this.bias, activation);
  }

  get isLinear(): boolean {
    return this.activation.name === 'linear';
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    const { sizes, name } = this;
    const { name: activation, alpha } = this.activation;
    const from = isPadded(sizes.padding) ? this.pad(builder, x) : x;
    this.x = from;
    const keepsInput = builder.differentiates && derivativeNeedsInput(activation);
    const y = builder.images(`${name}.y`, this.outputCols);
    const z = keepsInput ? builder.images(`${name}.z`, this.outputCols) : y;
    const fused = !keepsInput && !this.isLinear;
    builder.emit(
      'conv2d',
      { x: from, w: this.weights(builder), bias: this.biasVector(builder), y: z },
      {
        ...this.scalars(padded(sizes.input, sizes.padding), sizes.strides),
        transposed: 0,
        epilogue: fused ? GEMM_EPILOGUE.activation : GEMM_EPILOGUE.none,
        activation: fused ? ACTIVATIONS[activation] : ACTIVATIONS.linear,
        alpha,
      },
      { split: 'groups', label: `${name} forward` },
    );
    if (keepsInput) {
      const scalars = { activation: ACTIVATIONS[activation], alpha };
      builder.emit('activation', { x: z, y }, scalars, { split: 'groups', label: `${name} ${activation}` });
    }
    this.saved = keepsInput ? z : y;
    return y;
  }

  outputDerivative(): OutputDerivative | undefined {
    if (this.isLinear || this.saved === undefined) return undefined;
    return { activation: this.activation.name, alpha: this.activation.alpha, saved: this.saved };
  }

  backward(
    builder: ProgramBuilder,
    gradient: Gradient,
    wanted: boolean,
    previous: OutputDerivative | undefined,
  ): Gradient | undefined {
    const delta = gradient.operand;
    if (gradient.of === 'output' && !this.isLinear) {
      builder.emit(
        'activationBackward',
        { dy: delta, s: this.saved, dx: delta },
        { activation: ACTIVATIONS[this.activation.name], alpha: this.activation.alpha },
        { split: 'groups', label: `${this.name} ${this.activation.name}′` },
      );
    }
    const below = wanted ? this.inputGradient(builder, delta, previous) : undefined;
    this.parameterGradients(builder, delta);
    return below;
  }

  private pad(builder: ProgramBuilder, x: Operand): Operand {
    const { input, padding } = this.sizes;
    const shape = padded(input, padding);
    const to = builder.images(`${this.name}.padded`, elementsOf(shape));
    builder.emit(
      'padImages',
      { x, y: to },
      {
        ...imageScalars(input),
        top: padding.top,
        left: padding.left,
        strideH: 1,
        strideW: 1,
        outHeight: shape[0],
        outWidth: shape[1],
      },
      { split: 'groups', label: `${this.name} padding` },
    );
    return to;
  }

  /** δ spread out by the strides, with room for the kernel to slide over every element of the input. */
  private spread(builder: ProgramBuilder, delta: Operand): { operand: Operand; shape: ImageShape } {
    const { input, output, kernel, strides, dilation, padding } = this.sizes;
    const reach = [0, 1].map((i) => (kernel[i]! - 1) * dilation[i]!) as [number, number];
    const shape: ImageShape = [input[0] + reach[0], input[1] + reach[1], output[2]];
    if (shape[0] === output[0] && shape[1] === output[1]) return { operand: delta, shape };
    const operand = builder.images(`${this.name}.spread`, elementsOf(shape));
    builder.emit(
      'padImages',
      { x: delta, y: operand },
      {
        ...imageScalars(output),
        top: reach[0] - padding.top,
        left: reach[1] - padding.left,
        strideH: strides[0],
        strideW: strides[1],
        outHeight: shape[0],
        outWidth: shape[1],
      },
      { split: 'groups', label: `${this.name} δ spread out` },
    );
    return { operand, shape };
  }

  private inputGradient(
    builder: ProgramBuilder,
    delta: Operand,
    previous: OutputDerivative | undefined,
  ): Gradient {
    const { operand, shape } = this.spread(builder, delta);
    const dx = builder.images(`${this.name}.dx`, this.inputCols);
    builder.emit(
      'conv2d',
      { x: operand, w: this.weights(builder), s: previous?.saved, y: dx },
      {
        ...this.scalars(shape, [1, 1]),
        transposed: 1,
        epilogue: previous ? GEMM_EPILOGUE.derivative : GEMM_EPILOGUE.none,
        activation: ACTIVATIONS[previous?.activation ?? 'linear'],
        alpha: previous?.alpha ?? 0,
      },
      { split: 'groups', label: `${this.name} dx` },
    );
    return { operand: dx, of: previous ? 'preactivation' : 'output' };
  }

  /** The merge over all shards' images, each rank its rows of W. */
  private parameterGradients(builder: ProgramBuilder, delta: Operand): void {
    const { input, output, strides, padding } = this.sizes;
    const { rows, cols, name } = this.kernel;
    const positions = output[0] * output[1];
    const dW = builder.memory.matrix(`${name}.gradient`, 'gradient', rows, cols);
    const kernelGroup = builder.emitGroup(name, rows, 2 * cols * positions * builder.maxRows);
    builder.emitSlice(
      kernelGroup,
      'conv2dWeights',
      { x: this.x, dz: delta, dw: dW },
      this.scalars(padded(input, padding), strides),
      { perUnit: 1, extent: rows },
    );
    builder.gradientReady(kernelGroup, this.kernel, dW, { perUnit: 1, extent: rows });
    if (this.bias === undefined) return;
    const db = builder.memory.vector(`${this.bias.name}.gradient`, 'gradient', cols);
    const biasGroup = builder.emitGroup(this.bias.name, 1, cols * positions * builder.maxRows);
    builder.emitSlice(biasGroup, 'channelSums', { dz: delta, db }, {}, { perUnit: cols, extent: cols });
    builder.gradientReady(biasGroup, this.bias, db, { perUnit: 1, extent: 1 });
  }

  private scalars(shape: ImageShape, [strideH, strideW]: readonly [number, number]): Record<string, number> {
    const { kernel, dilation, groups } = this.sizes;
    return {
      ...imageScalars(shape),
      kernelH: kernel[0],
      kernelW: kernel[1],
      strideH,
      strideW,
      dilationH: dilation[0],
      dilationW: dilation[1],
      groups,
    };
  }

  private weights(builder: ProgramBuilder): Operand {
    return builder.memory.matrix(this.kernel.name, 'parameter', this.kernel.rows, this.kernel.cols);
  }

  private biasVector(builder: ProgramBuilder): Operand | undefined {
    return this.bias && builder.memory.vector(this.bias.name, 'parameter', this.bias.cols);
  }
}
