import { scaleWord, threefry2x32 } from '../../../core/random.js';
import { BORDERS, GROUP_IMAGES, REGISTERS, STATUS } from '../../contract.js';
import { fma, fround } from '../exact/fma.js';
import type { F32, F64, Matrix, PreparedOp, PrepareOp, U8 } from '../kernel.js';
import { planeOf } from './geometry.js';

/** From this word on, an image is mirrored. */
const HALF = 2 ** 31;

/** One side of the images: its sizes, and how far a window may begin from its start. */
interface Side {
  size: number;
  outSize: number;
  least: number;
  count: number;
  flips: boolean;
}

/** The row or column that stands for q; −1 for none. */
function inside(q: number, size: number, border: number): number {
  if (q >= 0 && q < size) return q;
  if (border === BORDERS.constant) return -1;
  if (border === BORDERS.nearest) return q < 0 ? 0 : size - 1;
  const period = border === BORDERS.reflect ? 2 * size : size;
  const m = ((q % period) + period) % period;
  return m < size ? m : period - 1 - m;
}

export const drawWindows: PrepareOp = (op) => {
  const windows = op.i32('windows');
  const before = op.optional('i32', 'before');
  const side = (size: string, out: string, from: string, flip: string): Side => ({
    size: op.scalar(size),
    outSize: op.scalar(out),
    least: op.scalar(`${from}Least`),
    count: op.scalar(`${from}Count`),
    flips: op.scalar(flip) === 1,
  });
  const rows = side('height', 'outHeight', 'top', 'flipRows');
  const columns = side('width', 'outWidth', 'left', 'flipCols');
  const border = op.scalar('border');
  const [seed, stream] = [op.scalar('seed'), op.scalar('stream')];
  const place = new Uint32Array(2);
  const flip = new Uint32Array(2);

  /** @param known where `before` has this side of the image */
  function draw({ size, outSize, least, count, flips }: Side, word: number, known: number, to: number): void {
    const first = scaleWord(place[word]!, count) + least;
    const mirrored = flips && flip[word]! >= HALF;
    for (let p = 0; p < outSize; p++) {
      const q = inside(first + (mirrored ? outSize - 1 - p : p), size, border);
      windows.data[to + p] = q < 0 || before === undefined ? q : before.data[known + q]!;
    }
  }

  return (begin, end, registers) => {
    const step = registers[REGISTERS.step]!;
    for (let r = begin; r < end; r++) {
      threefry2x32(seed, stream, step, 2 * r, place);
      threefry2x32(seed, stream, step, 2 * r + 1, flip);
      const known = r * (before?.rowStride ?? 0);
      const to = r * windows.rowStride;
      draw(rows, 0, known, to);
      draw(columns, 1, known + rows.size, to + rows.outSize);
    }
    return 0;
  };
};

/** What both gathers through windows work with. */
function gatherOf(op: PreparedOp) {
  const src: Matrix<F32 | U8> = op.op.operands.src!.dtype === 'u8' ? op.u8('src') : op.f32('src');
  const windows = op.i32('windows');
  const [channels, height, width] = [op.scalar('channels'), op.scalar('height'), op.scalar('width')];
  const [outHeight, outWidth] = [op.scalar('outHeight'), op.scalar('outWidth')];
  const convert = converter(op);
  const fill = fround(op.scalar('fill'));
  return {
    src,
    dst: op.f32('dst'),
    source: sourceRow(op),
    sizes: { channels, height, width, outHeight, outWidth },
    rowAt: (r: number, p: number): number => windows.data[r * windows.rowStride + p]!,
    columnAt: (r: number, q: number): number => windows.data[r * windows.rowStride + outHeight + q]!,
    /** Channel c of pixel (h, w) of a row of the table. */
    value: (row: number, h: number, w: number, c: number): number =>
      h < 0 || w < 0 ? fill : convert(src.data[row * src.rowStride + (h * width + w) * channels + c]!),
  };
}

/** What becomes of an element; of a byte it is looked up. */
function converter(op: PreparedOp): (x: number) => number {
  if (op.scalar('scaled') === 0) return (x) => x;
  const [scale, offset] = [fround(op.scalar('scale')), fround(op.scalar('offset'))];
  if (op.op.operands.src!.dtype !== 'u8') return (x) => fma(x, scale, offset);
  const table = Float32Array.from({ length: 256 }, (_, byte) => fma(byte, scale, offset));
  return (x) => table[x]!;
}

/** Which row of the table stands at each row of the mini-batch. */
function sourceRow(op: PreparedOp): (registers: F64, r: number) => number {
  const index = op.optional('u32', 'index')?.data;
  return (registers, r) => {
    const position = registers[REGISTERS.batchStart]! + r;
    return index === undefined ? position : index[position]!;
  };
}

export const gatherWindows: PrepareOp = (op) => {
  const { src, dst, source, sizes, rowAt, columnAt, value } = gatherOf(op);
  const { channels, height, width, outHeight, outWidth } = sizes;
  return (begin, end, registers) => {
    for (let r = begin; r < end; r++) {
      const row = source(registers, r);
      if (row >= src.rows) return STATUS.indexOutOfRange;
      let to = r * dst.rowStride;
      for (let p = 0; p < outHeight; p++) {
        const h = rowAt(r, p);
        if (h >= height) return STATUS.indexOutOfRange;
        for (let q = 0; q < outWidth; q++) {
          const w = columnAt(r, q);
          if (w >= width) return STATUS.indexOutOfRange;
          for (let c = 0; c < channels; c++) dst.data[to++] = value(row, h, w, c);
        }
      }
    }
    return 0;
  };
};

export const gatherImageWindows: PrepareOp = (op) => {
  const { src, dst, source, sizes, rowAt, columnAt, value } = gatherOf(op);
  const { channels, height, width, outHeight, outWidth } = sizes;
  const plane = planeOf({ channels, height: outHeight, width: outWidth });
  // Of the images of a group: their rows in the table, and which row and column of them is at hand.
  const rows = new Float64Array(GROUP_IMAGES);
  const h = new Int32Array(GROUP_IMAGES);
  const w = new Int32Array(GROUP_IMAGES);

  function gatherGroup(g: number, images: number): number {
    const first = g * GROUP_IMAGES;
    let to = g * dst.rowStride;
    for (let p = 0; p < outHeight; p++) {
      for (let l = 0; l < images; l++) h[l] = rowAt(first + l, p);
      for (let l = 0; l < images; l++) if (h[l]! >= height) return STATUS.indexOutOfRange;
      for (let q = 0; q < outWidth; q++, to += GROUP_IMAGES) {
        for (let l = 0; l < images; l++) w[l] = columnAt(first + l, q);
        for (let l = 0; l < images; l++) if (w[l]! >= width) return STATUS.indexOutOfRange;
        for (let c = 0; c < channels; c++) {
          const lanes = to + c * plane;
          dst.data.fill(0, lanes + images, lanes + GROUP_IMAGES);
          for (let l = 0; l < images; l++) dst.data[lanes + l] = value(rows[l]!, h[l]!, w[l]!, c);
        }
      }
    }
    return 0;
  }

  return (begin, end, registers) => {
    let status = 0;
    for (let g = begin; g < end && status === 0; g++) {
      const images = Math.min(GROUP_IMAGES, registers[REGISTERS.rows]! - g * GROUP_IMAGES);
      for (let l = 0; l < images; l++) rows[l] = source(registers, g * GROUP_IMAGES + l);
      for (let l = 0; l < images; l++) if (rows[l]! >= src.rows) return STATUS.indexOutOfRange;
      status = gatherGroup(g, images);
    }
    return status;
  };
};
