/** Which rank of a cluster does which job: by a rule that every rank computes for itself. */

/** Jobs whose costs differ by less than this fraction count as equal: folds differ by a row. */
const SAME_COST = 0.1;

/**
 * Deals jobs to ranks, longest first. Jobs of equal cost go to the ranks in turn, and back again:
 * 0, 1, 2, 2, 1, 0, … A candidate's folds then lie on all ranks, and of the folds that are left
 * over, each rank has those of cheap and of dear candidates, even where costs rise along a grid.
 * @param costs expected duration of each job, in any unit
 * @param order jobs in the order in which they are dealt: those of a candidate one after another
 * @returns the rank of each job
 */
export function divideJobs(
  costs: readonly number[],
  ranks: number,
  order: readonly number[] = [...costs.keys()],
): number[] {
  const most = Math.max(...costs);
  const areEqual = Math.min(...costs) >= (1 - SAME_COST) * most;
  const dealt = areEqual ? order : [...order].sort((a, b) => costs[b]! - costs[a]!);
  const loads = new Float64Array(ranks);
  const owners = new Array<number>(costs.length);
  dealt.forEach((job, k) => {
    const isBack = Math.floor(k / ranks) % 2 === 1;
    const owner = leastLoaded(loads, isBack);
    loads[owner]! += areEqual ? 1 : costs[job]!;
    owners[job] = owner;
  });
  return owners;
}

/** Of ranks with equal loads the first, or the last. */
function leastLoaded(loads: Float64Array, isLast: boolean): number {
  const least = Math.min(...loads);
  return isLast ? loads.lastIndexOf(least) : loads.indexOf(least);
}
