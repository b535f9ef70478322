import { checkAborted, onAbort } from '../../core/abort.js';
import type { Arena } from '../../core/arena.js';
import type { ExchangePlan, PeerRanges } from '../../core/clusterOption.js';
import { REGISTER_COUNT } from '../../kernels/contract.js';
import { discardShared } from '../../kernels/sharedMemory.js';
import { CONTROL_BYTES, controlBlock, WORD } from '../../parallel/control.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import { resolveWorkers } from '../../parallel/workers.js';
import { allocateArena } from '../../program/allocate.js';
import { MemoryPlan } from '../../program/memory.js';
import { bytesOf } from '../base/ops.js';
import { unitsOf } from '../sharded/place.js';
import { runServed } from '../sharded/runServed.js';
import { type BlocksTask, type JointBlocks, STOP_FLAG_COUNT, STOP_FLAGS } from './blocksTask.js';
import { finishProgram, programsOf } from './passPrograms.js';
import {
  checkVerdict,
  countWeights,
  type PassOptions,
  REGISTER_BYTES,
  type RowCounts,
  type RowJob,
} from './rowJob.js';
import type { RowSource, SharedColumns } from './source.js';

/** A source whose rows are spread over ranks. */
export type JointSource = RowSource & { joint: NonNullable<RowSource['joint']> };

/**
 * Runs a job over the rows of all ranks of a cluster.
 * @param read copies the job's results out of the arena: on every rank the same
 * @throws SteepestError the same on every rank, if a part failed or was aborted
 */
export async function runJointPass<T>(
  source: JointSource,
  job: RowJob,
  options: PassOptions,
  read: (arena: Arena, counts: RowCounts) => T,
): Promise<T> {
  const { ranks, total, own } = source.joint;
  const accumulators = Math.min(job.cut.accumulators, Math.ceil(total / job.cut.blockRows));
  const rows = own.end - own.first;
  const workersNow = (): number =>
    Math.min(accumulators, resolveWorkers(options.workers, rows * job.flopsPerRow));
  const parts = await ranks.all(() => {
    checkAborted(options.signal);
    return { workers: workersNow(), weightedRows: countWeights(source.shared!.weight, rows) };
  });
  const batch = Math.max(...parts.map(({ workers }) => workers));
  const weightedRows = parts.reduce((sum, part) => sum + part.weightedRows, 0);
  return withFewerThreads(async () => {
    const pass = new JointPass(source, job, options, { accumulators, batch, workers: workersNow() });
    try {
      await pass.run();
      return read(pass.arena, { rows: total, weightedRows });
    } finally {
      discardShared(pass.arena);
    }
  });
}

/** How a pass is divided. */
interface Division {
  accumulators: number;
  /** Accumulators that a rank has at a time: as many as the rank with most workers has workers. */
  batch: number;
  workers: number;
}

const tablesOf = ({ x, y, weight }: SharedColumns): Uint8Array[] =>
  [x, y, ...(weight ? [weight] : [])].map(bytesOf);

class JointPass {
  readonly arena: Arena;
  private readonly registersOffset: number;
  private readonly flags: number;
  private readonly steps: number;

  constructor(
    private readonly source: JointSource,
    private readonly job: RowJob,
    private readonly options: PassOptions,
    private readonly division: Division,
  ) {
    const { workers, accumulators, batch } = division;
    const memory = new MemoryPlan(CONTROL_BYTES);
    const registers = memory.vector('registers', 'control', workers * REGISTER_COUNT, 'f64');
    this.registersOffset = registers.byteOffset;
    this.flags = memory.vector('stop flags', 'control', STOP_FLAG_COUNT, 'i32').byteOffset;
    this.steps = Math.ceil(accumulators / batch) + source.joint.ranks.size - 1;
    job.reserve(memory, workers, accumulators);
    this.arena = allocateArena(memory, false);
    job.prepare?.(this.arena);
  }

