import { connect, createServer, type Server, type Socket } from 'node:net';
import { SteepestError } from '../core/errors.js';
import { clearTimeout, setTimeout } from '../core/timers.js';
import { type Exchange, type ExchangePlan, type Link, type LinkOptions, lostPeer, noAnswer } from './link.js';
import { LocalPeer, RANK_BYTES } from './localPeer.js';
import type { LocalPlace } from './localPlace.js';

/**
 * A link over sockets between processes of one machine. It is for tests on machines without MPI:
 * only `test/support/cluster/launch.ts` sets the variables that choose it.
 */

/** Another rank may not listen yet; this long until the next attempt. */
const RETRY_MS = 10;
/**
 * The launcher ends all ranks if one has failed. This long until a rank reports a lost peer
 * itself, so that the one message on stderr is that of the rank that failed.
 */
const LOST_GRACE_MS = 1500;

/** Where a rank listens: a socket's file, or on Windows a named pipe. */
const addressOf = ({ address }: LocalPlace, rank: number): string => `${address}-${rank}`;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

function connectOnce(address: string): Promise<Socket | undefined> {
  return new Promise((resolve) => {
    const socket = connect(address);
    socket.once('connect', () => resolve(socket));
    socket.once('error', () => resolve(undefined));
  });
}

/** Connections to the ranks below, which listen, and from those above. */
class Connections {
  readonly peers = new Map<number, LocalPeer>();
  private server: Server | undefined;

  constructor(
    private readonly place: LocalPlace,
    private readonly timeoutMs: number,
  ) {}

  async open(): Promise<void> {
    const { rank, size } = this.place;
    await this.listen();
    const end = performance.now() + this.timeoutMs;
    for (let peer = 0; peer < rank; peer++) {
      const socket = await this.connectTo(peer, end);
      const own = Buffer.alloc(RANK_BYTES);
      own.writeUInt32LE(rank);
      socket.write(own);
      this.peers.set(peer, new LocalPeer(peer, socket));
    }
    while (this.peers.size < size - 1) {
      if (performance.now() > end) throw noAnswer('cluster()', this.missing(), this.timeoutMs);
      await pause(RETRY_MS);
    }
  }

  private listen(): Promise<void> {
    this.server = createServer((socket) => {
      socket.once('readable', () => {
        const peer = (socket.read(RANK_BYTES) as Buffer).readUInt32LE();
        this.peers.set(peer, new LocalPeer(peer, socket));
      });
    });
    return new Promise((resolve, reject) => {
      this.server!.once('error', reject);
      this.server!.listen(addressOf(this.place, this.place.rank), resolve);
    });
  }

  private async connectTo(peer: number, end: number): Promise<Socket> {
    for (;;) {
      const socket = await connectOnce(addressOf(this.place, peer));
      if (socket !== undefined) return socket;
      if (performance.now() > end) throw noAnswer('cluster()', [peer], this.timeoutMs);
      await pause(RETRY_MS);
    }
  }

  private missing(): number[] {
    const all = Array.from({ length: this.place.size }, (_, peer) => peer);
    return all.filter((peer) => peer !== this.place.rank && !this.peers.has(peer));
  }

  close(): void {
    this.server?.close();
    for (const peer of this.peers.values()) peer.close();
  }
}

class LocalLink implements Link {
  readonly library = 'local';

  constructor(
    private readonly place: LocalPlace,
    private readonly connections: Connections,
    private readonly timeoutMs: number,
  ) {}

  get rank(): number {
    return this.place.rank;
  }

  get size(): number {
    return this.place.size;
  }

  prepare(memory: Uint8Array, plan: ExchangePlan, label: string): Exchange {
    return { run: () => this.run(memory, plan, label), release: () => undefined };
  }

  private async run(memory: Uint8Array, plan: ExchangePlan, label: string): Promise<void> {
    const waiting = new Set(plan.receives.map(({ peer }) => peer));
    const arrivals = plan.receives.map(({ peer, ranges }) =>
      this.peer(peer)
        .receive({ rank: this.rank, label, parts: partsOf(memory, ranges) })
        .then(
          () => waiting.delete(peer),
          async (error: unknown) => {
            if (error instanceof SteepestError) throw error;
            await pause(LOST_GRACE_MS);
            throw lostPeer(label, peer);
          },
        ),
    );
    for (const { peer, ranges } of plan.sends) this.peer(peer).send(label, partsOf(memory, ranges));
    let timer: NodeJS.Timeout | undefined;
    const timeOut = new Promise<never>((_, reject) => {
      const fail = () => reject(noAnswer(label, [...waiting], this.timeoutMs));
      timer = setTimeout(fail, this.timeoutMs);
    });
    try {
      await Promise.race([Promise.all(arrivals), timeOut]);
    } finally {
      clearTimeout(timer);
    }
  }

  private peer(rank: number): LocalPeer {
    return this.connections.peers.get(rank)!;
  }

  /** The launcher ends the others when this process has ended. */
  abort(): void {}

  close(): void {
    this.connections.close();
  }
}

/** The parts of a memory that pairs of byteOffset and byteLength name. */
function partsOf(memory: Uint8Array, ranges: readonly number[]): Uint8Array[] {
  return Array.from({ length: ranges.length / 2 }, (_, i) =>
    memory.subarray(ranges[2 * i]!, ranges[2 * i]! + ranges[2 * i + 1]!),
  );
}

/** @throws SteepestError `ERR_CLUSTER` if not all ranks are there within the time limit */
export async function makeLocalLink(place: LocalPlace, { timeoutMs }: LinkOptions): Promise<Link> {
  const connections = new Connections(place, timeoutMs);
  await connections.open();
  return new LocalLink(place, connections, timeoutMs);
}
