import { ACTIVATIONS, type Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import { elementsOf, type ImageShape, imageScalars } from '../../program/images.js';
import type { Gradient, Node, OutputDerivative } from '../../program/node.js';
import type { ParameterSpec } from '../../program/parameters.js';

/** What all rearrangements share. */
abstract class RearrangeNode implements Node {
  readonly endsIn = undefined;
  readonly parameters: readonly ParameterSpec[] = [];
  readonly inputCols: number;
  readonly outputCols: number;
  abstract readonly takes: 'rows' | 'images';
  abstract readonly gives: 'rows' | 'images';

  constructor(
    readonly name: string,
    readonly imageShape: ImageShape,
  ) {
    this.inputCols = elementsOf(imageShape);
    this.outputCols = this.inputCols;
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

  protected toRows(builder: ProgramBuilder, x: Operand, label: string): Operand {
    const y = builder.batchMatrix(`${this.name}.${label}`, this.outputCols);
    builder.emit('imagesToRows', { x, y }, imageScalars(this.imageShape), {
      split: 'groups',
      label: `${this.name} ${label}`,
    });
    return y;
  }

  protected toImages(
    builder: ProgramBuilder,
    x: Operand,
    label: string,
    derivative: OutputDerivative | undefined,
  ): Operand {
    const y = builder.images(`${this.name}.${label}`, this.imageShape);
    const scalars = {
      ...imageScalars(this.imageShape),
      activation: ACTIVATIONS[derivative?.activation ?? 'linear'],
      alpha: derivative?.alpha ?? 0,
    };
    builder.emit('rowsToImages', { x, s: derivative?.saved, y }, scalars, {
      split: 'groups',
      label: `${this.name} ${label}`,
    });
    return y;
  }
}

/** From images in groups of 16 to one row per image, channels last; this is flattening. */
export class ImagesToRowsNode extends RearrangeNode {
  readonly takes = 'images';
  readonly gives = 'rows';

  forward(builder: ProgramBuilder, x: Operand): Operand {
    return this.toRows(builder, x, 'rows');
  }

  backward(
    builder: ProgramBuilder,
    { operand }: Gradient,
    wanted: boolean,
    previous: OutputDerivative | undefined,
  ): Gradient | undefined {
    if (!wanted) return undefined;
    const images = this.toImages(builder, operand, 'images', previous);
    return { operand: images, of: previous ? 'preactivation' : 'output' };
  }
}

/** The reverse. */
export class RowsToImagesNode extends RearrangeNode {
  readonly takes = 'rows';
  readonly gives = 'images';

  forward(builder: ProgramBuilder, x: Operand): Operand {
    return this.toImages(builder, x, 'images', undefined);
  }

  backward(builder: ProgramBuilder, { operand }: Gradient, wanted: boolean): Gradient | undefined {
    return wanted ? { operand: this.toRows(builder, operand, 'rows'), of: 'output' } : undefined;
  }
}

/** Interprets the same row of numbers as another shape; only the layout matters to it. */
export class ReshapeNode implements Node {
  readonly takes = 'rows';
  readonly gives = 'rows';
  readonly endsIn = undefined;
  readonly parameters: readonly ParameterSpec[] = [];
  readonly outputCols: number;

  constructor(
    readonly name: string,
    readonly inputCols: number,
  ) {
    this.outputCols = inputCols;
  }

  forward(_builder: ProgramBuilder, x: Operand): Operand {
    return x;
  }

  outputDerivative(): OutputDerivative | undefined {
    return undefined;
  }

  backward(_builder: ProgramBuilder, gradient: Gradient, wanted: boolean): Gradient | undefined {
    return wanted ? { operand: gradient.operand, of: 'output' } : undefined;
  }
}
