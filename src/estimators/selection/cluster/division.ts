/** Which rank of a cluster does which job: by rules that every rank computes for itself. */

/** Jobs whose costs differ by less than this fraction count as equal: folds differ by a row. */
const SAME_COST = 0.1;

/** What is known of jobs before the first. */
export interface Work {
  /** Expected duration of each job, in any unit. */
  costs: readonly number[];
  /**
   * What a job has in common with others that take about as long: the number of its candidate. The
   * jobs of a kind have the same order, that of the folds.
   */
  kinds?: readonly number[];
}

/**
 * Deals jobs to ranks. Of jobs of equal cost each rank gets as many of every kind, and the same
 * ones: a rank that fits all candidates on some of the folds selects the rows of those only. What
 * is left over of the kinds goes to the ranks in turn, and back again: 0, 1, 2, 2, 1, 0, … So each
 * has cheap and dear ones, even where costs rise along a grid. Jobs of different costs go longest
 * first to the rank that has least.
 * @returns the rank of each job
 */
export function divideJobs({ costs, kinds }: Work, ranks: number): number[] {
  const most = costs.reduce((a, b) => Math.max(a, b), 0);
  const areEqual = costs.every((cost) => cost >= (1 - SAME_COST) * most);
  return areEqual ? dealInTurn(kinds ?? costs.map(() => 0), ranks) : dealLongestFirst(costs, ranks);
}

function dealInTurn(kinds: readonly number[], ranks: number): number[] {
  const jobsOf = new Map<number, number[]>();
  kinds.forEach((kind, job) => {
    const jobs = jobsOf.get(kind) ?? [];
    jobsOf.set(kind, jobs);
    jobs.push(job);
  });
  const owners = new Array<number>(kinds.length);
  let left = 0;
  for (const jobs of jobsOf.values()) {
    const shared = jobs.length - (jobs.length % ranks);
    jobs.forEach((job, k) => {
      owners[job] = k < shared ? k % ranks : thereAndBack(left++, ranks);
    });
  }
  return owners;
}

function thereAndBack(k: number, ranks: number): number {
  const isBack = Math.floor(k / ranks) % 2 === 1;
  return isBack ? ranks - 1 - (k % ranks) : k % ranks;
}

function dealLongestFirst(costs: readonly number[], ranks: number): number[] {
  const loads = new Float64Array(ranks);
  const owners = new Array<number>(costs.length);
  for (const job of [...costs.keys()].sort((a, b) => costs[b]! - costs[a]!)) {
    const owner = loads.indexOf(Math.min(...loads));
    loads[owner]! += costs[job]!;
    owners[job] = owner;
  }
  return owners;
}

/** What a rank has done since the ranks last met. */
export interface Deeds {
  /** Jobs that it has begun, or keeps for itself. */
  taken: readonly number[];
  /** Jobs that have ended, with their durations in milliseconds. */
  ended: readonly (readonly [job: number, ms: number])[];
  /** For each job that it runs at once: milliseconds until it expects to be free. */
  free: readonly number[];
}

/**
 * The division of jobs while they run. A rank takes only its own jobs. When the ranks meet, each
 * learns what the others have done and computes the same new division of what nobody has taken: a
 * fast rank relieves a slow one, and jobs that take long begin first.
 */
export class Division {
  private owners: readonly number[];
  private readonly taken: Uint8Array;
  private untaken: number;
  private readonly durations: Durations;

  constructor(
    private readonly work: Work,
    ranks: number,
  ) {
    this.owners = divideJobs(work, ranks);
    this.taken = new Uint8Array(work.costs.length);
    this.untaken = work.costs.length;
    this.durations = new Durations(work, ranks);
  }

  /** Whether some rank has taken every job, as far as this one knows. */
  get isAllTaken(): boolean {
    return this.untaken === 0;
  }

  /** Takes the next job of a rank; undefined if it has none. */
  take(rank: number): number | undefined {
    const job = this.owners.findIndex((owner, j) => owner === rank && this.taken[j] === 0);
    if (job < 0) return undefined;
    this.mark(job);
    return job;
  }

