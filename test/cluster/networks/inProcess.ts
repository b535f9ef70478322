import {
  CLUSTER_BRAND,
  type Cluster,
  type ClusterInternals,
  type ExchangePlan,
} from '#steepest/core/clusterOption.js';
import { WORD } from '#steepest/parallel/control.js';

/**
 * Ranks of one process, for tests of what is built on a cluster: each is a fit of its own, and
 * messages are copies in memory. A failure rejects `failed` instead of ending the job.
 */
export class InProcessCluster {
  readonly failed: Promise<never>;
  private fail: (error: unknown) => void = () => {};
  private readonly meetings: {
    values: unknown[];
    count: number;
    open: (all: unknown[]) => void;
    all: Promise<unknown[]>;
  }[] = [];
  private readonly served: Served[] = [];
  /** Exchanges so far, and bytes of them. */
  exchanges = 0;
  bytes = 0;

  constructor(readonly size: number) {
    this.failed = new Promise((_, reject) => {
      this.fail = reject;
    });
    this.failed.catch(() => {});
  }

  /** The ranks, each as a program gets it. */
  get ranks(): Cluster[] {
    return Array.from({ length: this.size }, (_, rank) => this.clusterOf(rank));
  }

  private clusterOf(rank: number): Cluster {
    const { size } = this;
    let calls = 0;
    const meet = async <T>(value: T): Promise<T[]> => this.meet(rank, calls++, value);
    const internals: ClusterInternals = {
      rank,
      size,
      allGatherBytes: (bytes) => meet(bytes.slice()),
      broadcastBytes: async (bytes, from) => (await meet(bytes?.slice()))[from] as Uint8Array,
      allToAllBytes: async (forEach) =>
        (await meet(forEach.map((bytes) => bytes.slice()))).map((of) => of[rank]!),
      serve: async (arena, plans) => {
        await meet('serve');
        return this.serve(rank, arena, plans);
      },
      fail: (error) => this.fail(error),
    };
    const notHere = (): never => {
      throw new Error('not of a test');
    };
    const known = { rank, size, library: 'in process' };
    const calling = { barrier: notHere, broadcast: notHere, gather: notHere, close: notHere };
    return { ...known, ...calling, [CLUSTER_BRAND]: internals } as Cluster;
  }

  private async meet<T>(rank: number, call: number, value: T): Promise<T[]> {
    const { meetings, size } = this;
    if (meetings[call] === undefined) {
      let open: (all: unknown[]) => void = () => {};
      const all = new Promise<unknown[]>((resolve) => {
        open = resolve;
      });
      meetings[call] = { values: [], count: 0, open, all };
    }
    const meeting = meetings[call];
    meeting.values[rank] = value;
    if (++meeting.count === size) meeting.open(meeting.values);
    return (await meeting.all) as T[];
  }

  private serve(
    rank: number,
    arena: Uint8Array<SharedArrayBuffer>,
    plans: readonly ExchangePlan[],
  ): { end(): Promise<void> } {
    const control = new Int32Array(arena.buffer, arena.byteOffset);
    this.served[rank] = { arena, plans, control };
    if (this.served.filter(Boolean).length === this.size) this.poll();
    return {
      end: async () => {
        delete this.served[rank];
      },
    };
  }

  /** Runs exchanges as long as ranks are served. */
  private poll(): void {
    const { served, size } = this;
    if (served.filter(Boolean).length < size) return;
    const isAsked = ({ control }: Served): boolean => control[WORD.exchange] !== control[WORD.exchanged];
    if (served.every(isAsked)) {
      this.exchange();
      for (const { control } of served) {
        Atomics.add(control, WORD.exchanged, 1);
        Atomics.notify(control, WORD.exchanged);
      }
    }
    setImmediate(() => this.poll());
  }

  private exchange(): void {
    const { served } = this;
    this.exchanges++;
    const plans = served.map(({ control, plans }) => plans[control[WORD.exchangePlan]!]!);
    const numbers = new Set(served.map(({ control }) => control[WORD.exchangePlan]));
    if (numbers.size > 1) this.fail(new Error(`ranks run the exchanges ${[...numbers].join(', ')}`));
    plans.forEach(({ sends }, from) => {
      for (const { peer, ranges } of sends) {
        const to = plans[peer]!.receives.find((one) => one.peer === from)!;
        const message = take(served[from]!.arena, ranges);
        this.bytes += message.length;
        if (!put(served[peer]!.arena, to.ranges, message)) {
          this.fail(new Error(`rank ${peer} expects other bytes than rank ${from} sends`));
        }
      }
    });
  }
}

interface Served {
  arena: Uint8Array<SharedArrayBuffer>;
  plans: readonly ExchangePlan[];
  control: Int32Array;
}

function take(arena: Uint8Array, ranges: readonly number[]): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let i = 0; i < ranges.length; i += 2)
    parts.push(arena.subarray(ranges[i], ranges[i]! + ranges[i + 1]!));
  return Buffer.concat(parts);
}

/** @returns whether the message fills the ranges */
function put(arena: Uint8Array, ranges: readonly number[], message: Uint8Array): boolean {
  let at = 0;
  for (let i = 0; i < ranges.length; i += 2) {
    const length = ranges[i + 1]!;
    arena.set(message.subarray(at, at + length), ranges[i]);
    at += length;
  }
  return at === message.length;
}
