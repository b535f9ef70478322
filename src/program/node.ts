import type { ElementwiseActivation, Operand } from '../kernels/contract.js';
import type { ProgramBuilder } from './builder.js';
import type { ImageShape } from './images.js';
import type { ParameterSpec } from './parameters.js';

/** How a mini-batch lies in memory: one row per sample, or images in groups of 16 (kernels/ops/images.ts, `gatherImages`). */
export type Layout = 'rows' | 'images';

/** Operations on vectors of 16 lanes, in any unit that all nodes share: what both layouts cost. */
export interface LanesUsed {
  /** Of one image as rows: lanes are channels of the output. */
  image: number;
  /** Of a group of 16 images, however many of them there are. */
  group: number;
}

/** A gradient on its way back through the network. */
export interface Gradient {
  operand: Operand;
  /**
   * What it is the gradient of: the node's output, or, when the derivative of the node's own activation
   * has already been multiplied in, the value before that activation.
   */
  of: 'output' | 'preactivation';
}

/** What a following op needs to multiply a gradient by the derivative of this node's activation. */
export interface OutputDerivative {
  activation: ElementwiseActivation;
  alpha: number;
  /** The output y, or the pre-activation z for activations whose derivative needs it. */
  saved: Operand;
}

/**
 * One primitive of a lowered model, forward and backward side by side. A layer lowers to one or more nodes;
 * a node emits ops. Nodes are made anew for every compile and keep between `forward` and `backward` what
 * backward needs.
 */
export interface Node {
  /** Unique within the model; names the node's buffers and labels its ops. */
  readonly name: string;
  readonly inputCols: number;
  readonly outputCols: number;
  readonly parameters: readonly ParameterSpec[];
  /** The layout of the input; undefined for an elementwise node, which takes and gives any. */
  readonly takes?: Layout;
  /**
   * Given by a node on images that also takes them as rows, channels last, and then gives rows: in programs without
   * gradients whose mini-batches would leave most of a group empty.
   */
  readonly asRows?: LanesUsed;
  /** The layout of the output; undefined for that of the input. */
  readonly gives?: Layout;
  /** Shape of the images that it takes, where it takes images. */
  readonly inputShape?: ImageShape | undefined;
  /** Shape of the images that come out, where images do. */
  readonly imageShape?: ImageShape | undefined;
  /** Name of the activation that this node is or ends in; undefined for none. */
  readonly endsIn: ElementwiseActivation | 'softmax' | undefined;
  /** Emits the forward ops. @returns the output, maxRows × outputCols. */
  forward(builder: ProgramBuilder, x: Operand): Operand;
  /**
   * Emits the backward ops, parameter gradients included.
   * @param previous derivative of the node before, if it can be multiplied in while the input gradient is stored.
   * @returns the gradient of the node before, or undefined if `wanted` is false.
   */
  backward(
    builder: ProgramBuilder,
    gradient: Gradient,
    wanted: boolean,
    previous: OutputDerivative | undefined,
  ): Gradient | undefined;
  /** Emits, in training, what a step writes besides trainable parameters; it runs once the loss is known to be finite. */
  updateState?(builder: ProgramBuilder): void;
  /** Defined after `forward` if this node ends in an elementwise activation. */
  outputDerivative(): OutputDerivative | undefined;
}
