import { type ActivationSpec, LINEAR } from '../../kernels/activations.js';
import {
  ACTIVATIONS,
  type ElementwiseActivation,
  type Operand,
  WINOGRAD_POINTS,
} from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import {
  elementsOf,
  type ImageShape,
  imageScalars,
  isPadded,
  NO_PADDING,
  padded,
  vectorsOf,
} from '../../program/images.js';
import type { Gradient, LanesUsed, Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { derivativeNeedsInput, neverFalls } from './activate.js';
import { emitMaxPoolRows } from './pool2d.js';
import { type Convolution, pairsFor, suitsWinograd } from './winograd.js';

/**
 * Maximum channels of x per group for which x is copied into a padded image. The kernels then
 * vectorize over rows of taps instead of channels, which are too few to fill the registers.
 */
const FRAMED_CHANNELS = 8;

/** Widest kernel that conv2dMaxPoolWeights supports. */
const MOST_POOLED_WIDTH = 5;

/**
 * Cost of an operation of conv2dMaxPoolWeights relative to one of the main kernels, so that ranks
 * get equal shares of work.
 */
const POOLED_COST = 2.5;

/**
 * z = x ∗ W + b, y = f(z), over images in groups of 16; W is [kernelH, kernelW, channels/groups,
 * filters]. If `pools`, y is the largest f(z) of each 2 × 2 window, and z is never stored.
 *
 * If gradients are wanted, 3 × 3 kernels over enough channels use Winograd's tiles. (Predictions do
 * not, so that an image gives the same bits alone and in a batch.)
 *
 * Backward ("Deep Learning", Goodfellow et al., §9.5): δ = ∂L/∂z; ∂L/∂W correlates x with δ; ∂L/∂x
 * sums δ over all taps that read an element of x.
 */
export class Conv2dNode implements Node {
  readonly takes = 'images';
  readonly gives = 'images';
  readonly inputCols: number;
  readonly outputCols: number;
  readonly imageShape: ImageShape;
  readonly endsIn: ElementwiseActivation;
  readonly parameters: readonly ParameterSpec[];
  /** x, or x in its padded image, and where the kernel starts on it. */
  private readonly isFramed: boolean;
  private readonly suitsWinograd: boolean;
  private x: Operand | undefined;
  private saved: Operand | undefined;
  private index: Operand | undefined;

  constructor(
    readonly name: string,
    private readonly sizes: Convolution,
    private readonly kernel: ParameterSpec,
    private readonly bias: ParameterSpec | undefined,
    readonly activation: ActivationSpec,
    readonly pools = false,
  ) {
    const [height, width, filters] = sizes.output;
    this.imageShape = pools ? [Math.floor(height / 2), Math.floor(width / 2), filters] : sizes.output;
    this.inputCols = elementsOf(sizes.input);
    this.outputCols = elementsOf(this.imageShape);
    this.endsIn = activation.name;
    this.parameters = bias === undefined ? [kernel] : [kernel, bias];
    this.suitsWinograd = suitsWinograd(sizes);
    this.isFramed =
      !this.suitsWinograd && isPadded(sizes.padding) && sizes.input[2] / sizes.groups <= FRAMED_CHANNELS;
  }

  get inputShape(): ImageShape {
    return this.sizes.input;
  }

  get asRows(): LanesUsed {
    const { input, output, kernel, groups } = this.sizes;
    const [height, width, filters] = output;
    const channels = input[2] / groups;
    const perOutput = height * width * kernel[0] * kernel[1] * channels;
    // Outputs that each read one channel are adjacent; other groups of channels each start a new
    // vector.
    const isDepthwise = channels === 1 && filters === groups;
    const vectors = isDepthwise ? vectorsOf(filters) : groups * vectorsOf(filters / groups);
    return { image: vectors * perOutput, group: filters * perOutput };
  }

  /** The same node with another activation: a compiler pass fuses activations. */
  withActivation(activation: ActivationSpec): Conv2dNode {
    return new Conv2dNode(this.name, this.sizes, this.kernel, this.bias, activation, this.pools);
  }

  /**
   * True if an activation can be fused: pooled outputs keep no z from which its derivative could be
   * computed.
   */
  takesActivation({ name }: ActivationSpec): boolean {
    return this.isLinear && !(this.pools && derivativeNeedsInput(name));
  }

  /** The same node fused with 2 × 2 max pooling, or undefined if that would change the result. */
  withPooling(): Conv2dNode | undefined {
    if (this.pools || !neverFalls(this.activation)) return undefined;
    return new Conv2dNode(this.name, this.sizes, this.kernel, this.bias, this.activation, true);
  }

  /** The same node with other weights of the same shapes, another name and its own buffers. */
  withParameters(name: string, kernel: ParameterSpec, bias: ParameterSpec): Conv2dNode {
    return new Conv2dNode(name, this.sizes, kernel, bias, this.activation, this.pools);
  }

  get isLinear(): boolean {
    return this.activation.name === 'linear';
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    if (builder.splitOf(x, this.inputCols) === 'rows') return this.forwardRows(builder, x);
    this.x = this.isFramed ? this.frame(builder, x) : x;
    const y = builder.images(`${this.name}.y`, this.imageShape);
    if (this.pools) {
      if (builder.differentiates) this.index = builder.packedIndex(`${this.name}.index`, this.outputCols);
      this.saved = y;
      this.emitForward(builder, 'conv2dMaxPool', { y, index: this.index }, this.activation);
      return y;
    }
    const keepsInput = builder.differentiates && derivativeNeedsInput(this.activation.name);
    const z = keepsInput ? builder.images(`${this.name}.z`, this.imageShape) : y;
    this.saved = z;
    this.emitForward(builder, 'conv2d', { y: z }, keepsInput ? LINEAR : this.activation);
    if (keepsInput) {
      const { name, alpha } = this.activation;
      const scalars = { activation: ACTIVATIONS[name], alpha };
      builder.emit('activation', { x: z, y }, scalars, { split: 'groups', label: `${this.name} ${name}` });
    }
    return y;
  }

  /**
   * For images as rows. Pooling is then a separate op, followed by the activation, in the same
   * order as in the fused op.
   */
  private forwardRows(builder: ProgramBuilder, x: Operand): Operand {
    const { name, sizes, activation, pools } = this;
    this.x = this.isFramed ? this.frame(builder, x) : x;
    const z = builder.batchMatrix(pools ? `${name}.z` : `${name}.y`, elementsOf(sizes.output));
    this.emitForward(builder, 'conv2dRows', { y: z }, pools ? LINEAR : activation);
    if (!pools) return z;
    const halves = { input: sizes.output, output: this.imageShape, padding: NO_PADDING };
    return emitMaxPoolRows(builder, this, z, { ...halves, pool: [2, 2], strides: [2, 2] }, activation);
  }

  private emitForward(
    builder: ProgramBuilder,
    kind: 'conv2d' | 'conv2dMaxPool' | 'conv2dRows',
    results: Record<string, Operand | undefined>,
    { name, alpha }: ActivationSpec,
  ): void {
    const isWinograd = kind !== 'conv2dRows' && this.isWinograd(builder);
    const cells = isWinograd && { pairs: pairsFor(this.sizes, this.sizes.output) };
    builder.emit(
      isWinograd ? `${kind}Winograd` : kind,
      { x: this.x, w: this.weights(builder), bias: this.biasVector(builder), ...results },
      { ...this.scalars(this.isFramed), activation: ACTIVATIONS[name], alpha, ...cells },
      { split: kind === 'conv2dRows' ? 'rows' : 'groups', label: `${this.name} forward` },
    );
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
    if (!this.pools) {
      const delta = this.throughActivation(builder, gradient, `${this.name} δ`);
      const below = wanted ? this.inputGradient(builder, delta, previous) : undefined;
      this.parameterGradients(builder, delta, delta);
      return below;
    }
    const pooled = this.throughActivation(builder, gradient, `${this.name} ${this.activation.name}′`);
    const sums = this.sumsPooled(builder);
    const spreads = wanted || (!sums && this.kernel.trainable);
    const delta = spreads ? this.spread(builder, pooled) : undefined;
    const below = wanted && delta ? this.inputGradient(builder, delta, previous) : undefined;
    this.parameterGradients(builder, sums || delta === undefined ? pooled : delta, pooled);
    return below;
  }

  /**
   * True if the weight gradient is summed over maxima only, one for four elements of z. This
   * requires stride 1 and kernels that stay inside the image.
   */
  private sumsPooled(builder: ProgramBuilder): boolean {
    const { kernel, strides, dilation, groups, padding } = this.sizes;
    const isInside = this.isFramed || !isPadded(padding);
    const isPlain = groups === 1 && [...strides, ...dilation].every((step) => step === 1);
    return this.pools && isInside && isPlain && kernel[1] <= MOST_POOLED_WIDTH && !this.isWinograd(builder);
  }

  /**
   * The gradient with respect to the activation's input overwrites the one with respect to its
   * output.
   */
  private throughActivation(builder: ProgramBuilder, { operand, of }: Gradient, label: string): Operand {
    const { name, alpha } = of === 'output' ? this.activation : LINEAR;
    if (name === 'linear') return operand;
    const scalars = { activation: ACTIVATIONS[name], alpha };
    const options = { split: 'groups', label } as const;
    builder.emit('activationBackward', { dy: operand, s: this.saved, dx: operand }, scalars, options);
    return operand;
  }

  /** δ = ∂L/∂z: ∂L/∂m at the maxima, 0 elsewhere. */
  private spread(builder: ProgramBuilder, pooled: Operand): Operand {
    const dz = builder.images(`${this.name}.dz`, this.sizes.output);
    const operands = { dy: pooled, index: this.index, dz };
    const scalars = { ...imageScalars(this.sizes.output), activation: ACTIVATIONS.linear, alpha: 0 };
    builder.emit('maxPool2x2Backward', operands, scalars, { split: 'groups', label: `${this.name} δ` });
    return dz;
  }

  private frame(builder: ProgramBuilder, x: Operand): Operand {
    const { input, padding } = this.sizes;
    const shape = padded(input, padding);
    const split = builder.splitOf(x, this.inputCols);
    const to =
      split === 'rows'
        ? builder.batchMatrix(`${this.name}.framed`, elementsOf(shape))
        : builder.images(`${this.name}.framed`, shape);
    builder.emit(
      split === 'rows' ? 'padRows' : 'padImages',
      { x, y: to },
      {
        ...imageScalars(input),
        top: padding.top,
        left: padding.left,
        outHeight: shape[0],
        outWidth: shape[1],
      },
      { split, label: `${this.name} frame` },
    );
    return to;
  }

  private inputGradient(
    builder: ProgramBuilder,
    delta: Operand,
    previous: OutputDerivative | undefined,
  ): Gradient {
    const dx = builder.images(`${this.name}.dx`, this.inputShape);
    const isWinograd = this.isWinograd(builder);
    builder.emit(
      isWinograd ? 'conv2dInputWinograd' : 'conv2dInput',
      { dz: delta, w: this.weights(builder), s: previous?.saved, dx },
      {
        ...this.scalars(false),
        activation: ACTIVATIONS[previous?.activation ?? 'linear'],
        alpha: previous?.alpha ?? 0,
        ...(isWinograd && { pairs: pairsFor(this.sizes, this.sizes.input) }),
      },
      { split: 'groups', label: `${this.name} dx` },
    );
    return { operand: dx, of: previous ? 'preactivation' : 'output' };
  }

  /**
   * The merge over all images; each rank computes its rows of W.
   * @param delta δ, or ∂L/∂m if sums cover only maxima
   * @param ofMade ∂L/∂m of pooled outputs, else δ: the bias needs no zeros
   */
  private parameterGradients(builder: ProgramBuilder, delta: Operand, ofMade: Operand): void {
    if (!this.kernel.trainable) return;
    const isPooled = this.sumsPooled(builder);
    const [height, width] = isPooled ? this.imageShape : this.sizes.output;
    const { rows, cols, name } = this.kernel;
    const positions = height * width;
    const [madeHeight, madeWidth] = this.imageShape;
    const dW = builder.memory.matrix(`${name}.gradient`, 'gradient', rows, cols);
    // Tiles of conv2dMaxPoolWeights process kernel elements channel by channel.
    const perUnit = isPooled ? this.sizes.input[2] : 1;
    const range = { perUnit, extent: rows };
    const isWinograd = this.isWinograd(builder);
    const ofRow = 2 * cols * (isWinograd ? WINOGRAD_POINTS : positions * builder.maxRows);
    const cost = (isPooled ? POOLED_COST : 1) * perUnit * ofRow;
    const kernelGroup = builder.emitGroup(name, rows / perUnit, cost);
    if (isWinograd) {
      const du = this.winogradSums(builder, delta);
      builder.emitSlice(kernelGroup, 'winogradGradient', { du, dw: dW }, {}, range);
    } else {
      const kind = isPooled ? 'conv2dMaxPoolWeights' : 'conv2dWeights';
      const operands = isPooled ? { dy: delta, index: this.index } : { dz: delta };
      const inputs = { x: this.x, ...operands, dw: dW };
      builder.emitSlice(kernelGroup, kind, inputs, this.scalars(this.isFramed), range);
    }
    builder.gradientReady(kernelGroup, this.kernel, dW, range);
    if (this.bias === undefined) return;
    const db = builder.memory.vector(`${this.bias.name}.gradient`, 'gradient', cols);
    const biasGroup = builder.emitGroup(this.bias.name, 1, cols * madeHeight * madeWidth * builder.maxRows);
    builder.emitSlice(
      biasGroup,
      'channelSums',
      { dz: ofMade, db },
      { height: madeHeight, width: madeWidth },
      { perUnit: cols, extent: cols },
    );
    builder.gradientReady(biasGroup, this.bias, db, { perUnit: 1, extent: 1 });
  }

  /** ∂L/∂W from Winograd's tiles; each rank computes some points. */
  private winogradSums(builder: ProgramBuilder, delta: Operand): Operand {
    const { input, output } = this.sizes;
    const { name, cols } = this.kernel;
    const rows = WINOGRAD_POINTS * input[2];
    const du = builder.memory.matrix(`${name}.tiles`, 'gradient', rows, cols);
    const cells = Math.ceil(output[0] / 2) * Math.ceil(output[1] / 2);
    const group = builder.emitGroup(`${name} tiles`, rows, 2 * cols * cells * builder.maxRows);
    const operands = { x: this.x, dz: delta, du };
    builder.emitSliceAfterRows(group, 'conv2dWeightsWinograd', operands, this.scalars(false), {
      perUnit: 1,
      extent: rows,
    });
    return du;
  }

  private isWinograd(builder: ProgramBuilder): boolean {
    return this.suitsWinograd && builder.differentiates;
  }

  /** The sizes of the convolution, over x or its padded image. */
  private scalars(isFramed: boolean): Record<string, number> {
    const { input, output, kernel, strides, dilation, groups, padding } = this.sizes;
    return {
      ...imageScalars(isFramed ? padded(input, padding) : input),
      outHeight: output[0],
      outWidth: output[1],
      kernelH: kernel[0],
      kernelW: kernel[1],
      strideH: strides[0],
      strideW: strides[1],
      dilationH: dilation[0],
      dilationW: dilation[1],
      top: isFramed ? 0 : padding.top,
      left: isFramed ? 0 : padding.left,
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
