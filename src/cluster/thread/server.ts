import { packError } from '../../data/thread/packedError.js';
import { ArenaServer, isBlocking } from '../arenaServer.js';
import { Collectives } from '../collectives.js';
import type { Link } from '../link.js';
import type { JobEnd } from './jobEnd.js';
import type { FromLink, Request } from './messages.js';

type Send = (message: FromLink, transfer?: readonly ArrayBuffer[]) => void;

/** Does what the main thread asks for, in order. After a failure the job is over. */
export class LinkServer {
  private readonly collectives: Collectives;
  private readonly blocks: boolean;
  /** The last of the calls so far. */
  private last: Promise<void> = Promise.resolve();
  private hasFailed = false;

  constructor(
    readonly link: Link,
    private readonly send: Send,
    private readonly jobEnd: JobEnd,
  ) {
    this.collectives = new Collectives(link);
    this.blocks = isBlocking(link);
  }

  /** Waits for all ranks. */
  async start(): Promise<void> {
    await this.collectives.barrier('cluster()');
    const { rank, size, library } = this.link;
    this.send({ type: 'ready', rank, size, library });
  }

  add(request: Request): void {
    this.last = this.last.then(() => this.handle(request));
  }

  private async handle(request: Request): Promise<void> {
    if (this.hasFailed) return;
    try {
      await this.perform(request);
    } catch (error) {
      this.hasFailed = true;
      // The main thread waits for the end of what was interrupted.
      if (this.jobEnd.hasBegun) return this.jobEnd.acknowledge();
      this.send({ type: 'failed', error: packError(error) });
      this.jobEnd.enforce(error);
    }
  }

  private async perform(request: Request): Promise<void> {
    const { collectives } = this;
    const { label } = request;
    switch (request.call) {
      case 'barrier':
        await collectives.barrier(label);
        return this.answer(request, []);
      case 'broadcast':
        return this.answer(request, [await collectives.broadcast(label, request.bytes, request.from)]);
      case 'allGather':
        return this.answer(request, await collectives.allGather(label, request.bytes));
      case 'allToAll':
        return this.answer(request, await collectives.allToAll(label, request.forEach));
      case 'serve':
        await this.serve(request);
        return this.answer(request, []);
      case 'close':
        await collectives.close();
        return this.answer(request, []);
    }
  }

  private async serve({ id, label, arena, plans }: Request & { call: 'serve' }): Promise<void> {
    const server = new ArenaServer(this.link, arena, plans, label);
    this.send({ type: 'serving', id });
    if (this.blocks) server.runBlocking();
    else await server.run();
  }

  private answer({ id }: Request, parts: Uint8Array[]): void {
    this.send({ type: 'answer', id, parts }, [...new Set(parts.map(({ buffer }) => buffer as ArrayBuffer))]);
  }
}
