import { GROUP_IMAGES, PACKED_INDEX_BYTES, REGISTERS } from '../../contract.js';
import {
  type AxisTap,
  type ConvShape,
  channelOf,
  convShape,
  forwardTaps,
  planeOf,
  weightOfRow,
} from '../images/geometry.js';
import { backwardPass, forwardPass, type Pass } from '../images/passes.js';
import { packIndex, placeOf, pooledShape } from '../images/pool2x2.js';
import type { F32, F64, PreparedOp, PrepareOp } from '../kernel.js';
import { deriveRow, mapRow } from './activation.js';

/** Pixels of a row that one kernel element meets: `count` of them, from pixel `to`, at source pixels from `at` on. */
interface Run {
  to: number;
  toStep: number;
  at: number;
  atStep: number;
  count: number;
}

/** The run of each kernel element over the positions of `taps`, which are all `toStep` apart. */
function runsOf(taps: AxisTap[][], kernel: number, toStep: number, atStep: number): Run[] {
  return Array.from({ length: kernel }, (_, element) => {
    const met = taps.flatMap((own, to) =>
      own.filter((tap) => tap.element === element).map(({ at }) => ({ to, at })),
    );
    return { to: met[0]?.to ?? 0, at: met[0]?.at ?? 0, toStep, atStep, count: met.length };
  });
}

/** acc += weight·x over a run. */
function addRun(acc: F64, x: F32, row: number, weight: number, run: Run): void {
  const { toStep, atStep, count } = run;
  const to = run.to * GROUP_IMAGES;
  const from = row + run.at * GROUP_IMAGES;
  if (toStep === 1 && atStep === 1) {
    const length = count * GROUP_IMAGES;
    for (let k = 0; k < length; k++) acc[to + k] = acc[to + k]! + weight * x[from + k]!;
    return;
  }
  for (let q = 0; q < count; q++) {
    const own = to + q * toStep * GROUP_IMAGES;
    const at = from + q * atStep * GROUP_IMAGES;
    for (let l = 0; l < GROUP_IMAGES; l++) acc[own + l] = acc[own + l]! + weight * x[at + l]!;
  }
}

/** A pass whose columns are runs. */
interface RunPass extends Pass {
  runs: Run[];
  /** From the weight of one kernel column to that of the next. */
  weightStep: number;
}

function withRuns(pass: Pass, runs: Run[], { groupIn }: ConvShape): RunPass {
  return { ...pass, runs, weightStep: groupIn * pass.w.rowStride };
}

function forwardRuns(op: PreparedOp, shape: ConvShape): RunPass {
  const pass = forwardPass(op, shape);
  const { kernel, stride } = shape.columns;
  return withRuns(pass, runsOf(pass.taps.columns, kernel, 1, stride), shape);
}

function backwardRuns(op: PreparedOp, shape: ConvShape): RunPass {
  const pass = backwardPass(op, shape);
  const { kernel, stride } = shape.columns;
  return withRuns(pass, runsOf(pass.taps.columns, kernel, stride, 1), shape);
}

/** acc = start + the sums of row p of output o. */
function sumRow(pass: RunPass, acc: F64, start: number, g: number, o: number, p: number): void {
  const { from, source, taps, runs, w, weightStep } = pass;
  acc.fill(start);
  const { first, count } = pass.channels(o);
  for (let c = 0; c < count; c++) {
    const plane = g * from.rowStride + (first + c) * planeOf(source);
    for (const { element, at } of taps.rows[p]!) {
      let weight = pass.weight(o, c, element, 0);
      for (const run of runs) {
        addRun(acc, from.data, plane + at * source.width * GROUP_IMAGES, w.data[weight]!, run);
        weight += weightStep;
      }
    }
  }
}

export const conv2d: PrepareOp = (op) => {
  const y = op.f32('y');
  const bias = op.optional('f32', 'bias')?.data;
  const shape = convShape(op, op.f32('w').cols);
  const pass = forwardRuns(op, shape);
  const alpha = Math.fround(op.scalar('alpha'));
  const map = mapRow(op.scalar('activation'));
  const { channels, height, width } = shape.out;
  const acc = new Float64Array(width * GROUP_IMAGES);
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      for (let o = 0; o < channels; o++) {
        for (let p = 0; p < height; p++) {
          sumRow(pass, acc, bias === undefined ? 0 : bias[o]!, g, o, p);
          const to = g * y.rowStride + o * planeOf(shape.out) + p * acc.length;
          y.data.set(acc, to);
          map(y.data, to, y.data, to, acc.length, alpha);
        }
      }
    }
    return 0;
  };
};

