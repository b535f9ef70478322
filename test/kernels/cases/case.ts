import {
  BYTES_PER_ELEMENT,
  type DType,
  imagePlane,
  type Op,
  type Operand,
  type OpKind,
  PHASES,
  type Phase,
  REGISTER_COUNT,
  REGISTERS,
  schemaOf,
} from '#steepest/kernels/contract.js';
import { floatOf, Random, type Values } from './random.js';

/** What fast-check chooses for a case; everything else follows from `seed`. */
export interface Dims {
  /** Rows of the mini-batch, or of a weight matrix. */
  rows: number;
  cols: number;
  /** A third dimension, where an op has one. */
  inner: number;
  values: Values;
  seed: number;
  workers: number;
  rank: number;
}

/** Which elements of an output the op may write, given its range. */
export type Reach = 'rows' | 'cols' | 'all';

/** One op with its memory. */
export interface OpCase {
  op: Op;
  maxRows: number;
  rowChunk: number;
  registers: Float64Array<SharedArrayBuffer>;
  /** The memory before the run. */
  bytes: Uint8Array;
  /** Rows, columns or blocks that this rank works on. */
  range: { begin: number; end: number };
  /** Added to `range` for outputs whose rows count from elsewhere. */
  outputs: Record<string, { reach: Reach; shift: number }>;
}

/** Fills memory outside operands: a float32 of −3.0e−13, so that sums notice it if it is read. */
const GUARD = 0xa9;

/** Sizes of the images of an operand. */
export type Sides = readonly [channels: number, height: number, width: number];
export const columnsOf = ([channels, height, width]: Sides): number => channels * imagePlane(height, width);

/** Lays out the operands of one op in memory, with guards between them, and draws their values. */
export class CaseBuilder {
  readonly random: Random;
  readonly rows: number;
  readonly cols: number;
  readonly inner: number;
  /** Rows that batch operands have room for. */
  readonly capacity: number;
  readonly values: Values;
  batchStart = 0;
  private readonly fills: ((memory: ArrayBuffer) => void)[] = [];
  private length = 64;
  private readonly operands: Record<string, Operand> = {};
  private readonly scalars: Record<string, number> = {};
  private readonly outputs: OpCase['outputs'] = {};
  private place: { split: Op['split']; phase: Phase; begin: number; end: number };

  constructor(
    readonly kind: OpKind,
    readonly dims: Dims,
  ) {
    this.random = new Random(dims.seed);
    this.rows = dims.rows;
    this.cols = dims.cols;
    this.inner = dims.inner;
    this.values = dims.values;
    this.capacity = dims.rows + this.random.below(3);
    this.place = { split: 'rows', phase: PHASES.rows, begin: 0, end: 0 };
  }

  /** A float32 of the case's sort. */
  float = (): number => floatOf(this.values, this.random);
  /** In [0, 1], ends included; of the case's sort where that is `wild` or `anyBits`. */
  probability = (): number => {
    if (this.values === 'wild' || this.values === 'anyBits') return this.float();
    return this.random.chance(0.1) ? this.random.below(2) : Math.fround(this.random.unit());
  };
  /** 0 or more. */
  positive = (): number => Math.abs(this.float());

