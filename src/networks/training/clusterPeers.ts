import { type Arena, float64At, int32At } from '../../core/arena.js';
import type { Barrier } from '../../parallel/barrier.js';
import { controlBlock, VERDICT, WORD } from '../../parallel/control.js';
import { ArenaExchange } from '../../parallel/exchange.js';
import { CACHE_LINE_BYTES } from '../../program/memory.js';
import type { PeerNews, Peers } from './peers.js';
import type { RankRates } from './rankRates.js';

/**
 * Words that go with every exchange, in a line for each rank: after it, all take the same decisions.
 * Words of int32, and the rate, a float64, at {@link RATE_OFFSET}.
 */
const LINE = {
  /** {@link VERDICT} bits of this rank on the current step, its wish for a stop included. */
  verdict: 0,
  /** Of rank 0: whether it takes a checkpoint after this update. */
  checkpoint: 1,
  /** Of rank 0: the number of its main thread's last request for a learning rate. */
  rateRequests: 2,
} as const;
const RATE_OFFSET = 16;

/** Bytes of a line, and of the part of it that is exchanged. */
export const PEER_LINE_BYTES = CACHE_LINE_BYTES;
export const PEER_LINE_USED = RATE_OFFSET + Float64Array.BYTES_PER_ELEMENT;

/** What the workers of a fit know of the cluster. */
export interface PeersTask {
  rank: number;
  size: number;
  /** Byte offset in the arena of the lines, one for each rank. */
  lines: number;
  /** Numbers of the exchanges that belong to no phase: of lines alone, and of what others update. */
  agree: number;
  state: number;
}

/** What worker 0 knows that other processes have to learn. */
export interface ClusterNews extends Pick<PeerNews, 'wantsCheckpoint'> {
  rates: Pick<RankRates, 'request' | 'pass'>;
}

/** A process of a cluster, as one of its workers sees it. */
export class ClusterPeers implements Peers {
  private readonly control: Int32Array<SharedArrayBuffer>;
  private readonly link: ArenaExchange;
  /** By rank. */
  private readonly lines: readonly Int32Array[];
  private readonly rate: Float64Array;
  /** Rank 0 takes a checkpoint after the current update. */
  private takes = false;
  /** Others have updated their slices since the state was whole. */
  private isPartial = false;

  constructor(
    private readonly task: PeersTask,
    private readonly worker: number,
    arena: Arena,
    private readonly barrier: Barrier,
    private readonly news: ClusterNews,
  ) {
    const { lines, size } = task;
    this.control = controlBlock(arena);
    this.link = new ArenaExchange(this.control);
    const length = PEER_LINE_BYTES / Int32Array.BYTES_PER_ELEMENT;
    this.lines = Array.from({ length: size }, (_, rank) =>
      int32At(arena, lines + rank * PEER_LINE_BYTES, length),
    );
    // Rank 0's line is the first.
    this.rate = float64At(arena, lines + RATE_OFFSET, 1);
  }

  note(word: number, verdict: number): void {
    if (verdict !== 0) Atomics.or(this.control, word, verdict);
  }

  exchange(plan: number | undefined, word: number, asks = false): void {
    if (plan === undefined) return;
    if (asks && word === WORD.verdict) this.isPartial = true;
    this.run(plan, word, asks);
  }

  agree(word: number, asks: boolean): void {
    this.run(this.task.agree, word, asks);
  }

  stopBits(): number {
    return 0;
  }

  offerRate(): void {}

  takesCheckpoint(): boolean {
    return this.takes;
  }

  /**
   * The other workers need not wait: they write parameters and the optimizer's arrays only after the
   * next rows, for which this one is needed.
   */
  gatherState(): void {
    if (this.isPartial && this.worker === 0) this.link.run(this.task.state);
    this.isPartial = false;
  }

  private run(plan: number, word: number, asks: boolean): void {
    if (this.worker === 0) {
      this.write(word, asks);
      this.link.run(plan);
      this.read(word, asks);
    }
    this.barrier.wait();
  }

  /** Fills in the line of this rank. */
  private write(word: number, asks: boolean): void {
    const { control, lines, task, news } = this;
    const own = lines[task.rank]!;
    own[LINE.verdict] = Atomics.load(control, word);
    if (!asks) return;
    if (Atomics.load(control, WORD.stopRequest) !== 0) own[LINE.verdict]! |= VERDICT.stop;
    if (task.rank !== 0) return;
    own[LINE.checkpoint] = news.wantsCheckpoint() ? 1 : 0;
    const { number, rate } = news.rates.request();
    own[LINE.rateRequests] = number;
    this.rate[0] = rate;
  }

  /** Takes up what all ranks have found, and what rank 0 wants. */
  private read(word: number, asks: boolean): void {
    const { control, lines, news, rate } = this;
    let verdict = 0;
    for (const line of lines) verdict |= line[LINE.verdict]!;
    if (verdict !== 0) Atomics.or(control, word, verdict);
    if (!asks) return;
    const first = lines[0]!;
    this.takes = first[LINE.checkpoint] !== 0;
    news.rates.pass(first[LINE.rateRequests]!, rate[0]!);
  }
}
