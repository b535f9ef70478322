import { scaleWord, threefry2x32 } from '../../../core/random.js';
import { REGISTERS } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';

/** Columns that share one counter of dropout: the two words of a Threefry block serve j and j + LANES. */
const LANES = 16;
const BLOCK_COLS = 2 * LANES;

/** y = word ≥ threshold ? x·keepScale : 0; the words are the contract's, so the same elements are dropped. */
export const dropout: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const threshold = op.scalar('threshold');
  const keepScale = Math.fround(op.scalar('keepScale'));
  const seed = op.scalar('seed');
  const stream = op.scalar('stream');
  const words = new Uint32Array(2);
  const { cols } = x;
  const blocks = Math.ceil(cols / BLOCK_COLS);
  return (begin, end, registers) => {
    const step = registers[REGISTERS.step] as number;
    for (let r = begin; r < end; r++) {
      for (let block = 0; block < blocks; block++) {
        const first = block * BLOCK_COLS;
        const from = r * x.rowStride + first;
        const to = r * y.rowStride + first;
        const lanes = Math.min(LANES, cols - first);
        for (let lane = 0; lane < lanes; lane++) {
          threefry2x32(seed, stream, step, (r * blocks + block) * LANES + lane, words);
          y.data[to + lane] = words[0]! >= threshold ? x.data[from + lane]! * keepScale : 0;
          const other = lane + LANES;
          if (first + other < cols) {
            y.data[to + other] = words[1]! >= threshold ? x.data[from + other]! * keepScale : 0;
          }
        }
      }
    }
    return 0;
  };
};

/** A permutation of 0 … n−1 by Fisher and Yates, the contract's bit for bit. */
export const shuffle: PrepareOp = (op) => {
  const index = op.u32('index').data;
  const seed = op.scalar('seed');
  const stream = op.scalar('stream');
  const words = new Uint32Array(2);
  return (_begin, _end, registers) => {
    const epoch = registers[REGISTERS.epoch] as number;
    for (let i = 0; i < index.length; i++) index[i] = i;
    for (let i = index.length - 1; i > 0; i--) {
      threefry2x32(seed, stream, epoch, i, words);
      const j = scaleWord(words[0]!, i + 1);
      const swapped = index[i]!;
      index[i] = index[j]!;
      index[j] = swapped;
    }
    return 0;
  };
};