export const conv2dInput: PrepareOp = (op) => {
  const dx = op.f32('dx');
  const s = op.optional('f32', 's');
  const shape = convShape(op, op.f32('w').cols);
  const pass = backwardRuns(op, shape);
  const alpha = Math.fround(op.scalar('alpha'));
  const derive = deriveRow(op.scalar('activation'));
  const { channels, height, width } = shape.in;
  const acc = new Float64Array(width * GROUP_IMAGES);
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      for (let c = 0; c < channels; c++) {
        for (let h = 0; h < height; h++) {
          sumRow(pass, acc, 0, g, c, h);
          const at = c * planeOf(shape.in) + h * acc.length;
          const to = g * dx.rowStride + at;
          dx.data.set(acc, to);
          if (s !== undefined) {
            derive(dx.data, to, s.data, g * s.rowStride + at, dx.data, to, acc.length, alpha);
          }
        }
      }
    }
    return 0;
  };
};

export const conv2dMaxPool: PrepareOp = (op) => {
  const y = op.f32('y');
  const index = op.optional('u8', 'index');
  const bias = op.optional('f32', 'bias')?.data;
  const shape = convShape(op, op.f32('w').cols);
  const pass = forwardRuns(op, shape);
  const pooled = pooledShape(shape.out);
  const alpha = Math.fround(op.scalar('alpha'));
  const map = mapRow(op.scalar('activation'));
  const rows = [0, 1].map(() => new Float64Array(shape.out.width * GROUP_IMAGES));
  const places = new Uint8Array(GROUP_IMAGES);
  return (begin, end) => {
    for (let g = begin; g < end; g++) {
      for (let o = 0; o < pooled.channels; o++) {
        for (let p = 0; p < pooled.height; p++) {
          rows.forEach((row, i) => {
            sumRow(pass, row, bias === undefined ? 0 : bias[o]!, g, o, 2 * p + i);
          });
          const first = p * pooled.width;
          const row = g * y.rowStride + o * planeOf(pooled) + first * GROUP_IMAGES;
          for (let q = 0; q < pooled.width; q++) {
            largest(rows, q, y.data, row + q * GROUP_IMAGES, places);
            const place = (o * pooled.height * pooled.width + first + q) * PACKED_INDEX_BYTES;
            if (index !== undefined) packIndex(places, index.data, g * index.rowStride + place);
          }
          map(y.data, row, y.data, row, pooled.width * GROUP_IMAGES, alpha);
        }
      }
    }
    return 0;
  };
};

/** The largest elements of window q of two rows, to y, and which they are. */
function largest(rows: readonly F64[], q: number, y: F32, to: number, places: Uint8Array): void {
  for (let l = 0; l < GROUP_IMAGES; l++) {
    const at = 2 * q * GROUP_IMAGES + l;
    let best = Math.fround(rows[0]![at]!);
    places[l] = 0;
    for (let place = 1; place < 4; place++) {
      const z = Math.fround(rows[place >> 1]![at + (place & 1) * GROUP_IMAGES]!);
      if (z > best) {
        best = z;
        places[l] = place;
      }
    }
    y[to + l] = best;
  }
}

