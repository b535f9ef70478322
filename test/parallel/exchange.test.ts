import { describe, expect, it } from 'vitest';
import { launchers, printedBy } from '../support/cluster/launch.js';

const module = (path: string): string =>
  JSON.stringify(new URL(`../../dist/esm/${path}`, import.meta.url).href);

/** What the worker of a rank does: it asks for exchanges as a worker of a fit does. */
const worker = `
import { parentPort, workerData } from 'node:worker_threads';
import { ArenaExchange } from ${module('parallel/exchange.js')};
import { CONTROL_BYTES, controlBlock } from ${module('parallel/control.js')};
const { arena, rank, rounds } = workerData;
const exchange = new ArenaExchange(controlBlock(arena));
const numbers = new Float64Array(arena.buffer, arena.byteOffset + CONTROL_BYTES, 4);
const seen = [];
for (let round = 0; round < rounds; round++) {
  numbers.set([10 * rank + round, 100 * rank + round]);
  exchange.run(0);
  seen.push(numbers[2]);
  exchange.run(1);
  seen.push(numbers[3]);
}
parentPort.postMessage(seen);
`;

/** Plan 0 passes a number to the next rank, plan 1 another one to the rank before. */
const program = `
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { cluster } from 'steepest/cluster';
import { CONTROL_BYTES } from ${module('parallel/control.js')};
const c = await cluster({ timeoutMs: 20_000, alone: true });
const { rank, size } = c;
const internals = c[Symbol.for('steepest.cluster')];
const arena = new Uint8Array(new SharedArrayBuffer(CONTROL_BYTES + 128), 64, CONTROL_BYTES + 32);
const at = (place) => [CONTROL_BYTES + 8 * place, 4, CONTROL_BYTES + 8 * place + 4, 4];
const next = (rank + 1) % size;
const before = (rank + size - 1) % size;
const plan = (to, from, sent, received) =>
  size === 1
    ? { sends: [], receives: [] }
    : { sends: [{ peer: to, ranges: at(sent) }], receives: [{ peer: from, ranges: at(received) }] };
const url = new URL('data:text/javascript,' + encodeURIComponent(${JSON.stringify(worker)}));
const all = [];
for (const rounds of [3, 1]) {
  const served = await internals.serve(arena, [plan(next, before, 0, 2), plan(before, next, 1, 3)]);
  const later = c.gather(rank);
  const thread = new Worker(url, { workerData: { arena, rank, rounds } });
  const [seen] = await once(thread, 'message');
  await served.end();
  all.push(seen, await later);
}
await c.close();
console.log(JSON.stringify(all));
`;

describe.each(launchers())('exchanges of an arena under %s', (launcher) => {
  it.each(launcher === 'local' ? [2, 3] : [2])('pass numbers around among %d ranks', async (ranks) => {
    const all = await printedBy<number[][]>(program, { ranks, launcher });
    const numbers = Array.from({ length: ranks }, (_, rank) => rank);
    for (const rank of numbers) {
      const [next, before] = [(rank + 1) % ranks, (rank + ranks - 1) % ranks];
      const round = (i: number) => [10 * before + i, 100 * next + i];
      expect(all[rank]).toEqual([[...round(0), ...round(1), ...round(2)], numbers, round(0), numbers]);
    }
  });
});
