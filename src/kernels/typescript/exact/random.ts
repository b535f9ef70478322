import { scaleWord, threefry2x32 } from '../../../core/random.js';
import { REGISTERS } from '../../contract.js';
import type { PrepareOp } from '../kernel.js';
import { fround } from './fma.js';

/** Columns that share 16 counters. */
const DROPOUT_BLOCK = 32;
const COUNTERS = 16;

export const dropout: PrepareOp = (op) => {
  const x = op.f32('x');
  const y = op.f32('y');
  const threshold = op.scalar('threshold');
  const keepScale = fround(op.scalar('keepScale'));
  const seed = op.scalar('seed');
  const stream = op.scalar('stream');
  const blocks = Math.ceil(x.cols / DROPOUT_BLOCK);
  const words = new Uint32Array(2);
  return (begin, end, registers) => {
    const step = registers[REGISTERS.step] as number;
    for (let r = begin; r < end; r++) {
      for (let j = 0; j < x.cols; j++) {
        const counter = (r * blocks + Math.floor(j / DROPOUT_BLOCK)) * COUNTERS + (j % COUNTERS);
        threefry2x32(seed, stream, step, counter, words);
        const kept = (words[Math.floor(j / COUNTERS) % 2] as number) >= threshold;
        y.data[r * y.rowStride + j] = kept ? (x.data[r * x.rowStride + j] as number) * keepScale : 0;
      }
    }
    return 0;
  };
};

export const shuffle: PrepareOp = (op) => {
  const index = op.u32('index');
  const seed = op.scalar('seed');
  const stream = op.scalar('stream');
  const words = new Uint32Array(2);
  return (_begin, _end, registers) => {
    const { data, cols } = index;
    for (let i = 0; i < cols; i++) data[i] = i;
    for (let i = cols - 1; i > 0; i--) {
      threefry2x32(seed, stream, registers[REGISTERS.epoch] as number, i, words);
      const j = scaleWord(words[0] as number, i + 1);
      const row = data[i] as number;
      data[i] = data[j] as number;
      data[j] = row;
    }
    return 0;
  };
};
