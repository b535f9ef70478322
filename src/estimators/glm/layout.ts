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
import { type RowRange, unitsOf } from '../sharded/place.js';
import { blockSizeOf, GRAM_JOBS, type GroupShape, jobsOf, rowGroups, sizeOf } from './groups.js';
import { GLM_OUTCOME_COUNT, type GlmJob, type GlmLayout, type JobLayout } from './task.js';

const X_BUFFER = 1;
const Y_BUFFER = 2;

/** What to fit, and with how many ranks. */
export interface GlmShape extends GroupShape {
  /** The rows that this process has. */
  features: Features;
  /** This process's own rows: its groups begin in them, and its tables with the first. */
  own: RowRange;
  weighted: boolean;
  offset: boolean;
  /** Problems on a path. */
  problems: number;
  workers: number;
  /** Ranks of a cluster; 1 without one. */
  processes: number;
}

/** The arena of a generalised linear model, and each rank's programs. */
export interface GlmPlan {
  memory: MemoryPlan;
  forRank(rank: number): GlmLayout;
}

/** Jobs that read what the last loss kept. */
const KEPT_JOBS: readonly GlmJob[] = ['product', 'sample', 'shared'];

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

/** Memory that all ranks share. */
interface SharedMemory {
  point: Region;
  direction: Region;
  command: Region;
  flags: Region;
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
      flags: this.memory.vector('stop flags', 'control', this.shape.processes, 'i32'),
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
      rows: shape.rows,
      firstRow: shape.own.first,
      flags: shared.flags.byteOffset,
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
    const { first, end } = unitsOf(this.shape.own, groups.groupRows);
    const size = sizeOf(job, this.shape);
    return {
      program: programOf(this.ops(job, own, chunkRows), chunkRows),
      ...groups,
      firstGroup: first,
      endGroup: end,
      size,
      slice: { first: 0, end: size },
      keep: this.keep(job, own, chunkRows),
      sums: own.sums[job]!.byteOffset,
      partials: partials.byteOffset,
      totals: totals.byteOffset,
    };
  }

  /**
   * What the loss keeps, for the rows of a job that lie in another process's groups of the gradient:
   * groups of jobs have different sizes.
   */
  private keep(job: GlmJob, own: OwnMemory, chunkRows: number): JobLayout['keep'] {
    if (this.shape.processes === 1 || !KEPT_JOBS.includes(job)) return undefined;
    const { groupRows } = this.groups.gradient!;
    const { first, end } = unitsOf(this.shape.own, groupRows);
    const [scores, loss] = this.lossOps(own, own.sums.gradient!, chunkRows);
    return {
      program: programOf([scores!, loss!], chunkRows),
      rows: { first: first * groupRows, end: Math.min(this.shape.rows, end * groupRows) },
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
