import type { Operand } from '../../kernels/contract.js';
import type { ProgramBuilder } from '../../program/builder.js';
import { elementsOf, type ImageShape } from '../../program/images.js';
import type { ParameterSpec } from '../../program/parameters.js';

/** Samples to normalise: images by channel, or rows by column. */
export class NormShape {
  readonly layout: 'rows' | 'images';
  readonly image: ImageShape | undefined;
  readonly channels: number;
  /** Pixels of an image; 1 for a row. */
  readonly pixels: number;
  readonly elements: number;

  /** @param shape `[columns]` or `[height, width, channels]` */
  constructor(shape: readonly number[]) {
    this.image = shape.length === 3 ? (shape as unknown as ImageShape) : undefined;
    this.layout = this.image ? 'images' : 'rows';
    this.channels = shape[shape.length - 1] as number;
    this.pixels = this.image ? this.image[0] * this.image[1] : 1;
    this.elements = this.image ? elementsOf(this.image) : this.channels;
  }

  /** The scalar that tells kernels the layout: pixels of an image, 0 for rows. */
  get scalars(): { pixels: number } {
    return { pixels: this.image ? this.pixels : 0 };
  }

  /** A buffer for a mini-batch of such samples. */
  batch(builder: ProgramBuilder, name: string): Operand {
    return this.image ? builder.images(name, this.image) : builder.batchMatrix(name, this.elements);
  }

  /** Float64 sums of each group of 16 samples, two per channel. */
  sums(builder: ProgramBuilder, name: string): Operand {
    const { memory, maxRows, maxGroups } = builder;
    return memory.matrix(`batch${maxRows}/${name}`, 'statistics', maxGroups, 2 * this.channels, 'f64');
  }
}

/** The memory of a parameter with one number per channel. */
export function channelVector(builder: ProgramBuilder, parameter: ParameterSpec): Operand;
export function channelVector(
  builder: ProgramBuilder,
  parameter: ParameterSpec | undefined,
): Operand | undefined;
export function channelVector(
  builder: ProgramBuilder,
  parameter: ParameterSpec | undefined,
): Operand | undefined {
  return parameter && builder.memory.vector(parameter.name, 'parameter', parameter.cols);
}

/** The factor and the offset applied to a normalised value. */
export interface Affine {
  gamma: ParameterSpec | undefined;
  beta: ParameterSpec | undefined;
}

export const parametersOf = ({ gamma, beta }: Affine): ParameterSpec[] =>
  [gamma, beta].filter((parameter) => parameter !== undefined);

/** Emits the gradients of gamma and beta that are trained, from the sums of all groups; each is one slice. */
export function emitNormGradients(
  builder: ProgramBuilder,
  affine: Affine,
  operands: { sums: Operand; stats?: Operand },
): void {
  const own = operands.stats ? ['stats'] : undefined;
  for (const [name, parameter] of [
    ['dGamma', affine.gamma],
    ['dBeta', affine.beta],
  ] as const) {
    if (!parameter?.trainable) continue;
    const { cols } = parameter;
    const gradient = builder.memory.vector(`${parameter.name}.gradient`, 'gradient', cols);
    const group = builder.emitGroup(parameter.name, 1, 2 * cols * builder.maxGroups);
    const range = { perUnit: cols, extent: cols };
    builder.emitSlice(group, 'normGradients', { ...operands, [name]: gradient }, {}, range, undefined, own);
    builder.gradientReady(group, parameter, gradient, { perUnit: 1, extent: 1 });
  }
}