  /** Milliseconds that a rank needs for a job; undefined before any job has ended. */
  expected(job: number, rank: number): number | undefined {
    return this.durations.of(job, rank);
  }

  /**
   * Divides the jobs that nobody has taken, if a rank would otherwise soon have none.
   * @param deeds of each rank, the same on every rank
   * @param soon milliseconds for which every rank should have work
   */
  revise(deeds: readonly Deeds[], soon: number): void {
    for (const [rank, { taken, ended }] of deeds.entries()) {
      for (const job of taken) this.mark(job);
      for (const [job, ms] of ended) this.durations.add(job, rank, ms);
    }
    if (this.untaken === 0 || !this.durations.isKnown || !this.isScarce(deeds, soon)) return;
    const left = this.work.costs.flatMap((_, job) => (this.taken[job] === 0 ? job : []));
    const lanes = deeds.flatMap(({ free }, rank) => free.map((ms) => ({ rank, ms })));
    const longest = left.sort((a, b) => this.durations.of(b)! - this.durations.of(a)! || a - b);
    const owners = [...this.owners];
    for (const job of longest) {
      const ends = lanes.map(({ rank, ms }) => ms + this.durations.of(job, rank)!);
      const first = ends.indexOf(Math.min(...ends));
      owners[job] = lanes[first]!.rank;
      lanes[first]!.ms = ends[first]!;
    }
    this.owners = owners;
  }

  private mark(job: number): void {
    if (this.taken[job] === 0) this.untaken--;
    this.taken[job] = 1;
  }

  /** Whether a rank is done with its own jobs soon. */
  private isScarce(deeds: readonly Deeds[], soon: number): boolean {
    const left = deeds.map(({ free }) => free.reduce((a, b) => a + b, 0));
    this.owners.forEach((rank, job) => {
      if (this.taken[job] === 0) left[rank]! += this.durations.of(job, rank)!;
    });
    return deeds.some(({ free }, rank) => left[rank]! < soon * free.length);
  }
}

interface Sum {
  ms: number;
  cost: number;
}

const noSum = (): Sum => ({ ms: 0, cost: 0 });
const rateOf = ({ ms, cost }: Sum): number => ms / cost;

/** How long jobs take, from those that have ended: a job's kind times the pace of a rank. */
class Durations {
  private readonly all = noSum();
  private readonly kinds = new Map<number, Sum>();
  private readonly ended: [job: number, rank: number, ms: number][] = [];
  private paces: readonly number[] = [];

  constructor(
    private readonly work: Work,
    private readonly ranks: number,
  ) {}

  get isKnown(): boolean {
    return this.ended.length > 0;
  }

  add(job: number, rank: number, ms: number): void {
    const kind = this.kindOf(job);
    const ofKind = this.kinds.get(kind) ?? noSum();
    this.kinds.set(kind, ofKind);
    for (const sum of [this.all, ofKind]) {
      sum.ms += ms;
      sum.cost += this.work.costs[job]!;
    }
    this.ended.push([job, rank, ms]);
    this.paces = [];
  }

  /** Milliseconds for a job, on a rank or on one of average pace. */
  of(job: number, rank?: number): number | undefined {
    if (!this.isKnown) return undefined;
    const average = rateOf(this.kinds.get(this.kindOf(job)) ?? this.all) * this.work.costs[job]!;
    return rank === undefined ? average : average * this.paceOf(rank);
  }

  private kindOf(job: number): number {
    return this.work.kinds?.[job] ?? 0;
  }

  /** The time that a rank has taken, as a multiple of what its jobs take on average. */
  private paceOf(rank: number): number {
    if (this.paces.length === 0) {
      const sums = Array.from({ length: this.ranks }, noSum);
      for (const [job, r, ms] of this.ended) {
        sums[r]!.ms += ms;
        sums[r]!.cost += this.of(job)!;
      }
      this.paces = sums.map((sum) => (sum.cost > 0 ? rateOf(sum) : 1));
    }
    return this.paces[rank]!;
  }
}
