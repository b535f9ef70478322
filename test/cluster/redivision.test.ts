/** What ranks have not begun is divided anew while they work. */

import { describe, expect, it } from 'vitest';
import { checkCluster } from '#steepest/core/clusterOption.js';
import { Division, type Work } from '#steepest/estimators/selection/cluster/division.js';
import { overRanks, runSharedJobs } from '#steepest/estimators/selection/cluster/sharedJobs.js';
import { outcomesOf } from './ranksInProcess.js';

/** Milliseconds between the meetings of a simulation. */
const PAUSE = 10;

/**
 * Ranks that run one job at a time, on a clock of their own.
 * @param ms duration of a job on a rank
 * @returns the time at which the last job ends, and the rank of each job
 */
function simulate(work: Work, ranks: number, ms: (job: number, rank: number) => number) {
  const divisions = Array.from({ length: ranks }, () => new Division(work, ranks));
  const states = divisions.map(() => ({
    job: -1,
    ends: 0,
    taken: [] as number[],
    ended: [] as [number, number][],
  }));
  const ranOn = new Map<number, number>();
  let last = 0;
  for (let now = 0; now < 1e5; now++) {
    for (const [rank, state] of states.entries()) {
      if (state.job >= 0 && now < state.ends) continue;
      if (state.job >= 0) state.ended.push([state.job, ms(state.job, rank)]);
      state.job = divisions[rank]!.take(rank) ?? -1;
      if (state.job < 0) continue;
      expect(ranOn.has(state.job), 'a job runs twice').toBe(false);
      ranOn.set(state.job, rank);
      state.taken.push(state.job);
      state.ends = now + ms(state.job, rank);
      last = Math.max(last, state.ends);
    }
    if (now % PAUSE !== 0) continue;
    const deeds = states.map(({ taken, ended, ends }) => ({ taken, ended, free: [Math.max(0, ends - now)] }));
    for (const division of divisions) division.revise(deeds, 2 * PAUSE);
    for (const state of states) Object.assign(state, { taken: [], ended: [] });
    if (divisions.every((division) => division.isAllTaken) && now >= last) break;
  }
  expect(ranOn.size, 'jobs that ran').toBe(work.costs.length);
  return { last, ranOn };
}

/** The time that ranks of these paces need if they share the work without rest. */
const shared = (total: number, paces: readonly number[]): number =>
  total / paces.reduce((sum, pace) => sum + 1 / pace, 0);

describe('jobs that nobody has begun', () => {
  it('go to a rank that is faster', () => {
    const work = { costs: new Array<number>(40).fill(5) };
    const paces = [1, 4, 1];
    const { last, ranOn } = simulate(work, 3, (_, rank) => 20 * paces[rank]!);
    const ofSlow = [...ranOn.values()].filter((rank) => rank === 1).length;
    // 40 jobs at 1 : 1/4 : 1, of which the slow one would have had 13.
    expect(ofSlow).toBeLessThanOrEqual(5);
    expect(last).toBeLessThanOrEqual(shared(800, paces) + 80 + PAUSE);
  });

  it('begin with those that take longest, once a fit of the candidate has ended', () => {
    // Six candidates of six folds; the last takes sixteen times as long as the others.
    const kinds = Array.from({ length: 36 }, (_, job) => job % 6);
    const work = { costs: kinds.map(() => 1), kinds };
    const ms = (job: number): number => (kinds[job] === 5 ? 160 : 10);
    for (const ranks of [2, 3, 5]) {
      const { last } = simulate(work, ranks, ms);
      expect(last, `${ranks} ranks`).toBeLessThanOrEqual((6 * 160 + 30 * 10) / ranks + 160 + PAUSE);
    }
  });

  it('run once, whatever they take', () => {
    let state = 1;
    const random = (): number => {
      state = (Math.imul(state, 1103515245) + 12345) >>> 0;
      return state / 2 ** 32;
    };
    for (let round = 0; round < 40; round++) {
      const jobs = 1 + Math.floor(30 * random());
      const ranks = 1 + Math.floor(6 * random());
      const times = Array.from({ length: jobs }, () => 1 + Math.floor(random() * 60));
      const paces = Array.from({ length: ranks }, () => 1 + Math.floor(random() * 4));
      const costs = times.map(() => 1 + Math.floor(random() * 3));
      const kinds = times.map((_, job) => job % 4);
      const { last } = simulate({ costs, kinds }, ranks, (job, rank) => times[job]! * paces[rank]!);
      const longest = Math.max(...times) * Math.max(...paces);
      const total = times.reduce((a, b) => a + b, 0);
      // Kinds tell little here, so a rank may begin a long job last, and after it another.
      expect(last).toBeLessThanOrEqual(shared(total, paces) + 2 * longest + 2 * PAUSE);
    }
  });
});

describe('ranks at work', () => {
  const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

  it('relieve a slow one', async () => {
    const ran = [0, 0];
    const outcomes = await outcomesOf(2, (cluster) => {
      const { rank } = cluster;
      const jobs = Array.from({ length: 24 }, (_, job) => async () => {
        ran[rank]!++;
        await pause(rank === 0 ? 10 : 200);
        return job ** 2;
      });
      return overRanks(checkCluster('cluster', cluster), 'a test', (call) =>
        runSharedJobs(jobs, { costs: jobs.map(() => 1) }, 1, undefined, call, {
          send: (result) => result,
          receive: (sent) => sent as number,
        }),
      );
    });
    for (const outcome of outcomes) {
      expect(outcome).toEqual({
        status: 'fulfilled',
        value: Array.from({ length: 24 }, (_, job) => job ** 2),
      });
    }
    expect(ran[0]! + ran[1]!).toBe(24);
    expect(ran[1]).toBeLessThan(6);
  });
});