  /** A matrix under `name`, padded, 4-byte aligned only, each element from `draw`. */
  matrix(
    name: string,
    rows: number,
    cols: number,
    draw: (i: number, j: number) => number,
    dtype: DType = 'f32',
  ) {
    const size = BYTES_PER_ELEMENT[dtype];
    const padding = this.random.pick([0, 0, 1, 3, 16]);
    // Not aligned to vectors, sometimes to nothing but the element.
    const byteOffset = Math.ceil((this.length + this.random.below(16) * 4) / size) * size;
    const operand: Operand = {
      buffer: 0,
      dtype,
      byteOffset,
      rows,
      cols,
      rowStride: cols + padding,
      colStride: 1,
    };
    this.length = byteOffset + Math.max(rows * operand.rowStride, 1) * size + 64;
    this.operands[name] = operand;
    this.fills.push((memory) => {
      const view = viewOf(memory, operand);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < cols; j++) view[i * operand.rowStride + j] = draw(i, j);
      }
    });
    return operand;
  }

  vector(name: string, length: number, draw: (j: number) => number, dtype: DType = 'f32') {
    return this.matrix(name, 1, length, (_, j) => draw(j), dtype);
  }

  /** A matrix addressed the other way round: any two strides, for gemm. */
  transposed(name: string, rows: number, cols: number, draw: () => number) {
    const operand = this.matrix(name, cols, rows, draw);
    this.operands[name] = { ...operand, rows, cols, rowStride: 1, colStride: operand.rowStride };
  }

  /** A mini-batch matrix. */
  batch(name: string, cols = this.cols, draw: () => number = this.float) {
    return this.matrix(name, this.capacity, cols, draw);
  }

  /** An output, with garbage in it that nothing should read. */
  output(
    name: string,
    rows = this.capacity,
    cols = this.cols,
    reach: Reach = 'rows',
    shift = 0,
    dtype: DType = 'f32',
  ) {
    this.outputs[name] = { reach, shift };
    return this.matrix(name, rows, cols, () => 12345.5, dtype);
  }

  /** `name` is both read and written. */
  inPlace(name: string, reach: Reach, shift = 0) {
    this.outputs[name] = { reach, shift };
  }

  /** An output that may be the memory of an input of its shape. */
  outputMaybeOver(name: string, input: string, fresh = () => this.output(name), reach: Reach = 'rows') {
    if (this.random.chance(0.3)) {
      this.operands[name] = this.operands[input] as Operand;
      this.outputs[name] = { reach, shift: 0 };
    } else {
      fresh();
    }
  }

  maybe(add: () => void) {
    if (this.random.chance(0.6)) add();
  }

  /** Exactly one of class numbers and distribution. */
  labelsOrTarget(draw: () => number) {
    if (this.random.chance(0.5)) {
      this.batch('target', this.cols, draw);
    } else {
      this.labels();
    }
  }

  /** Class numbers, once in a while one that is none. */
  labels() {
    const broken = this.random.chance(0.05);
    this.vector('labels', this.capacity, () => (broken ? -1 : this.random.below(this.cols)), 'i32');
  }

  scalar(values: Record<string, number>) {
    Object.assign(this.scalars, values);
  }

  /** Splits by a fixed range of `extent`, beginning at a multiple of `grain`. */
  slice(extent: number, grain: number, phase: Phase = PHASES.merge) {
    const whole = extent <= grain || this.random.chance(0.5);
    const begin = whole ? 0 : grain * this.random.below(Math.ceil(extent / grain));
    this.place = { split: 'slice', phase, begin, end: whole ? extent : Math.min(extent, begin + 2 * grain) };
  }

  /** Groups of 16 images that batch operands have room for. */
  get groups(): number {
    return Math.ceil(this.capacity / 16);
  }

  /** Images: a matrix of one row per group. Lanes past the mini-batch hold zeros, as they do in programs. */
  images(name: string, sides: Sides, draw: () => number = this.float) {
    const { rows } = this;
    return this.matrix(name, this.groups, columnsOf(sides), (g, j) =>
      g * 16 + (j % 16) < rows ? draw() : 0,
    );
  }

  /** An output of images. */
  imagesOutput(name: string, sides: Sides, dtype: DType = 'f32') {
    this.outputs[name] = { reach: 'rows', shift: 0 };
    return this.matrix(name, this.groups, columnsOf(sides), () => 123, dtype);
  }

  /** Indices of 2 × 2 windows: 2 bits for each image. */
  packedIndexOutput(name: string, elements: number) {
    this.outputs[name] = { reach: 'rows', shift: 0 };
    return this.matrix(name, this.groups, elements * 4, () => 0x55, 'u8');
  }

  /** Split by groups of images. */
  byGroups() {
    this.place = { split: 'groups', phase: PHASES.rows, begin: 0, end: 0 };
  }

  /** Runs whole, on every rank. */
  whole(phase: Phase) {
    this.place = { split: 'all', phase, begin: 0, end: 0 };
  }

  finish(): OpCase {
    const { rows, dims, place } = this;
    for (const scalar of Object.keys(schemaOf(this.kind).scalars)) this.scalars[scalar] ??= 0;
    const memory = new ArrayBuffer(this.length);
    const bytes = new Uint8Array(memory).fill(GUARD);
    for (const fill of this.fills) fill(memory);
    const registers = new Float64Array(new SharedArrayBuffer(8 * REGISTER_COUNT));
    registers[REGISTERS.rows] = rows;
    registers[REGISTERS.batchStart] = this.batchStart;
    registers[REGISTERS.step] = 1 + this.random.below(1000);
    registers[REGISTERS.epoch] = this.random.below(50);
    registers[REGISTERS.learningRate] = 0.01;
    registers[REGISTERS.stepSize] = 0.0123;
    registers[REGISTERS.inverseSqrtBias2] = 1.7;
    registers[REGISTERS.gradientStep] = 0.0047;
    registers[REGISTERS.averageDecay] = this.random.pick([0, 0.9, 0.999]);
    registers[REGISTERS.accumulated] = this.random.below(4);
    const share = (rank: number): number => Math.floor((rows * rank) / dims.workers);
    const groups = Math.ceil(rows / 16);
    const shareOfGroups = (rank: number): number => Math.floor((groups * rank) / dims.workers);
    const range =
      place.split === 'rows'
        ? { begin: share(dims.rank), end: share(dims.rank + 1) }
        : place.split === 'groups'
          ? { begin: shareOfGroups(dims.rank), end: shareOfGroups(dims.rank + 1) }
          : { begin: place.begin, end: place.end };
    return {
      op: { kind: this.kind, ...place, operands: this.operands, scalars: this.scalars },
      maxRows: this.capacity,
      rowChunk: this.random.pick([1, 3, 16, 1000]),
      registers,
      bytes,
      range,
      outputs: this.outputs,
    };
  }
}

type View = Float32Array | Float64Array | Int32Array | Uint32Array | Uint8Array;

/** All of an operand's memory, from its first element to its last. */
export function viewOf(memory: ArrayBufferLike, operand: Operand): View {
  const { rows, cols, rowStride, colStride, byteOffset } = operand;
  const length = rows === 0 || cols === 0 ? 0 : (rows - 1) * rowStride + (cols - 1) * colStride + 1;
  switch (operand.dtype) {
    case 'f32':
      return new Float32Array(memory, byteOffset, length);
    case 'f64':
      return new Float64Array(memory, byteOffset, length);
    case 'i32':
      return new Int32Array(memory, byteOffset, length);
    case 'u32':
      return new Uint32Array(memory, byteOffset, length);
    default:
      return new Uint8Array(memory, byteOffset, length);
  }
}
