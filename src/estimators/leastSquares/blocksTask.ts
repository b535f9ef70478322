import type { BindableProgram } from '../../kernels/contract.js';
import type { BlockRing } from '../../parallel/blockRing.js';
import type { RankTask } from '../../parallel/rankTask.js';

/**
 * Blocks of rows that are spread over the ranks of a cluster. An accumulator goes from rank to rank,
 * in row order, and each folds its own blocks into it. Accumulators follow one another, so that all
 * ranks have work: in step s, rank r has those of batch s − r.
 */
export interface JointBlocks {
  /** Rows of the table of all ranks. */
  total: number;
  blockRows: number;
  /** Number of the row that is row 0 of this rank's tables. */
  firstRow: number;
  /** Blocks [first, end) are this rank's. */
  blocks: { first: number; end: number };
  /** Accumulators of a batch. */
  batch: number;
  /** Exchange i of the arena follows step i; the one after the last step gives all ranks the result. */
  steps: number;
  /** The step with this rank's first batch: its rank. */
  delay: number;
  /** Byte offset in the arena of {@link STOP_FLAGS} int32. */
  flags: number;
  tail: BlocksTail | undefined;
}

/** The last block, if it ends after this rank's own rows, is in tables of its own. */
export interface BlocksTail {
  /** Own rows of this rank. */
  ownRows: number;
  /** Which of them is row 0 here. */
  firstRow: number;
  /** Folds a piece of the block into its accumulator. */
  program: BindableProgram;
}

/**
 * Whether a rank has stopped, as neighbours tell each other in every exchange: this rank and those
 * that told it; the rank before; the rank after.
 */
export const STOP_FLAGS = { own: 0, before: 1, after: 2 } as const;
export const STOP_FLAG_COUNT = 3;

/** What one rank of a reduction over blocks of rows needs. */
export interface BlocksTask extends RankTask {
  kind: 'blocks';
  /** Byte offset in the arena of this rank's registers. */
  registersOffset: number;
  /** For each accumulator, the ops that fold a piece of a block into it. */
  programs: readonly BindableProgram[];
  /** Maximum rows of a piece. */
  pieceRows: number;
  /**
   * Where rows come from: tables, cut into blocks, of this process alone or of the ranks of a
   * cluster; slots that the main thread fills; or nowhere, to run only `finish`.
   */
  source: { rows: number; blockRows: number } | JointBlocks | BlockRing | undefined;
  /** Ops that rank 0 runs at the end, with `maxRows` as their rows. */
  finish: BindableProgram | undefined;
}
