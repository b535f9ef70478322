import { scaleWord, threefry2x32 } from '../../../core/random.js';
import { BORDERS, GROUP_IMAGES, REGISTERS, STATUS } from '../../contract.js';
import { fma, fround } from '../exact/fma.js';
import type { F32, F64, I32, Matrix, PreparedOp, PrepareOp, U8 } from '../prepare.js';
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

export const prepareDrawWindows: PrepareOp = (op) => {
  const windows = op.i32('windows');
  const before = op.has('before') ? op.i32('before') : undefined;
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

/** Copies one image: pixel i of the result begins at to + i·pixelStride, its channels are channelStride apart. */
type GatherImage = (
  row: number,
  window: number,
  to: number,
  pixelStride: number,
  channelStride: number,
) => number;

function gatherOf(op: PreparedOp, windows: I32, dst: F32): GatherImage {
  const src: Matrix<F32 | U8> = op.op.operands.src!.dtype === 'u8' ? op.u8('src') : op.f32('src');
  const [channels, height, width] = [op.scalar('channels'), op.scalar('height'), op.scalar('width')];
  const [outHeight, outWidth] = [op.scalar('outHeight'), op.scalar('outWidth')];
  const convert = converter(op);
  const fill = fround(op.scalar('fill'));
  return (row, window, to, pixelStride, channelStride) => {
    if (row >= src.rows) return STATUS.indexOutOfRange;
    let pixel = to;
    for (let p = 0; p < outHeight; p++) {
      const h = windows[window + p]!;
      if (h >= height) return STATUS.indexOutOfRange;
      for (let q = 0; q < outWidth; q++, pixel += pixelStride) {
        const w = windows[window + outHeight + q]!;
        if (w >= width) return STATUS.indexOutOfRange;
        const from = row * src.rowStride + (h * width + w) * channels;
        for (let c = 0; c < channels; c++) {
          dst[pixel + c * channelStride] = h < 0 || w < 0 ? fill : convert(src.data[from + c]!);
        }
      }
    }
    return 0;
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
  const index = op.has('index') ? op.u32('index').data : undefined;
  return (registers, r) => {
    const position = registers[REGISTERS.batchStart]! + r;
    return index === undefined ? position : index[position]!;
  };
}

export const prepareGatherWindows: PrepareOp = (op) => {
  const dst = op.f32('dst');
  const windows = op.i32('windows');
  const gather = gatherOf(op, windows.data, dst.data);
  const source = sourceRow(op);
  const channels = op.scalar('channels');
  return (begin, end, registers) => {
    let status = 0;
    for (let r = begin; r < end && status === 0; r++) {
      status = gather(source(registers, r), r * windows.rowStride, r * dst.rowStride, channels, 1);
    }
    return status;
  };
};

export const prepareGatherImageWindows: PrepareOp = (op) => {
  const dst = op.f32('dst');
  const windows = op.i32('windows');
  const gather = gatherOf(op, windows.data, dst.data);
  const source = sourceRow(op);
  const plane = planeOf({ channels: 1, height: op.scalar('outHeight'), width: op.scalar('outWidth') });
  return (begin, end, registers) => {
    const rows = registers[REGISTERS.rows]!;
    for (let g = begin; g < end; g++) {
      const at = g * dst.rowStride;
      const images = Math.min(GROUP_IMAGES, rows - g * GROUP_IMAGES);
      if (images < GROUP_IMAGES) dst.data.fill(0, at, at + dst.cols);
      for (let l = 0; l < images; l++) {
        const r = g * GROUP_IMAGES + l;
        const status = gather(source(registers, r), r * windows.rowStride, at + l, GROUP_IMAGES, plane);
        if (status !== 0) return status;
      }
    }
    return 0;
  };
};
