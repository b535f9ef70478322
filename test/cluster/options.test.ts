import { cluster } from 'steepest/cluster';
import { describe, expect, it } from 'vitest';
import { broadcastTree } from '#steepest/cluster/collectives.js';
import { checkCluster, type ExchangePlan } from '#steepest/core/clusterOption.js';
import { CONTROL_BYTES, controlBlock, declareLost, WORD } from '#steepest/parallel/control.js';
import { ArenaExchange } from '#steepest/parallel/exchange.js';

/** A process has one cluster; that of this file. */
const alone = () => cluster({ alone: true });

describe('cluster()', () => {
  it('says how to start ranks if no launcher has', async () => {
    await expect(cluster()).rejects.toMatchObject({
      code: 'ERR_CLUSTER',
      hint: expect.stringContaining('mpirun -n 4 node train.js') as string,
    });
  });

  it.each([
    [{ timeoutMs: 0 }, 'ERR_ARGUMENT', /timeoutMs/],
    [{ timeoutMs: Number.POSITIVE_INFINITY }, 'ERR_ARGUMENT', /timeoutMs/],
    [{ timeoutMs: '10' }, 'ERR_ARGUMENT', /timeoutMs/],
    [{ alone: 1 }, 'ERR_ARGUMENT', /alone/],
    [{ timeout: 10 }, 'ERR_UNKNOWN_NAME', /timeoutMs/],
    [[], 'ERR_ARGUMENT', /options of cluster/],
    [null, 'ERR_ARGUMENT', /options of cluster/],
  ])('refuses %j', async (options, code, says) => {
    const made = cluster(options as object);
    await expect(made).rejects.toMatchObject({ code, message: expect.stringMatching(says) as string });
  });

  it('is the same for a second call, and refuses other options in it', async () => {
    const c = await alone();
    expect(await cluster()).toBe(c);
    await expect(cluster({ timeoutMs: 5 })).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
  });
});

describe('a cluster of one rank', () => {
  it('copies values, typed arrays over shared memory too', async () => {
    const c = await alone();
    expect([c.rank, c.size, c.library]).toEqual([0, 1, 'none']);
    const shared = new Float32Array(new SharedArrayBuffer(8)).fill(2);
    const [copy] = await c.gather({ shared, list: [1, 'two'] });
    expect(copy).toEqual({ shared: Float32Array.of(2, 2), list: [1, 'two'] });
    expect(copy!.shared.buffer).not.toBe(shared.buffer);
    expect(await c.broadcast(undefined)).toBeUndefined();
    await c.barrier();
  });

  it('refuses what no other process could use', async () => {
    const c = await alone();
    class Model {
      toBytes() {
        return new Uint8Array(1);
      }
    }
    for (const value of [() => 1, { nested: [() => 1] }, Symbol('s'), new Model()]) {
      await expect(c.gather<unknown>(value)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
      await expect(c.broadcast<unknown>(value)).rejects.toMatchObject({ code: 'ERR_ARGUMENT' });
    }
    await expect(c.gather(new Model())).rejects.toThrow(/toBytes/);
  });

  it.each([{ from: 1 }, { from: -1 }, { from: 0.5 }, { from: '0' }, { root: 0 }])(
    'refuses a broadcast with %j',
    async (options) => {
      const c = await alone();
      const code = 'root' in options ? 'ERR_UNKNOWN_NAME' : 'ERR_ARGUMENT';
      await expect(c.broadcast(1, options as { from: number })).rejects.toMatchObject({ code });
    },
  );

  it('serves exchanges of an arena', async () => {
    const internals = checkCluster('cluster', await alone())!;
    const arena = new Uint8Array(new SharedArrayBuffer(CONTROL_BYTES));
    const plan: ExchangePlan = { sends: [], receives: [] };
    const served = await internals.serve(arena, [plan]);
    const control = controlBlock(arena);
    Atomics.store(control, WORD.exchangePlan, 0);
    Atomics.add(control, WORD.exchange, 1);
    Atomics.notify(control, WORD.exchange);
    await expect.poll(() => Atomics.load(control, WORD.exchanged)).toBe(1);
    await served.end();
    expect(await internals.allGatherBytes(Uint8Array.of(7))).toEqual([Uint8Array.of(7)]);
  });

  it('is closed once and for all', async () => {
    const c = await alone();
    await c.close();
    await c.close();
    await expect(c.gather(1)).rejects.toMatchObject({ code: 'ERR_CLUSTER' });
    await expect(cluster()).rejects.toMatchObject({ code: 'ERR_CLUSTER' });
  });
});

describe('the option cluster', () => {
  it('is what cluster() resolves to', () => {
    expect(checkCluster('cluster', undefined)).toBeUndefined();
    for (const value of [null, {}, 4, true, Promise.resolve()]) {
      expect(() => checkCluster('cluster', value)).toThrow(
        expect.objectContaining({ code: 'ERR_ARGUMENT', hint: expect.stringContaining('await') as string }),
      );
    }
  });
});

describe('an exchange of a worker', () => {
  it('ends with the fit', () => {
    const control = controlBlock(new Uint8Array(new SharedArrayBuffer(CONTROL_BYTES)));
    declareLost(control);
    expect(() => new ArenaExchange(control).run(0)).toThrow();
    expect(Atomics.load(control, WORD.exchange)).toBe(1);
  });
});

describe('the tree of a broadcast', () => {
  it.each([1, 2, 3, 4, 5, 7, 8, 13])('reaches each of %d ranks once, in few rounds', (size) => {
    for (let from = 0; from < size; from++) {
      const rounds = new Map([[from, 0]]);
      const queue = [from];
      for (const rank of queue) {
        const { parent, children } = broadcastTree(rank, size, from);
        expect(parent === undefined).toBe(rank === from);
        for (const child of children) {
          expect(rounds.has(child)).toBe(false);
          expect(broadcastTree(child, size, from).parent).toBe(rank);
          rounds.set(child, rounds.get(rank)! + 1);
          queue.push(child);
        }
      }
      expect(rounds.size).toBe(size);
      expect(Math.max(...rounds.values())).toBeLessThanOrEqual(Math.ceil(Math.log2(size)));
    }
  });
});