export const conv2dWeights: PrepareOp = (op) => {
  const x = op.f32('x');
  const dz = op.f32('dz');
  const dw = op.f32('dw');
  const shape = convShape(op, dw.cols);
  const { width } = shape.out;
  const [planeIn, planeOut] = [planeOf(shape.in), planeOf(shape.out)];
  const { rows, columns } = shape;
  const down = runsOf(forwardTaps(rows), rows.kernel, 1, rows.stride);
  const across = runsOf(forwardTaps(columns), columns.kernel, 1, columns.stride);
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    for (let row = begin; row < end; row++) {
      const { i, j, c } = weightOfRow(shape, row);
      const run = across[j]!;
      const { to, at, atStep, count } = down[i]!;
      for (let o = 0; o < dw.cols; o++) {
        const channel = Math.floor(o / shape.groupOut) * shape.groupIn + c;
        let sum = 0;
        for (let g = 0; g < groups; g++) {
          const from = g * x.rowStride + channel * planeIn;
          const gradientsAt = g * dz.rowStride + o * planeOut;
          for (let p = 0; p < count; p++) {
            const xRow = from + (at + p * atStep) * shape.in.width * GROUP_IMAGES;
            sum += rowProduct(x.data, xRow, dz.data, gradientsAt + (to + p) * width * GROUP_IMAGES, run);
          }
        }
        dw.data[row * dw.rowStride + o] = sum;
      }
    }
    return 0;
  };
};

export const conv2dMaxPoolWeights: PrepareOp = (op) => {
  const [x, dy, dw] = [op.f32('x'), op.f32('dy'), op.f32('dw')];
  const index = op.u8('index');
  const shape = convShape(op, dw.cols);
  const pooled = pooledShape(shape.out);
  const elements = pooled.height * pooled.width;
  const { width } = shape.in;
  // Where the pixel of x lies that the kernel's first element meets, from the largest element of each window and image.
  const pixels = new Int32Array(elements * GROUP_IMAGES);
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    const sums = new Float64Array(end - begin);
    const taps = Int32Array.from({ length: end - begin }, (_, r) => {
      const { i, j, c } = weightOfRow(shape, begin + r);
      return c * planeOf(shape.in) + (i * width + j) * GROUP_IMAGES;
    });
    for (let o = 0; o < dw.cols; o++) {
      sums.fill(0);
      for (let g = 0; g < groups; g++) {
        const places = g * index.rowStride + o * elements * PACKED_INDEX_BYTES;
        for (let k = 0; k < pixels.length; k++) {
          const [e, l] = [k >> 4, k & 15];
          const place = placeOf(index.data, places + e * PACKED_INDEX_BYTES, l);
          const [p, q] = [2 * Math.floor(e / pooled.width), 2 * (e % pooled.width)];
          pixels[k] = ((p + (place >> 1)) * width + q + (place & 1)) * GROUP_IMAGES + l;
        }
        const gradientsAt = g * dy.rowStride + o * planeOf(pooled);
        for (let r = 0; r < sums.length; r++) {
          const from = g * x.rowStride + taps[r]!;
          let sum = 0;
          for (let k = 0; k < pixels.length; k++)
            sum += x.data[from + pixels[k]!]! * dy.data[gradientsAt + k]!;
          sums[r] = sums[r]! + sum;
        }
      }
      for (let row = begin; row < end; row++) dw.data[row * dw.rowStride + o] = sums[row - begin]!;
    }
    return 0;
  };
};

/** Sum of x·dz over a run of pixels and all images, in four parts so that additions need not wait for each other. */
function rowProduct(x: F32, xRow: number, dz: F32, dzRow: number, run: Run): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  for (let q = 0; q < run.count; q++) {
    const at = xRow + (run.at + q * run.atStep) * GROUP_IMAGES;
    const to = dzRow + (run.to + q) * GROUP_IMAGES;
    for (let l = 0; l < GROUP_IMAGES; l += 4) {
      a += x[at + l]! * dz[to + l]!;
      b += x[at + l + 1]! * dz[to + l + 1]!;
      c += x[at + l + 2]! * dz[to + l + 2]!;
      d += x[at + l + 3]! * dz[to + l + 3]!;
    }
  }
  return a + b + (c + d);
}

export const channelSums: PrepareOp = (op) => {
  const dz = op.f32('dz');
  const db = op.f32('db');
  const shape = { channels: db.cols, height: op.scalar('height'), width: op.scalar('width') };
  return (begin, end, registers) => {
    const groups = Math.ceil(registers[REGISTERS.rows]! / GROUP_IMAGES);
    for (let o = begin; o < end; o++) {
      let sum = 0;
      for (let g = 0; g < groups; g++) {
        const at = g * dz.rowStride + o * planeOf(shape);
        for (let i = 0; i < channelOf(shape); i++) sum += dz.data[at + i]!;
      }
      db.data[o] = sum;
    }
    return 0;
  };
};
