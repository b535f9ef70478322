import { Worker } from 'node:worker_threads';
import type { ExchangePlan } from '../../core/clusterOption.js';
import { workerFlags } from '../../core/workerFlags.js';
import { unpackError } from '../../data/thread/packedError.js';
import { endService } from '../arenaServer.js';
import type { Calls, Served } from '../calls.js';
import { linkFile } from '../linkFile.cjs';
import { keepMemoryHooksOff } from '../memoryHooks.js';
import {
  ENDING,
  ENDING_WORDS,
  type FromLink,
  type LinkThreadData,
  type Place,
  type Request,
} from './messages.js';

/** How long a process that ends waits for the link thread, which tells the other ranks. */
const ABORT_MS = 2000;

/** A request without what this file adds to it. */
type Asked = Request extends infer R ? (R extends Request ? Omit<R, 'id'> : never) : never;

interface Waiting {
  answer(parts: Uint8Array[]): void;
  serving?: () => void;
}

export interface Ready {
  rank: number;
  size: number;
  library: string;
}

/** The main thread's side of the link thread. It keeps the process alive while a call waits. */
export class LinkThread implements Calls {
  private readonly worker: Worker;
  private readonly ending = new Int32Array(
    new SharedArrayBuffer(ENDING_WORDS * Int32Array.BYTES_PER_ELEMENT),
  );
  private readonly waiting = new Map<number, Waiting>();
  private requests = 0;
  /** The arena whose exchanges are served. */
  private arena: Uint8Array<SharedArrayBuffer> | undefined;
  private hasEnded = false;
  /** Rejects if the link does not come about. */
  readonly ready: Promise<Ready>;

  /** @param onFailure called once if the link fails after it was ready: the job is over */
  constructor(place: Place, timeoutMs: number, onFailure: (error: Error) => void) {
    const workerData: LinkThreadData = { place, timeoutMs, ending: this.ending };
    if ('mpi' in place) keepMemoryHooksOff(process.env);
    this.worker = new Worker(linkFile, { workerData, ...workerFlags(process.execArgv, process.env) });
    this.ready = new Promise((resolve, reject) => {
      let fail = reject;
      this.worker.on('message', (message: FromLink) => {
        if (message.type === 'ready') {
          fail = onFailure;
          this.release();
          resolve(message);
        } else if (message.type === 'failed') fail(unpackError(message.error));
        else if (message.type === 'serving') this.waiting.get(message.id)!.serving!();
        else this.settle(message.id, message.parts);
      });
      this.worker.on('error', (error) => fail(error));
      this.worker.on('exit', () => {
        if (!this.hasEnded) fail(new Error('the thread of the cluster has ended'));
      });
    });
  }

  async barrier(label: string): Promise<void> {
    await this.request({ call: 'barrier', label });
  }

  async broadcast(label: string, bytes: Uint8Array | undefined, from: number): Promise<Uint8Array> {
    const own = bytes?.slice();
    const parts = await this.request({ call: 'broadcast', label, bytes: own, from }, own ? [own] : []);
    return parts[0]!;
  }

  allGather(label: string, bytes: Uint8Array): Promise<Uint8Array[]> {
    const own = bytes.slice();
    return this.request({ call: 'allGather', label, bytes: own }, [own]);
  }

  allToAll(label: string, forEach: readonly Uint8Array[]): Promise<Uint8Array[]> {
    const own = forEach.map((bytes) => bytes.slice());
    return this.request({ call: 'allToAll', label, forEach: own }, own);
  }

  serve(arena: Uint8Array<SharedArrayBuffer>, plans: readonly ExchangePlan[]): Promise<Served> {
    return new Promise((resolve) => {
      let hasEnded: () => void;
      const ended = new Promise<void>((settle) => {
        hasEnded = settle;
      });
      const end = () => {
        endService(arena);
        return ended;
      };
      const serving = () => {
        this.arena = arena;
        resolve({ end });
      };
      const answer = () => {
        this.arena = undefined;
        hasEnded();
      };
      this.post({ call: 'serve', label: 'fit()', arena, plans }, { answer, serving });
    });
  }

  async close(): Promise<void> {
    await this.request({ call: 'close', label: 'close()' });
    this.hasEnded = true;
    await this.worker.terminate();
  }

  /** Gives up a link that has not come about. */
  abandon(): void {
    this.hasEnded = true;
    void this.worker.terminate();
  }

  /**
   * Ends the job as far as the transport can, before this process ends; synchronous, for handlers of
   * 'exit'. @returns whether the link thread has answered: otherwise Node.js might wait for it
   */
  abort(code: number): boolean {
    this.hasEnded = true;
    Atomics.store(this.ending, ENDING.code, code);
    if (this.arena !== undefined) endService(this.arena);
    this.worker.postMessage({ call: 'abort' });
    return Atomics.wait(this.ending, ENDING.done, 0, ABORT_MS) !== 'timed-out';
  }

  private request(asked: Asked, transfer: readonly Uint8Array<ArrayBuffer>[] = []): Promise<Uint8Array[]> {
    return new Promise((answer) => {
      this.post(asked, { answer }, transfer);
    });
  }

  private post(asked: Asked, waiting: Waiting, transfer: readonly Uint8Array<ArrayBuffer>[] = []): void {
    const id = this.requests++;
    if (this.waiting.size === 0) this.worker.ref();
    this.waiting.set(id, waiting);
    this.worker.postMessage(
      { ...asked, id },
      transfer.map(({ buffer }) => buffer),
    );
  }

  private settle(id: number, parts: Uint8Array[]): void {
    const { answer } = this.waiting.get(id)!;
    this.waiting.delete(id);
    this.release();
    answer(parts);
  }

  /** Lets the program end if nothing is awaited. */
  private release(): void {
    if (this.waiting.size === 0) this.worker.unref();
  }
}
