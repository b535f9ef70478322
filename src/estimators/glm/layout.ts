import {
  type BindableProgram,
  LOG_LINK_FAMILIES,
  type Op,
  type Operand,
  REGISTER_COUNT,
} from '../../kernels/contract.js';
import { CONTROL_BYTES } from '../../parallel/control.js';
import { MemoryPlan, type Region } from '../../program/memory.js';
import type { Features } from '../base/features.js';
import { float64Operand, tableOperand, wholeOp } from '../base/ops.js';
import {
  GLM_OUTCOME_COUNT,
  type GlmFamily,
  type GlmJob,
  type GlmLayout,
  type GlmSolver,
  type JobLayout,
} from './task.js';

const X_BUFFER = 1;
const Y_BUFFER = 2;

/** A chunk's samples and scores fit in a quarter of an L2 cache of 1 MiB. */
const CHUNK_BYTES = 256 * 1024;
/** Virtual lanes of the loss: chunks are multiples of it. */
const CHUNK_GRAIN = 16;
const MOST_CHUNK_ROWS = 4096;
/** A Gram matrix is read and written once for so many rows at least. */
const LEAST_GRAM_ROWS = 128;
/**
 * Number of groups that ranks share: more than a machine's cores, so that shares are nearly equal.
 */
const MOST_GROUPS = 64;
/** Memory for the sums of all groups. */
const PARTIALS_BYTES = 64 * 2 ** 20;
/** Columns of a block come in panels. */
const PANEL = 8;
/**
 * Rows of a sample for each column: enough for a block that guides conjugate gradients, and for
 * steps far from the minimum.
 */
const SAMPLE_ROWS_PER_COLUMN = 16;

/** What to fit, and with how many ranks. */
export interface GlmShape {
  features: Features;
  family: GlmFamily;
  /** 1, or for more than two classes their number. */
  outputs: number;
  weighted: boolean;
  offset: boolean;
  solver: GlmSolver;
  /** Problems on a path. */
  problems: number;
  /** Second derivatives are wanted at the end. */
  curvature: boolean;
  workers: number;
}

/** The arena of a generalised linear model, and each rank's programs. */
export interface GlmPlan {
  memory: MemoryPlan;
  forRank(rank: number): GlmLayout;
}

/** The largest block that conjugate gradients are preconditioned with. */
export const MOST_SHARED_COLUMNS = 1024;

const GRAM_JOBS: readonly GlmJob[] = ['curvature', 'shared', 'design'];

const blockSizeOf = (cols: number): number => Math.ceil((cols + 1) / PANEL) * PANEL;

/** Chunks of a sample at least, so that it is near the fraction of the rows that it stands for. */
const LEAST_SAMPLE_CHUNKS = 16;

/** Of so many chunks of rows, a job reads one. */
function everyChunkOf(job: GlmJob, { rows, cols }: Features, chunks: number): number {
  const fraction = Math.max(1, Math.floor(rows / (SAMPLE_ROWS_PER_COLUMN * (cols + 1))));
  if (job === 'shared') return fraction;
  if (job === 'sample') return Math.max(1, Math.min(fraction, Math.floor(chunks / LEAST_SAMPLE_CHUNKS)));
  return 1;
}

/** The sums that a solver asks for. */
function jobsOf(shape: GlmShape): GlmJob[] {
  const { solver, family, curvature, features } = shape;
  const jobs: GlmJob[] = ['gradient'];
  // The expected second derivatives of a gamma are the weights; the observed ones depend on y.
  const isExpected = curvature && family === 'gamma';
  if (isExpected) jobs.push('design');
  if ((curvature && !isExpected) || solver === 'newton' || solver === 'coordinate') jobs.push('curvature');
  if (solver === 'newtonCg') {
    jobs.push('product');
    if (rowGroups('sample', shape).everyChunk > 1) jobs.push('sample');
    if (features.cols <= MOST_SHARED_COLUMNS) jobs.push('shared');
  }
  return jobs;
}

/** Numbers of a sum: gradient and loss, then blocks. */
function sizeOf(job: GlmJob, { features, outputs }: GlmShape): number {
  const gradient = outputs * (features.cols + 1) + 1;
  const block = blockSizeOf(features.cols) ** 2;
  if (job === 'shared' || job === 'design') return block;
  return gradient + (job === 'curvature' ? ((outputs * (outputs + 1)) / 2) * block : 0);
}

/**
 * Chunks and groups of rows. They depend only on the data's shape, so that bits do not depend on
 * the number of workers.
 */
function rowGroups(job: GlmJob, shape: GlmShape) {
  const { rows, cols } = shape.features;
  const hasGram = GRAM_JOBS.includes(job);
  // Counted as float64 whatever the samples' type, so that equal values give equal bits in any
  // type.
  const perRow = cols * 8 + shape.outputs * 16 + (hasGram ? blockSizeOf(cols) * 8 : 0);
  const fitting = Math.floor(CHUNK_BYTES / perRow / CHUNK_GRAIN) * CHUNK_GRAIN;
  const least = hasGram ? LEAST_GRAM_ROWS : CHUNK_GRAIN;
  const chunkRows = Math.max(least, Math.min(MOST_CHUNK_ROWS, fitting));
  const most = Math.max(1, Math.min(MOST_GROUPS, Math.floor(PARTIALS_BYTES / (sizeOf(job, shape) * 8))));
  const chunks = Math.ceil(rows / chunkRows);
  const chunksPerGroup = Math.ceil(chunks / most);
  return {
    chunkRows,
    groupRows: chunksPerGroup * chunkRows,
    groups: Math.ceil(chunks / chunksPerGroup),
    everyChunk: everyChunkOf(job, shape.features, chunks),
  };
}

