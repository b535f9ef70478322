import { checkKeys, checkOptions, orDefault } from '../core/check.js';
import {
  CLUSTER_BRAND,
  type Cluster,
  type ClusterInternals,
  type ExchangePlan,
} from '../core/clusterOption.js';
import { SteepestError } from '../core/errors.js';
import { show } from '../core/show.js';
import type { Calls } from './calls.js';
import type { Ready } from './thread/client.js';
import { bytesOf, valueIn } from './values.js';

/** What other modules do together, in errors. */
const INTERNAL = 'fit() or search';

/** What ends the cluster, and the job. */
export interface Ending {
  close(): Promise<void>;
  fail(error: unknown): void;
}

/** What `cluster()` resolves to. */
export class Ranks implements Cluster {
  readonly rank: number;
  readonly size: number;
  readonly library: string;
  private closing: Promise<void> | undefined;

  constructor(
    { rank, size, library }: Ready,
    private readonly calls: Calls,
    private readonly ending: Ending,
  ) {
    this.rank = rank;
    this.size = size;
    this.library = library;
  }

  get isClosed(): boolean {
    return this.closing !== undefined;
  }

  async barrier(): Promise<void> {
    await this.open('barrier()').barrier('barrier()');
  }

  async broadcast<T>(value: T, options: { from?: number } = {}): Promise<T> {
    const from = this.checkFrom(options);
    const calls = this.open('broadcast()');
    const bytes = this.rank === from ? bytesOf('value', value) : undefined;
    return valueIn(await calls.broadcast(`broadcast() from rank ${from}`, bytes, from)) as T;
  }

  async gather<T>(value: T): Promise<T[]> {
    const calls = this.open('gather()');
    const parts = await calls.allGather('gather()', bytesOf('value', value));
    return parts.map((part) => valueIn(part) as T);
  }

  close(): Promise<void> {
    this.closing ??= this.ending.close();
    return this.closing;
  }

  get [CLUSTER_BRAND](): ClusterInternals {
    const { rank, size } = this;
    return {
      rank,
      size,
      allGatherBytes: async (bytes: Uint8Array) => this.open(INTERNAL).allGather(INTERNAL, bytes),
      broadcastBytes: async (bytes: Uint8Array | undefined, from: number) =>
        this.open(INTERNAL).broadcast(INTERNAL, bytes, from),
      allToAllBytes: async (forEach: readonly Uint8Array[]) =>
        this.open(INTERNAL).allToAll(INTERNAL, forEach),
      serve: async (arena: Uint8Array<SharedArrayBuffer>, plans: readonly ExchangePlan[]) =>
        this.open(INTERNAL).serve(arena, plans),
      fail: (error: unknown) => this.ending.fail(error),
    };
  }

  /** The calls, while the cluster is open. */
  private open(call: string): Calls {
    if (this.closing === undefined) return this.calls;
    throw new SteepestError('ERR_CLUSTER', {
      expected: `${call} before close()`,
      given: 'a closed cluster',
      hint: 'Call close() at the end of the program.',
    });
  }

  private checkFrom(options: { from?: number }): number {
    checkKeys('options of broadcast', checkOptions('options of broadcast', options), ['from'], {
      root: 'from',
    });
    const from = orDefault(options.from, 0);
    if (Number.isInteger(from) && from >= 0 && from < this.size) return from;
    throw new SteepestError('ERR_ARGUMENT', {
      expected: `from to be a rank from 0 to ${this.size - 1}`,
      given: show(from),
      hint: 'Give the number of the rank whose value all get.',
    });
  }
}
