import type { BindableProgram } from '../../kernels/contract.js';
import type { BlockRing } from '../../parallel/blockRing.js';
import type { RankTask } from '../../parallel/rankTask.js';

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
   * Where rows come from: tables, cut into blocks; slots that the main thread fills; or nowhere, to
   * run only `finish`.
   */
  source: { rows: number; blockRows: number } | BlockRing | undefined;
  /** Ops that rank 0 runs at the end, with `maxRows` as their rows. */
  finish: BindableProgram | undefined;
}
