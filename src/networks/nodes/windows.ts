import { BORDERS, type Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import type { ImageShape } from '../../program/images.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';

export type Border = keyof typeof BORDERS;

/** The part of an image to read: scalars of the op `drawWindows`. */
export interface WindowChoice {
  /** The window's first row is drawn from `topCount` rows, starting at `topLeast`. */
  topLeast: number;
  topCount: number;
  leftLeast: number;
  leftCount: number;
  /** Whether rows, or columns, may be reversed. */
  flipRows: boolean;
  flipCols: boolean;
}

export interface WindowOptions {
  input: ImageShape;
  output: ImageShape;
  /** Used in training. */
  random: WindowChoice;
  /** Used otherwise; undefined for the whole image. */
  fixed: WindowChoice | undefined;
  border: Border;
  /** The value outside the image, with a constant border. */
  fillValue: number;
  seed: number;
  /** Stream of the counter-based generator: one per layer. */
  stream: number;
}

/**
 * A part of each image, drawn at random in training as a function of seed, layer, step and position
 * in the mini-batch. It is not an op of its own: the gather reads images through the windows it
 * draws (compile/input.ts). It can therefore only be at the start of a model, and no gradient
 * passes through it.
 */
export class WindowNode implements Node {
  readonly parameters: readonly ParameterSpec[] = [];
  readonly endsIn = undefined;
  readonly inputCols: number;
  readonly outputCols: number;
  readonly inputShape: ImageShape;
  readonly imageShape: ImageShape;

  constructor(
    readonly name: string,
    private readonly options: WindowOptions,
  ) {
    const { input, output } = options;
    this.inputShape = input;
    this.imageShape = output;
    this.inputCols = input[0] * input[1] * input[2];
    this.outputCols = output[0] * output[1] * output[2];
  }

  /** Whether pixels outside the image may be read. */
  get fills(): boolean {
    return this.options.border === 'constant';
  }

  get fillValue(): number {
    return this.options.fillValue;
  }

  /**
   * Emits the op that draws the windows. @returns windows, `before` included; undefined for whole
   * images
   */
  draw(builder: ProgramBuilder, before: Operand | undefined): Operand | undefined {
    const { input, output, random, fixed, border, seed, stream } = this.options;
    const choice = builder.mode === 'train' ? random : fixed;
    if (choice === undefined) return before;
    const { maxRows, memory } = builder;
    const cols = output[0] + output[1];
    const windows = memory.matrix(`batch${maxRows}/${this.name}.windows`, 'batch', maxRows, cols, 'i32');
    const scalars = {
      height: input[0],
      width: input[1],
      outHeight: output[0],
      outWidth: output[1],
      ...choice,
      flipRows: Number(choice.flipRows),
      flipCols: Number(choice.flipCols),
      border: BORDERS[border],
      seed,
      stream,
    };
    builder.emit('drawWindows', { before, windows }, scalars, { label: `${this.name} windows` });
    return windows;
  }

  forward(): Operand {
    throw new Error(`${this.name} is computed by the gather`);
  }

  outputDerivative(): OutputDerivative | undefined {
    return undefined;
  }

  backward(): Gradient | undefined {
    return undefined;
  }
}
