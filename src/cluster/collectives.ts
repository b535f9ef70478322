import type { ExchangePlan, PeerRanges } from '../core/clusterOption.js';
import { SteepestError } from '../core/errors.js';
import { ArenaServer } from './arenaServer.js';
import type { Calls, Served } from './calls.js';
import type { Link } from './link.js';

/**
 * Collective calls over messages between two ranks. Sizes of messages are known to their senders
 * only, so a first message has a fixed size: the length, and as many bytes as fit. Small values
 * take one round, others a second one for the rest.
 */

/** Bytes of a length, a float64. */
const LENGTH_BYTES = 8;
/** First message of a broadcast. One page: sending it takes hardly longer than a single byte. */
const FIRST_OF_BROADCAST = 4096;
/** First message of a gather, of which a rank receives one from every other rank. */
const FIRST_OF_GATHER = 1024;
/** A rank passes on pieces of this size while it receives the next one. */
const PIECE_BYTES = 1 << 20;
/** Where the bytes of each rank begin: typed arrays can lie over them. */
const ALIGNMENT = 8;

const aligned = (bytes: number): number => Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;

/** Fails like a call, not with a RangeError. */
function allocate(bytes: number, label: string): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    const given = `${bytes} bytes in ${label}`;
    const hint = 'Send less at once.';
    throw new SteepestError(
      'ERR_MEMORY',
      { expected: 'values that fit in one array', given, hint },
      { cause },
    );
  }
}

/** Writes the length of some bytes, and as many of them as fit, into a first message. */
function writeFirst(first: Uint8Array, bytes: Uint8Array): void {
  new DataView(first.buffer, first.byteOffset).setFloat64(0, bytes.length);
  first.set(bytes.subarray(0, first.length - LENGTH_BYTES), LENGTH_BYTES);
}

const lengthIn = (first: Uint8Array): number => new DataView(first.buffer, first.byteOffset).getFloat64(0);

/** Copies what a first message has of the bytes. @returns how many that are */
function takeFirst(first: Uint8Array, into: Uint8Array): number {
  const count = Math.min(into.length, first.length - LENGTH_BYTES);
  into.set(first.subarray(LENGTH_BYTES, LENGTH_BYTES + count));
  return count;
}

/** The parent and the children of a rank in the binomial tree of a broadcast. */
export function broadcastTree(
  rank: number,
  size: number,
  from: number,
): { parent?: number; children: number[] } {
  const place = (rank - from + size) % size;
  const rankAt = (at: number) => (at + from) % size;
  const children: number[] = [];
  let bit = 1;
  for (; bit < size && (place & bit) === 0; bit *= 2) {
    // The largest subtree first: it takes longest.
    if (place + bit < size) children.unshift(rankAt(place + bit));
  }
  return place === 0 ? { children } : { parent: rankAt(place - bit), children };
}

export class Collectives implements Calls {
  /** Calls so far, of which cluster() is call 0; part of the label of each message. */
  private calls = 0;

  constructor(private readonly link: Link) {}

  private numbered(label: string): string {
    return `${label} (call ${this.calls++})`;
  }

  private async exchange(label: string, memory: Uint8Array, plan: ExchangePlan): Promise<void> {
    if (plan.sends.length + plan.receives.length === 0) return;
    const exchange = this.link.prepare(memory, plan, label);
    await exchange.run();
    exchange.release();
  }

  /** Dissemination: after round k, a rank knows of 2ᵏ others. */
  async barrier(label: string): Promise<void> {
    const { rank, size } = this.link;
    const numbered = this.numbered(label);
    for (let distance = 1; distance < size; distance *= 2) {
      await this.exchange(numbered, new Uint8Array(2), {
        sends: [{ peer: (rank + distance) % size, ranges: [0, 1] }],
        receives: [{ peer: (rank - distance + size) % size, ranges: [1, 1] }],
      });
    }
  }

