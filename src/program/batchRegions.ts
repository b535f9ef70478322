import {
  BYTES_PER_ELEMENT,
  GROUP_IMAGES,
  type Op,
  type Operand,
  type RowRange,
  type RowWindow,
} from '../kernels/contract.js';
import { compiledOp } from '../kernels/ops/compiled.js';
import { ARENA_BUFFER, type MemoryPlan, operandOf, type Region } from './memory.js';

/** What a row, or an element of a vector, of a region of the mini-batch stands for. */
interface Sampling {
  over: 'rows' | 'columns';
  samples: number;
}

/** An operand of an op, and the region in which it lies. */
export interface Access {
  name: string;
  operand: Operand;
  region: Region;
  reads: boolean;
  writes: boolean;
}

/**
 * Finds the regions of a program's operands, and which of them have a row, a group of 16 or an
 * element for each sample of the mini-batch.
 */
export class BatchRegions {
  private readonly byOffset: readonly Region[];
  private readonly maxGroups: number;

  constructor(
    memory: MemoryPlan,
    private readonly maxRows: number,
  ) {
    this.byOffset = [...memory.regions].sort((a, b) => a.byteOffset - b.byteOffset);
    this.maxGroups = Math.ceil(maxRows / GROUP_IMAGES);
  }

  /** The region in which an operand of the arena begins. */
  regionOf({ buffer, byteOffset }: Operand): Region | undefined {
    if (buffer !== ARENA_BUFFER) return undefined;
    let [low, high] = [0, this.byOffset.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.byOffset[middle]!.byteOffset <= byteOffset) low = middle + 1;
      else high = middle;
    }
    return this.byOffset[low - 1];
  }

  /** The operands of an op in the arena. One without elements may begin where its region ends. */
  accessesOf({ kind, operands }: Op): Access[] {
    return compiledOp(kind).operands.flatMap(([name, { access }]) => {
      const operand = operands[name];
      const region = operand && this.regionOf(operand);
      if (operand === undefined || region === undefined || operand.rows * operand.cols === 0) return [];
      return [{ name, operand, region, reads: access !== 'write', writes: access !== 'read' }];
    });
  }

  isOfBatch({ name }: Region): boolean {
    return name.startsWith(`batch${this.maxRows}/`) || name.startsWith(`images${this.maxRows}/`);
  }

  /** Rows of the mini-batch of an operand: the operand begins at the window's first. */
  window(operand: Operand, region: Region, { firstRow, rows }: RowWindow): Operand {
    const { over, samples } = this.samplingOf(region);
    const count = Math.ceil(rows / samples);
    const isTransposed = over === 'rows' && operand.colStride !== 1;
    const stride = over === 'columns' || isTransposed ? operand.colStride : operand.rowStride;
    const past = (firstRow / samples) * stride * BYTES_PER_ELEMENT[operand.dtype];
    const sides = over === 'columns' || isTransposed ? { cols: count } : { rows: count };
    return { ...operandOf(operand), byteOffset: operand.byteOffset + past, ...sides };
  }

  /** The bytes of rows of the mini-batch. @returns byte offset and length */
  bytesOf(region: Region, { firstRow, endRow }: RowRange): [number, number] {
    const { over, samples } = this.samplingOf(region);
    const each = (over === 'columns' ? 1 : region.rowStride) * BYTES_PER_ELEMENT[region.dtype];
    const [first, end] = [Math.ceil(firstRow / samples), Math.ceil(endRow / samples)];
    // A last row has no padding after it where it is the only one.
    const most = region.byteOffset + region.byteLength;
    const from = region.byteOffset + first * each;
    return [from, Math.max(0, Math.min(most, region.byteOffset + end * each) - from)];
  }

  private samplingOf({ dtype, rows, cols }: Region): Sampling {
    if (dtype === 'i32' && rows === 1 && cols === this.maxRows) return { over: 'columns', samples: 1 };
    if (rows === this.maxRows) return { over: 'rows', samples: 1 };
    if (rows === this.maxGroups) return { over: 'rows', samples: GROUP_IMAGES };
    throw new Error(`a region of the mini-batch with ${rows} rows, for ${this.maxRows} samples`);
  }
}
