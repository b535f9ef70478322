import { abortedError, checkAborted, onAbort } from '../../core/abort.js';
import type { Arena } from '../../core/arena.js';
import { indexOfNotFinite } from '../../core/finite.js';
import { nextTurn } from '../../core/nextTurn.js';
import { REGISTER_COUNT } from '../../kernels/contract.js';
import { discardShared, newShared } from '../../kernels/sharedMemory.js';
import { BlockFeed, type BlockRing, ringWords } from '../../parallel/blockRing.js';
import { CONTROL_BYTES, controlBlock, WORD } from '../../parallel/control.js';
import { withFewerThreads } from '../../parallel/fewerThreads.js';
import { type Abortable, runRanks } from '../../parallel/pool.js';
import { awaitItems } from '../../parallel/userCode.js';
import { resolveWorkers } from '../../parallel/workers.js';
import { allocateArena } from '../../program/allocate.js';
import { MemoryPlan } from '../../program/memory.js';
import { bytesOf } from '../base/ops.js';
import type { BlocksTask } from './blocksTask.js';
import { runJointPass } from './jointPass.js';
import { finishProgram, programsOf } from './passPrograms.js';
import {
  checkVerdict,
  countWeights,
  type PassOptions,
  REGISTER_BYTES,
  type RowCounts,
  type RowJob,
} from './rowJob.js';
import type { RowBlock, RowSource } from './source.js';

type ArrayType = {
  new (memory: SharedArrayBuffer): RowBlock['x'];
  readonly BYTES_PER_ELEMENT: number;
};
const TYPES: Record<RowSource['dtype'], ArrayType> = { f64: Float64Array, f32: Float32Array, u8: Uint8Array };

/** Maximum number of blocks that wait for a rank. */
const SLOTS = 3;
/**
 * Runs a job over all rows of a source.
 * @param read copies the job's results out of the arena, which is discarded afterwards
 */
export async function runPass<T>(
  source: RowSource,
  job: RowJob,
  options: PassOptions,
  read: (arena: Arena, counts: RowCounts) => T,
): Promise<T> {
  if (source.joint !== undefined) return runJointPass({ ...source, joint: source.joint }, job, options, read);
  // A stream has already delivered batches that cannot be read again.
  if (source.rows === undefined) return runOnce(source, job, options, read);
  return withFewerThreads(() => runOnce(source, job, options, read));
}

async function runOnce<T>(
  source: RowSource,
  job: RowJob,
  options: PassOptions,
  read: (arena: Arena, counts: RowCounts) => T,
): Promise<T> {
  const { signal } = options;
  checkAborted(signal);
  const pass = new Pass(source, job, options);
  const off = onAbort(signal, () => pass.stop());
  try {
    const counts = await pass.run();
    return read(pass.arena, counts);
  } finally {
    off();
    discardShared(pass.arena);
  }
}

/** Tables that threads read: the source's own, or slots. */
interface Tables {
  rows: number;
  x: RowBlock['x'];
  y: Float64Array;
  weight: Float64Array | undefined;
}

class Pass {
  private readonly workers: number;
  private readonly accumulators: number;
  private readonly ring: BlockRing | undefined;
  private readonly registersOffset: number;
  readonly arena: Arena;
  private readonly tables: Tables;

  constructor(
    private readonly source: RowSource,
    private readonly job: RowJob,
    private readonly options: PassOptions,
  ) {
    const { cut } = job;
    const { rows, shared } = source;
    const known = rows ?? Number.POSITIVE_INFINITY;
    this.accumulators = Math.min(cut.accumulators, Math.ceil(known / cut.blockRows));
    const useful = resolveWorkers(options.workers, known * job.flopsPerRow);
    this.workers = options.workers === 'auto' ? Math.min(useful, this.accumulators) : useful;
    const memory = new MemoryPlan(CONTROL_BYTES);
    this.registersOffset = memory.vector(
      'registers',
      'control',
      this.workers * REGISTER_COUNT,
      'f64',
    ).byteOffset;
    if (shared === undefined) {
      const words = memory.vector('ring', 'control', ringWords(this.workers, SLOTS), 'i32').byteOffset;
      this.ring = { words, slots: SLOTS, blockRows: cut.blockRows };
    }
    job.reserve(memory, this.workers, this.accumulators);
    this.arena = allocateArena(memory, false);
    job.prepare?.(this.arena);
    this.tables = shared === undefined ? this.slotTables() : { rows: known, ...shared };
  }

  private abortable(): Abortable {
    const { signal } = this.options;
    return { signal, error: () => abortedError(signal!) };
  }

  stop(): void {
    Atomics.store(controlBlock(this.arena), WORD.stopRequest, 1);
  }

