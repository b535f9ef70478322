import type { Socket } from 'node:net';
import { LABEL_BYTES, otherCall, otherSize } from './link.js';

/** The first bytes of a connection: who has made it. */
export const RANK_BYTES = 4;
/** Before each message: its length, a float64, and its label, filled up with zeros. */
const LENGTH_BYTES = 8;
const HEADER_BYTES = LENGTH_BYTES + LABEL_BYTES + 1;
/** More than this is not read from a socket before somebody wants it. */
const MOST_WAITING_BYTES = 1 << 20;

/** A message that is expected. */
interface Expected {
  rank: number;
  label: string;
  parts: readonly Uint8Array[];
}

const bytesIn = (parts: readonly Uint8Array[]): number => parts.reduce((sum, part) => sum + part.length, 0);

/** A connection to another rank: messages in the order in which they were sent. */
export class LocalPeer {
  private chunks: Buffer[] = [];
  private waitingBytes = 0;
  private hasEnded = false;
  /** Called when more has arrived, or the connection has ended. */
  private onChange: (() => void) | undefined;

  constructor(
    private readonly peer: number,
    private readonly socket: Socket,
  ) {
    socket.on('data', (chunk: Buffer) => {
      this.chunks.push(chunk);
      this.waitingBytes += chunk.length;
      if (this.waitingBytes > MOST_WAITING_BYTES) socket.pause();
      this.onChange?.();
    });
    // What ends a connection emits 'close' too.
    socket.on('error', () => {});
    socket.on('close', () => {
      this.hasEnded = true;
      this.onChange?.();
    });
  }

  send(label: string, parts: readonly Uint8Array[]): void {
    const header = Buffer.alloc(HEADER_BYTES);
    header.writeDoubleLE(bytesIn(parts));
    header.write(label, LENGTH_BYTES, LABEL_BYTES, 'latin1');
    this.socket.cork();
    this.socket.write(header);
    // Copies: the caller may write to its memory as soon as the exchange is done.
    for (const part of parts) if (part.length > 0) this.socket.write(Buffer.from(part));
    this.socket.uncork();
  }

  /**
   * Receives the next message into its parts.
   * @throws SteepestError `ERR_CLUSTER` for another message; undefined if the connection has ended
   */
  async receive({ rank, label, parts }: Expected): Promise<void> {
    const header = new Uint8Array(HEADER_BYTES);
    await this.fill(header);
    const view = Buffer.from(header.buffer);
    const peerLabel = view.toString('latin1', LENGTH_BYTES).replace(/\0+$/, '');
    if (peerLabel !== label) throw otherCall(rank, label, this.peer, peerLabel);
    const [bytes, peerBytes] = [bytesIn(parts), view.readDoubleLE()];
    if (peerBytes !== bytes) throw otherSize(label, { rank, bytes }, { rank: this.peer, bytes: peerBytes });
    for (const part of parts) await this.fill(part);
  }

  private async fill(part: Uint8Array): Promise<void> {
    for (let at = 0; at < part.length; ) {
      const chunk = this.chunks.shift();
      if (chunk === undefined) await this.change();
      else {
        const count = Math.min(chunk.length, part.length - at);
        part.set(chunk.subarray(0, count), at);
        if (count < chunk.length) this.chunks.unshift(chunk.subarray(count));
        this.waitingBytes -= count;
        at += count;
      }
    }
  }

  /** Waits for more. Rejects with undefined if nothing comes. */
  private change(): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.hasEnded) return reject();
      this.onChange = () => {
        this.onChange = undefined;
        if (this.chunks.length > 0) resolve();
        else reject();
      };
      this.socket.resume();
    });
  }

  close(): void {
    this.socket.end();
  }
}
