import { describe, expect, it } from 'vitest';
import { selectKernels } from '#steepest/kernels/backend.js';
import {
  ACTIVATIONS,
  GROUP_IMAGES,
  imagePlane,
  type KernelSet,
  type Op,
  type Operand,
  type OpKind,
  PHASES,
  REGISTER_COUNT,
  REGISTERS,
} from '#steepest/kernels/contract.js';
import { typescriptExact } from '#steepest/kernels/typescript/index.js';
import { MemoryPlan, operandOf } from '#steepest/program/memory.js';
import { nativeChoices } from '../support/kernelChoices.js';
import { Random } from './cases/random.js';

/**
 * Outputs of an op beside sums in float64: root of the mean square, and largest, of errors over the
 * outputs' own.
 */
interface Errors {
  rms: number;
  most: number;
}

/**
 * A convolution of 3 × 3 with a padding of 1: `channels` → `filters`, images of `side` × `side`.
 */
interface Sizes {
  channels: number;
  filters: number;
  side: number;
}

class Convolution {
  private readonly plane: number;
  private readonly x: Operand;
  private readonly z: Operand;
  private readonly w: Operand;
  private readonly arena: SharedArrayBuffer;
  private readonly given: Float32Array;

  constructor(private readonly sizes: Sizes) {
    const { channels, filters, side } = sizes;
    this.plane = imagePlane(side, side);
    const memory = new MemoryPlan();
    const matrix = (name: string, rows: number, cols: number) =>
      operandOf(memory.matrix(name, 'activation', rows, cols));
    this.x = matrix('x', 1, channels * this.plane);
    this.z = matrix('z', 1, filters * this.plane);
    this.w = matrix('w', 9 * channels, filters);
    this.arena = new SharedArrayBuffer(memory.byteLength);
    const random = new Random(channels + filters + side);
    this.given = Float32Array.from({ length: this.arena.byteLength / 4 }, () => 2 * random.unit() - 1);
  }

  /** Errors of conv2d… (made from x) or conv2dInput… (made from z). */
  errors(kernels: KernelSet, kind: OpKind, pairs?: number): Errors {
    const { channels, side } = this.sizes;
    const isBackward = kind.startsWith('conv2dInput');
    const floats = new Float32Array(this.arena);
    floats.set(this.given);
    const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
    registers[REGISTERS.rows] = GROUP_IMAGES;
    const images = { channels, height: side, width: side, outHeight: side, outWidth: side, top: 1, left: 1 };
    const steps = { kernelH: 3, kernelW: 3, strideH: 1, strideW: 1, dilationH: 1, dilationW: 1, groups: 1 };
    const scalars = { ...images, ...steps, activation: ACTIVATIONS.linear, alpha: 0 };
    const { x, z, w } = this;
    const op: Op = {
      kind,
      phase: PHASES.merge,
      split: 'groups',
      begin: 0,
      end: 0,
      operands: isBackward ? { dz: z, w, dx: x } : { x, w, y: z },
      scalars: pairs === undefined ? scalars : { ...scalars, pairs },
    };
    const program = { ops: [op], rank: 0, workers: 1, maxRows: GROUP_IMAGES, rowChunk: GROUP_IMAGES };
    expect(kernels.bind(program, [floats], registers).run(PHASES.merge)).toBe(0);
    return this.against(floats, isBackward);
  }

  private against(floats: Float32Array, isBackward: boolean): Errors {
    const { channels, filters, side } = this.sizes;
    const [from, to] = isBackward ? [this.z, this.x] : [this.x, this.z];
    let [errors, squares, most] = [0, 0, 0];
    // One image shows it: lanes do not meet.
    for (let made = 0; made < (isBackward ? channels : filters); made++) {
      for (let pixel = 0; pixel < side * side; pixel++) {
        const sum = this.sum(from, made, pixel, isBackward);
        const at = to.byteOffset / 4 + made * this.plane + pixel * GROUP_IMAGES;
        const error = floats[at]! - sum;
        errors += error ** 2;
        squares += sum ** 2;
        most = Math.max(most, Math.abs(error));
      }
    }
    const count = (isBackward ? channels : filters) * side * side;
    return { rms: Math.sqrt(errors / squares), most: most / Math.sqrt(squares / count) };
  }

  /** The sum over taps in float64. */
  private sum(from: Operand, made: number, pixel: number, isBackward: boolean): number {
    const { channels, filters, side } = this.sizes;
    let sum = 0;
    for (let tap = 0; tap < 9; tap++) {
      const sign = isBackward ? -1 : 1;
      const row = Math.floor(pixel / side) + sign * (Math.floor(tap / 3) - 1);
      const column = (pixel % side) + sign * ((tap % 3) - 1);
      if (row < 0 || row >= side || column < 0 || column >= side) continue;
      const at = from.byteOffset / 4 + (row * side + column) * GROUP_IMAGES;
      for (let c = 0; c < (isBackward ? filters : channels); c++) {
        const [input, output] = isBackward ? [made, c] : [c, made];
        const weight = this.w.byteOffset / 4 + (tap * channels + input) * this.w.rowStride + output;
        sum += this.given[at + c * this.plane]! * this.given[weight]!;
      }
    }
    return sum;
  }
}

const sets = nativeChoices.map(({ title, options }): [string, KernelSet] => [title, selectKernels(options)]);
const SHAPES: Sizes[] = [
  { channels: 32, filters: 32, side: 8 },
  { channels: 64, filters: 48, side: 7 },
];

describe('convolutions by F(4 × 4, 3 × 3), against sums in float64', () => {
  const directions: [OpKind, OpKind][] = [
    ['conv2d', 'conv2dWinograd'],
    ['conv2dInput', 'conv2dInputWinograd'],
  ];
  it.each<[string, KernelSet]>([...sets, ['typescript exact', typescriptExact]])('on %s', (name, kernels) => {
    // Emulated fused operations take their time.
    const isSlow = name === 'typescript exact';
    for (const shape of isSlow ? [{ channels: 32, filters: 2, side: 8 }] : SHAPES) {
      const convolution = new Convolution(shape);
      for (const [plain, winograd] of directions.slice(0, isSlow ? 1 : 2)) {
        const direct = convolution.errors(kernels, plain);
        const small = convolution.errors(kernels, winograd, 1);
        const large = convolution.errors(kernels, winograd, 2);
        // Points 0, ±1, ±2 and ∞ would give four times the error of plain sums.
        expect(large.rms).toBeLessThan(2.6 * direct.rms);
        expect(large.rms).toBeLessThan(1.5e-6);
        expect(large.most).toBeLessThan(1e-5);
        expect(small.rms).toBeLessThan(1.2 * direct.rms);
      }
    }
  });
});