/** A matrix inside a float64 region, starting at element `begin`. */
const part = ({ byteOffset, buffer }: Region, begin: number, rows: number, cols: number): Operand =>
  float64Operand(buffer, byteOffset + begin * 8, rows, cols);

/** One rank computes a chunk alone. */
const op = (...given: Parameters<typeof wholeOp>): Op => ({ ...wholeOp(...given), label: 'glm' });

/** Memory that all ranks share. */
interface SharedMemory {
  point: Region;
  direction: Region;
  command: Region;
  solutions: Region;
  outcomes: Region;
  /** outputs × rows: what the losses keep for second derivatives. */
  curvature: Region | undefined;
  /** One factor for each row, for a block of several outputs. */
  factors: Region;
  sums: Partial<Record<GlmJob, { totals: Region; partials: Region }>>;
}

/** Memory of a single rank. */
interface OwnMemory {
  registers: Region;
  z: Region;
  design: Region;
  sums: Partial<Record<GlmJob, Region>>;
}

/** Lays out the memory and the programs of a generalised linear model. */
class Planner {
  readonly memory = new MemoryPlan(CONTROL_BYTES);
  private readonly jobs: GlmJob[];
  private readonly groups: Partial<Record<GlmJob, ReturnType<typeof rowGroups>>>;
  private readonly shared: SharedMemory;
  private readonly own: OwnMemory[];
  private readonly blockSize: number;

  constructor(private readonly shape: GlmShape) {
    this.jobs = jobsOf(shape);
    this.blockSize = blockSizeOf(shape.features.cols);
    this.groups = Object.fromEntries(this.jobs.map((job) => [job, rowGroups(job, shape)]));
    this.shared = this.reserveShared();
    this.own = Array.from({ length: shape.workers }, (_, rank) => this.reserveOwn(rank));
  }

  private f64(name: string, length: number): Region {
    return this.memory.vector(name, 'statistics', length, 'f64');
  }

  private reserveShared(): SharedMemory {
    const { outputs, features, problems } = this.shape;
    const variables = outputs * (features.cols + 1);
    const keeps = this.jobs.length > 1;
    const sums = this.jobs.map((job) => {
      const size = sizeOf(job, this.shape);
      const partials = this.f64(`partials.${job}`, this.groups[job]!.groups * size);
      return [job, { totals: this.f64(`totals.${job}`, size), partials }] as const;
    });
    return {
      point: this.f64('point', variables),
      direction: this.f64('direction', variables),
      command: this.memory.vector('command', 'control', 1, 'i32'),
      solutions: this.f64('solutions', problems * variables),
      outcomes: this.f64('outcomes', problems * GLM_OUTCOME_COUNT),
      curvature: keeps ? this.f64('curvature', outputs * features.rows) : undefined,
      factors: this.f64('factors', keeps && outputs > 1 ? features.rows : 0),
      sums: Object.fromEntries(sums),
    };
  }

  private reserveOwn(rank: number): OwnMemory {
    const rows = Math.max(...this.jobs.map((job) => this.groups[job]!.chunkRows));
    const hasGram = this.jobs.some((job) => GRAM_JOBS.includes(job));
    return {
      registers: this.f64(`registers.${rank}`, REGISTER_COUNT),
      z: this.f64(`z.${rank}`, this.shape.outputs * rows),
      design: this.f64(`design.${rank}`, hasGram ? this.blockSize * rows : 0),
      sums: Object.fromEntries(
        this.jobs.map((job) => [job, this.f64(`sums.${job}.${rank}`, sizeOf(job, this.shape))]),
      ),
    };
  }

  forRank(rank: number): GlmLayout {
    const { shared, shape } = this;
    const own = this.own[rank]!;
    return {
      outputs: shape.outputs,
      features: shape.features.cols,
      rows: shape.features.rows,
      registers: own.registers.byteOffset,
      point: shared.point.byteOffset,
      direction: shared.direction.byteOffset,
      jobs: Object.fromEntries(this.jobs.map((job) => [job, this.job(job, own)])),
      blockSize: this.blockSize,
      command: shared.command.byteOffset,
      solutions: shared.solutions.byteOffset,
      outcomes: shared.outcomes.byteOffset,
    };
  }

  private job(job: GlmJob, own: OwnMemory): JobLayout {
    const groups = this.groups[job]!;
    const { totals, partials } = this.shared.sums[job]!;
    const { chunkRows } = groups;
    const program: BindableProgram = {
      ops: this.ops(job, own, chunkRows),
      rank: 0,
      workers: 1,
      maxRows: chunkRows,
      rowChunk: chunkRows,
    };
    return {
      program,
      ...groups,
      size: sizeOf(job, this.shape),
      sums: own.sums[job]!.byteOffset,
      partials: partials.byteOffset,
      totals: totals.byteOffset,
    };
  }

