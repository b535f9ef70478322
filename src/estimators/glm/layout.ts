import { REGISTER_COUNT } from '../../kernels/contract.js';
import { CONTROL_BYTES } from '../../parallel/control.js';
import { MemoryPlan, type Region } from '../../program/memory.js';
import type { Features } from '../base/features.js';
import { type RowRange, unitsOf } from '../sharded/place.js';
import type { RowTail } from '../sharded/window.js';
import { blockSizeOf, GRAM_JOBS, type GroupShape, jobsOf, rowGroups, sizeOf } from './groups.js';
import { type ChunkMemory, type ProgramMemory, Programs } from './programs.js';
import { GLM_OUTCOME_COUNT, type GlmJob, type GlmLayout, type JobLayout, type RowPrograms } from './task.js';

/** Buffer 0 is the arena. */
const FIRST_TABLE = 1;

/** What to fit, and with how many ranks. */
export interface GlmShape extends GroupShape {
  /** The rows that this process has. */
  features: Features;
  /** This process's own rows: its groups begin in them, and its tables with the first. */
  own: RowRange;
  /** Rows of the groups that end in rows of later processes. Their tables follow the others. */
  tail: Pick<RowTail, 'first' | 'rows'> | undefined;
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

/** Memory that all ranks share. */
interface SharedMemory extends ProgramMemory {
  command: Region;
  flags: Region;
  solutions: Region;
  outcomes: Region;
  sums: Partial<Record<GlmJob, { totals: Region; partials: Region }>>;
}

/** Memory of a single rank. */
interface OwnMemory extends ChunkMemory {
  registers: Region;
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
    const { outputs, features, problems, tail } = this.shape;
    const variables = outputs * (features.cols + 1);
    const keeps = this.jobs.length > 1;
    const keptRows = tail === undefined ? features.rows : tail.first + tail.rows;
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
      curvature: keeps ? this.f64('curvature', outputs * keptRows) : undefined,
      factors: this.f64('factors', keeps && outputs > 1 ? keptRows : 0),
      keptRows,
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
      endRow: shape.own.end,
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
    const { first, end } = unitsOf(this.shape.own, groups.groupRows);
    const size = sizeOf(job, this.shape);
    return {
      ...this.programs(job, own),
      ...groups,
      firstGroup: first,
      endGroup: end,
      size,
      slice: { first: 0, end: size },
      kept: this.kept(job),
      sums: own.sums[job]!.byteOffset,
      partials: partials.byteOffset,
      totals: totals.byteOffset,
    };
  }

  /** A job's programs for the tables of own rows, and for those of the tail. */
  private programs(job: GlmJob, own: OwnMemory): Pick<JobLayout, 'whole' | 'tail'> {
    const { shape, shared, blockSize } = this;
    const { weighted, offset, features, tail } = shape;
    const { chunkRows } = this.groups[job]!;
    const tables = 2 + Number(weighted) + Number(offset);
    const programsOf = (buffer: number, rows: number, firstKept: number): RowPrograms => {
      const programs = new Programs({ ...shape, blockSize }, shared, own, { buffer, rows, firstKept });
      return {
        firstRow: shape.own.first + firstKept,
        run: programs.job(job, own.sums[job]!, chunkRows),
        keep: this.kept(job) && programs.keeping(own.sums.gradient!, chunkRows),
      };
    };
    return {
      whole: programsOf(FIRST_TABLE, features.rows, 0),
      tail: tail && programsOf(FIRST_TABLE + tables, tail.rows, tail.first),
    };
  }

  /**
   * The rows of which the loss has kept what a job reads. Others lie in another process's groups of
   * the gradient: groups of jobs have different sizes.
   */
  private kept(job: GlmJob): RowRange | undefined {
    const { processes, own, rows } = this.shape;
    if (processes === 1 || !KEPT_JOBS.includes(job)) return undefined;
    const { groupRows } = this.groups.gradient!;
    const { first, end } = unitsOf(own, groupRows);
    return { first: first * groupRows, end: Math.min(rows, end * groupRows) };
  }
}

/** Lays out the memory and the programs of a generalised linear model. */
export function planGlm(shape: GlmShape): GlmPlan {
  return new Planner(shape);
}
