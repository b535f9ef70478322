import type { ElementwiseActivation, Operand } from '../kernels/contract.js';
import type { ProgramBuilder } from './builder.js';
import type { ImageShape } from './images.js';
import type { ParameterSpec } from './parameters.js';

/**
 * How a mini-batch lies in memory: one row per sample, or images in groups of 16
 * (kernels/ops/images.ts, `gatherImages`).
 */
export type Layout = 'rows' | 'images';

/** Cost in operations on vectors of 16 lanes, in a unit that all nodes share, for both layouts. */
export interface LanesUsed {
  /** Cost of one image as rows: lanes are channels of the output. */
  image: number;
  /** Cost of a group of 16 images, however many of them are used. */
  group: number;
}

/** A gradient during the backward pass. */
export interface Gradient {
  operand: Operand;
  /**
   * What the gradient is with respect to: the node's output, or the value before the node's own
   * activation if that activation's derivative has already been multiplied in.
   */
  of: 'output' | 'preactivation';
}

/** What a later op needs to multiply a gradient by the derivative of this node's activation. */
export interface OutputDerivative {
  activation: ElementwiseActivation;
  alpha: number;
  /** The output y, or the pre-activation z for activations whose derivative needs it. */
  saved: Operand;
}

/**
 * One primitive of a lowered model, with its forward and backward pass. A layer lowers to one or
 * more nodes; a node emits ops. Each compilation creates new nodes; a node keeps what `backward`
 * needs from `forward`.
 */
export interface Node {
  /** Unique within the model; names the node's buffers and labels its ops. */
  readonly name: string;
  readonly inputCols: number;
  readonly outputCols: number;
  readonly parameters: readonly ParameterSpec[];
  /** The layout of the input; undefined for an elementwise node, which accepts any and keeps it. */
  readonly takes?: Layout;
  /**
   * Set by an image node that can also process rows, channels last, and then outputs rows. Used in
   * programs without gradients whose mini-batches would leave most of a group empty.
   */
  readonly asRows?: LanesUsed;
  /** The layout of the output; undefined if it is that of the input. */
  readonly gives?: Layout;
  /** Shape of its input images, if it takes images. */
  readonly inputShape?: ImageShape | undefined;
  /** Shape of its output images, if it outputs images. */
  readonly imageShape?: ImageShape | undefined;
  /** Name of the activation that this node is or ends in; undefined if none. */
  readonly endsIn: ElementwiseActivation | 'softmax' | undefined;
  /** Emits the forward ops. @returns the output, maxRows × outputCols. */
  forward(builder: ProgramBuilder, x: Operand): Operand;
  /**
   * Emits the backward ops, parameter gradients included.
   * @param previous derivative of the previous node's activation, if it can be multiplied in while
   *   the input
   *   gradient is stored.
   * @returns the gradient for the previous node, or undefined if `wanted` is false.
   */
  backward(
    builder: ProgramBuilder,
    gradient: Gradient,
    wanted: boolean,
    previous: OutputDerivative | undefined,
  ): Gradient | undefined;
  /**
   * Emits the ops that update state other than trainable parameters; they run after the loss is
   * known to be finite.
   */
  updateState?(builder: ProgramBuilder): void;
  /** Defined after `forward` if this node ends in an elementwise activation. */
  outputDerivative(): OutputDerivative | undefined;
}
