import { Worker } from 'node:worker_threads';
import { describe, expect, it } from 'vitest';
import { CONTROL_BYTES, controlBlock, declareLost, WORD } from '#steepest/parallel/control.js';

const BARRIER_URL = import.meta.resolve('#steepest/parallel/barrier.js');
const CONTROL_URL = import.meta.resolve('#steepest/parallel/control.js');

/**
 * Each rank counts in shared memory, meets the others, and checks that all of them have counted.
 */
const BODY = `
const { workerData, parentPort } = require('node:worker_threads');
(async () => {
  const { Barrier } = await import(workerData.barrierUrl);
  const { controlBlock } = await import(workerData.controlUrl);
  const { arena, counts, rank, ranks, rounds, quitAt, pauseMs } = workerData;
  const nobody = new Int32Array(new SharedArrayBuffer(4));
  const barrier = new Barrier(controlBlock(arena), ranks);
  const shared = new Int32Array(counts);
  try {
    for (let round = 1; round <= rounds; round++) {
      if (rank === 0 && round === quitAt) process.exit(3);
      // Each rank in turn comes late, when the others have fallen asleep.
      if (pauseMs > 0 && round % ranks === rank) Atomics.wait(nobody, 0, 0, pauseMs);
      Atomics.store(shared, rank, round);
      barrier.wait();
      for (let other = 0; other < ranks; other++) {
        if (Atomics.load(shared, other) < round) throw new Error('passed before rank ' + other);
      }
      barrier.wait();
    }
    parentPort.postMessage('done');
  } catch (error) {
    parentPort.postMessage(error.constructor.name);
  }
})();
`;

function startRanks(ranks: number, rounds: number, { quitAt = 0, pauseMs = 0 } = {}) {
  const arena = new Uint8Array(new SharedArrayBuffer(CONTROL_BYTES));
  const counts = new SharedArrayBuffer(4 * ranks);
  const results = Array.from({ length: ranks }, (_, rank) => {
    const workerData = {
      arena,
      counts,
      rank,
      ranks,
      rounds,
      quitAt,
      pauseMs,
      barrierUrl: BARRIER_URL,
      controlUrl: CONTROL_URL,
    };
    const worker = new Worker(BODY, { eval: true, workerData });
    return new Promise<string>((resolve) => {
      worker.once('message', resolve);
      worker.once('exit', (code) => resolve(`exit ${code}`));
    });
  });
  return { arena, results };
}

describe('Barrier', () => {
  it.each([1, 2, 3, 5])('lets none of %i ranks through before all have come', async (ranks) => {
    expect(await Promise.all(startRanks(ranks, 500).results)).toEqual(Array(ranks).fill('done'));
  });

  it.each([2, 3])('wakes sleeping ranks when the last of %i has come', async (ranks) => {
    const rounds = 40;
    const begin = performance.now();
    const { results } = startRanks(ranks, rounds, { pauseMs: 2 });
    expect(await Promise.all(results)).toEqual(Array(ranks).fill('done'));
    // Ranks that nobody wakes look for themselves, ten times a second.
    expect(performance.now() - begin).toBeLessThan(rounds * 50);
  });

  it('wakes the others when a rank is declared lost', async () => {
    const { arena, results } = startRanks(3, 1000, { quitAt: 100 });
    expect(await results[0]).toBe('exit 3');
    const control = controlBlock(arena);
    declareLost(control);
    expect(await Promise.all(results.slice(1))).toEqual(['PeerLost', 'PeerLost']);
    expect(Atomics.load(control, WORD.lost)).toBe(1);
  });
});
