import { describe, expect, it } from 'vitest';
import { availableIsas, selectKernels } from '#steepest/kernels/backend.js';
import {
  GROUP_IMAGES,
  imagePlane,
  type KernelSet,
  type Op,
  PHASES,
  REGISTER_COUNT,
  REGISTERS,
} from '#steepest/kernels/contract.js';
import { typescriptExact } from '#steepest/kernels/typescript/index.js';
import { MemoryPlan, operandOf } from '#steepest/program/memory.js';
import { Random } from './cases/random.js';

interface Sizes {
  images: number;
  channels: number;
  filters: number;
  kernel: number;
  side: number;
  stride: number;
  padding: number;
  groups: number;
  /** Rows of dw that the rank owns. */
  begin: number;
  end: number;
}

/** dw of one rank's rows, everything else in it as it was. */
function gradient(kernels: KernelSet, sizes: Sizes): Float32Array {
  const { images, channels, filters, kernel, side, stride, padding, groups, begin, end } = sizes;
  const memory = new MemoryPlan();
  const out = Math.floor((side + 2 * padding - kernel) / stride) + 1;
  const imageGroups = Math.ceil(images / GROUP_IMAGES);
  const matrix = (name: string, rows: number, cols: number) => memory.matrix(name, 'activation', rows, cols);
  const x = matrix('x', imageGroups, channels * imagePlane(side, side));
  const dz = matrix('dz', imageGroups, filters * imagePlane(out, out));
  const dw = matrix('dw', (kernel * kernel * channels) / groups, filters);
  const arena = new SharedArrayBuffer(memory.byteLength);
  const random = new Random(filters + channels);
  const floats = new Float32Array(arena);
  for (let i = 0; i < floats.length; i++) floats[i] = random.unit() - 0.5;
  const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
  registers[REGISTERS.rows] = images;
  const op: Op = {
    kind: 'conv2dWeights',
    phase: PHASES.merge,
    split: 'slice',
    begin,
    end,
    operands: { x: operandOf(x), dz: operandOf(dz), dw: operandOf(dw) },
    scalars: {
      channels,
      height: side,
      width: side,
      outHeight: out,
      outWidth: out,
      kernelH: kernel,
      kernelW: kernel,
      strideH: stride,
      strideW: stride,
      dilationH: 1,
      dilationW: 1,
      top: padding,
      left: padding,
      groups,
    },
  };
  const program = { ops: [op], rank: 0, workers: 1, maxRows: images, rowChunk: images };
  expect(kernels.bind(program, [new Uint8Array(arena)], registers).run(PHASES.merge)).toBe(0);
  return floats.slice(dw.byteOffset / 4, (dw.byteOffset + dw.byteLength) / 4);
}

/** Tiles, bundles of tiles and blocks of pixels of the native kernels, and what is left over of each. */
const CASES: [string, Sizes][] = [
  [
    'more taps of many channels than a bundle holds',
    {
      images: 20,
      channels: 11,
      filters: 7,
      kernel: 6,
      side: 9,
      stride: 1,
      padding: 2,
      groups: 1,
      begin: 5,
      end: 390,
    },
  ],
  [
    'more rows of few channels than a bundle holds',
    {
      images: 16,
      channels: 5,
      filters: 9,
      kernel: 6,
      side: 8,
      stride: 1,
      padding: 0,
      groups: 1,
      begin: 0,
      end: 180,
    },
  ],
  [
    'rows of pixels longer than a block',
    {
      images: 3,
      channels: 9,
      filters: 5,
      kernel: 2,
      side: 38,
      stride: 1,
      padding: 1,
      groups: 1,
      begin: 7,
      end: 30,
    },
  ],
  [
    'groups of channels, with strides',
    {
      images: 33,
      channels: 20,
      filters: 12,
      kernel: 3,
      side: 11,
      stride: 2,
      padding: 1,
      groups: 2,
      begin: 1,
      end: 90,
    },
  ],
  [
    'one filter of many channels',
    {
      images: 17,
      channels: 13,
      filters: 1,
      kernel: 3,
      side: 7,
      stride: 1,
      padding: 0,
      groups: 1,
      begin: 0,
      end: 117,
    },
  ],
];

describe('conv2dWeights in many pieces', () => {
  it.each(CASES)('%s: every instruction set gives the bits of the exact kernels', (_name, sizes) => {
    const expected = gradient(typescriptExact, sizes);
    expect(expected.some((value) => value !== 0)).toBe(true);
    for (const isa of availableIsas()) {
      const given = gradient(selectKernels({ isa: isa as 'avx2' }), sizes);
      expect(Buffer.from(given.buffer).equals(Buffer.from(expected.buffer)), isa).toBe(true);
    }
  });
});
