import type { ExchangePlan, PeerRanges } from '../../core/clusterOption.js';
import { type RowRange, unitsOf } from '../sharded/place.js';
import type { JointRows } from '../sharded/window.js';
import type { GlmJob, GlmLayout, JobLayout, JointSums } from './task.js';

/**
 * Sums of groups up to this size go from every rank to all, in one exchange, and each adds up all of
 * them. Of larger ones each rank adds up a slice, and a second exchange gives all of them the
 * totals: less traffic, but twice the latency.
 */
const MOST_GATHERED_BYTES = 2 ** 18;

/** The exchanges of a fit, and the layout of each worker's jobs with them. */
export interface JointPlan {
  plans: ExchangePlan[];
  joint: JointSums;
  /** Slices of numbers that this rank adds up. */
  slices: Partial<Record<GlmJob, RowRange>>;
}

const sliceOf = (size: number, rank: number, ranks: number): RowRange => ({
  first: Math.floor((size * rank) / ranks),
  end: Math.floor((size * (rank + 1)) / ranks),
});

/** Ranges of sums in the arena, as plans name them: byteOffset and byteLength. */
const bytesAt = (from: number, first: number, end: number): number[] =>
  end > first ? [from + first * 8, (end - first) * 8] : [];

/** One exchange: what goes to each of the other ranks, and what comes from it. */
function planOf(
  { flags }: GlmLayout,
  { ranks: { rank, size } }: JointRows,
  sent: (peer: number) => number[],
  received: (peer: number) => number[],
): ExchangePlan {
  const sends: PeerRanges[] = [];
  const receives: PeerRanges[] = [];
  for (let peer = 0; peer < size; peer++) {
    if (peer === rank) continue;
    sends.push({ peer, ranges: [flags + rank * 4, 4, ...sent(peer)] });
    receives.push({ peer, ranges: [flags + peer * 4, 4, ...received(peer)] });
  }
  return { sends, receives };
}

/** The sums of groups, whole or the slice of each rank. */
function groupsPlan(layout: GlmLayout, job: JobLayout, rows: JointRows, isSliced: boolean): ExchangePlan {
  const { size, partials, groupRows } = job;
  const { rank, size: ranks } = rows.ranks;
  const rangesOf = (owner: number, reader: number): number[] => {
    const { first, end } = unitsOf(rows.ranges[owner]!, groupRows);
    if (!isSliced) return bytesAt(partials, first * size, end * size);
    const slice = sliceOf(size, reader, ranks);
    return Array.from({ length: end - first }, (_, i) => (first + i) * size).flatMap((group) =>
      bytesAt(partials, group + slice.first, group + slice.end),
    );
  };
  return planOf(
    layout,
    rows,
    (peer) => rangesOf(rank, peer),
    (peer) => rangesOf(peer, rank),
  );
}

/** The totals, of which each rank has a slice. */
function totalsPlan(layout: GlmLayout, { size, totals }: JobLayout, rows: JointRows): ExchangePlan {
  const { rank, size: ranks } = rows.ranks;
  const slice = (of: number): number[] => {
    const { first, end } = sliceOf(size, of, ranks);
    return bytesAt(totals, first, end);
  };
  return planOf(
    layout,
    rows,
    () => slice(rank),
    (peer) => slice(peer),
  );
}

/** Plans the exchanges of all sums that a layout has. */
export function planJoint(layout: GlmLayout, rows: JointRows): JointPlan {
  const { rank, size } = rows.ranks;
  const plans: ExchangePlan[] = [];
  const exchanges: JointSums['exchanges'] = {};
  const slices: JointPlan['slices'] = {};
  for (const [name, job] of Object.entries(layout.jobs) as [GlmJob, JobLayout][]) {
    const isSliced = job.groups * job.size * 8 > MOST_GATHERED_BYTES;
    const groups = plans.push(groupsPlan(layout, job, rows, isSliced)) - 1;
    const totals = isSliced ? plans.push(totalsPlan(layout, job, rows)) - 1 : undefined;
    exchanges[name] = { groups, totals };
    slices[name] = isSliced ? sliceOf(job.size, rank, size) : { first: 0, end: job.size };
  }
  return { plans, joint: { rank, size, exchanges }, slices };
}
