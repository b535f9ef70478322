/** The convolutions of a training step, in the layout that training uses. */
import { float32At } from '../../../core/arena.js';
import {
  ACTIVATIONS,
  GROUP_IMAGES,
  imagePlane,
  PACKED_INDEX_BYTES,
  PHASES,
  REGISTER_COUNT,
  REGISTERS,
} from '../../../kernels/constants.js';
import type { BoundProgram, KernelSet, Op, Operand } from '../../../kernels/contract.js';
import { allocateArena } from '../../../program/allocate.js';
import { MemoryPlan, type Region } from '../../../program/memory.js';

/** A convolution without stride: sides in pixels, `kernel` the side of its windows. */
export interface Convolution {
  images: number;
  channels: number;
  filters: number;
  kernel: number;
  side: number;
  padding: number;
}

/** Bound programs of one convolution; each runs in the phase `merge`, on this thread. */
export interface Convolutions {
  /** Forward with bias and ReLU, forward with pooling, input gradient, weight gradient. */
  direct: BoundProgram[];
  /** The same by F(2 × 2, 3 × 3) and by F(4 × 4, 3 × 3); undefined where there is none. */
  winograd?: (BoundProgram | undefined)[][];
  /** The weight gradient over the maxima of 2 × 2 windows. */
  maxima?: BoundProgram;
}

const outSide = ({ side, padding, kernel }: Convolution): number => side + 2 * padding - kernel + 1;

function operandsOf(memory: MemoryPlan, convolution: Convolution): Record<string, Region> {
  const { images, channels, filters, kernel, side } = convolution;
  const out = outSide(convolution);
  const groups = Math.ceil(images / GROUP_IMAGES);
  const plane = (size: number): number => imagePlane(size, size);
  const matrix = (name: string, rows: number, cols: number, dtype?: 'u8'): Region =>
    memory.matrix(name, 'activation', rows, cols, dtype);
  return {
    x: matrix('x', groups, channels * plane(side)),
    y: matrix('y', groups, filters * plane(out)),
    pooled: matrix('pooled', groups, filters * plane(out / 2)),
    index: matrix('index', groups, filters * (out / 2) ** 2 * PACKED_INDEX_BYTES, 'u8'),
    dz: matrix('dz', groups, filters * plane(out)),
    dx: matrix('dx', groups, channels * plane(side)),
    w: matrix('w', kernel * kernel * channels, filters),
    dw: matrix('dw', kernel * kernel * channels, filters),
    du: matrix('du', 16 * channels, filters),
    bias: memory.vector('bias', 'parameter', filters),
  };
}

function scalarsOf(convolution: Convolution): Record<string, number> {
  const { channels, kernel, side, padding } = convolution;
  const out = outSide(convolution);
  return {
    channels,
    height: side,
    width: side,
    outHeight: out,
    outWidth: out,
    kernelH: kernel,
    kernelW: kernel,
    strideH: 1,
    strideW: 1,
    dilationH: 1,
    dilationW: 1,
    top: padding,
    left: padding,
    groups: 1,
  };
}

/** Binds ops on the operands of one convolution. */
function binder(kernels: KernelSet, memory: MemoryPlan, images: number) {
  const arena = allocateArena(memory);
  const floats = float32At(arena, 0, arena.byteLength / 4);
  for (let i = 0; i < floats.length; i++) floats[i] = Math.sin(i);
  const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
  registers[REGISTERS.rows] = images;
  return (
    kind: Op['kind'],
    operands: Record<string, Operand>,
    scalars: Record<string, number>,
  ): BoundProgram => {
    const rows = (operands.dw ?? operands.du)?.rows;
    const place =
      rows === undefined
        ? ({ split: 'groups', begin: 0, end: 0 } as const)
        : ({ split: 'slice', begin: 0, end: rows } as const);
    const op: Op = { kind, phase: PHASES.merge, ...place, operands, scalars };
    const program = { ops: [op], rank: 0, workers: 1, maxRows: images, rowChunk: images };
    return kernels.bind(program, [arena], registers);
  };
}

/** All kernels that compute a convolution. */
export function convolutions(kernels: KernelSet, convolution: Convolution): Convolutions {
  const { images, channels, kernel, padding } = convolution;
  const memory = new MemoryPlan();
  const { x, y, pooled, index, dz, dx, w, dw, du, bias } = operandsOf(memory, convolution) as Record<
    'x' | 'y' | 'pooled' | 'index' | 'dz' | 'dx' | 'w' | 'dw' | 'du' | 'bias',
    Region
  >;
  const bind = binder(kernels, memory, images);
  const sizes = scalarsOf(convolution);
  const relu = { ...sizes, activation: ACTIVATIONS.relu, alpha: 0 };
  const direct = [
    bind('conv2d', { x, w, bias, y }, relu),
    bind('conv2dMaxPool', { x, w, bias, y: pooled, index }, relu),
    bind('conv2dInput', { dz, w, s: x, dx }, relu),
    bind('conv2dWeights', { x, dz, dw }, sizes),
  ];
  if (padding === 0) {
    return { direct, maxima: bind('conv2dMaxPoolWeights', { x, dy: pooled, index, dw }, sizes) };
  }
  if (kernel !== 3 || channels < 8) return { direct };
  const winograd = (pairs: number): (BoundProgram | undefined)[] => [
    bind('conv2dWinograd', { x, w, bias, y }, { ...relu, pairs }),
    bind('conv2dMaxPoolWinograd', { x, w, bias, y: pooled, index }, { ...relu, pairs }),
    bind('conv2dInputWinograd', { dz, w, s: x, dx }, { ...relu, pairs }),
    pairs === 1 ? bind('conv2dWeightsWinograd', { x, dz, du }, sizes) : undefined,
  ];
  return { direct, winograd: [winograd(1), winograd(2)] };
}

/**
 * Kernel elements that meet the image along one side, from all positions together: padding costs
 * nothing.
 */
function tapsOfSide({ kernel, side, padding }: Convolution): number {
  let taps = 0;
  for (let p = -padding; p + kernel <= side + padding; p++) {
    for (let i = 0; i < kernel; i++) taps += p + i >= 0 && p + i < side ? 1 : 0;
  }
  return taps;
}

/** Floating-point operations of the direct convolution, without padding. */
export function convolutionFlops(convolution: Convolution): number {
  const { images, channels, filters } = convolution;
  return 2 * images * channels * filters * tapsOfSide(convolution) ** 2;
}