  async run(): Promise<void> {
    const { arena, options } = this;
    const { ranks } = this.source.joint;
    const stop = (): void => void Atomics.store(controlBlock(arena), WORD.stopRequest, 1);
    const off = onAbort(options.signal, stop);
    if (options.signal?.aborted) stop();
    try {
      const result = await runServed(ranks, this.tasks(), arena, this.plans());
      await ranks.all(() => {
        checkAborted(options.signal);
        checkVerdict(result.verdict);
      });
    } finally {
      off();
    }
  }

  private tasks(): BlocksTask[] {
    const { source, job, division, registersOffset, arena, options, steps, flags } = this;
    const { ranks, own, total, tableRows, tail } = source.joint;
    const { workers, accumulators, batch } = division;
    const tables = tablesOf(source.shared!);
    const programs = programsOf(source, job, tableRows);
    const last = unitsOf(own, job.cut.blockRows).end;
    const tailPrograms = tail && programsOf(source, job, tail.rows, tables.length);
    const { pieceRows, blockRows } = job.cut;
    const blocks: Omit<JointBlocks, 'tail'> = {
      ...{ total, blockRows, batch, steps, flags },
      firstRow: own.first,
      blocks: unitsOf(own, blockRows),
      delay: ranks.rank,
    };
    return Array.from({ length: workers }, (_, worker) => ({
      kind: 'blocks' as const,
      rank: worker,
      workers,
      kernels: options.kernels,
      registersOffset: registersOffset + worker * REGISTER_BYTES,
      arena,
      tables: [...tables, ...(tail ? tablesOf(tail) : [])],
      pieceRows,
      programs: programs(worker, accumulators),
      source: {
        ...blocks,
        tail: tail && {
          ownRows: own.end - own.first,
          firstRow: tail.first,
          program: tailPrograms!(worker, accumulators)[(last - 1) % accumulators]!,
        },
      },
      finish: ranks.rank === ranks.size - 1 ? finishProgram(job, accumulators) : undefined,
    }));
  }

  /** Byte ranges of accumulators [first, end). */
  private ranges(first: number, end: number): number[] {
    const last = Math.min(end, this.division.accumulators);
    const ranges: number[] = [];
    for (let i = Math.max(0, first); i < last; i++) {
      const { byteOffset, byteLength } = this.job.accumulator(i);
      ranges.push(byteOffset, byteLength);
    }
    return ranges;
  }

  /** Passes a batch on after each step, and at the end the result from the last rank to all. */
  private plans(): ExchangePlan[] {
    const { rank, size } = this.source.joint.ranks;
    const { batch, accumulators } = this.division;
    const flag = (of: keyof typeof STOP_FLAGS): number[] => [this.flags + STOP_FLAGS[of] * 4, 4];
    const steps = Array.from({ length: this.steps }, (_, step): ExchangePlan => {
      const first = (step - rank) * batch;
      const sends: PeerRanges[] = [];
      const receives: PeerRanges[] = [];
      if (rank > 0) {
        sends.push({ peer: rank - 1, ranges: flag('own') });
        // The rank before has just had the batch that this rank has next.
        const next = first + batch;
        receives.push({ peer: rank - 1, ranges: [...flag('before'), ...this.ranges(next, next + batch)] });
      }
      if (rank < size - 1) {
        sends.push({ peer: rank + 1, ranges: [...flag('own'), ...this.ranges(first, first + batch)] });
        receives.push({ peer: rank + 1, ranges: flag('after') });
      }
      return { sends, receives };
    });
    const results = this.ranges(0, this.job.finish(accumulators).results);
    const last = size - 1;
    const others = Array.from({ length: last }, (_, peer): PeerRanges => ({ peer, ranges: results }));
    return [
      ...steps,
      rank === last
        ? { sends: others, receives: [] }
        : { sends: [], receives: [{ peer: last, ranges: results }] },
    ];
  }
}