  private ops(job: GlmJob, own: OwnMemory, chunkRows: number): Op[] {
    const { outputs, features } = this.shape;
    const gradientSize = outputs * (features.cols + 1) + 1;
    const sums = own.sums[job]!;
    switch (job) {
      case 'gradient':
        return this.lossOps(own, sums, chunkRows);
      case 'product':
      case 'sample':
        return this.productOps(own, sums, chunkRows);
      case 'shared':
        return this.blockOps(own, sums, 0, outputs - 1, 0, chunkRows);
      case 'design':
        return this.gramOps(own, sums, 0, this.weights(), chunkRows);
      case 'curvature': {
        const ops = this.lossOps(own, sums, chunkRows);
        for (let k = 0, at = gradientSize; k < outputs; k++) {
          for (let l = k; l < outputs; l++, at += this.blockSize ** 2) {
            ops.push(...this.blockOps(own, sums, at, k, l, chunkRows));
          }
        }
        return ops;
      }
    }
  }

  private x(): Operand {
    const { rows, cols, dtype } = this.shape.features;
    return tableOperand(X_BUFFER, dtype, rows, cols);
  }

  private weights(): Operand | undefined {
    const { weighted, features } = this.shape;
    return weighted ? tableOperand(Y_BUFFER + 1, 'f64', 1, features.rows) : undefined;
  }

  private kept(): Operand | undefined {
    const { curvature } = this.shared;
    return curvature && part(curvature, 0, this.shape.outputs, this.shape.features.rows);
  }

  /** Weights and biases inside a vector of variables. */
  private variables(region: Region) {
    const { outputs, features } = this.shape;
    const { cols } = features;
    return { w: part(region, 0, outputs, cols), bias: part(region, outputs * cols, 1, outputs) };
  }

  /** The loss and its gradient at the point. */
  private lossOps(own: OwnMemory, sums: Region, chunkRows: number): Op[] {
    const { outputs, features, family, offset, weighted } = this.shape;
    const { rows, cols } = features;
    const { w, bias } = this.variables(this.shared.point);
    const { w: dw, bias: db } = this.variables(sums);
    const x = this.x();
    const z = part(own.z, 0, outputs, chunkRows);
    const totals = part(sums, outputs * (cols + 1), 1, 1);
    const common = { z, weights: this.weights(), curvature: this.kept(), dz: z, totals };
    const loss =
      family === 'logistic'
        ? op('logisticLoss', { ...common, labels: tableOperand(Y_BUFFER, 'i32', 1, rows) })
        : op(
            'logLinkLoss',
            {
              ...common,
              y: tableOperand(Y_BUFFER, 'f64', 1, rows),
              offset: offset ? tableOperand(Y_BUFFER + (weighted ? 2 : 1), 'f64', 1, rows) : undefined,
            },
            { family: LOG_LINK_FAMILIES[family] },
          );
    return [op('linearScores', { x, w, bias, z }), loss, op('linearGradient', { x, dz: z, dw, db })];
  }

  /** The second derivatives times the direction. */
  private productOps(own: OwnMemory, sums: Region, chunkRows: number): Op[] {
    const { w, bias } = this.variables(this.shared.direction);
    const { w: dw, bias: db } = this.variables(sums);
    const x = this.x();
    const t = part(own.z, 0, this.shape.outputs, chunkRows);
    const curvature = this.kept();
    return [
      op('linearScores', { x, w, bias, z: t }),
      op('curvatureProduct', { t, curvature, weights: this.weights(), dz: t }),
      op('linearGradient', { x, dz: t, dw, db }),
    ];
  }

  /** A block of second derivatives of outputs k and l; of all outputs together if l < k. */
  private blockOps(own: OwnMemory, sums: Region, at: number, k: number, l: number, chunkRows: number): Op[] {
    const { outputs, features } = this.shape;
    const one = outputs === 1;
    const h = one ? this.kept()! : part(this.shared.factors, 0, 1, features.rows);
    const ops = this.gramOps(own, sums, at, h, chunkRows);
    if (one) return ops;
    return [op('curvatureFactors', { curvature: this.kept(), weights: this.weights(), h }, { k, l }), ...ops];
  }

  /** Σ h·[1 | x]ᵀ·[1 | x]; h is 1 if absent. */
  private gramOps(own: OwnMemory, sums: Region, at: number, h: Operand | undefined, chunkRows: number): Op[] {
    const { blockSize } = this;
    const a = part(own.design, 0, chunkRows, blockSize);
    return [
      op('gatherDesign', { x: this.x(), weight: h, dst: a }, { intercept: 1 }),
      op('gram', { a, out: part(sums, at, blockSize, blockSize) }),
    ];
  }
}

/** Lays out the memory and the programs of a generalised linear model. */
export function planGlm(shape: GlmShape): GlmPlan {
  return new Planner(shape);
}
