import { type ActivationSpec, LINEAR } from '../../kernels/activations.js';
import { ACTIVATIONS, type Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import {
  elementsOf,
  type ImageShape,
  imageScalars,
  isPadded,
  type Padding,
  vectorsOf,
} from '../../program/images.js';
import type { Gradient, LanesUsed, Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';
import { derivativeNeedsInput } from './activate.js';

/** Sizes of a pooling. */
export interface Pooling {
  input: ImageShape;
  output: ImageShape;
  pool: readonly [height: number, width: number];
  strides: readonly [height: number, width: number];
  /** Windows extend past the image's edge by this much; only elements inside count. */
  padding: Padding;
}

/** What both kinds of pooling share. */
abstract class Pool2dNode implements Node {
  readonly takes = 'images';
  readonly gives = 'images';
  readonly endsIn = undefined;
  readonly parameters: readonly ParameterSpec[] = [];
  readonly inputCols: number;
  readonly outputCols: number;

  constructor(
    readonly name: string,
    protected readonly sizes: Pooling,
  ) {
    this.inputCols = elementsOf(sizes.input);
    this.outputCols = elementsOf(sizes.output);
  }

  get inputShape(): ImageShape {
    return this.sizes.input;
  }

  get imageShape(): ImageShape {
    return this.sizes.output;
  }

  get asRows(): LanesUsed {
    const { output, pool } = this.sizes;
    const [height, width, channels] = output;
    const perChannel = height * width * pool[0] * pool[1];
    return { image: vectorsOf(channels) * perChannel, group: channels * perChannel };
  }

  abstract forward(builder: ProgramBuilder, x: Operand): Operand;
  abstract backward(
    builder: ProgramBuilder,
    gradient: Gradient,
    wanted: boolean,
    previous: OutputDerivative | undefined,
  ): Gradient | undefined;

  outputDerivative(): OutputDerivative | undefined {
    return undefined;
  }

  protected scalars(): Record<string, number> {
    return poolScalars(this.sizes);
  }
}

/** The scalars of all pooling ops. */
function poolScalars({ input, output, pool, strides, padding }: Pooling): Record<string, number> {
  return {
    ...imageScalars(input),
    poolH: pool[0],
    poolW: pool[1],
    strideH: strides[0],
    strideW: strides[1],
    top: padding.top,
    left: padding.left,
    outHeight: output[0],
    outWidth: output[1],
  };
}

/** Emits f(maximum of each window) for images as rows. */
export function emitMaxPoolRows(
  builder: ProgramBuilder,
  node: { name: string; outputCols: number },
  x: Operand,
  sizes: Pooling,
  { name, alpha }: ActivationSpec,
): Operand {
  const y = builder.batchMatrix(`${node.name}.y`, node.outputCols);
  const scalars = { ...poolScalars(sizes), activation: ACTIVATIONS[name], alpha };
  builder.emit('maxPool2dRows', { x, y }, scalars, { label: `${node.name} forward` });
  return y;
}

/** The largest element of each window; the gradient goes to that element. */
export class MaxPool2dNode extends Pool2dNode {
  private y: Operand | undefined;
  private index: Operand | undefined;

  /** Non-overlapping 2 × 2 windows inside the image. */
  get isTwoByTwo(): boolean {
    const { pool, strides, padding } = this.sizes;
    return [...pool, ...strides].every((side) => side === 2) && !isPadded(padding);
  }

  forward(builder: ProgramBuilder, x: Operand): Operand {
    if (builder.splitOf(x, this.inputCols) === 'rows') {
      return emitMaxPoolRows(builder, this, x, this.sizes, LINEAR);
    }
    this.y = builder.images(`${this.name}.y`, this.imageShape);
    if (builder.differentiates) this.index = builder.images(`${this.name}.index`, this.imageShape, 'u8');
    builder.emit('maxPool2d', { x, y: this.y, index: this.index }, this.scalars(), {
      split: 'groups',
      label: `${this.name} forward`,
    });
    return this.y;
  }

  backward(
    builder: ProgramBuilder,
    { operand }: Gradient,
    wanted: boolean,
    previous: OutputDerivative | undefined,
  ): Gradient | undefined {
    if (!wanted) return undefined;
    const dx = builder.images(`${this.name}.dx`, this.inputShape);
    // y holds the largest elements, so f′ can be computed from y if it is a function of the output.
    const fused = previous !== undefined && !derivativeNeedsInput(previous.activation);
    builder.emit(
      'maxPool2dBackward',
      { dy: operand, index: this.index, s: fused ? this.y : undefined, dx },
      {
        ...this.scalars(),
        activation: ACTIVATIONS[fused ? previous.activation : 'linear'],
        alpha: fused ? previous.alpha : 0,
      },
      { split: 'groups', label: `${this.name} backward` },
    );
    return { operand: dx, of: fused ? 'preactivation' : 'output' };
  }
}

/** The mean of each window; the gradient is divided equally. */
export class AveragePool2dNode extends Pool2dNode {
  forward(builder: ProgramBuilder, x: Operand): Operand {
    if (builder.splitOf(x, this.inputCols) === 'rows') {
      const y = builder.batchMatrix(`${this.name}.y`, this.outputCols);
      builder.emit('averagePool2dRows', { x, y }, this.scalars(), { label: `${this.name} forward` });
      return y;
    }
    const y = builder.images(`${this.name}.y`, this.imageShape);
    builder.emit('averagePool2d', { x, y }, this.scalars(), {
      split: 'groups',
      label: `${this.name} forward`,
    });
    return y;
  }

  backward(builder: ProgramBuilder, { operand }: Gradient, wanted: boolean): Gradient | undefined {
    if (!wanted) return undefined;
    const dx = builder.images(`${this.name}.dx`, this.inputShape);
    builder.emit('averagePool2dBackward', { dy: operand, dx }, this.scalars(), {
      split: 'groups',
      label: `${this.name} backward`,
    });
    return { operand: dx, of: 'output' };
  }
}
