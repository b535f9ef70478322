import { VERDICT, WORD } from '../../parallel/control.js';

/** What a fit's worker 0 knows that other processes of a cluster have to learn. */
export interface PeerNews {
  /** A learning rate that the main thread asks for and the workers have not adopted yet. */
  offerRate(): void;
  /** Whether a checkpoint is to be taken after the update that is being made, or has just ended. */
  wantsCheckpoint(): boolean;
}

/**
 * What a worker does about the other processes that train the same model, each on its rows and its
 * slices of the parameters. All workers call the same methods in the same order, right after a
 * barrier; only worker 0 of a process talks to the others. Without a cluster there is nothing to do
 * ({@link Alone}).
 */
export interface Peers {
  /** Notes a verdict on this process's part of a phase, before the barrier that ends it. */
  note(word: number, verdict: number): void;
  /**
   * Exchanges what the phase that has ended leaves for other processes, if there is a plan for it. No
   * worker goes on before that is done.
   * @param plan number of the exchange; undefined for none
   * @param word of the control block: its verdict is that of all processes then
   * @param asks whether the processes also agree on what their main threads ask for
   */
  exchange(plan: number | undefined, word: number, asks?: boolean): void;
  /** The same without anything but the verdict, and what main threads ask for. */
  agree(word: number, asks: boolean): void;
  /** The bits of a stop that the main thread asks for, unless an exchange has them. */
  stopBits(): number;
  /** Passes on the rate that the main thread asks for, unless an exchange does. */
  offerRate(): void;
  /** Whether a checkpoint is due after the update that has just ended, before it is counted. */
  takesCheckpoint(): boolean;
  /** Makes this process's copy of what others update whole: before it is read, saved or committed. */
  gatherState(): void;
}

/** The part of it that concerns phases. */
export type PhasePeers = Pick<Peers, 'note' | 'exchange'>;

/** For programs that run without others, and need no verdict on the way. */
export const NOBODY: PhasePeers = { note() {}, exchange() {} };

/** A process that trains without others. */
export class Alone implements Peers {
  constructor(
    private readonly worker: number,
    private readonly control: Int32Array<SharedArrayBuffer>,
    private readonly news?: PeerNews,
  ) {}

  note(): void {}
  exchange(): void {}
  agree(): void {}
  gatherState(): void {}

  /** Worker 0 answers for all. */
  stopBits(): number {
    return this.worker === 0 && Atomics.load(this.control, WORD.stopRequest) !== 0 ? VERDICT.stop : 0;
  }

  offerRate(): void {
    if (this.worker === 0) this.news?.offerRate();
  }

  takesCheckpoint(): boolean {
    return this.worker === 0 && (this.news?.wantsCheckpoint() ?? false);
  }
}