  async broadcast(label: string, bytes: Uint8Array | undefined, from: number): Promise<Uint8Array> {
    const { rank, size } = this.link;
    const numbered = this.numbered(label);
    const { parent, children } = broadcastTree(rank, size, from);
    const to = (...ranges: number[]): PeerRanges[] => children.map((peer) => ({ peer, ranges }));
    const first = new Uint8Array(FIRST_OF_BROADCAST);
    if (parent === undefined) writeFirst(first, bytes!);
    else {
      const receives = [{ peer: parent, ranges: [0, first.length] }];
      await this.exchange(numbered, first, { sends: [], receives });
    }
    await this.exchange(numbered, first, { sends: to(0, first.length), receives: [] });
    const all = parent === undefined ? bytes! : allocate(lengthIn(first), numbered);
    const begun =
      parent === undefined ? Math.min(all.length, first.length - LENGTH_BYTES) : takeFirst(first, all);
    const pieces = Math.ceil((all.length - begun) / PIECE_BYTES);
    const piece = (i: number): [number, number] => {
      const at = begun + i * PIECE_BYTES;
      return [at, Math.min(PIECE_BYTES, all.length - at)];
    };
    for (let i = 0; i <= pieces; i++) {
      const receives = parent === undefined || i === pieces ? [] : [{ peer: parent, ranges: piece(i) }];
      await this.exchange(numbered, all, { sends: i === 0 ? [] : to(...piece(i - 1)), receives });
    }
    return all;
  }

  async allGather(label: string, bytes: Uint8Array): Promise<Uint8Array[]> {
    return this.gatherParts(
      label,
      Array.from({ length: this.link.size }, () => bytes),
    );
  }

  async allToAll(label: string, forEach: readonly Uint8Array[]): Promise<Uint8Array[]> {
    return this.gatherParts(label, forEach);
  }

  /** Every rank sends each other one its part, directly. */
  private async gatherParts(label: string, forEach: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const { rank, size } = this.link;
    const numbered = this.numbered(label);
    const peers = Array.from({ length: size - 1 }, (_, i) => (rank + 1 + i) % size);
    const firsts = new Uint8Array(2 * size * FIRST_OF_GATHER);
    const firstFor = (peer: number) => firsts.subarray(peer * FIRST_OF_GATHER, (peer + 1) * FIRST_OF_GATHER);
    const firstFrom = (peer: number) => firstFor(size + peer);
    for (const peer of peers) writeFirst(firstFor(peer), forEach[peer]!);
    await this.exchange(numbered, firsts, {
      sends: peers.map((peer) => ({ peer, ranges: [peer * FIRST_OF_GATHER, FIRST_OF_GATHER] })),
      receives: peers.map((peer) => ({ peer, ranges: [(size + peer) * FIRST_OF_GATHER, FIRST_OF_GATHER] })),
    });
    const memory = new PartsMemory(numbered);
    const isLong = (length: number) => length > FIRST_OF_GATHER - LENGTH_BYTES;
    const received = Array.from({ length: size }, (_, peer) =>
      memory.place(peer === rank ? forEach[rank]!.length : lengthIn(firstFrom(peer))),
    );
    const sent = new Map<Uint8Array, number>();
    for (const peer of peers) {
      const part = forEach[peer]!;
      if (!isLong(part.length) || sent.has(part)) continue;
      sent.set(part, part === forEach[rank] ? received[rank]!.at : memory.place(part.length).at);
    }
    const all = memory.allocate();
    for (const [part, at] of sent) all.set(part, at);
    const parts = received.map(({ at, length }) => all.subarray(at, at + length));
    parts[rank]!.set(forEach[rank]!);
    for (const peer of peers) takeFirst(firstFrom(peer), parts[peer]!);
    const rest = (at: number, length: number): [number, number] => {
      const done = FIRST_OF_GATHER - LENGTH_BYTES;
      return [at + done, length - done];
    };
    await this.exchange(numbered, all, {
      sends: peers
        .filter((peer) => isLong(forEach[peer]!.length))
        .map((peer) => ({ peer, ranges: rest(sent.get(forEach[peer]!)!, forEach[peer]!.length) })),
      receives: peers
        .filter((peer) => isLong(received[peer]!.length))
        .map((peer) => ({ peer, ranges: rest(received[peer]!.at, received[peer]!.length) })),
    });
    return parts;
  }

  async serve(arena: Uint8Array<SharedArrayBuffer>, plans: readonly ExchangePlan[]): Promise<Served> {
    const server = new ArenaServer(this.link, arena, plans, this.numbered('fit()'));
    const ended = server.run();
    // Whoever waits for the end gets its error.
    ended.catch(() => {});
    return {
      end: () => {
        server.end();
        return ended;
      },
    };
  }

  async close(): Promise<void> {
    await this.barrier('close()');
    await this.link.close();
  }
}

/** Places of several parts in one memory. */
class PartsMemory {
  private bytes = 0;

  constructor(private readonly label: string) {}

  place(length: number): { at: number; length: number } {
    const at = this.bytes;
    this.bytes += aligned(length);
    return { at, length };
  }

  allocate(): Uint8Array<ArrayBuffer> {
    return allocate(this.bytes, this.label);
  }
}