  async run(): Promise<RowCounts> {
    const { arena, options, job } = this;
    if (this.ring === undefined && job.begin !== undefined) {
      for await (const block of this.source.blocks(job.cut.blockRows)) if (job.begin(arena, block)) break;
    }
    const ranks = runRanks(this.tasks(), arena, this.abortable());
    let counts = { rows: this.source.rows ?? 0, weightedRows: 0 };
    if (this.ring === undefined) {
      const { rows, weight } = this.tables;
      counts = { rows, weightedRows: countWeights(weight, rows) };
      await ranks;
    } else {
      const fed = this.feed(this.ring);
      // Wait for both in any case: a running rank still reads the slots.
      const [ended, feeding] = await Promise.allSettled([ranks, fed]);
      this.discardSlots();
      if (feeding.status === 'rejected') throw feeding.reason;
      if (ended.status === 'rejected') throw ended.reason;
      counts = feeding.value;
    }
    const result = await ranks;
    checkAborted(options.signal);
    checkVerdict(result.verdict);
    if (this.source.rows === undefined) await this.finishStream(counts.rows);
    return counts;
  }

  private slotTables(): Tables {
    const { dtype, cols, targets, weighted } = this.source;
    const rows = this.workers * SLOTS * this.job.cut.blockRows;
    const Type = TYPES[dtype];
    const floats = (length: number): Float64Array =>
      new Float64Array(newShared(length * Float64Array.BYTES_PER_ELEMENT));
    return {
      rows,
      x: new Type(newShared(rows * cols * Type.BYTES_PER_ELEMENT)),
      y: floats(rows * targets),
      weight: weighted ? floats(rows) : undefined,
    };
  }

  /** The sums are in the arena. */
  private discardSlots(): void {
    const { x, y, weight } = this.tables;
    for (const data of [x, y, ...(weight ? [weight] : [])]) {
      discardShared(new Uint8Array(data.buffer as SharedArrayBuffer));
    }
  }

  private tasks(): BlocksTask[] {
    const { job, source, tables, workers, arena, accumulators } = this;
    const { rows, x, y, weight } = tables;
    const programs = programsOf(source, job, rows);
    const { pieceRows, blockRows } = job.cut;
    return Array.from({ length: workers }, (_, rank) => ({
      ...this.common(rank, workers),
      arena,
      tables: [x, y, ...(weight ? [weight] : [])].map(bytesOf),
      pieceRows,
      programs: programs(rank, accumulators),
      source: this.ring ?? { rows, blockRows },
      finish: source.rows === undefined ? undefined : finishProgram(job, accumulators),
    }));
  }

  private common(rank: number, workers: number) {
    const registersOffset = this.registersOffset + rank * REGISTER_BYTES;
    return { kind: 'blocks' as const, rank, workers, kernels: this.options.kernels, registersOffset };
  }

  /** Only now is it known how many accumulators have received rows. */
  private async finishStream(rows: number): Promise<void> {
    const { accumulators, blockRows } = this.job.cut;
    const finish = finishProgram(this.job, Math.min(accumulators, Math.ceil(rows / blockRows)));
    if (finish === undefined) return;
    const empty = { tables: [], pieceRows: 1, programs: [], source: undefined };
    const task: BlocksTask = { ...this.common(0, 1), ...empty, arena: this.arena, finish };
    await runRanks([task], this.arena, this.abortable());
  }

  /** Copies rows into slots, block by block; the event loop runs between blocks. */
  private async feed(ring: BlockRing): Promise<RowCounts> {
    const { source, tables, accumulators } = this;
    const { cols, targets } = source;
    const feed = new BlockFeed(this.arena, controlBlock(this.arena), ring, this.workers);
    let rows = 0;
    let weightedRows = 0;
    let begun = this.job.begin === undefined;
    try {
      let number = 0;
      for await (const block of awaitItems(this.arena, source.blocks(ring.blockRows))) {
        begun ||= this.job.begin?.(this.arena, block) ?? true;
        // Rows without weight contribute nothing but possible NaN, so those before the first
        // weighted row are skipped.
        const isTaken =
          (!begun && indexOfNotFinite(block.x) < 0) ||
          (await feed.put(number % accumulators, block.rows, (firstRow) => {
            tables.x.set(block.x, firstRow * cols);
            tables.y.set(block.y, firstRow * targets);
            if (block.weight) tables.weight?.set(block.weight, firstRow);
          }));
        if (!isTaken) break;
        number++;
        rows += block.rows;
        weightedRows += countWeights(block.weight, block.rows);
        await nextTurn();
      }
    } catch (error) {
      this.stop();
      throw error;
    } finally {
      feed.end();
    }
    return { rows, weightedRows };
  }
}
