import type { BindableProgram } from '../../kernels/contract.js';
import type { BlockRing } from '../../parallel/blockRing.js';
import type { RankTask } from '../../parallel/rankTask.js';

/** What one rank of a reduction over blocks of rows needs. */
export interface BlocksTask extends RankTask {
  kind: 'blocks';
  /** Byte offset in the arena of this rank's registers. */
  registersOffset: number;
  /** For each accumulator, what takes a piece of a block into it. */
  programs: readonly BindableProgram[];
  /** Most rows of a piece. */
  pieceRows: number;
  /**
   * Rows in the tables, in blocks; or slots that the main
   * thread fills; or none, to run `finish` alone.
   */
  source: { rows: number; blockRows: number } | BlockRing | undefined;
  /** What rank 0 runs at the end, with `maxRows` as its rows. */
  finish: BindableProgram | undefined;
}
