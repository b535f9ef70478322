import { describe, expect, it } from 'vitest';
import { launchers, printedBy } from '../support/cluster/launch.js';

/** Bytes that a broadcast and a gather send in two rounds. */
const LONG = 20_000;
/** More than one piece of a broadcast. */
const SEVERAL_PIECES = 2_500_000;

const program = `
import { cluster } from 'steepest/cluster';
const c = await cluster({ timeoutMs: 20_000 });
const { rank, size, library } = c;
const internals = c[Symbol.for('steepest.cluster')];
const filled = (length, seed) => Uint8Array.from({ length }, (_, i) => (i * 7 + seed) & 255);
const isSame = (a, b) => a.length === b.length && a.every((value, i) => value === b[i]);
const said = { rank, size, library };
await c.barrier();
said.again = (await cluster()) === c;
said.gathered = await c.gather({ rank, list: [1, , 3], when: new Date(rank), map: new Map([[rank, 1n]]) });
said.gathered = said.gathered.map(({ rank, list, when, map }) => [rank, list.length, +when, Number(map.get(rank))]);
said.broadcast = [];
for (let from = 0; from < size; from++) said.broadcast.push(await c.broadcast(\`of \${rank}\`, { from }));
const shared = new Float64Array(new SharedArrayBuffer(80)).fill(rank + 0.5);
said.shared = (await c.gather(shared.subarray(2, 4))).map((part) => [part.length, part[1]]);
const big = await c.broadcast(rank === 1 % size ? filled(${SEVERAL_PIECES}, 3) : undefined, { from: 1 % size });
said.big = isSame(big, filled(${SEVERAL_PIECES}, 3));
const parts = await internals.allGatherBytes(filled(rank * ${LONG}, rank));
said.parts = parts.every((part, peer) => isSame(part, filled(peer * ${LONG}, peer)));
const crossed = await internals.allToAllBytes(parts.map((_, peer) => filled(peer * rank * 400, peer + 10 * rank)));
said.crossed = crossed.every((part, peer) => isSame(part, filled(peer * rank * 400, rank + 10 * peer)));
const queued = await Promise.all([c.gather(1), c.barrier(), c.broadcast(2), c.gather(3)]);
said.queued = queued.map((each) => [each].flat().at(-1) ?? null);
await c.close();
await c.close();
said.closed = await c.barrier().catch(({ code }) => code);
said.reopened = await cluster().catch(({ code }) => code);
console.log(JSON.stringify(said));
`;

interface Said {
  rank: number;
  size: number;
  library: string;
  [name: string]: unknown;
}

const LIBRARY = { local: /^local$/, openmpi: /^Open MPI \d/, mpich: /^MPICH \d/ };

describe.each(launchers())('a cluster under %s', (launcher) => {
  it.each(launcher === 'local' ? [1, 2, 3, 5, 8] : [2])('exchanges values among %d ranks', async (ranks) => {
    const all = await printedBy<Said>(program, { ranks, launcher });
    const numbers = Array.from({ length: ranks }, (_, rank) => rank);
    for (const [rank, { library, ...said }] of all.entries()) {
      expect(library).toMatch(LIBRARY[launcher]);
      expect(said).toEqual({
        rank,
        size: ranks,
        again: true,
        gathered: numbers.map((each) => [each, 3, each, 1]),
        broadcast: numbers.map((from) => `of ${from}`),
        shared: numbers.map((each) => [2, each + 0.5]),
        big: true,
        parts: true,
        crossed: true,
        queued: [1, null, 2, 3],
        closed: 'ERR_CLUSTER',
        reopened: 'ERR_CLUSTER',
      });
    }
  });
});
