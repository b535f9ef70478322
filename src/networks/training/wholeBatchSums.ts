import { type Arena, float32At, float64At, int32At } from '../../core/arena.js';
import { type KernelSet, PHASES, REGISTERS } from '../../kernels/contract.js';
import { Barrier } from '../../parallel/barrier.js';
import { controlBlock, VERDICT, WORD } from '../../parallel/control.js';
import type { RankTask } from '../../parallel/rankTask.js';
import { refreshTransposes } from './persistence.js';
import { RankRunner, verdictOf } from './stepLoop.js';
import type { Place, PlacedParameter, WholeBatch } from './wholeBatch.js';

const COMMAND = { compute: 0, end: 1 } as const;

/** A row of a parameter that belongs to this rank's share of the sums. */
interface OwnRow {
  parameter: PlacedParameter;
  row: number;
}

const rowAt = (arena: Arena, { byteOffset, rowStride }: Place, row: number, cols: number): Float32Array =>
  float32At(arena, byteOffset + row * rowStride * Float32Array.BYTES_PER_ELEMENT, cols);

/** One rank's part of loss and gradient over all rows. */
export class WholeBatchSums {
  private readonly arena: Arena;
  private readonly control: Int32Array<SharedArrayBuffer>;
  private readonly barrier: Barrier;
  private readonly runner: RankRunner;
  private readonly command: Int32Array;
  private readonly sums: Float64Array;
  private readonly own: readonly OwnRow[];

  constructor(
    { arena, tables, rank, workers }: RankTask,
    private readonly batch: WholeBatch,
    kernels: KernelSet,
  ) {
    this.arena = arena;
    this.control = controlBlock(arena);
    this.barrier = new Barrier(this.control, workers);
    this.runner = new RankRunner(kernels, arena, tables, batch.sweep);
    this.command = int32At(arena, batch.command, 1);
    this.sums = float64At(arena, batch.sums, batch.size);
    const all = batch.parameters.flatMap((parameter) =>
      Array.from({ length: parameter.rows }, (_, row) => ({ parameter, row })),
    );
    const from = (k: number): number => Math.floor((all.length * k) / workers);
    this.own = all.slice(from(rank), from(rank + 1));
  }

  /** Works for rank 0 until it has no more requests. @throws PeerLost */
  serve(): void {
    for (;;) {
      this.barrier.wait();
      if (this.command[0] === COMMAND.end) return;
      this.compute();
    }
  }

  /**
   * Rank 0's side: all ranks compute at a point.
   * @param point the parameters, in the order of `parameters`
   * @returns the mean loss over all rows; its gradient is in `gradient`. Undefined if the main
   *   thread asks for a stop
   * @throws PeerLost
   */
  at(point: Float64Array, gradient: Float64Array): number | undefined {
    if (Atomics.load(this.control, WORD.stopRequest) !== 0) return undefined;
    this.write(point);
    this.command[0] = COMMAND.compute;
    this.barrier.wait();
    this.compute();
    gradient.set(this.sums);
    return this.runner.totals[0]! / this.batch.samples;
  }

  /** Makes a point the model's parameters. */
  write(point: Float64Array): void {
    const { arena, batch } = this;
    for (const { first, rows, cols, weights } of batch.parameters) {
      for (let i = 0; i < rows; i++) {
        const from = first + i * cols;
        rowAt(arena, weights, i, cols).set(point.subarray(from, from + cols));
      }
    }
    refreshTransposes(arena, batch.transposes);
  }

  /** The parameters in the arena as a point. */
  read(): Float64Array {
    const { arena, batch } = this;
    const point = new Float64Array(batch.size);
    for (const { first, rows, cols, weights } of batch.parameters) {
      for (let i = 0; i < rows; i++) {
        point.set(rowAt(arena, weights, i, cols), first + i * cols);
      }
    }
    return point;
  }

  /** Bits of {@link VERDICT} about the tables; 0 if all is well. */
  get verdict(): number {
    return Atomics.load(this.control, WORD.verdict);
  }

  /** Ends the other ranks' loops. @throws PeerLost */
  end(): void {
    this.command[0] = COMMAND.end;
    this.barrier.wait();
  }

  private compute(): void {
    const { runner, barrier, batch } = this;
    const { bound, registers, totals, phases } = runner;
    totals.fill(0);
    let status = 0;
    if (phases.starts) {
      status |= bound.run(PHASES.epochStart);
      barrier.wait();
    }
    for (let start = 0; start < batch.samples; start += batch.chunkRows) {
      const rows = Math.min(batch.chunkRows, batch.samples - start);
      registers[REGISTERS.rows] = rows;
      registers[REGISTERS.batchStart] = start;
      for (const phase of phases.rows) {
        status |= bound.run(phase);
        barrier.wait();
      }
      status |= bound.run(PHASES.merge);
      barrier.wait();
      this.add(rows / batch.samples, start === 0);
    }
    const verdict = verdictOf(status) & VERDICT.invalid;
    if (verdict !== 0) Atomics.or(this.control, WORD.verdict, verdict);
    barrier.wait();
  }

  /** Adds a chunk's gradient, of the mean over its rows, to this rank's share of the sums. */
  private add(share: number, isFirst: boolean): void {
    const { arena, sums } = this;
    for (const { parameter, row } of this.own) {
      const { first, cols, gradient } = parameter;
      const part = rowAt(arena, gradient, row, cols);
      const to = first + row * cols;
      for (let j = 0; j < cols; j++) {
        const value = share * part[j]!;
        sums[to + j] = isFirst ? value : sums[to + j]! + value;
      }
    }
  }
}
