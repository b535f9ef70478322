import type { ExchangePlan } from '../core/clusterOption.js';

/**
 * What all ranks do together, on bytes. `collectives.ts` does it over a link, on the link thread;
 * `thread/client.ts` asks that thread for it. A label says who asked, in errors.
 */
export interface Calls {
  barrier(label: string): Promise<void>;
  broadcast(label: string, bytes: Uint8Array | undefined, from: number): Promise<Uint8Array>;
  allGather(label: string, bytes: Uint8Array): Promise<Uint8Array[]>;
  allToAll(label: string, forEach: readonly Uint8Array[]): Promise<Uint8Array[]>;
  /** Resolves when exchanges of the arena are served. */
  serve(arena: Uint8Array<SharedArrayBuffer>, plans: readonly ExchangePlan[]): Promise<Served>;
  /** Waits for all ranks, and ends the transport. */
  close(): Promise<void>;
}

export interface Served {
  end(): Promise<void>;
}
