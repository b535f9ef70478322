import { type BindableProgram, LOG_LINK_FAMILIES, type Op, type Operand } from '../../kernels/contract.js';
import type { Region } from '../../program/memory.js';
import type { Features } from '../base/features.js';
import { float64Operand, tableOperand, wholeOp } from '../base/ops.js';
import type { GroupShape } from './groups.js';
import type { GlmJob } from './task.js';

/** What programs depend on. */
export interface ProgramShape extends GroupShape {
  features: Features;
  weighted: boolean;
  offset: boolean;
  /** Rows and columns of a block. */
  blockSize: number;
}

/** The tables that a program reads: samples, labels or targets, then weights and offsets. */
export interface ProgramTables {
  /** The buffer of the first one. */
  buffer: number;
  rows: number;
  /** Which row of what losses keep is the tables' first. */
  firstKept: number;
}

/** Memory of all workers that programs read. */
export interface ProgramMemory {
  point: Region;
  direction: Region;
  /** outputs × rows: what the losses keep for second derivatives. */
  curvature: Region | undefined;
  /** One factor for each row, for a block of several outputs. */
  factors: Region;
  /** Rows that both have. */
  keptRows: number;
}

/** Memory of one worker for the rows of a chunk. */
export interface ChunkMemory {
  z: Region;
  design: Region;
}

/** A matrix inside a float64 region, starting at element `begin`. */
const part = ({ byteOffset, buffer }: Region, begin: number, rows: number, cols: number): Operand =>
  float64Operand(buffer, byteOffset + begin * 8, rows, cols);

/** One rank computes a chunk alone. */
const op = (...given: Parameters<typeof wholeOp>): Op => ({ ...wholeOp(...given), label: 'glm' });

const programOf = (ops: Op[], chunkRows: number): BindableProgram => ({
  ops,
  rank: 0,
  workers: 1,
  maxRows: chunkRows,
  rowChunk: chunkRows,
});

/** The programs of one worker over the rows of some tables. */
export class Programs {
  constructor(
    private readonly shape: ProgramShape,
    private readonly shared: ProgramMemory,
    private readonly own: ChunkMemory,
    private readonly tables: ProgramTables,
  ) {}

  /** A job over one chunk of rows, which adds to `sums`. */
  job(job: GlmJob, sums: Region, chunkRows: number): BindableProgram {
    return programOf(this.ops(job, sums, chunkRows), chunkRows);
  }

  /** What the loss keeps of a chunk of rows. @param sums the gradient's, which stay as they are */
  keeping(sums: Region, chunkRows: number): BindableProgram {
    const [scores, loss] = this.lossOps(sums, chunkRows);
    return programOf([scores!, loss!], chunkRows);
  }

  private ops(job: GlmJob, sums: Region, chunkRows: number): Op[] {
    const { outputs, features, blockSize } = this.shape;
    const gradientSize = outputs * (features.cols + 1) + 1;
    switch (job) {
      case 'gradient':
        return this.lossOps(sums, chunkRows);
      case 'product':
      case 'sample':
        return this.productOps(sums, chunkRows);
      case 'shared':
        return this.blockOps(sums, 0, outputs - 1, 0, chunkRows);
      case 'design':
        return this.gramOps(sums, 0, this.weights(), chunkRows);
      case 'curvature': {
        const ops = this.lossOps(sums, chunkRows);
        for (let k = 0, at = gradientSize; k < outputs; k++) {
          for (let l = k; l < outputs; l++, at += blockSize ** 2) {
            ops.push(...this.blockOps(sums, at, k, l, chunkRows));
          }
        }
        return ops;
      }
    }
  }

  private x(): Operand {
    const { cols, dtype } = this.shape.features;
    return tableOperand(this.tables.buffer, dtype, this.tables.rows, cols);
  }

  /** The table of one number for each row that is number `place` after the samples. */
  private column(place: number, dtype: Operand['dtype']): Operand {
    return tableOperand(this.tables.buffer + place, dtype, 1, this.tables.rows);
  }

  private weights(): Operand | undefined {
    return this.shape.weighted ? this.column(2, 'f64') : undefined;
  }

  /** The rows of these tables in memory that has a column for each row of all. */
  private rowsOf({ buffer, byteOffset }: Region, outputs: number): Operand {
    const { firstKept, rows } = this.tables;
    return float64Operand(buffer, byteOffset + firstKept * 8, outputs, rows, this.shared.keptRows);
  }

  private kept(): Operand | undefined {
    const { curvature } = this.shared;
    return curvature && this.rowsOf(curvature, this.shape.outputs);
  }

  /** Weights and biases inside a vector of variables. */
  private variables(region: Region) {
    const { outputs, features } = this.shape;
    const { cols } = features;
    return { w: part(region, 0, outputs, cols), bias: part(region, outputs * cols, 1, outputs) };
  }

  /** The loss and its gradient at the point. */
  private lossOps(sums: Region, chunkRows: number): Op[] {
    const { outputs, features, family, offset, weighted } = this.shape;
    const { cols } = features;
    const { w, bias } = this.variables(this.shared.point);
    const { w: dw, bias: db } = this.variables(sums);
    const x = this.x();
    const z = part(this.own.z, 0, outputs, chunkRows);
    const totals = part(sums, outputs * (cols + 1), 1, 1);
    const common = { z, weights: this.weights(), curvature: this.kept(), dz: z, totals };
    const loss =
      family === 'logistic'
        ? op('logisticLoss', { ...common, labels: this.column(1, 'i32') })
        : op(
            'logLinkLoss',
            {
              ...common,
              y: this.column(1, 'f64'),
              offset: offset ? this.column(weighted ? 3 : 2, 'f64') : undefined,
            },
            { family: LOG_LINK_FAMILIES[family] },
          );
    return [op('linearScores', { x, w, bias, z }), loss, op('linearGradient', { x, dz: z, dw, db })];
  }

  /** The second derivatives times the direction. */
  private productOps(sums: Region, chunkRows: number): Op[] {
    const { w, bias } = this.variables(this.shared.direction);
    const { w: dw, bias: db } = this.variables(sums);
    const x = this.x();
    const t = part(this.own.z, 0, this.shape.outputs, chunkRows);
    const curvature = this.kept();
    return [
      op('linearScores', { x, w, bias, z: t }),
      op('curvatureProduct', { t, curvature, weights: this.weights(), dz: t }),
      op('linearGradient', { x, dz: t, dw, db }),
    ];
  }

  /** A block of second derivatives of outputs k and l; of all outputs together if l < k. */
  private blockOps(sums: Region, at: number, k: number, l: number, chunkRows: number): Op[] {
    const one = this.shape.outputs === 1;
    const h = one ? this.kept()! : this.rowsOf(this.shared.factors, 1);
    const ops = this.gramOps(sums, at, h, chunkRows);
    if (one) return ops;
    return [op('curvatureFactors', { curvature: this.kept(), weights: this.weights(), h }, { k, l }), ...ops];
  }

  /** Σ h·[1 | x]ᵀ·[1 | x]; h is 1 if absent. */
  private gramOps(sums: Region, at: number, h: Operand | undefined, chunkRows: number): Op[] {
    const { blockSize } = this.shape;
    const a = part(this.own.design, 0, chunkRows, blockSize);
    return [
      op('gatherDesign', { x: this.x(), weight: h, dst: a }, { intercept: 1 }),
      op('gram', { a, out: part(sums, at, blockSize, blockSize) }),
    ];
  }
}
