import { setTimeout as sleep } from 'node:timers/promises';
import {
  CLUSTER_BRAND,
  type Cluster,
  type ClusterInternals,
  type ExchangePlan,
} from '#steepest/core/clusterOption.js';
import { controlBlock, WORD } from '#steepest/parallel/control.js';

/**
 * Ranks of a cluster that are all in this process: their collectives are promises, their exchanges
 * copies. It checks what a real transport checks: that all ranks call the same, and that ranges fit.
 * `stats` counts the bytes of tables that move.
 */

interface Meeting {
  what: string;
  values: unknown[];
  arrived: number;
  resolve: (values: unknown[]) => void;
  done: Promise<unknown[]>;
}

interface Served {
  arena: Uint8Array<SharedArrayBuffer>;
  plans: readonly ExchangePlan[];
}

export class Hub {
  /** Bytes that `allToAllBytes` has moved, and errors that would have ended the job. */
  readonly stats = { movedBytes: 0, exchanges: 0, failures: [] as unknown[] };
  private readonly meetings: Meeting[] = [];
  private readonly served: (Served | undefined)[];

  constructor(readonly size: number) {
    this.served = Array.from({ length: size });
  }

  /** The nth call of a rank meets the nth calls of the others. */
  meet(number: number, rank: number, what: string, value: unknown): Promise<unknown[]> {
    let meeting = this.meetings[number];
    if (meeting === undefined) {
      let resolve!: Meeting['resolve'];
      const done = new Promise<unknown[]>((settle) => {
        resolve = settle;
      });
      meeting = { what, values: [], arrived: 0, resolve, done };
      this.meetings[number] = meeting;
    }
    if (meeting.what !== what) throw new Error(`call ${number}: ${meeting.what} beside ${what}`);
    meeting.values[rank] = value;
    if (++meeting.arrived === this.size) meeting.resolve(meeting.values);
    return meeting.done;
  }

  /** Exchanges between all arenas, each when all ranks ask for it, until `isOver`. */
  async serve(rank: number, served: Served, isOver: () => boolean): Promise<void> {
    this.served[rank] = served;
    if (rank !== 0) return;
    while (!isOver()) {
      const all = this.served.every((each) => each !== undefined);
      const controls = all ? this.served.map((each) => controlBlock(each!.arena)) : [];
      const asked = controls.map((control) => Atomics.load(control, WORD.exchange));
      const areReady =
        all && controls.every((control, i) => Atomics.load(control, WORD.exchanged) !== asked[i]);
      if (!areReady) {
        await sleep(0);
        continue;
      }
      const plans = this.served.map(({ plans }, i) => plans[Atomics.load(controls[i]!, WORD.exchangePlan)]!);
      this.copy(plans);
      this.stats.exchanges++;
      controls.forEach((control, i) => {
        Atomics.store(control, WORD.exchanged, asked[i]!);
        Atomics.notify(control, WORD.exchanged);
      });
    }
  }

  private copy(plans: readonly ExchangePlan[]): void {
    const messages = new Map<string, Uint8Array>();
    plans.forEach(({ sends }, from) => {
      for (const { peer, ranges } of sends) messages.set(`${from}>${peer}`, this.gathered(from, ranges));
    });
    plans.forEach(({ receives }, to) => {
      for (const { peer, ranges } of receives) {
        const bytes = messages.get(`${peer}>${to}`);
        if (!messages.delete(`${peer}>${to}`)) throw new Error(`nothing from ${peer} for ${to}`);
        let at = 0;
        for (let i = 0; i < ranges.length; i += 2) {
          const length = ranges[i + 1]!;
          this.served[to]!.arena.set(bytes!.subarray(at, at + length), ranges[i]!);
          at += length;
        }
        if (at !== bytes!.length) throw new Error(`${bytes!.length} bytes from ${peer}, ${to} takes ${at}`);
      }
    });
    if (messages.size > 0) throw new Error(`not received: ${[...messages.keys()]}`);
  }

  private gathered(rank: number, ranges: readonly number[]): Uint8Array {
    const { arena } = this.served[rank]!;
    const parts: Uint8Array[] = [];
    for (let i = 0; i < ranges.length; i += 2) {
      parts.push(Uint8Array.from(arena.subarray(ranges[i], ranges[i]! + ranges[i + 1]!)));
    }
    return Uint8Array.from(Buffer.concat(parts));
  }

  unserve(rank: number): void {
    this.served[rank] = undefined;
  }
}

class LocalInternals implements ClusterInternals {
  private calls = 0;

  constructor(
    private readonly hub: Hub,
    readonly rank: number,
  ) {}

  get size(): number {
    return this.hub.size;
  }

  private meet(what: string, value: unknown): Promise<unknown[]> {
    return this.hub.meet(this.calls++, this.rank, what, value);
  }

  async allGatherBytes(bytes: Uint8Array): Promise<Uint8Array[]> {
    return (await this.meet('gather', bytes.slice())) as Uint8Array[];
  }

  async broadcastBytes(bytes: Uint8Array | undefined, from: number): Promise<Uint8Array> {
    return (await this.meet(`broadcast ${from}`, bytes?.slice()))[from] as Uint8Array;
  }

  async allToAllBytes(forEach: readonly Uint8Array[]): Promise<Uint8Array[]> {
    for (const { length } of forEach) this.hub.stats.movedBytes += length;
    const all = await this.meet(
      'all to all',
      forEach.map((bytes) => bytes.slice()),
    );
    return (all as Uint8Array[][]).map((bytes) => bytes[this.rank]!);
  }

  async serve(
    arena: Uint8Array<SharedArrayBuffer>,
    plans: readonly ExchangePlan[],
  ): Promise<{ end(): Promise<void> }> {
    let isOver = false;
    const serving = this.hub.serve(this.rank, { arena, plans }, () => isOver);
    return {
      end: async () => {
        isOver = true;
        await serving;
        await this.meet('end', undefined);
        this.hub.unserve(this.rank);
        await this.meet('ended', undefined);
      },
    };
  }

  fail(error: unknown): void {
    this.hub.stats.failures.push(error);
  }
}

/** What a rank passes to `fit`. */
export function clusterOf(hub: Hub, rank: number): Cluster {
  const internals = new LocalInternals(hub, rank);
  return { rank, size: hub.size, library: 'test', [CLUSTER_BRAND]: internals } as unknown as Cluster;
}

/** Runs a program on every rank. @returns what each returned, or threw */
export async function onRanks<T>(
  size: number,
  program: (cluster: Cluster, rank: number) => Promise<T>,
): Promise<{ outcomes: PromiseSettledResult<T>[]; hub: Hub }> {
  const hub = new Hub(size);
  const outcomes = await Promise.allSettled(
    Array.from({ length: size }, (_, rank) => program(clusterOf(hub, rank), rank)),
  );
  return { outcomes, hub };
}
